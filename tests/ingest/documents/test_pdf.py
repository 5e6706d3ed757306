"""PDF files: their text as it is read, and one clear line for those without."""

import io
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from index.errors import SourceError
from ingest.documents.pdf import MOST_PAGES, read_pdf
from ingest.drafts import Draft, Skipped

LINES = (
    "Мостът над реката остава затворен до април, каза",
    "кметът. Той пре-",
    "говори с всички.",
)
TEXT = "Мостът над реката остава затворен до април, каза кметът. Той преговори с всички."
UNICODE = (
    b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF>"
    b" endcodespacerange 3 beginbfrange <0000> <00FF> <0000> <0400> <04FF> <0400>"
    b" <2000> <20FF> <2000> endbfrange endcmap end"
)

FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 4 0 R"
    b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 500 >>] >>"
)


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >> stream\n%s\nendstream" % (len(data), more, data)


def shown(lines: Sequence[str], before: str = "") -> bytes:
    """Return the page that shows some lines, by a font that names each character by its number."""
    rows = [f"<{line.encode('utf-16-be').hex()}> Tj 0 -14 Td" for line in lines]
    return f"BT {before} /F 12 Tf 50 700 Td {' '.join(rows)} ET".encode()


def document(*pages: bytes, info: str = "", catalog: str = "", more: bytes = b"") -> bytes:
    """Return a PDF file of pages, each given as its content."""
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        FONT,
        stream(UNICODE),
        f"<< {info} >>".encode("latin-1"),
    ]
    for number, content in enumerate(pages):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {7 + 2 * number} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>".encode(),
            stream(content, more),
        ]
    return numbered(objects)


def numbered(objects: Sequence[bytes]) -> bytes:
    data, places = b"%PDF-1.7\n", list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj %s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R /Info 5 0 R >>\n"
        b"startxref\n%d\n%%%%EOF" % (size, table, size, len(data))
    )


def utf16(text: str) -> str:
    return f"<feff{text.encode('utf-16-be').hex()}>"


def read(data: bytes) -> list[Any]:
    return list(read_pdf(data, "a.pdf"))


def text_of(data: bytes) -> str:
    (draft,) = read(data)
    return str(draft.text)


def locked(data: bytes, algorithm: str, password: str = "") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, "owner", algorithm=algorithm)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_a_document_becomes_an_article_with_what_it_says_of_itself():
    info = (
        f"/Title {utf16('Мостът')} /Author {utf16('Мила Ганева')}"
        " /CreationDate (D:20240123101500+02'00')"
    )
    assert read(document(shown(LINES), info=info, catalog="/Lang (bg-BG)")) == [
        Draft(
            origin="a.pdf",
            text=TEXT,
            title="Мостът",
            author="Мила Ганева",
            published=datetime(2024, 1, 23, 8, 15, tzinfo=UTC),
            language="bg",
        )
    ]


@pytest.mark.parametrize(
    "title", ["", "untitled", "Microsoft Word - most", "Document1", "BROI_12.indd", "a.b.pdf"]
)
def test_what_a_program_calls_a_document_is_no_title(title):
    (draft,) = read(document(shown(LINES), info=f"/Title ({title}) /CreationDate (soon)"))
    assert (draft.title, draft.published) == (None, None)


def test_the_day_of_a_scan_is_not_when_it_was_published():
    (draft,) = read(document(shown(LINES, "3 Tr"), info="/CreationDate (D:20240123)"))
    assert (draft.text, draft.published) == (TEXT, None)


def test_pages_run_on_without_their_headers_and_numbers():
    bodies = [
        "Мостът остава затворен до април, каза кметът на",
        "града. Той ще говори и с проектантите на опорите",
        "на моста, но не и с тези, които са го строили и",
        "поддържали през последните тридесет години.",
    ]
    pages = [["Вестник Кварц", body, str(number)] for number, body in enumerate(bodies, 7)]
    assert text_of(document(*map(shown, pages))) == " ".join(bodies)


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_a_document_that_anybody_may_open_is_opened(algorithm):
    assert text_of(locked(document(shown(LINES)), algorithm)) == TEXT


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_document_with_a_password_says_so(algorithm):
    with pytest.raises(SourceError, match="is locked by a password; save it without one"):
        read(locked(document(shown(LINES)), algorithm, "secret"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(document(shown(LINES)).replace(b"startxref", b"startxroof"), id="no-start"),
        pytest.param(document(shown(LINES)).replace(b"0000 n", b"9999 n"), id="wrong-table"),
        pytest.param(b"\n\n" + document(shown(LINES)), id="something-before"),
        pytest.param(document(shown(LINES)) + b"\x00" * 2000, id="something-after"),
    ],
)
def test_broken_tables_are_repaired(data):
    assert text_of(data) == TEXT


def test_a_page_that_cannot_be_read_is_named_and_the_others_go_on():
    bomb = zlib.compress(bytes(100 * 2**20), 9)
    good = zlib.compress(shown(LINES))
    skipped, draft = read(document(good, bomb, more=b"/Filter /FlateDecode"))
    assert isinstance(skipped, Skipped)
    assert skipped.origin == "a.pdf page 2"
    assert skipped.reason.startswith("cannot be read: ")
    assert draft.text == TEXT


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is named as a PDF but is none", id="empty"),
        pytest.param(b"<html>Log in</html>", "is named as a PDF but is none", id="html"),
        pytest.param(b"%PDF-1.7\n", "is broken: .*; save it anew", id="head-only"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 99, "is broken", id="garbage"),
        pytest.param(document(shown(LINES))[:-200], "is broken", id="cut"),
        pytest.param(document(b"0 0 100 100 re f"), "run OCR first, with ocrmypdf", id="picture"),
        pytest.param(document(), "has no text", id="no-pages"),
        pytest.param(document().replace(b"/Kids []", b"/Kids [2 0 R]"), "is broken", id="loop"),
        pytest.param(numbered([b"<< /Type /Catalog >>"]), "is broken", id="no-tree"),
    ],
)
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(SourceError, match=reason):
        read(data)


def test_a_book_without_end_is_refused():
    with pytest.raises(SourceError, match="has 5001 pages; split it into files of 5000"):
        read(document(*[b""] * (MOST_PAGES + 1)))
