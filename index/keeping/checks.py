"""What has to hold of one article: all that is derived from its text agrees with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.copies import bands_of
from index.entries import FoldedPassage, fold_passages
from index.errors import LibraryError
from index.library import Library
from index.records import Article, text_version
from index.statements import Statement

NORM_TOLERANCE = 0.01
"""How far half precision, over some hundred dimensions, may take a unit vector from length 1."""
Row = tuple[Any, ...]


class Part(StrEnum):
    """What is checked, in this order."""

    FILE = "file"
    TALLIES = "tallies"
    ARTICLES = "articles"
    SENTENCES = "sentences"
    PASSAGES = "passages"
    STATEMENTS = "statements"
    SPEAKERS = "speakers"
    VECTORS = "vectors"
    WORDS = "words"
    COPIES = "copies"
    SNAPSHOT = "snapshot"
    WATCHES = "watches"


DERIVED = frozenset(
    {Part.TALLIES, Part.SPEAKERS, Part.VECTORS, Part.WORDS, Part.COPIES, Part.SNAPSHOT}
)
"""What `index` can make anew; sentences, passages and statements come from `ingest`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something stored that is not as it should be. `article` is to be made anew."""

    part: Part
    article: str | None
    what: str

    @property
    def is_derived(self) -> bool:
        return self.part in DERIVED


@dataclass(frozen=True)
class Stored:
    """All that is stored of one article, as it is stored.

    `sentences` are (id, ordinal, start, end, vector), `passages` are (id, ordinal, first, last,
    stems, names, title), the last three None where the word index has no such row; `statements`
    are (start, end, told, speaker, addressee); `bands` are (sentence, band).
    """

    article: Article
    version: str
    published: str | None
    sentences: list[Row]
    passages: list[Row]
    statements: list[Row]
    bands: list[Row]

    @classmethod
    def read(cls, library: Library, key: int) -> "Stored":
        """Read it by the key of its row.

        Raises:
            LibraryError: the file is too damaged for that.
        """
        articles = library.rows(
            "select id, text, title, source, language, version, published from articles"
            " where key = ?",
            key,
        )
        sentences = library.rows(
            'select id, ordinal, start, "end", vector from sentences where article = ?'
            " order by ordinal",
            key,
        )
        passages = library.rows(
            "select p.id, p.ordinal, p.first, p.last, w.stems, w.names, w.title"
            " from passages p left join words w on w.rowid = p.id where p.article = ?"
            " order by p.ordinal",
            key,
        )
        statements = library.rows(
            'select start, "end", told, speaker, addressee from statements'
            " where article = ? order by ordinal",
            key,
        )
        bands = library.rows(
            "select c.sentence, c.band from copy_bands c join sentences s on s.id = c.sentence"
            " where s.article = ?",
            key,
        )
        _check_types(articles, *[str] * 6, str | None)
        _check_types(sentences, *[int] * 4, bytes)
        _check_types(passages, *[int] * 4, *[str | None] * 3)
        _check_types(statements, int, int, str, str, str)
        id_, text, title, source, language, version, published = articles[0]
        article = Article(id_, text, title, source, language, published=_moment(published))
        return cls(article, version, published, sentences, passages, statements, bands)

    @cached_property
    def texts(self) -> list[str]:
        """The words of each sentence."""
        return [self.article.text[start:end] for _, _, start, end, _ in self.sentences]

    def vectors(self) -> NDArray[np.float32]:
        """Return the vectors of its sentences, shape (sentences, dimension), if they are sound."""
        halves = np.frombuffer(b"".join(row[4] for row in self.sentences), dtype=np.float16)
        return halves.reshape(len(self.sentences), -1).astype(np.float32)


def faults_of(stored: Stored, dimension: int) -> list[Fault]:
    """Return what is wrong with an article; what follows from something wrong is not looked at."""
    found = [
        *((Part.ARTICLES, what) for what in _of_article(stored)),
        *((Part.SENTENCES, what) for what in _of_sentences(stored)),
    ]
    if not found:
        found = [
            *((Part.PASSAGES, what) for what in _of_passages(stored)),
            *_of_statements(stored),
            *((Part.VECTORS, what) for what in _of_vectors(stored, dimension)),
            *((Part.COPIES, what) for what in _of_copies(stored)),
        ]
    if not any(part in {Part.ARTICLES, Part.SENTENCES, Part.PASSAGES} for part, _ in found):
        found += ((Part.WORDS, what) for what in _of_words(stored))
    return [Fault(part, stored.article.id, what) for part, what in found]


def _of_article(stored: Stored) -> Iterator[str]:
    if not stored.article.text:
        yield "it has no text"
    elif text_version(stored.article.text) != stored.version:
        yield f"its text is not that of version {stored.version}"
    if stored.published and not stored.article.published:
        yield f"{stored.published!r} is no date"


def _of_sentences(stored: Stored) -> Iterator[str]:
    if not stored.sentences:
        yield "there are none"
    before = 0
    for number, (_, ordinal, start, end, _) in enumerate(stored.sentences):
        if ordinal != number:
            yield f"number {number} is missing"
            return
        if not before <= start < end <= len(stored.article.text):
            yield f"number {number}, [{start}, {end}), overlaps the one before or leaves the text"
            return
        before = end


def _of_passages(stored: Stored) -> Iterator[str]:
    reached = -1
    for number, (_, ordinal, first, last, *_) in enumerate(stored.passages):
        if ordinal != number:
            yield f"number {number} is missing"
            return
        if not 0 <= first <= min(last, reached + 1) or not reached < last < len(stored.sentences):
            yield f"number {number}, sentences {first} to {last}, does not follow the one before"
            return
        reached = last
    if reached + 1 < len(stored.sentences):
        yield f"sentence {reached + 1} is in none"


def _of_statements(stored: Stored) -> Iterator[tuple[Part, str]]:
    for start, end, told, speaker, addressee in stored.statements:
        try:
            statement = Statement.from_json(told)
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            yield Part.STATEMENTS, f"the one at {start} cannot be read"
            continue
        if statement.range != (start, end) or not _inside(statement, len(stored.article.text)):
            yield Part.STATEMENTS, f"the one at {start} is out of order or leaves the text"
        elif statement.keys(stored.article.language) != (speaker, addressee):
            yield Part.SPEAKERS, f"who speaks at {start} is found under another name"


def _inside(statement: Statement, length: int) -> bool:
    """Tell whether all that a statement points to lies in a text of this length."""
    before = 0
    for start, end in statement.content:
        if not before <= start < end <= length:
            return False
        before = end
    named = (party.range for party in statement.parties)
    return all(
        0 <= pointed[0] <= pointed[1] <= length for pointed in (statement.cue, *named) if pointed
    )


def _of_vectors(stored: Stored, dimension: int) -> Iterator[str]:
    for _, ordinal, _, _, blob in stored.sentences:
        if len(blob) != 2 * dimension:
            yield f"that of sentence {ordinal} has not {dimension} dimensions"
            continue
        length = float(np.linalg.norm(np.frombuffer(blob, np.float16).astype(np.float32)))
        if not abs(length - 1) <= NORM_TOLERANCE:  # not a number is not near 1 either
            yield f"that of sentence {ordinal} has length {length:.3g} and not 1"


def _of_copies(stored: Stored) -> Iterator[str]:
    here: dict[int, set[int]] = {row[0]: set() for row in stored.sentences}
    for sentence, band in stored.bands:
        here[sentence].add(band)
    for (id_, ordinal, *_), bands in zip(stored.sentences, bands_of(stored.texts), strict=True):
        if here[id_] != bands:
            yield f"the bands of sentence {ordinal} are others"


def _of_words(stored: Stored) -> Iterator[str]:
    sentences = [(start, end) for _, _, start, end, _ in stored.sentences]
    passages = [(first, last + 1) for _, _, first, last, *_ in stored.passages]
    folded = fold_passages(stored.article, sentences, passages)
    for (_, ordinal, _, _, *here), there in zip(stored.passages, folded, strict=True):
        if here == [None, None, None]:
            yield f"passage {ordinal} has none"
        elif FoldedPassage(*here) != there:
            yield f"those of passage {ordinal} are others"


def _check_types(rows: list[Row], *kinds: Any) -> None:
    """Refuse what SQLite takes in any column and no program of ours has written."""
    for row in rows:
        for value, kind in zip(row, kinds, strict=True):
            if not isinstance(value, kind):
                raise LibraryError(f"it holds {value!r:.40}, which is no {kind.__name__}")


def _moment(published: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(published) if published else None
    except ValueError:
        return None
