"""Web archives (WARC, packed or not, and WACZ): the pages in them, read as if fetched just now.

https://iipc.github.io/warc-specifications/
"""

import gzip
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from warcio.archiveiterator import WARCIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParser

from index.errors import SourceError
from ingest import encodings, formats
from ingest.drafts import Draft, Skipped
from ingest.exports.rations import Peekable, Rationed
from ingest.pages import read_page

_HEADERS = 1024 * 1024
"""Bytes of the headers of a record, at most."""
_BLOCK = 64 * 1024
_GZIP = b"\x1f\x8b"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_PAGES = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(slots=True)
class _Reading:
    """How far the reading of one archive has come."""

    origin: str
    page_bytes: int
    record: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def read_warc(stream: Peekable, origin: str, page_bytes: int) -> Iterator[Draft | Skipped]:
    """Read the pages of an archive that answered 200, each at most `page_bytes` long.

    When a page was stored is not when it was published, so only the page itself gives a date.
    What is no page is left out, and counted. An archive that is cut or broken is read as far as
    it goes.

    Raises:
        SourceError: not one record can be read.
    """
    reading = _Reading(origin, page_bytes)
    try:
        yield from _pages(stream, reading)
    except (SourceError, ArchiveLoadFailed) as error:
        if reading.record == 0:
            raise SourceError("is no web archive, or broken from the start") from error
        yield Skipped(
            origin,
            f"is cut or broken after record {reading.record} ({_line(error)});"
            " what comes after it is lost",
        )
    if reading.record == 0:
        raise SourceError("is a web archive without records")
    if reading.left_out:
        yield Skipped.counted(origin, reading.left_out)


def read_wacz(stream: BinaryIO, origin: str, page_bytes: int) -> Iterator[Draft | Skipped]:
    """Read the archives that a WACZ file packs together.

    https://specs.webrecorder.net/wacz/1.1.1/

    Raises:
        SourceError: it is broken, or there is no archive in it.
    """
    try:
        with zipfile.ZipFile(stream) as packed:
            names = [name for name in packed.namelist() if name.endswith((".warc", ".warc.gz"))]
            for name in names:
                with packed.open(name) as inner:
                    yield from read_warc(cast(Peekable, inner), f"{origin} {name}", page_bytes)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise SourceError(f"is a broken WACZ file: {_line(error)}") from error
    if not names:
        raise SourceError("is a ZIP file without web archives in it")


class _Unpacked:
    """An archive as it was before packing, record by record or as a whole."""

    def __init__(self, stream: Peekable) -> None:
        # The standard library's, for it says where data is broken; warcio's prints it and goes on.
        self._stream = gzip.GzipFile(fileobj=cast(BinaryIO, stream))

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._stream.read1(size)  # what comes before a break, without what comes after
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SourceError(_line(error)) from error


def _pages(stream: Peekable, reading: _Reading) -> Iterator[Draft | Skipped]:
    unpacked = _Unpacked(stream) if stream.peek(2).startswith(_GZIP) else stream
    rationed = Rationed(unpacked, ration=_HEADERS + reading.page_bytes)
    for record in _records(rationed, reading):
        kind = _not_a_page(record)
        body = record.raw_stream.read(reading.page_bytes + 1) if kind is None else b""
        _finish(record, rationed)  # before it is told as a page, for it may be cut
        if kind is not None:
            reading.left_out[kind] += 1
            continue
        place = f"{reading.origin} record {reading.record}"
        try:
            yield _page(record, body, place, reading.page_bytes)
        except SourceError as error:
            yield Skipped(place, f"{error} ({_address(record)})")


def _records(stream: Rationed, reading: _Reading) -> Iterator[Any]:
    """Yield one record after the other; each must be read to its end before the next."""
    # The answer of the server is parsed later: a bad one must not end the archive.
    records = iter(WARCIterator(stream, no_record_parse=True))
    while True:
        stream.fill_up()
        with redirect_stderr(io.StringIO()):  # warcio prints there what it stumbles over
            record = next(records, None)
        if record is None:
            return
        if record.length is None:
            raise SourceError("a record does not tell its length")
        reading.record += 1
        yield record


def _finish(record: Any, stream: Rationed) -> None:
    """Skip what is left of a record, however long it is."""
    stream.fill_up()
    while record.raw_stream.read(_BLOCK):
        stream.fill_up()
    if record.raw_stream.limit > 0:
        raise SourceError("it ends in the middle of a record")


def _not_a_page(record: Any) -> str | None:
    """Say what a record is that is no page; read the head of the server's answer otherwise."""
    if record.rec_type == "revisit":
        return "pages stored before"
    if record.rec_type != "response" or not _address(record).startswith(("http:", "https:")):
        return "records that are no pages"
    try:
        record.http_headers = StatusAndHeadersParser([], verify=False).parse(record.raw_stream)
    except EOFError:
        return "records that are no pages"
    if record.http_headers.get_statuscode() != "200":
        return "answers other than 200"
    kind = (record.http_headers.get_header("content-type") or "").split(";")[0]
    return None if kind.strip().lower() in _PAGES else "records that are no pages"


def _page(record: Any, body: bytes, place: str, page_bytes: int) -> Draft:
    headers = record.http_headers
    packing = (headers.get_header("content-encoding") or "identity").strip().lower()
    if packing not in {"identity", *BufferedReader.get_supported_decompressors()}:
        raise SourceError(f"is packed by {packing!r}, which cannot be unpacked here")
    record.raw_stream = io.BytesIO(body)
    with redirect_stderr(io.StringIO()):
        data: bytes = record.content_stream().read(page_bytes + 1)
    if len(body) > page_bytes or len(data) > page_bytes:
        raise SourceError(
            f"is larger than {page_bytes / 2**20:.3g} MiB; raise max_bytes in [fetch]"
        )
    charset = _CHARSET.search(headers.get_header("content-type") or "")
    text = formats.decoded(data, charset[1] if charset else encodings.declaration(data))
    return read_page(text, place, _address(record))


def _address(record: Any) -> str:
    return record.rec_headers.get_header("WARC-Target-URI") or ""


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
