"""The library: one SQLite file that holds the truth; everything else is derived from it."""

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlite_utils import Database

from index.copies import sign, standing_still
from index.database import LibraryFile, told
from index.encoder import Vectors
from index.entries import Entry, FoldedPassage
from index.errors import QuoteError
from index.records import Article, Passage, Range, Scope, Sentence, Span, text_version
from index.statements import Statement


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Vectors of whole articles: row i belongs to sentence `ids[i]` of article `articles[i]`."""

    ids: np.typing.NDArray[np.int64]
    articles: np.typing.NDArray[np.int64]
    languages: Sequence[str]
    vectors: Vectors

    @classmethod
    def joined(cls, parts: Iterable["SentenceVectors"]) -> "SentenceVectors":
        """Put parts together; of none, all arrays are empty."""
        ids, articles, languages, vectors = [], [], list[str](), []
        for part in parts:
            ids.append(part.ids)
            articles.append(part.articles)
            languages += part.languages
            vectors.append(part.vectors)
        if not ids:
            nothing = np.zeros(0, dtype=np.int64)
            return cls(nothing, nothing, languages, np.zeros((0, 0), dtype=np.float32))
        return cls(
            np.concatenate(ids), np.concatenate(articles), languages, np.concatenate(vectors)
        )


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its folded words and the ids of its sentences."""

    id: int
    passage: Passage
    language: str
    stems: str
    names: str
    title: str
    sentences: tuple[tuple[int, Sentence], ...]


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """A text that an article has had; the one that stands has no end and no `reason` for it.

    Reasons: "changed", "removed" (by hand), "withdrawn" (by its outlet), "moved" (to another id).
    """

    version: str
    since: datetime
    until: datetime | None
    reason: str | None


