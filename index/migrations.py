"""The tables of a library, as numbered steps; each is applied once, in one transaction."""

from sqlite_utils import Database, Migrations

migrations = Migrations("citat.library")


@migrations()
def m001_articles(db: Database) -> None:
    db.execute(
        """
        create table articles (
            key integer primary key autoincrement,
            id text not null unique,
            url text,
            title text not null,
            source text not null,
            author text,
            published text,
            language text not null,
            text text not null,
            version text not null,
            content_hash text not null,
            added text not null
        )
        """
    )
    db.execute("create index articles_language on articles (language)")


@migrations()
def m002_sentences(db: Database) -> None:
    """Ids are never used twice, so a vector index is caught up by comparing ids."""
    db.execute(
        """
        create table sentences (
            id integer primary key autoincrement,
            article integer not null references articles (key) on delete cascade,
            ordinal integer not null,
            start integer not null,
            "end" integer not null,
            vector blob not null
        )
        """
    )
    db.execute("create index sentences_article on sentences (article, ordinal)")


@migrations()
def m003_passages(db: Database) -> None:
    """`first` and `last` are ordinals of sentences, the last one included."""
    db.execute(
        """
        create table passages (
            id integer primary key autoincrement,
            article integer not null references articles (key) on delete cascade,
            ordinal integer not null,
            first integer not null,
            last integer not null
        )
        """
    )
    db.execute("create index passages_article on passages (article, ordinal)")
    db.execute(
        "create virtual table words using fts5"
        ' (stems, names, title, tokenize = "unicode61 remove_diacritics 0")'
    )
    db.execute("create virtual table word_counts using fts5vocab (words, col)")


@migrations()
def m004_outlet_lines(db: Database) -> None:
    """Lines that may be furniture of an outlet's pages: counted until they recur."""
    db.execute(
        """
        create table outlet_lines (
            source text not null,
            line text not null,
            article text not null,
            primary key (source, line, article)
        ) without rowid
        """
    )


@migrations()
def m005_state(db: Database) -> None:
    db.execute("create table state (key text primary key, value text not null)")
    db.execute("insert into state values ('generation', '0')")
    db.execute("insert into state values ('identity', lower(hex(randomblob(8))))")


@migrations()
def m006_pending_vectors(db: Database) -> None:
    """Vectors of another encoder, gathered until all are there and take the place of the old."""
    db.execute(
        """
        create table pending_vectors (
            sentence integer primary key references sentences (id) on delete cascade,
            vector blob not null
        )
        """
    )


@migrations()
def m007_statements(db: Database) -> None:
    """`told` is the statement as JSON, `start` and `end` are those of its content.

    `speaker` and `addressee` are keys of `person_key`, "" where nobody is named.
    """
    db.execute(
        """
        create table statements (
            id integer primary key autoincrement,
            article integer not null references articles (key) on delete cascade,
            ordinal integer not null,
            start integer not null,
            "end" integer not null,
            told text not null,
            speaker text not null,
            addressee text not null
        )
        """
    )
    db.execute("create index statements_article on statements (article, ordinal)")
    db.execute("create index statements_speaker on statements (speaker)")
    db.execute("create index statements_addressee on statements (addressee)")


@migrations()
def m008_copies(db: Database) -> None:
    """Sentences with a band in common are likely to be copies (see `index.copies`)."""
    from index.copies import sign

    db.execute(
        """
        create table copy_bands (
            band integer not null,
            sentence integer not null references sentences (id) on delete cascade,
            primary key (band, sentence)
        ) without rowid
        """
    )
    db.execute("create index copy_bands_sentence on copy_bands (sentence)")
    for (article,) in db.execute("select id from articles").fetchall():
        sign(db, [article])


@migrations()
def m009_first_ids(db: Database) -> None:
    """A sentence that stays as it was in an edited article keeps its first id; null: its own."""
    db.execute("alter table sentences add column first_id integer")
    db.execute("create index sentences_first_id on sentences (coalesce(first_id, id))")


