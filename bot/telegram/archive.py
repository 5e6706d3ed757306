"""The size and the age of the archive, for whoever asks from whichever thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Self

from index.feeds import Feed, feeds
from index.library import Library
from index.records import Article


@dataclass(frozen=True, slots=True)
class State:
    """What the archive holds: `counts` as of a library, and the newest article that has a date.

    `feeds` are those that are watched for it.
    """

    counts: dict[str, int]
    newest: Article | None
    encoder: str | None
    generation: int
    feeds: Sequence[Feed]


class Archive:
    """A library that several threads may ask at once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the library of a data directory, on a connection of its own.

        Raises:
            LibraryError: as of any library.
        """
        return cls(Library.open(folder))

    def size(self) -> int:
        """Return the number of articles."""
        with self._lock:
            ((articles,),) = self._library.rows("select count(*) from articles")
            return int(articles)

    def state(self) -> State:
        """Return all that there is to tell."""
        with self._lock, self._library.steady():
            newest = next(self._library.articles(limit=1), None)
            return State(
                self._library.counts(),
                newest if newest is not None and newest.published else None,
                self._library.encoder,
                self._library.generation,
                feeds(self._library),
            )

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
