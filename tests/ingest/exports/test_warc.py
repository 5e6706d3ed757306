"""Web archives: their pages are read, and a break costs only what comes after it."""

import gzip
import io
import os
import zipfile
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest

from index.errors import SourceError
from ingest.drafts import Draft, Skipped
from ingest.exports.warc import read_wacz, read_warc

PROSE = "Мостът над реката остава затворен до април, каза кметът на града. " * 3
PAGE = f"<html lang='bg'><head><title>Мост</title></head><body><p>{PROSE}</p></body></html>"
HTML = "text/html; charset=utf-8"
MOST = 2**20


class Archive:
    """A web archive that is being written, each record packed by itself or none."""

    def __init__(self, *, packed: bool = False) -> None:
        self._pack = gzip.compress if packed else bytes
        self.data = b""
        self._write("warcinfo", "", b"software: none\r\n")

    def add(
        self,
        name: str = "most",
        body: bytes = PAGE.encode(),
        *,
        kind: str = "response",
        status: str = "200 OK",
        **headers: str,
    ) -> "Archive":
        named = {"Content-Type": HTML} | {k.replace("_", "-"): v for k, v in headers.items()}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items())]
        head = "\r\n".join([*lines, "", ""]).encode()
        return self._write(kind, f"https://kvarts.example/{name}", head + body)

    def _write(self, kind: str, url: str, block: bytes) -> "Archive":
        head = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
            "WARC-Date: 2024-04-01T00:00:00Z\r\nContent-Type: application/http\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        self.data += self._pack(head.encode() + block + b"\r\n\r\n")
        return self


def read(data: bytes, page_bytes: int = MOST) -> list[Any]:
    return list(read_warc(io.BufferedReader(io.BytesIO(data)), "dump.warc", page_bytes))


def kinds(found: list[Any]) -> list[Any]:
    return [type(item) for item in found]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_page_is_read_as_from_its_address_and_the_day_it_was_stored_is_no_date(packed):
    draft, left_out = read(Archive(packed=packed).add().data)
    assert draft == Draft(
        origin="dump.warc record 2",
        text=PROSE.strip(),
        url="https://kvarts.example/most",
        title="Мост",
        source="kvarts.example",
        language="bg",
    )
    assert left_out == Skipped("dump.warc", "left out: records that are no pages (1)")


def test_an_archive_that_was_packed_as_a_whole_is_read_too():
    assert kinds(read(gzip.compress(Archive().add().data))) == [Draft, Skipped]


def test_the_date_of_a_page_counts():
    head = '<head><meta property="article:published_time" content="2023-05-06T07:08:09Z">'
    draft, _ = read(Archive().add(body=PAGE.replace("<head>", head).encode()).data)
    assert draft.published == datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_what_is_no_page_is_left_out_and_counted():
    archive = (
        Archive()
        .add(kind="request")
        .add(kind="revisit")
        .add(kind="metadata", body=b"x: y")
        .add(status="404 Not Found")
        .add(status="301 Moved", Location="https://kvarts.example/most")
        .add(Content_Type="image/png", body=os.urandom(200_000))
        .add()
        .add(body=b"")
    )
    draft, empty, left_out = read(archive.data)
    assert draft.origin == "dump.warc record 8"
    assert empty == Skipped("dump.warc record 9", "is empty (https://kvarts.example/most)")
    assert left_out.reason == (
        "left out: answers other than 200 (2), pages stored before (1),"
        " records that are no pages (4)"
    )


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(
            {"Content_Type": "text/html; charset=windows-1251"}, PAGE.encode("cp1251"), id="server"
        ),
        pytest.param(
            {"Content_Type": "text/html"},
            PAGE.replace("<head>", "<head><meta charset=windows-1251>").encode("cp1251"),
            id="page",
        ),
        pytest.param({"Content_Type": "TEXT/HTML"}, PAGE.encode("koi8-r"), id="nobody"),
        pytest.param({"Content_Encoding": "gzip"}, gzip.compress(PAGE.encode()), id="gzip"),
        pytest.param({"Content_Encoding": "deflate"}, zlib.compress(PAGE.encode()), id="deflate"),
        pytest.param(
            {"Transfer_Encoding": "chunked"},
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE.encode()), PAGE.encode()),
            id="chunked",
        ),
        pytest.param({"Transfer_Encoding": "chunked"}, PAGE.encode(), id="chunked-by-name-only"),
    ],
)
def test_pages_are_read_in_the_form_the_server_gave_them(headers, body):
    draft, _ = read(Archive().add(body=body, **headers).data)
    assert draft.text == PROSE.strip()


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        pytest.param({}, b"x" * 10_001, "is larger than 0.00954 MiB; raise max_bytes", id="large"),
        pytest.param(
            {"Content_Encoding": "gzip"},
            gzip.compress(b"x" * 2**24),
            "is larger than 0.00954 MiB",
            id="bomb",
        ),
        pytest.param(
            {"Transfer_Encoding": "chunked"},
            b"%x\r\n%s\r\n0\r\n\r\n" % (2**22, b"x" * 2**22),
            "is larger than 0.00954 MiB",
            id="chunk",
        ),
        pytest.param({"Content_Encoding": "zstd"}, b"x", "is packed by 'zstd'", id="packing"),
        pytest.param({}, b"<html></html>", "has no article text", id="no-article"),
        pytest.param({}, b"\x89PNG" + b"\x00" * 99, "is not text but binary", id="binary"),
    ],
)
def test_a_page_that_cannot_be_read_costs_only_itself(headers, body, reason):
    data = Archive().add("bad", body, **headers).add(body=PAGE.encode()[:5000]).data
    bad, good, _ = read(data, page_bytes=10_000)
    assert (bad.origin, bad.reason.split(" (")[-1]) == (
        "dump.warc record 2",
        "https://kvarts.example/bad)",
    )
    assert bad.reason.startswith(reason)
    assert isinstance(good, Draft)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_what_comes_before_the_end_of_a_cut_archive_is_kept(packed, capsys):
    whole = Archive(packed=packed).add("a").add("b")
    cut = whole.data + Archive(packed=packed).add("c").data[:-100]
    found = read(cut)
    assert kinds(found) == [Draft, Draft, Skipped, Skipped]
    assert found[2].reason.startswith("is cut or broken after record ")
    assert capsys.readouterr() == ("", "")