@migrations()
def m010_watches(db: Database) -> None:
    """Standing questions and what was found for them (see `bot.watches.store`).

    `since` and `checked` are first ids of sentences: up to the one they are known, up to the
    other they have been weighed.
    """
    db.execute(
        """
        create table watches (
            id integer primary key autoincrement,
            chat integer not null,
            topic integer not null,
            user integer not null,
            question text not null,
            language text not null,
            since integer not null,
            checked integer not null,
            checks integer not null default 0,
            paused integer not null default 0,
            unique (chat, topic, question)
        )
        """
    )
    db.execute(
        """
        create table deliveries (
            id integer primary key autoincrement,
            watch integer not null references watches (id) on delete cascade,
            article text not null,
            version text not null,
            start integer not null,
            "end" integer not null,
            language text not null,
            quote text not null,
            sentences text not null,
            state text not null
        )
        """
    )
    db.execute("create index deliveries_watch on deliveries (watch, state)")


@migrations()
def m011_parts(db: Database) -> None:
    """How many of the messages that a delivery takes have reached its chat."""
    db.execute("alter table deliveries add column parts integer not null default 0")


@migrations()
def m012_former_words(db: Database) -> None:
    """Hashes of what an article said and no longer says, and the first id of each sentence.

    When the article says it again, it is not new.
    """
    db.execute(
        """
        create table former_words (
            article text not null,
            words text not null,
            first_id integer not null,
            primary key (article, words)
        ) without rowid
        """
    )


@migrations()
def m013_versions(db: Database) -> None:
    """A link to a quote names the version of its article, and nothing else of it."""
    db.execute("create index articles_version on articles (version)")


@migrations()
def m014_changes(db: Database) -> None:
    """What an index that is derived from the library needs to catch up (see `index.changes`).

    Each generation has a token that no other state of any library has: in a library that was
    restored from an older copy and has grown differently since, the same number has another.
    """
    db.execute("create table generations (generation integer primary key, token integer not null)")
    db.execute(
        "create trigger generation_begun after update of value on state"
        " when new.key = 'generation'"
        " begin insert into generations values (cast(new.value as integer), random()); end"
    )
    db.execute("update state set value = value + 1 where key = 'generation'")
    for kind in ("sentence", "passage"):
        db.execute(
            f"create table removed_{kind}s (generation integer not null, {kind} integer not null,"
            f" primary key (generation, {kind})) without rowid"
        )
        db.execute(
            f"create trigger {kind}_removed after delete on {kind}s"  # noqa: S608
            f" begin insert into removed_{kind}s select value, old.id from state"
            " where key = 'generation'; end"
        )


@migrations()
def m015_tallies(db: Database) -> None:
    """How much there is, so that nobody counts millions of rows.

    A passage knows its language: the best of each are picked from thousands that match.
    """
    db.execute(
        """
        create table tallies (
            kind text not null,
            name text not null,
            count integer not null,
            primary key (kind, name)
        ) without rowid
        """
    )
    for kind, table, name in (
        ("language", "articles", "language"),
        ("outlet", "articles", "source"),
        *((table, table, "''") for table in ("sentences", "passages", "statements")),
    ):
        new, old = (name if name == "''" else f"{row}.{name}" for row in ("new", "old"))
        db.execute(
            f"insert into tallies select '{kind}', {name}, count(*) from {table} group by 2"  # noqa: S608
        )
        db.execute(
            f"create trigger {kind}_counted after insert on {table} begin"  # noqa: S608
            f" insert into tallies values ('{kind}', {new}, 1)"
            " on conflict do update set count = count + 1; end"
        )
        db.execute(
            f"create trigger {kind}_uncounted after delete on {table} begin"  # noqa: S608
            f" update tallies set count = count - 1 where kind = '{kind}' and name = {old}; end"
        )
    db.execute("alter table passages add column language text not null default ''")
    db.execute(
        "update passages set language ="
        " (select language from articles where articles.key = passages.article)"
    )
    db.execute("create index articles_outlet on articles (source, published, language)")
    db.execute("create index articles_newest on articles (datetime(published) desc, id)")


