"""What has changed since an index derived from the library last looked.

New sentences and passages have higher ids than any before them; the ids of removed ones are
logged, for as long as an index may be expected to ask. So catching up costs what has changed.
"""

from dataclasses import dataclass

import numpy as np

from index.database import LibraryFile


@dataclass(frozen=True, slots=True)
class Mark:
    """One state of one library: its generation with its token, and the newest ids given by then.

    An index that keeps the mark of what it has seen can tell whether it belongs to a library.
    """

    generation: int
    token: int
    sentence: int
    passage: int


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
    newest = dict(
        library.rows(
            "select name, seq from sqlite_sequence where name in ('sentences', 'passages')"
        )
    )
    return Mark(generation, token, newest.get("sentences", 0), newest.get("passages", 0))


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
