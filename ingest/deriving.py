"""All that is derived from articles: it needs no library, so it may be done anywhere."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.encoder import Encoder
from index.entries import Entry
from index.records import Article
from ingest.passages import group
from ingest.sentences import split
from ingest.statements.extract import extract


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cleaned article on its way.

    `known` if it replaces one that is stored; `cleaned` if it was exported from a library, so
    that nothing more of it is dropped.
    """

    article: Article
    content_hash: str
    known: bool
    cleaned: bool = False


Batch = Sequence[Prepared]


@dataclass(frozen=True, slots=True)
class Derived:
    """The entries of one batch, how many of them replace others, and what it took, in seconds."""

    entries: Sequence[Entry]
    known: int
    encoding_seconds: float
    statement_seconds: float
    node: str = ""
    """The machine of a cluster that did it; "" for this one."""


Derive = Callable[[Batch], Derived]


class Crew(Protocol):
    """Who derives several batches at once."""

    def map(self, derive: Derive, batches: Iterable[Batch]) -> Iterator[Derived]:
        """Yield what comes of each batch, in their order; few batches are taken ahead.

        `derive` is for what the crew itself fails at.
        """


def derive(
    batch: Batch, encoder: Encoder, *, passage_tokens: int, passage_overlap: int
) -> Derived:
    """Split, encode and read one batch; the same batch always gives the same entries."""
    articles = [prepared.article for prepared in batch]
    ranges = [split(article.text, article.language) for article in articles]
    texts = [
        article.text[start:end]
        for article, spans in zip(articles, ranges, strict=True)
        for start, end in spans
    ]
    started = time.perf_counter()
    vectors = encoder.encode_passages(texts)
    encoded = time.perf_counter()
    tokens = encoder.count_tokens(texts)
    counted = time.perf_counter()
    statements = [extract(article.text, article.language) for article in articles]
    extracted = time.perf_counter()
    entries, at = [], 0
    for prepared, spans, said in zip(batch, ranges, statements, strict=True):
        rows = slice(at, at + len(spans))
        at = rows.stop
        entries.append(
            Entry.of(
                prepared.article,
                content_hash=prepared.content_hash,
                sentences=spans,
                vectors=vectors[rows],
                passages=group(tokens[rows], passage_tokens, passage_overlap),
                statements=said,
            )
        )
    known = sum(prepared.known for prepared in batch)
    return Derived(entries, known, encoded - started, extracted - counted)