@migrations()
def m016_feeds(db: Database) -> None:
    """What is watched: feeds, the pages they have named, and the hosts of both.

    Moments are seconds since 1970, by the watcher's clock; a null `due` is never. `url` of a feed
    is the address it was added by, `address` the one it has now. A page is found by its `key` (see
    `ingest.addresses`); several may be of one article, which is read from the one that leads.
    """
    db.execute(
        """
        create table feeds (
            id integer primary key autoincrement,
            url text not null unique,
            address text not null,
            host text not null,
            name text not null,
            kind text not null,
            parent integer references feeds (id) on delete cascade,
            every real,
            takes text not null,
            since real,
            backfill integer not null,
            interval real not null,
            due real,
            etag text,
            modified text,
            lastmod text,
            whole real,
            checked real,
            succeeded real,
            newest real,
            habit real,
            failures integer not null default 0,
            problem text
        )
        """
    )
    db.execute("create index feeds_due on feeds (host, due)")
    db.execute(
        """
        create table pages (
            key text primary key,
            url text not null,
            host text not null,
            feed integer,
            article text,
            leads integer not null default 1,
            state text not null,
            origin text not null,
            told text,
            entry text,
            seen text,
            etag text,
            modified text,
            lastmod text,
            found real not null,
            settled real,
            whole real,
            checked real,
            due real,
            idle integer not null default 0,
            failures integer not null default 0,
            problem text,
            gone_since real,
            gone_checks integer not null default 0
        )
        """
    )
    db.execute("create index pages_due on pages (host, due) where due is not null")
    db.execute("create index pages_feed on pages (feed)")
    db.execute("create index pages_article on pages (article)")
    db.execute("create index pages_seen on pages (seen)")
    db.execute(
        """
        create table hosts (
            host text primary key,
            free_at real not null default 0,
            failures integer not null default 0,
            robots text,
            robots_until real not null default 0
        ) without rowid
        """
    )


@migrations()
def m017_article_versions(db: Database) -> None:
    """Each text that an article has had: from when, until when, and why it ended.

    `until` is null of the one that stands. Reasons are "changed", "removed", "withdrawn", "moved".
    """
    db.execute(
        """
        create table article_versions (
            id integer primary key autoincrement,
            article text not null,
            version text not null,
            since text not null,
            until text,
            reason text
        )
        """
    )
    db.execute("create index article_versions_article on article_versions (article)")
    db.execute(
        "insert into article_versions (article, version, since)"
        " select id, version, added from articles"
    )


@migrations()
def m019_shown(db: Database) -> None:
    """Which message shows which words of which article (see `bot.telegram.shown`).

    Of the words a hash is kept, and the sum of their code points as its `weight`. An article that
    is written anew or removed is always deleted first: what quotes it is `due` to be looked at.
    """
    db.execute(
        """
        create table shown_messages (
            id integer primary key,
            chat integer not null,
            message integer not null,
            user integer not null,
            language text not null,
            head text not null,
            foot text not null,
            buttons text not null,
            at text not null,
            revision integer not null default 0,
            again integer not null default 0,
            unique (chat, message)
        )
        """
    )
    db.execute("create index shown_messages_again on shown_messages (id) where again")
    db.execute(
        """
        create table shown_quotes (
            id integer primary key,
            shown integer not null references shown_messages (id) on delete cascade,
            place integer,
            article text not null,
            version text not null,
            start integer not null,
            "end" integer not null,
            words text not null,
            weight integer not null,
            told text not null,
            state text not null default 'standing',
            since text,
            due integer not null default 0,
            noticed text
        )
        """
    )
    db.execute("create index shown_quotes_shown on shown_quotes (shown)")
    db.execute("create index shown_quotes_article on shown_quotes (article)")
    db.execute("create index shown_quotes_due on shown_quotes (shown) where due")
    db.execute(
        """
        create trigger shown_quotes_of_deleted after delete on articles begin
            update shown_quotes set due = due + 1, noticed = datetime('now')
            where article = old.id;
        end
        """
    )


@migrations()
def m020_pages_waiting(db: Database) -> None:
    """How many pages wait is told after each visit; a backlog has millions that do not."""
    db.execute("create index pages_waiting on pages (state) where state = 'waiting'")
