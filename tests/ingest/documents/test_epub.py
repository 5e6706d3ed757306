"""Books: a chapter is an article; what is locked or broken says so."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from ingest.documents.epub import SHORTEST, read_epub
from ingest.drafts import Draft, Skipped

MOST = 20 * 2**20
PROSE = "Мостът над реката остава затворен до април, каза кметът на града. " * 4
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
SAID = (
    "<dc:identifier>urn:isbn:9780000000001</dc:identifier><dc:title>Мостът</dc:title>"
    "<dc:creator>Мила Ганева</dc:creator><dc:creator>Иван Дън</dc:creator>"
    "<dc:publisher>Кварц</dc:publisher><dc:language>bg</dc:language>"
    "<dc:date>2021-05-06</dc:date>"
)


def page(text: str = PROSE, heading: str = "Начало") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>x</title></head><body><h1>{heading}</h1><p>{text}</p></body></html>"
    )


def book(
    chapters: dict[str, str],
    *,
    said: str = SAID,
    spine: str | None = None,
    parts: dict[str, str] | None = None,
) -> bytes:
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{said}</metadata>'
        '<manifest><item id="nav" href="nav.xhtml" properties="nav"/>'
        f"{items}</manifest><spine><itemref idref='nav'/>{spine or order}</spine></package>"
    )
    files = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package}
    files |= {f"OEBPS/{name.replace('%20', ' ')}": text for name, text in chapters.items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (files | (parts or {})).items():
            packed.writestr(name, text)
    return stream.getvalue()


def read(data: bytes) -> list[Any]:
    return list(read_epub(data, "a.epub", MOST))


def test_a_chapter_becomes_an_article():
    first, second = read(book({"one.xhtml": page(), "text/two%20b.xhtml": page(heading="Край")}))
    assert first == Draft(
        origin="a.epub chapter 1",
        text=PROSE.strip(),
        id="urn:isbn:9780000000001#OEBPS/one.xhtml",
        title="Мостът: Начало",
        source="Кварц",
        author="Мила Ганева, Иван Дън",
        published=datetime(2021, 5, 6, tzinfo=UTC),
        language="bg",
    )
    assert (second.id, second.title) == (
        "urn:isbn:9780000000001#OEBPS/text/two b.xhtml",
        "Мостът: Край",
    )


def test_chapters_come_in_the_order_of_reading_each_once():
    chapters = {name: page(heading=name) for name in ("a.xhtml", "b.xhtml", "notes.xhtml")}
    spine = '<itemref idref="c1"/><itemref idref="c0"/><itemref idref="c1"/><itemref idref="x"/>'
    found = read(book(chapters, spine=f'{spine}<itemref idref="c2" linear="no"/>'))
    assert [draft.title for draft in found] == ["Мостът: b.xhtml", "Мостът: a.xhtml"]


def test_covers_and_imprints_are_left_out_and_counted():
    short = page("Всички права запазени.")
    draft, left_out = read(book({"cover.xhtml": short, "one.xhtml": page(), "end.xhtml": short}))
    assert isinstance(draft, Draft)
    assert left_out == Skipped("a.epub", "left out: pages that are no chapters (2)")


def test_a_book_that_says_nothing_of_itself_is_read():
    (draft,) = read(book({"one.xhtml": page()}, said=""))
    assert draft == Draft(origin="a.epub chapter 1", text=PROSE.strip(), title="Начало")


@settings(max_examples=25)
@given(st.text(st.characters(categories=["L", "N"]), min_size=SHORTEST, max_size=2 * SHORTEST))
def test_the_words_of_a_chapter_come_out_as_they_went_in(text):
    (draft,) = read(book({"one.xhtml": page(text)}))
    assert draft.text == text


def test_a_page_that_is_missing_or_empty_costs_only_itself():
    data = book({"a.xhtml": "", "b.xhtml": page(), "c.xhtml": page()})
    empty, draft, missing = read(data.replace(b"OEBPS/c.xhtml", b"OEBPS/d.xhtml"))
    assert empty == Skipped("a.epub chapter 1", "is empty")
    assert isinstance(draft, Draft)
    assert missing.reason == "has no part 'OEBPS/c.xhtml'; save it again"


ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"'
    ' xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
    '<enc:EncryptionMethod Algorithm="{}"/></enc:EncryptedData></encryption>'
)
AES = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"


@pytest.mark.parametrize(
    ("also", "name"),
    [
        ("META-INF/rights.xml", "Adobe ADEPT"),
        ("META-INF/license.lcpl", "Readium LCP"),
        ("META-INF/sinf.xml", "Apple FairPlay"),
        ("other.xml", "unknown kind"),
    ],
)
def test_a_locked_book_names_its_lock(also, name):
    parts = {"META-INF/encryption.xml": ENCRYPTION.format(AES), also: "x"}
    with pytest.raises(SourceError, match=rf"is locked \(DRM, {name}\)"):
        read(book({"one.xhtml": page()}, parts=parts))


def test_veiled_fonts_lock_nothing():
    veiled = {"META-INF/encryption.xml": ENCRYPTION.format("http://www.idpf.org/2008/embedding")}
    assert isinstance(read(book({"one.xhtml": page()}, parts=veiled))[0], Draft)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"<html>", "is a broken EPUB file", id="html"),
        pytest.param(book({}), "is a book without text", id="no-chapters"),
        pytest.param(
            book({}, parts={"META-INF/container.xml": "<a/>"}), "does not say where", id="nowhere"
        ),
        pytest.param(book({}, parts={"x": " " * 5 * 2**20}), "unpacks from", id="bomb"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_no_book_says_so(data, reason):
    with pytest.raises(SourceError, match=reason):
        read(data)