class Library(LibraryFile):
    """Articles, sentences, passages and words; any thread may use it, one at a time."""

    def __init__(self, path: Path, db: Database) -> None:
        super().__init__(path, db)
        self._word_counts: dict[tuple[str, str], int] = {}
        self._counted_in = -1

    def counts(self) -> dict[str, int]:
        """Return the numbers of articles, sentences, passages and statements."""
        counts = dict(self.rows("select kind, sum(count) from tallies group by kind"))
        return {
            "articles": counts.get("language", 0),
            **{kind: counts.get(kind, 0) for kind in ("sentences", "passages", "statements")},
        }

    def languages(self) -> dict[str, int]:
        """Return the number of articles in each language, most frequent first."""
        return self._tally("language")

    def outlets(self) -> dict[str, int]:
        """Return the number of articles of each outlet, most frequent first."""
        return self._tally("outlet")

    def _tally(self, kind: str) -> dict[str, int]:
        rows = self.rows(
            "select name, count from tallies where kind = ? and count > 0 order by 2 desc, 1", kind
        )
        return dict(rows)

    def article(self, article_id: str) -> Article | None:
        rows = self.rows(f"select {ARTICLE_COLUMNS} from articles where id = ?", article_id)  # noqa: S608
        return next(map(_article, rows), None)

    def articles_of(self, ids: Iterable[str]) -> dict[str, Article]:
        """Return those of the articles that are there, by their ids."""
        rows = self.rows_in(f"select {ARTICLE_COLUMNS} from articles where id in", list(ids))  # noqa: S608
        return {article.id: article for article in map(_article, rows)}

    def of_version(self, version: str) -> Article | None:
        """Return the first article with this very text."""
        rows = self.rows(
            f"select {ARTICLE_COLUMNS} from articles where version = ? order by key limit 1",  # noqa: S608
            version,
        )
        return next(map(_article, rows), None)

    def articles(self, *, newest_first: bool = True, limit: int = -1) -> Iterator[Article]:
        """Yield the articles, undated ones last."""
        order = "datetime(published) desc nulls last, id" if newest_first else "key"
        sql = f"select {ARTICLE_COLUMNS} from articles order by {order} limit ?"  # noqa: S608
        yield from map(_article, self.rows(sql, limit))

    def published(self, article_ids: Sequence[str]) -> dict[str, datetime | None]:
        """Return when these articles were published, None for what is undated."""
        rows = self.rows_in("select id, published from articles where id in", article_ids)
        return {id_: _moment(published) for id_, published in rows}

    def those_in(self, scope: Scope, article_ids: Sequence[str]) -> set[str]:
        """Return which of these articles are in a scope."""
        condition, values = _condition(scope)
        rows = self.rows_in(
            f"select a.id from articles a where {condition} and a.id in",  # noqa: S608
            article_ids,
            before=tuple(values),
        )
        return {id_ for (id_,) in rows}

    def quoted(self, span: Span) -> Article:
        """Return the article of a span as it is stored now, if it still holds these words.

        Raises:
            QuoteError: the article is gone or has changed.
        """
        article = self.article(span.article)
        if article is None:
            raise QuoteError(f"{span.article} is no longer in the library")
        article.words(span)
        return article

    def words(self, span: Span) -> str:
        """Read the exact words of a span, from the article as it is stored now.

        Raises:
            QuoteError: the article is gone or has changed.
        """
        return self.quoted(span).words(span)

    def article_ids(self) -> list[str]:
        """Return the ids of all articles, in the order in which they came in."""
        return [id_ for (id_,) in self.rows("select id from articles order by key")]

    def content_hash(self, article_id: str) -> str | None:
        """Return the hash of what came in under an id, None if nothing did."""
        rows = self.rows("select content_hash from articles where id = ?", article_id)
        return rows[0][0] if rows else None

    def first_ids(
        self, article_id: str, *, start: int = 0, end: int = sys.maxsize
    ) -> list[tuple[int, str]]:
        """Return an article's sentences, each under the id that it first had.

        `start` and `end` are those of a range of its text that the sentences reach into.
        """
        return self.rows(
            f'select {FIRST_ID}, substr(a.text, s.start + 1, s."end" - s.start)'  # noqa: S608
            " from sentences s join articles a on a.key = s.article"
            ' where a.id = ? and s.start < ? and s."end" > ? order by s.ordinal',
            article_id,
            end,
            start,
        )

    def former_id(self, article_id: str, words: str) -> int | None:
        """Return the first id of a sentence that an article had before it was changed."""
        rows = self.rows(
            "select first_id from former_words where article = ? and words = ?",
            article_id,
            text_version(words),
        )
        return rows[0][0] if rows else None

    def history(self, article_id: str) -> list[ArticleVersion]:
        """Return all the texts that an article has had since histories are kept, oldest first."""
        rows = self.rows(
            "select version, since, until, reason from article_versions where article = ?"
            " order by id",
            article_id,
        )
        return [
            ArticleVersion(version, datetime.fromisoformat(since), _moment(until), reason)
            for version, since, until, reason in rows
        ]

    def statements(self, article_id: str) -> list[Statement]:
        """Return who says what in an article, in the order of its text."""
        return self.statements_of([article_id])[article_id]

    def statements_of(self, article_ids: Sequence[str]) -> dict[str, list[Statement]]:
        """Return who says what in each of these articles, in the order of their texts."""
        found: dict[str, list[Statement]] = {id_: [] for id_ in article_ids}
        for id_, stored in self.rows_in(
            "select a.id, s.told from statements s join articles a on a.key = s.article"
            " where a.id in",
            article_ids,
            after="order by s.article, s.ordinal",
        ):
            found[id_].append(Statement.from_json(stored))
        return found

    def passages_said(
        self, speakers: Collection[str], addressees: Collection[str], limit: int
    ) -> list[int]:
        """Return the passages in which one of these people says something to one of those.

        Keys are those of `index.people.person_key`; whoever is not given may be anybody. The
        newest articles come first, undated ones last.
        """
        sought = {"speaker": speakers, "addressee": addressees}
        asked = [(role, key) for role, keys in sought.items() for key in keys]
        if not asked:
            return []
        conditions = " and ".join(
            f"({' or '.join([_SAME_PERSON.format(role)] * len(keys))})"
            for role, keys in sought.items()
            if keys
        )
        values = [
            bound for _, key in asked for bound in (key, key.split(" ")[0], f"{key} ", f"{key}!")
        ]
        rows = self.rows(  # no value is in the conditions
            "select distinct p.id from statements s join articles a on a.key = s.article"  # noqa: S608
            " join sentences t on t.article = s.article"
            ' and t.start < s."end" and t."end" > s.start'
            " join passages p on p.article = s.article"
            f" and t.ordinal between p.first and p.last where {conditions}"
            " order by datetime(a.published) desc nulls last, p.id limit ?",
            *values,
            limit,
        )
        return [id_ for (id_,) in rows]

    # Changing it

    def write(self, entries: Sequence[Entry]) -> None:
        """Store articles, each replacing what had its id, all in one transaction.

        Raises:
            EncoderMismatch: another process has encoded the library anew since it was claimed.
        """
        with self.changing():
            if self._claimed:
                self.claim_encoder(self._claimed)
            for entry in entries:
                earlier = self.first_ids(entry.article.id)
                self._delete(entry.article.id)
                kept = {entry.article.text[start:end] for start, end in entry.sentences}
                gone = [(first_id, text) for first_id, text in earlier if text not in kept]
                self._note_former(entry.article.id, gone)
                self._note_version(entry.article)
                self._insert(entry, earlier)
            sign(self._db, [entry.article.id for entry in entries])
            self._keep_lines([entry.article.id for entry in entries])

    def remove(self, ids: Collection[str], reason: str = "removed") -> list[str]:
        """Remove articles; return the ids that were there. The reason is for their history."""
        known = [article_id for article_id in dict.fromkeys(ids) if self.content_hash(article_id)]
        if not known:
            return []
        with self.changing():
            for article_id in known:
                self._note_former(article_id, self.first_ids(article_id))
                self._end_version(article_id, reason)
                self._delete(article_id)
                self._db.execute("delete from outlet_lines where article = ?", [article_id])
        return known

    def recurring(self, source: str, lines: Collection[str], others: int) -> set[str]:
        """Return the lines seen before in at least so many articles of this outlet."""
        rows = self.rows_in(
            "select line from (select * from outlet_lines union all select * from waiting_lines)"
            " where source = ? and line in",
            list(lines),
            before=(source,),
            after=f"group by line having count(*) >= {others:d}",
        )
        return {line for (line,) in rows}

    def count_lines(self, seen: Collection[tuple[str, str, str]]) -> None:
        """Count (outlet, line, article) of lines that may turn out to be furniture.

        They are stored with their article, so that a run that is cut short leaves no trace of
        articles that it has not stored; until then only this process counts them.
        """
        with told(self.path), self._db.atomic():
            self._db.conn.executemany(
                "insert or ignore into waiting_lines select ?1, ?2, ?3 where not exists"
                " (select 1 from outlet_lines where (source, line, article) = (?1, ?2, ?3))",
                seen,
            )

    def start_reencoding(self, identity: str) -> None:
        """Keep the pending vectors of an interrupted run with this encoder, drop any other's."""
        if self._state("pending_encoder") != identity:
            with told(self.path), self._db.atomic():
                self._db.execute("delete from pending_vectors")
                self._db.execute(
                    "insert or replace into state values ('pending_encoder', ?)", [identity]
                )

    def unencoded(self, limit: int) -> list[tuple[int, str]]:
        """Return (id, words) of sentences that have no pending vector yet."""
        return self.rows(
            'select s.id, substr(a.text, s.start + 1, s."end" - s.start) from sentences s'
            " join articles a on a.key = s.article"
            " where s.id > coalesce((select max(sentence) from pending_vectors), 0)"
            " order by s.id limit ?",
            limit,
        )

    def add_pending(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Keep vectors until all are there; sentences removed in the meantime are passed over."""
        rows = zip((vector.tobytes() for vector in vectors.astype(np.float16)), ids, strict=True)
        with told(self.path), self._db.atomic():
            self._db.conn.executemany(
                "insert or replace into pending_vectors select id, ? from sentences where id = ?",
                rows,
            )

    def finish_reencoding(self) -> bool:
        """Put the pending vectors in place if none is missing; tell whether that was done."""
        with self.changing():
            if self.unencoded(1):
                return False
            self._db.execute(
                "update sentences set vector ="
                " (select vector from pending_vectors where sentence = sentences.id)"
            )
            self._db.execute("delete from pending_vectors")
            self._forget_changes()
            self._db.execute(
                "insert or replace into state"
                " select 'encoder', value from state where key = 'pending_encoder'"
            )
            self._db.execute("delete from state where key = 'pending_encoder'")
        return True

    def ranges(self, article_id: str) -> tuple[list[Range], list[tuple[int, Range]]]:
        """Return an article's sentences, [start, end), and its passages by id, [first, last)."""
        passages = self.rows(
            "select p.id, p.first, p.last from passages p join articles a on a.key = p.article"
            " where a.id = ? order by p.ordinal",
            article_id,
        )
        sentences = [(found.span.start, found.span.end) for found in self.sentences(article_id)]
        return sentences, [(id_, (first, last + 1)) for id_, first, last in passages]

    def replace_words(self, folded: Iterable[tuple[int, FoldedPassage]]) -> None:
        """Store the folded words of passages anew."""
        with self.changing():
            self._db.conn.executemany(
                "update words set stems = ?, names = ?, title = ? where rowid = ?",
                ((words.stems, words.names, words.title, id_) for id_, words in folded),
            )
            self._db.execute(
                "insert or replace into state"
                " select 'folded', value from state where key = 'generation'"
            )

    def replace_keys(self, article_ids: Sequence[str]) -> None:
        """Make the keys of speakers and addressees in these articles anew."""
        rows = self.rows_in(
            "select s.id, s.told, a.language from statements s"
            " join articles a on a.key = s.article where a.id in",
            article_ids,
        )
        keys = ((*Statement.from_json(told).keys(language), id_) for id_, told, language in rows)
        with self.changing():
            self._db.conn.executemany(
                "update statements set speaker = ?, addressee = ? where id = ?", keys
            )

    def rebuild_words(self) -> None:
        """Make the word index anew from its rows, without those that belong to no passage."""
        with self.changing():
            self._db.execute("insert into words (words) values ('rebuild')")
            self._db.execute("delete from words where rowid not in (select id from passages)")

    def mend_tables(self) -> None:
        """Make SQLite's indexes anew, and remove rows that belong to what is not there."""
        with self.changing():
            self._db.execute("reindex")
            strays = self.rows("pragma foreign_key_check")
            for table, parent in {(table, parent) for table, _, parent, _ in strays}:
                for _, _, to, column, key, *_ in self.rows(f"pragma foreign_key_list({table})"):
                    if to == parent:
                        self._db.execute(
                            f"delete from {table} where {column} not in (select {key} from {to})"  # noqa: S608
                        )

    def forget_source(self, article_id: str) -> None:
        """Let an article be taken again when what it came from is ingested the next time."""
        with told(self.path), self._db.atomic():
            self._db.execute("update articles set content_hash = '-' where id = ?", [article_id])
            self._db.execute(
                "update pages set seen = null, entry = null, etag = null, modified = null, due = 0"
                " where article = ? and leads = 1 and state = 'stored'",
                [article_id],
            )

    # For the indexes that are derived from it

    def sentence_ids(self) -> np.typing.NDArray[np.int64]:
        """Return the ids of all sentences, ascending."""
        rows = self.rows("select id from sentences order by id")
        return np.fromiter((id_ for (id_,) in rows), dtype=np.int64)

    def sentence_vectors(
        self, *, above: int = 0, upto: int = sys.maxsize, language: str | None = None
    ) -> Iterator[SentenceVectors]:
        """Yield the vectors of whole articles, some hundreds at a time, in the order of keys.

        Those whose keys are above a number and no higher than another, of one language or of all.
        """
        only = "" if language is None else " and language = ?"
        while articles := self.rows(
            "select key, language from articles where key > ? and key <= ?"  # noqa: S608
            f"{only} order by key limit ?",
            above,
            upto,
            *([] if language is None else [language]),
            ARTICLES_AT_ONCE,
        ):
            above = articles[-1][0]
            part = self._vectors_of(dict(articles))
            if len(part.ids):
                yield part

    def _vectors_of(self, languages: Mapping[int, str]) -> SentenceVectors:
        rows = self.rows_in(
            "select id, article, vector from sentences where article in",
            list(languages),
            after="order by article, ordinal",
        )
        halves = np.frombuffer(b"".join(row[2] for row in rows), dtype=np.float16)
        return SentenceVectors(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            [languages[row[1]] for row in rows],
            halves.reshape(len(rows), -1 if rows else 0).astype(np.float32),
        )

    def keys_in(self, scope: Scope) -> list[tuple[str, int]]:
        """Return (language, key) of the articles in a scope, in the order of their keys."""
        condition, values = _condition(scope)
        return self.rows(
            f"select a.language, a.key from articles a where {condition} order by a.key",  # noqa: S608
            *values,
        )

    def passages_of_sentences(self, ids: Sequence[int]) -> list[int]:
        """Return the ids of the passages that hold any of these sentences."""
        rows = self.rows_in(
            "select distinct p.id from sentences s join passages p on p.article = s.article"
            " and s.ordinal between p.first and p.last where s.id in",
            ids,
        )
        return [id_ for (id_,) in rows]

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Read passages with their words and sentences, in the order of the ids."""
        inside: dict[int, list[tuple[int, int, int, int]]] = {id_: [] for id_ in ids}
        for passage, *sentence in self.rows_in(
            'select p.id, s.id, s.ordinal, s.start, s."end" from passages p join sentences s'
            " on s.article = p.article and s.ordinal between p.first and p.last where p.id in",
            ids,
            after="order by p.id, s.ordinal",
        ):
            inside[passage].append(tuple(sentence))
        rows = self.rows_in(
            "select p.id, a.id, a.version, a.language, p.ordinal, w.stems, w.names, w.title"
            " from passages p join articles a on a.key = p.article"
            " join words w on w.rowid = p.id where p.id in",
            ids,
        )
        found = {row[0]: _stored_passage(row, inside[row[0]]) for row in rows if inside[row[0]]}
        return [found[id_] for id_ in ids if id_ in found]

    def sentences(self, article_id: str) -> list[Sentence]:
        """Return the sentences of an article in their order."""
        rows = self.rows(
            'select a.id, a.version, s.ordinal, s.start, s."end" from sentences s'
            " join articles a on a.key = s.article where a.id = ? order by s.ordinal",
            article_id,
        )
        return [
            Sentence(Span(id_, version, start, end), ordinal)
            for id_, version, ordinal, start, end in rows
        ]

    def match_words(self, expression: str, limit: int, *, newest: float = 1) -> list[int]:
        """Return the passages that match an FTS5 expression best by BM25, so many a language.

        Only the newest share of all passages is looked through.
        """
        oldest = 0 if newest >= 1 else self._value("select max(id) from passages") * (1 - newest)
        rows = self.rows(
            "select id from (select m.rowid as id, m.score,"
            " row_number() over (partition by p.language order by m.score, m.rowid) as place"
            " from (select rowid, bm25(words, 1.0, 1.5, 0.5) as score from words"
            " where words match ? and rowid > ? order by score limit ?) m"
            " join passages p on p.id = m.rowid)"
            " where place <= ? order by score, id",
            expression,
            int(oldest),
            MOST_MATCHES,
            limit,
        )
        return [id_ for (id_,) in rows]

    def count_matches(self, expression: str) -> int:
        """Return how many passages match an FTS5 expression."""
        return self._value("select count(*) from words where words match ?", expression)

    def word_counts(self, column: str, terms: Collection[str]) -> dict[str, int]:
        """Return in how many passages each term stands in a column of the word index.

        Counts are remembered for as long as nothing changes: SQLite goes through all places of a
        term to count them.
        """
        generation = self.generation
        if self._counted_in != generation or len(self._word_counts) > MOST_COUNTS:
            self._word_counts, self._counted_in = {}, generation
        known = self._word_counts
        if new := [term for term in terms if (column, term) not in known]:
            rows = self.rows_in(
                "select term, doc from word_counts where col = ? and term in",
                new,
                before=(column,),
            )
            known |= {(column, term): 0 for term in new}
            known |= {(column, term): count for term, count in rows}
        return {term: count for term in terms if (count := known[column, term])}

    def stand_together(self, names: Iterable[str]) -> bool:
        """Tell whether any passage holds all these names, given by their keys."""
        together = " AND ".join(f'"{name}"' for name in names)
        sql = "select 1 from words where words match ? limit 1"
        return bool(self.rows(sql, f"{{names}} : ({together})"))

    def _insert(self, entry: Entry, earlier: Sequence[tuple[int, str]]) -> None:
        article = entry.article
        key = self._db.execute(
            "insert into articles (id, url, title, source, author, published, language, text,"
            " version, content_hash, added) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                article.id,
                article.url,
                article.title,
                article.source,
                article.author,
                article.published.isoformat() if article.published else None,
                article.language,
                article.text,
                article.version,
                entry.content_hash,
                _now(),
            ],
        ).lastrowid
        texts = [article.text[start:end] for start, end in entry.sentences]
        same = standing_still(texts, [text for _, text in earlier])
        self._db.conn.executemany(
            'insert into sentences (article, ordinal, start, "end", vector, first_id)'
            " values (?, ?, ?, ?, ?, ?)",
            [
                (key, ordinal, start, end, vector.tobytes(), None if i is None else earlier[i][0])
                for ordinal, ((start, end), vector, i) in enumerate(
                    zip(entry.sentences, entry.vectors, same, strict=True)
                )
            ],
        )
        for ordinal, ((first, last), folded) in enumerate(
            zip(entry.passages, entry.folded, strict=True)
        ):
            passage = self._db.execute(
                "insert into passages (article, ordinal, first, last, language)"
                " values (?, ?, ?, ?, ?)",
                [key, ordinal, first, last - 1, article.language],
            ).lastrowid
            self._db.execute(
                "insert into words (rowid, stems, names, title) values (?, ?, ?, ?)",
                [passage, folded.stems, folded.names, folded.title],
            )
        self._db.conn.executemany(
            'insert into statements (article, ordinal, start, "end", told, speaker, addressee)'
            " values (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    key,
                    ordinal,
                    *statement.range,
                    statement.to_json(),
                    *statement.keys(article.language),
                )
                for ordinal, statement in enumerate(entry.statements)
            ],
        )

    def _keep_lines(self, articles: Sequence[str]) -> None:
        """Store the counted lines of articles that are stored now."""
        keep = "insert or ignore into outlet_lines select * from waiting_lines where article in"
        self.rows_in(keep, articles)
        self.rows_in("delete from waiting_lines where article in", articles)

    def _note_former(self, article_id: str, sentences: Iterable[tuple[int, str]]) -> None:
        self._db.conn.executemany(
            "insert or ignore into former_words (article, words, first_id) values (?, ?, ?)",
            ((article_id, text_version(text), first_id) for first_id, text in sentences),
        )

    def _note_version(self, article: Article) -> None:
        """Note the text of an article in its history, unless it is the one that stands."""
        stands = self.rows(
            "select 1 from article_versions where article = ? and version = ? and until is null",
            article.id,
            article.version,
        )
        if not stands:
            self._end_version(article.id, "changed")
            self._db.execute(
                "insert into article_versions (article, version, since) values (?, ?, ?)",
                [article.id, article.version, _now()],
            )

    def _end_version(self, article_id: str, reason: str) -> None:
        self._db.execute(
            "update article_versions set until = ?, reason = ?"
            " where article = ? and until is null",
            [_now(), reason, article_id],
        )

    def _delete(self, article_id: str) -> None:
        self._db.execute(
            "delete from words where rowid in (select p.id from passages p"
            " join articles a on a.key = p.article where a.id = ?)",
            [article_id],
        )
        self._db.execute("delete from articles where id = ?", [article_id])


_SAME_PERSON = "s.{0} in (?, ?) or s.{0} > ? and s.{0} < ?"
"""The same key, its surname alone, or any first name behind it: `index.people.may_be_same`."""
FIRST_ID = "coalesce(s.first_id, s.id)"
"""Grows with the order in which words came in, and stays theirs when their article is edited."""
ARTICLES_AT_ONCE = 500
MOST_COUNTS = 100_000
"""Words whose counts are remembered."""
MOST_MATCHES = 5_000
"""Matches looked through for the best of each language."""
ARTICLE_COLUMNS = "id, text, title, source, language, url, author, published"


def _condition(scope: Scope) -> tuple[str, list[str]]:
    """Return what is true in SQL of an article `a` in a scope, and the values of its marks."""
    conditions, values = ["true"], []
    if scope.source is not None:
        conditions.append("a.source = ?")
        values.append(scope.source)
    for moment, order in ((scope.since, ">="), (scope.until, "<")):
        if moment is not None:
            conditions.append(f"datetime(a.published) {order} datetime(?)")
            values.append(moment.isoformat())
    return " and ".join(conditions), values


def _article(row: tuple[Any, ...]) -> Article:
    id_, text, title, source, language, url, author, published = row
    return Article(id_, text, title, source, language, url, author, _moment(published))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _moment(published: str | None) -> datetime | None:
    return datetime.fromisoformat(published) if published else None


def _stored_passage(
    row: tuple[Any, ...], inside: Sequence[tuple[int, int, int, int]]
) -> StoredPassage:
    id_, article, version, language, ordinal, stems, names, title = row
    span = Span(article, version, inside[0][2], inside[-1][3])
    sentences = (
        (sentence, Sentence(Span(article, version, start, end), number))
        for sentence, number, start, end in inside
    )
    return StoredPassage(
        id_, Passage(span, ordinal), language, stems, names, title, tuple(sentences)
    )