def test_what_comes_before_a_broken_member_is_kept(capsys):
    before, bad = Archive(packed=True).add("a").data, bytearray(Archive(packed=True).add().data)
    bad[-200:-100] = bytes(100)
    found = read(before + bytes(bad))
    assert kinds(found) == [Draft, Skipped, Skipped]
    assert found[1].reason.startswith("is cut or broken after record ")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"Content-Length: ", b"Content-Longth: ", id="no-length"),
        pytest.param(b"Content-Length: ", b"Content-Length: -", id="negative-length"),
        pytest.param(b"Content-Length: ", b"Content-Length: 9", id="wrong-length"),
        pytest.param(b"WARC/1.0", b"WORC/1.0", id="no-record"),
    ],
)
def test_a_broken_record_ends_an_archive_with_one_line(old, new, capsys):
    good, bad = Archive().add("a").data, Archive().add("b").data
    found = read(good + bad.replace(old, new) + good)
    assert isinstance(found[0], Draft)
    broken = next(item for item in found if isinstance(item, Skipped))
    assert broken.reason.startswith("is cut or broken after record ")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is a web archive without records", id="empty"),
        pytest.param(b"hello", "is no web archive", id="text"),
        pytest.param(b"\x1f\x8b\x08", "is no web archive", id="cut-gzip"),
        pytest.param(gzip.compress(b"\x00" * 2**25), "is no web archive", id="bomb"),
        pytest.param(b"WARC/1.0\r\n" + b"a" * 2**22, "is no web archive", id="endless-header"),
    ],
)
def test_what_is_no_archive_says_so(data, reason):
    with pytest.raises(SourceError, match=reason):
        read(data)


def wacz(**parts: bytes) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), data)
    return stream


def test_the_archives_of_a_wacz_file_are_read_one_after_the_other():
    one, two = Archive(packed=True).add("a").data, Archive().add("b").data
    packed = wacz(archive__one_warc_gz=one, archive__two_warc=two, pages__pages_jsonl=b"{}")
    drafts = [item for item in read_wacz(packed, "a.wacz", MOST) if isinstance(item, Draft)]
    assert [draft.origin for draft in drafts] == [
        "a.wacz archive/one.warc.gz record 2",
        "a.wacz archive/two.warc record 2",
    ]


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        pytest.param(io.BytesIO(b"PK\x03\x04"), "is a broken WACZ file", id="broken"),
        pytest.param(wacz(a_txt=b"x"), "without web archives in it", id="nothing"),
    ],
)
def test_what_is_no_wacz_file_says_so(stream, reason):
    with pytest.raises(SourceError, match=reason):
        list(read_wacz(stream, "a.wacz", MOST))
