"""Word documents: the text as it is printed, in order."""

import io
import random
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from ingest.documents.docx import read_docx
from ingest.drafts import Draft

MOST = 20 * 2**20
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="a" Target="{}" Type="http://purl.oclc.org/ooxml/officeDocument/'
    'relationships/officeDocument"/></Relationships>'
)


def saved(document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return stream.getvalue()


def minimal(body: str, namespace: str = WORD, target: str = "word/document.xml") -> bytes:
    document = f'<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    return zipped({"_rels/.rels": RELATIONS.format(target), "word/document.xml": document})


def text_of(data: bytes) -> str:
    return read_docx(data, "a.docx", MOST).text


def test_a_document_becomes_an_article_with_what_it_says_of_itself():
    document = docx.Document()
    document.core_properties.title = "Мостът"
    document.core_properties.author = "Мила Ганева"
    document.core_properties.language = "bg-BG"
    document.core_properties.created = datetime(2024, 1, 23, 8, 15)  # noqa: DTZ001 - as Word has it
    document.add_heading("Остава затворен", 1)
    document.add_paragraph("Каза ").add_run("кметът").bold = True
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Дължина", "120 м"
    document.add_paragraph("Край.", style="List Bullet")
    assert read_docx(saved(document), "a.docx", MOST) == Draft(
        origin="a.docx",
        text="Остава затворен\nКаза кметът\nДължина\n120 м\nКрай.",
        title="Мостът",
        author="Мила Ганева",
        published=datetime(2024, 1, 23, 8, 15, tzinfo=UTC),
        language="bg",
    )


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=40), min_size=1))
def test_every_paragraph_comes_out_as_it_went_in(paragraphs):
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    filled = [paragraph for paragraph in paragraphs if paragraph.strip()]
    if filled:
        assert text_of(saved(document)).split("\n") == filled
    else:
        with pytest.raises(SourceError, match="has no text"):
            text_of(saved(document))


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        pytest.param(
            "<w:ins><w:r><w:t>Да</w:t></w:r></w:ins><w:del><w:r><w:delText>Не</w:delText></w:r>"
            "</w:del>",
            "Да",
            id="changes",
        ),
        pytest.param(
            "<w:hyperlink><w:r><w:t>Мост</w:t></w:r></w:hyperlink>"
            "<w:sdt><w:sdtContent><w:r><w:t>ът</w:t></w:r></w:sdtContent></w:sdt>",
            "Мостът",
            id="links-and-fields",
        ),
        pytest.param(
            "<w:r><w:instrText>PAGE</w:instrText><w:t>3</w:t></w:r>", "3", id="code-of-a-field"
        ),
        pytest.param(
            "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r>",
            "a\tb\nc\N{NON-BREAKING HYPHEN}",
            id="characters",
        ),
        pytest.param(
            "<w:r><w:t>Край</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Каре</w:t></w:r>"
            "</w:p></w:txbxContent></w:pict></w:r>",
            "Каре\nКрай",
            id="text-box",
        ),
        pytest.param(
            f'<w:r><mc:AlternateContent xmlns:mc="{MC}"><mc:Choice><w:t>Каре</w:t></mc:Choice>'
            "<mc:Fallback><w:t>Каре</w:t></mc:Fallback></mc:AlternateContent></w:r>",
            "Каре",
            id="said-twice",
        ),
    ],
)
def test_what_word_shows_is_the_text(inside, text):
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inside}</w:p>"))
    assert text_of(saved(document)) == text


def test_strict_documents_and_absolute_targets_are_read():
    body = "<w:p><w:r><w:t>Текст.</w:t></w:r></w:p>"
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    assert text_of(minimal(body, strict, "/word/document.xml")) == "Текст."


def test_entities_are_not_unfolded():
    bombs = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    document = (
        f'<!DOCTYPE w:document [<!ENTITY a "aaaaaaaaaa">{bombs}]><w:document xmlns:w="{WORD}">'
        "<w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
    )
    data = zipped(
        {"_rels/.rels": RELATIONS.format("word/document.xml"), "word/document.xml": document}
    )
    with pytest.raises(SourceError):
        text_of(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(
            b"\xd0\xcf\x11\xe0" + b"\x00" * 99, "locked by a password or an old .doc", id="ole"
        ),
        pytest.param(b"<html>", "is a broken Word file", id="html"),
        pytest.param(b"PK\x03\x04cut", "is a broken Word file", id="cut"),
        pytest.param(zipped({"a": "b"}), "has no part '_rels/.rels'", id="other-zip"),
        pytest.param(
            zipped({"_rels/.rels": RELATIONS.format("x.xml")}), "has no part 'x.xml'", id="no-text"
        ),
        pytest.param(zipped({"_rels/.rels": "<a"}), "has a broken part '_rels/.rels'", id="xml"),
        pytest.param(zipped({"_rels/.rels": "<a/>"}), "is no Word document", id="no-relation"),
        pytest.param(minimal("", "urn:other"), "is no Word document", id="other-xml"),
        pytest.param(minimal("<w:p/>"), "has no text", id="empty"),
        pytest.param(minimal("<w:p>" * 5000), "has a broken part", id="deep"),
        pytest.param(zipped({"a": bytes(21 * 2**20)}), "unpacks from .* to 21 MiB", id="large"),
        pytest.param(zipped({"a": bytes(5 * 2**20)}), "unpacks from .* to 5 MiB", id="dense"),
        pytest.param(
            zipped({str(number): "" for number in range(20_001)}), "has 20001 parts", id="parts"
        ),
    ],
)
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(SourceError, match=reason):
        text_of(data)


def test_a_part_that_lies_about_its_size_is_not_unpacked_further():
    data = minimal("<w:p>" + " " * 10**6 + "</w:p>")
    size = zipfile.ZipFile(io.BytesIO(data)).getinfo("word/document.xml").file_size
    with pytest.raises(SourceError, match="broken"):
        text_of(data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))


def test_a_text_larger_than_any_is_not_parsed():
    noise = random.Random(1).randbytes(17 * 2**20).hex()
    data = minimal(f"<w:p><w:r><w:t>{noise}</w:t></w:r></w:p>")
    with pytest.raises(SourceError, match=r"has a part of 34 MiB, 'word/document.xml'"):
        read_docx(data, "a.docx", 50 * 2**20)


def test_a_part_with_a_password_says_so():
    data = bytearray(minimal("<w:p/>"))
    at = data.rindex(b"PK\x01\x02") + 8
    data[at] |= 1
    first = data.rindex(b"PK\x03\x04") + 6
    data[first] |= 1
    with pytest.raises(SourceError, match=r"cannot be unpacked: .*password"):
        text_of(bytes(data))
