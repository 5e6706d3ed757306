"""Whether the vector index, as it is opened from its snapshot, holds what the library does."""

import shutil
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from index.keeping.checks import Stored
from index.library import Library
from index.snapshots import open_index, save
from index.vectors import VectorIndex, in_context

SAME = 0.99
"""Cosine of two vectors of the same words; half precision and batches take off less than 0.001."""


def opened(library: Library, dimension: int) -> VectorIndex | None:
    """Open the index; None while vectors of another size are stored, for it is made of them."""
    odd = library.rows("select 1 from sentences where length(vector) != ? limit 1", 2 * dimension)
    return None if odd else open_index(library, dimension)


def fault_in_ids(library: Library, index: VectorIndex | None) -> str | None:
    """Return what is wrong with the sentences that the index knows."""
    if index is None:
        return "it cannot be opened before the vectors are repaired"
    if np.array_equal(index.ids(), library.sentence_ids()):
        return None
    return "it holds other sentences than the library"


def astray(stored: Stored, vectors: NDArray[np.float32], index: VectorIndex) -> Iterator[str]:
    """Yield what is said of an article's sentences that have other vectors in the index.

    One that it does not know at all is not among them: `fault_in_ids` tells.
    """
    contexts = in_context(vectors, np.zeros(len(vectors), dtype=np.int64))
    for (id_, ordinal, *_), context in zip(stored.sentences, contexts, strict=True):
        score = index.cosines(context, stored.article.language, [id_]).get(id_)
        if score is not None and not score >= SAME:
            yield f"{stored.article.id}: sentence {ordinal} has another vector there"


def make_anew(library: Library, dimension: int) -> None:
    """Forget the snapshots, and write one of the library as it is."""
    for snapshot in library.path.parent.glob("vectors-*"):
        shutil.rmtree(snapshot, ignore_errors=True)
    if index := opened(library, dimension):
        save(index, library)
