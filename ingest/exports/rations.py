"""A stream that gives out no more than a ration until it is filled up: memory is bounded by it."""

from typing import Protocol

from index.errors import SourceError

RATION = 32 * 1024 * 1024
"""Bytes of the longest part of an export; no article is longer."""


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int = -1, /) -> bytes: ...


class Peekable(Readable, Protocol):
    """The same, of which the beginning can be looked at without taking it away."""

    def peek(self, size: int = 0, /) -> bytes: ...


class Rationed:
    """A stream to be filled up before each part: whoever parses it cannot be made to hoard.

    `drop` names bytes that are left out of what is read.
    """

    def __init__(self, stream: Readable, *, ration: int = RATION, drop: bytes = b"") -> None:
        self._stream = stream
        self._ration = self._left = ration
        self._drop = drop

    def fill_up(self) -> None:
        """Begin a new part."""
        self._left = self._ration

    def read(self, size: int = -1, /) -> bytes:
        """Return up to so many bytes, none at the end.

        Raises:
            SourceError: the part is longer than a ration.
        """
        data = self._stream.read(min(size, 64 * 1024) if size >= 0 else 64 * 1024)
        self._left -= len(data)
        if self._left < 0:
            raise SourceError(
                f"holds a part longer than {self._ration // 2**20} MiB, which is no article"
            )
        kept = data.translate(None, self._drop) if self._drop else data
        return kept or (self.read(size) if data else b"")
