"""Documents that are ZIP files with XML in them, opened without letting them unpack endlessly."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from index.errors import SourceError

MAGIC = b"PK\x03\x04"
_PLENTY = 1024 * 1024
_MOST_DENSE = 200
"""Times that a document shrinks in a ZIP file, at most; a bomb shrinks 1000 times."""
_LARGEST_TEXT = 32 * 1024 * 1024
"""Bytes of a part that is parsed; its tree takes some ten times as many."""
_MOST_PARTS = 20_000
"""Pictures, mostly."""


@contextmanager
def opened(data: bytes, kind: str, most_bytes: int) -> Iterator[zipfile.ZipFile]:
    """Open a document that unpacks to no more than `most_bytes`.

    Raises:
        SourceError: it unpacks to more, or is broken; also for what is found so within the block.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _refuse_bombs(packed, len(data), most_bytes)
            yield packed
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SourceError(f"is a broken {kind} file: {error}") from error
    except (RuntimeError, NotImplementedError) as error:  # a password; a packing unknown here
        raise SourceError(f"cannot be unpacked: {error}; save it again without") from error


def read(packed: zipfile.ZipFile, name: str) -> bytes:
    """Return a part that holds text.

    Raises:
        SourceError: it is missing, or larger than a text ever is.
    """
    try:
        size = packed.getinfo(name).file_size
    except KeyError as error:
        raise SourceError(f"has no part {name!r}; save it again") from error
    if size > _LARGEST_TEXT:
        raise SourceError(f"has a part of {size / 2**20:.3g} MiB, {name!r}, which is no text")
    return packed.read(name)


def part(packed: zipfile.ZipFile, name: str) -> Any:
    """Return the tree of an XML part, of lxml.

    Raises:
        SourceError: it is missing, too large or no XML.
    """
    data = read(packed, name)
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"has a broken part {name!r}: {error}") from error


def _refuse_bombs(packed: zipfile.ZipFile, size: int, most_bytes: int) -> None:
    parts = packed.infolist()
    total = sum(part.file_size for part in parts)
    # What a part is said to unpack to is also all that is unpacked of it.
    if total > most_bytes or (total > _PLENTY and total > _MOST_DENSE * size):
        raise SourceError(
            f"unpacks from {size / 2**20:.2g} to {total / 2**20:.3g} MiB,"
            " which no document needs; save it again, without pictures"
        )
    if len(parts) > _MOST_PARTS:
        raise SourceError(f"has {len(parts)} parts, which no document needs; save it again")
