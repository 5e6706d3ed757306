"""The types that travel: articles, spans of their text, and what a search finds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b

from index.errors import QuoteError

Range = tuple[int, int]
"""[start, end), most often in code points of an article's text."""


def text_version(text: str) -> str:
    """Return the name of this very text: 16 hexadecimal digits of its BLAKE2b hash."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def seal(fields: Sequence[str | None]) -> str:
    """Return a hash of what an export says of an article: without an edit since, it still fits."""
    return text_version(json.dumps([field or None for field in fields]))


def without_surrogates(text: str) -> str:
    """Replace halves of characters, which no encoder takes and no terminal shows."""
    return text.encode(errors="replace").decode()


@dataclass(frozen=True)
class Article:
    """An article as it is stored and quoted; `text` is canonical (see `ingest.cleaning`)."""

    id: str
    text: str
    title: str
    source: str
    language: str
    url: str | None = None
    author: str | None = None
    published: datetime | None = None

    @cached_property
    def version(self) -> str:
        return text_version(self.text)

    def span(self, start: int, end: int) -> "Span":
        """Return the span [start, end) of the text, in code points.

        Raises:
            ValueError: the range is empty or leaves the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"{self.id} has {len(self.text)} characters, not [{start}, {end})")
        return Span(self.id, self.version, start, end)

    def words(self, span: "Span") -> str:
        """Return the exact words of a span.

        Raises:
            QuoteError: the span belongs to another article or another version of this one.
        """
        if (span.article, span.version) != (self.id, self.version):
            raise QuoteError(
                f"{span.article} was quoted in version {span.version}, but {self.id} is now"
                f" in version {self.version}",
            )
        if not 0 <= span.start < span.end <= len(self.text):
            raise QuoteError(f"{span} leaves the {len(self.text)} characters of {self.id}")
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of one version of an article; offsets are code points of `Article.text`."""

    article: str
    version: str
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def covers(self, other: "Span") -> bool:
        return (
            self.article == other.article and self.start <= other.start and other.end <= self.end
        )

    def overlaps(self, other: "Span") -> bool:
        return self.article == other.article and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences that are found together; neighbours overlap."""

    span: Span
    ordinal: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, the smallest thing that is quoted."""

    span: Span
    ordinal: int


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A sentence inside a found passage: its cosine, and what it and the article's title meet.

    `words` is the share of the question's words, `names` are the keys of its names. The two others
    are the same with the names that stand in the sentences around it, for words by half.
    """

    sentence: Sentence
    score: float
    words: float = 0.0
    names: frozenset[str] = frozenset()
    words_around: float = 0.0
    names_around: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """A found passage: its scores and why it was found.

    `dense` is a cosine; `words` is the share, weighted by rarity, of the question's words that
    the passage or its title meets, by the word itself or by one like it; `names` the share of
    names that stand there; `score` is their fusion. All but `dense` lie in [0, 1]; higher is
    nearer. `sentences` are the passage's, best first.
    """

    passage: Passage
    score: float
    dense: float
    words: float
    names: float
    sentences: tuple[SentenceHit, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """The outlet of an article and when it was published, [since, until); None where any will do.

    What is undated was published at no time.
    """

    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return self != ANYWHERE


ANYWHERE = Scope()
