"""The library: one SQLite file that holds the truth; everything else is derived from it."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
from sqlite_utils import Database

from index.encoder import Vectors
from index.entries import Entry, FoldedPassage, Range
from index.errors import EncoderMismatch, LibraryError, QuoteError
from index.migrations import migrations
from index.records import Article, Passage, Sentence, Span

FILE = "library.db"
BUSY_MS = 10_000
"""How long a writer waits for another process before it says so."""


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Vectors of whole articles: row i belongs to sentence `ids[i]` of article `articles[i]`."""

    ids: np.typing.NDArray[np.int64]
    articles: np.typing.NDArray[np.int64]
    languages: Sequence[str]
    vectors: Vectors


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


class Library:
    """Articles, sentences, passages and words in one SQLite file; safe to use from any thread."""

    def __init__(self, path: Path, db: Database) -> None:
        self.path = path
        self._db = db
        self._claimed: str | None = None

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> "Library":
        """Open the library of a data directory and bring its tables up to date.

        Raises:
            LibraryError: there is none (and `create` is false), it is no library, it is damaged,
                or the directory cannot be written.
        """
        path = folder / FILE
        if not create and not path.exists():
            raise LibraryError(
                f"there is no library in {folder}; make one with: citat ingest PATH"
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"cannot make the folder {folder}: {error.strerror}") from error
        with _told(path):
            connection = sqlite3.connect(
                path, check_same_thread=False, timeout=BUSY_MS / 1000, isolation_level=None
            )
            try:
                db = Database(connection)
                db.execute("pragma journal_mode = wal")
                db.execute("pragma synchronous = normal")
                db.execute("pragma foreign_keys = on")
                if migrations.pending(db):
                    db.execute("begin immediate")  # or two processes would make the same tables
                    migrations.apply(db)
                    db.execute("commit")
            except BaseException:
                connection.close()
                raise
        return cls(path, db)

    def close(self) -> None:
        self._db.conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What is in it

    @property
    def generation(self) -> int:
        """A number that grows with every change, whichever process makes it."""
        return int(self._state("generation") or 0)

    @property
    def identity(self) -> str:
        """A name that no other library has, so that no other's vectors are taken for its own."""
        return self._state("identity") or ""

    def counts(self) -> dict[str, int]:
        """Return the numbers of articles, sentences and passages."""
        tables = ("articles", "sentences", "passages")
        return {table: self._value(f"select count(*) from {table}") for table in tables}  # noqa: S608

    def languages(self) -> dict[str, int]:
        """Return the number of articles in each language, most frequent first."""
        rows = self.rows("select language, count(*) from articles group by 1 order by 2 desc, 1")
        return dict(rows)

    def article(self, article_id: str) -> Article | None:
        rows = self.rows(f"select {ARTICLE_COLUMNS} from articles where id = ?", article_id)  # noqa: S608
        return next(map(_article, rows), None)

    def articles(self, *, newest_first: bool = True, limit: int = -1) -> Iterator[Article]:
        """Yield the articles, undated ones last."""
        order = "published desc nulls last, id" if newest_first else "key"
        sql = f"select {ARTICLE_COLUMNS} from articles order by {order} limit ?"  # noqa: S608
        yield from map(_article, self.rows(sql, limit))

    def words(self, span: Span) -> str:
        """Read the exact words of a span, from the article as it is stored now.

        Raises:
            QuoteError: the article is gone or has changed.
        """
        article = self.article(span.article)
        if article is None:
            raise QuoteError(f"{span.article} is no longer in the library")
        return article.words(span)

    def content_hash(self, article_id: str) -> str | None:
        """Return the hash of what came in under an id, None if nothing did."""
        rows = self.rows("select content_hash from articles where id = ?", article_id)
        return rows[0][0] if rows else None

    # Changing it

    def write(self, entries: Sequence[Entry]) -> None:
        """Store articles, each replacing what had its id, all in one transaction.

        Raises:
            EncoderMismatch: another process has encoded the library anew since it was claimed.
        """
        with self._changing():
            if self._claimed not in {None, self.encoder}:
                raise EncoderMismatch(str(self.encoder), str(self._claimed))
            for entry in entries:
                self._delete(entry.article.id)
                self._insert(entry)

    def remove(self, ids: Collection[str]) -> list[str]:
        """Remove articles; return the ids that were there."""
        known = [article_id for article_id in dict.fromkeys(ids) if self.content_hash(article_id)]
        if not known:
            return []
        with self._changing():
            for article_id in known:
                self._delete(article_id)
        return known

    def recurring(self, source: str, lines: Collection[str], others: int) -> set[str]:
        """Return the lines seen before in at least so many articles of this outlet."""
        rows = self._rows_in(
            "select line from outlet_lines where source = ? and line in",
            list(lines),
            before=(source,),
            after=f"group by line having count(*) >= {others:d}",
        )
        return {line for (line,) in rows}

    def count_lines(self, seen: Collection[tuple[str, str, str]]) -> None:
        """Remember (outlet, line, article) of lines that may turn out to be furniture."""
        with _told(self.path), self._db.atomic():
            self._db.conn.executemany("insert or ignore into outlet_lines values (?, ?, ?)", seen)

    # The encoder it was made with

    @property
    def encoder(self) -> str | None:
        """Identity of the encoder whose vectors are stored; None before the first article."""
        return self._state("encoder")

    def claim_encoder(self, identity: str) -> None:
        """Check that the vectors here come from this encoder; an empty library becomes its own.

        Raises:
            EncoderMismatch: they come from another.
        """
        if self.encoder is None:
            self.set_encoder(identity)
        elif self.encoder != identity:
            raise EncoderMismatch(self.encoder, identity)
        self._claimed = identity

    def set_encoder(self, identity: str) -> None:
        with _told(self.path), self._db.atomic():
            self._db.execute("insert or replace into state values ('encoder', ?)", [identity])

    def start_reencoding(self, identity: str) -> None:
        """Keep the pending vectors of an interrupted run with this encoder, drop any other's."""
        if self._state("pending_encoder") != identity:
            with _told(self.path), self._db.atomic():
                self._db.execute("delete from pending_vectors")
                self._db.execute(
                    "insert or replace into state values ('pending_encoder', ?)", [identity]
                )

    def unencoded(self, limit: int) -> list[tuple[int, str]]:
        """Return (id, words) of sentences that have no pending vector yet."""
        return self.rows(
            'select s.id, substr(a.text, s.start + 1, s."end" - s.start) from sentences s'
            " join articles a on a.key = s.article"
            " where s.id not in (select sentence from pending_vectors) order by s.id limit ?",
            limit,
        )

    def add_pending(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Keep vectors until all are there; sentences removed in the meantime are passed over."""
        rows = zip((vector.tobytes() for vector in vectors.astype(np.float16)), ids, strict=True)
        with _told(self.path), self._db.atomic():
            self._db.conn.executemany(
                "insert or replace into pending_vectors select id, ? from sentences where id = ?",
                rows,
            )

    def finish_reencoding(self) -> bool:
        """Put the pending vectors in place if none is missing; tell whether that was done."""
        with self._changing():
            if self.unencoded(1):
                return False
            self._db.execute(
                "update sentences set vector ="
                " (select vector from pending_vectors where sentence = sentences.id)"
            )
            self._db.execute("delete from pending_vectors")
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
        with self._changing():
            self._db.conn.executemany(
                "update words set stems = ?, names = ?, title = ? where rowid = ?",
                ((words.stems, words.names, words.title, id_) for id_, words in folded),
            )

    # For the indexes that are derived from it

    def sentence_ids(self) -> np.typing.NDArray[np.int64]:
        """Return the ids of all sentences, ascending."""
        rows = self.rows("select id from sentences order by id")
        return np.fromiter((id_ for (id_,) in rows), dtype=np.int64)

    def sentence_vectors(self, *, above: int = 0) -> SentenceVectors:
        """Read the vectors of all sentences whose id is above a number, article by article."""
        rows = self.rows(
            "select s.id, s.article, a.language, s.vector from sentences s"
            " join articles a on a.key = s.article where s.id > ? order by s.id",
            above,
        )
        halves = np.frombuffer(b"".join(row[3] for row in rows), dtype=np.float16)
        return SentenceVectors(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            [row[2] for row in rows],
            halves.reshape(len(rows), -1 if rows else 0).astype(np.float32),
        )

    def passages_of_sentences(self, ids: Sequence[int]) -> list[int]:
        """Return the ids of the passages that hold any of these sentences."""
        rows = self._rows_in(
            "select distinct p.id from sentences s join passages p on p.article = s.article"
            " and s.ordinal between p.first and p.last where s.id in",
            ids,
        )
        return [id_ for (id_,) in rows]

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """Read passages with their words and sentences, in the order of the ids."""
        inside: dict[int, list[tuple[int, int, int, int]]] = {id_: [] for id_ in ids}
        for passage, *sentence in self._rows_in(
            'select p.id, s.id, s.ordinal, s.start, s."end" from passages p join sentences s'
            " on s.article = p.article and s.ordinal between p.first and p.last where p.id in",
            ids,
            after="order by p.id, s.ordinal",
        ):
            inside[passage].append(tuple(sentence))
        rows = self._rows_in(
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

    def match_words(self, expression: str, limit: int) -> list[tuple[int, str]]:
        """Return (passage id, language) of the best BM25 matches of an FTS5 expression."""
        return self.rows(
            "select m.rowid, a.language from"
            " (select rowid, bm25(words, 1.0, 1.5, 0.5) as score from words where words match ?"
            " order by score limit ?) m"
            " join passages p on p.id = m.rowid join articles a on a.key = p.article"
            " order by m.score",
            expression,
            limit,
        )

    def word_counts(self, column: str, terms: Collection[str]) -> dict[str, int]:
        """Return in how many passages each term stands in a column of the word index."""
        rows = self._rows_in(
            "select term, doc from word_counts where col = ? and term in",
            list(terms),
            before=(column,),
        )
        return dict(rows)

    def _insert(self, entry: Entry) -> None:
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
                datetime.now(UTC).isoformat(timespec="seconds"),
            ],
        ).lastrowid
        self._db.conn.executemany(
            'insert into sentences (article, ordinal, start, "end", vector)'
            " values (?, ?, ?, ?, ?)",
            [
                (key, ordinal, start, end, vector.tobytes())
                for ordinal, ((start, end), vector) in enumerate(
                    zip(entry.sentences, entry.vectors, strict=True)
                )
            ],
        )
        for ordinal, ((first, last), folded) in enumerate(
            zip(entry.passages, entry.folded, strict=True)
        ):
            passage = self._db.execute(
                "insert into passages (article, ordinal, first, last) values (?, ?, ?, ?)",
                [key, ordinal, first, last - 1],
            ).lastrowid
            self._db.execute(
                "insert into words (rowid, stems, names, title) values (?, ?, ?, ?)",
                [passage, folded.stems, folded.names, folded.title],
            )

    def _delete(self, article_id: str) -> None:
        self._db.execute(
            "delete from words where rowid in (select p.id from passages p"
            " join articles a on a.key = p.article where a.id = ?)",
            [article_id],
        )
        self._db.execute("delete from articles where id = ?", [article_id])

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Let all that is read inside show one state, whatever other processes write meanwhile."""
        with _told(self.path), self._db.atomic():
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One transaction that takes the write lock first and ends with the next generation."""
        with _told(self.path), self._db.atomic():
            self._db.execute("update state set value = value + 1 where key = 'generation'")
            yield

    def _state(self, key: str) -> str | None:
        rows = self.rows("select value from state where key = ?", key)
        return rows[0][0] if rows else None

    def _value(self, sql: str) -> int:
        value: int = self.rows(sql)[0][0]
        return value

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a query on the tables of `index.migrations`."""
        with _told(self.path):
            return self._db.execute(sql, values).fetchall()

    def _rows_in(
        self,
        sql: str,
        values: Sequence[object],
        *,
        before: tuple[object, ...] = (),
        after: str = "",
    ) -> list[tuple[Any, ...]]:
        """Run `sql` with a list in brackets after it, in portions that SQLite takes."""
        rows: list[tuple[Any, ...]] = []
        for i in range(0, len(values), PORTION):
            portion = values[i : i + PORTION]
            marks = ",".join("?" * len(portion))
            rows += self.rows(f"{sql} ({marks}) {after}", *before, *portion)
        return rows


PORTION = 10_000
ARTICLE_COLUMNS = "id, text, title, source, language, url, author, published"


def _article(row: tuple[Any, ...]) -> Article:
    id_, text, title, source, language, url, author, published = row
    date = datetime.fromisoformat(published) if published else None
    return Article(id_, text, title, source, language, url, author, date)


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


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into one line that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            cure = "another process is writing to it; try again when that is done"
        elif "disk I/O" in text:
            cure = "the disk cannot be read or written; check it, then run again"
        elif "full" in text:
            cure = "the disk is full; nothing stored is lost, make room and run again"
        elif "unable to open" in text or "readonly" in text:
            cure = "check that the folder exists and may be written"
        elif "malformed" in text or "not a database" in text or "encrypted" in text:
            cure = "the file is damaged or no library; move it away and ingest again"
        else:
            raise
        raise LibraryError(f"{path}: {text}: {cure}") from error
