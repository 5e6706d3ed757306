"""What goes into Milvus, read from the library article by article."""

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from math import floor
from typing import Any

import numpy as np

from index.encoder import Vectors
from index.library import Library
from index.milvus.words import passage_vector
from index.records import Scope
from index.vectors import CONTEXT_RADIUS, in_context

ARTICLES = 200
"""Articles in one step: some 4,000 sentences, 6 MB of vectors."""
UNDATED = -(2**62)

Keys = tuple[int, int]
Row = dict[str, Any]


def steps(library: Library, above: int = 0, upto: int = sys.maxsize) -> Iterator[Keys]:
    """Yield the keys of all articles in a range, in portions: (above, up to and with)."""
    while rows := library.rows(
        "select key from articles where key > ? and key <= ? order by key limit ?",
        above,
        upto,
        ARTICLES,
    ):
        newest = rows[-1][0]
        yield above, newest
        above = newest


def sentences(library: Library, keys: Keys) -> dict[str, list[Row]]:
    """Return what is stored of the sentences of some articles, by language."""
    rows = library.rows(
        "select s.id, s.article, a.language, a.source, a.published, s.vector from sentences s"
        " join articles a on a.key = s.article where a.key > ? and a.key <= ?"
        " order by s.article, s.ordinal",
        *keys,
    )
    of_language = defaultdict[str, list[Row]](list)
    if rows:
        articles = np.array([row[1] for row in rows], dtype=np.int64)
        vectors = in_context(_floats(row[5] for row in rows), articles)
        for (id_, _, language, *found, _), vector in zip(rows, vectors, strict=True):
            of_language[language].append({"id": id_, **_where(*found), "vector": vector})
    return of_language


def passages(library: Library, keys: Keys) -> dict[str, list[Row]]:
    """Return what is stored of the passages of some articles, by language."""
    rows = library.rows(
        "select p.id, a.language, w.stems, w.names, w.title from articles a"
        " join passages p on p.article = a.key join words w on w.rowid = p.id"
        " where a.key > ? and a.key <= ?",
        *keys,
    )
    of_language = defaultdict[str, list[Row]](list)
    for id_, language, *folded in rows:
        if vector := passage_vector(*folded):  # Milvus takes no empty one, and nothing finds it
            of_language[language].append({"id": id_, "words": vector})
    return of_language


def condition(scope: Scope) -> str:
    """Return a scope as a filter of Milvus on the rows of sentences."""
    parts = []
    if scope.source is not None:
        parts.append(f"outlet == {_outlet(scope.source)}")
    if scope.since or scope.until:
        parts.append(f"published > {UNDATED}")
    if scope.since:
        parts.append(f"published >= {_moment(scope.since)}")
    if scope.until:
        parts.append(f"published < {_moment(scope.until)}")
    return " and ".join(parts)


def cosines(library: Library, query: Vectors, ids: Collection[int]) -> dict[int, float]:
    """Return the cosines of sentences in their context with a query, by their ids."""
    found, vectors = vectors_of(library, ids)
    return dict(zip(found, (vectors @ query).tolist(), strict=True)) if found else {}


def vectors_of(library: Library, ids: Collection[int]) -> tuple[list[int], Vectors]:
    """Return those of the sentences that are there, and their vectors in context, row by row."""
    near = {id_ + step for id_ in ids for step in range(-CONTEXT_RADIUS, CONTEXT_RADIUS + 1)}
    # The ids of an article's sentences follow each other: it is stored in one transaction.
    rows = library.rows_in(
        "select id, article, vector from sentences where id in", sorted(near), after="order by id"
    )
    if not rows:
        return [], np.zeros((0, 0), dtype=np.float32)
    found = np.array([row[0] for row in rows], dtype=np.int64)
    articles = np.array([row[1] for row in rows], dtype=np.int64)
    apart = (np.diff(found, prepend=found[0]) > 1) | (np.diff(articles, prepend=articles[0]) != 0)
    vectors = in_context(_floats(row[2] for row in rows), np.cumsum(apart))
    asked = np.isin(found, [*ids])
    return found[asked].tolist(), vectors[asked]


def _where(source: str, published: str | None) -> Row:
    moment = _moment(datetime.fromisoformat(published)) if published else UNDATED
    return {"outlet": _outlet(source), "published": moment}


def _floats(blobs: Iterable[bytes]) -> Vectors:
    stored = [np.frombuffer(blob, dtype=np.float16) for blob in blobs]
    return np.stack(stored).astype(np.float32)


def _outlet(source: str) -> int:
    """A number for a name: of any length, and with nothing in it that a filter would misread."""
    digest = blake2b(source.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _moment(moment: datetime) -> int:
    """Return seconds since 1970, as whole as SQLite compares them."""
    return floor(moment.timestamp())
