"""What has changed since an index derived from the library last looked.

New articles have higher keys than any before them, and so have the ids of their sentences and
passages; the ids of removed ones are logged, for as long as an index may be expected to ask. So
catching up costs what has changed.
"""

from dataclasses import dataclass

import numpy as np

from index.database import LibraryFile


@dataclass(frozen=True, slots=True)
class Mark:
    """One state of one library: its generation with its token, and the newest key of an article.

    Sentences and passages come with their article, which gets a new key whenever it changes.
    `folded` is the generation in which words were last folded anew under the ids that they had.

    An index that keeps the mark of what it has seen can tell whether it belongs to a library.
    """

    generation: int
    token: int
    article: int
    folded: int


@dataclass(frozen=True, slots=True)
class Removed:
    """Ids of the sentences and passages that are gone, those that came and went included."""

    sentences: np.typing.NDArray[np.int64]
    passages: np.typing.NDArray[np.int64]


def mark(library: LibraryFile) -> Mark:
    """Return the present state; call it inside `Library.steady` with what is read of it."""
    ((generation, token),) = library.rows(
        "select generation, token from generations order by generation desc limit 1"
    )
    newest = library.rows("select seq from sqlite_sequence where name = 'articles'")
    folded = library.rows("select value from state where key = 'folded'")
    return Mark(
        generation, token, newest[0][0] if newest else 0, int(folded[0][0]) if folded else 0
    )


def removed_since(library: LibraryFile, seen: Mark) -> Removed | None:
    """Return what was removed since a state.

    None if that was no state of this library (it may have been restored from an older copy), or
    one from before everything changed, or too long ago: then an index has to be made anew.
    """
    known = library.rows("select token from generations where generation = ?", seen.generation)
    if known != [(seen.token,)]:
        return None
    gone = (
        library.rows(
            f"select {kind} from removed_{kind}s where generation > ?",  # noqa: S608
            seen.generation,
        )
        for kind in ("sentence", "passage")
    )
    return Removed(*(np.array(rows, dtype=np.int64).reshape(-1) for rows in gone))
