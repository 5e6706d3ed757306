"""Bytes in any common encoding become the text they were; what is no text is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from ingest.encodings import declaration, decode

BULGARIAN = "Няма да съборим моста, докато аз съм кмет, каза Караджинов в сряда."
RUSSIAN = "Мы не будем снижать ставку только потому, что этого ждут рынки, заявила она."
UKRAINIAN = "Підлітків вакцинують від коронавірусу зі схвалення батьків, сказали вони."
SENTENCES = [
    pytest.param(BULGARIAN, id="bg"),
    pytest.param(RUSSIAN, id="ru"),
    pytest.param("КМЕТЪТ НА БЕЛОЗАР: НЯМА ДА СЪБОРИМ МОСТА", id="bg-capitals"),
    pytest.param("Да, разбира се.", id="bg-short"),
]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "encoding",
    [
        *("cp1251", "koi8_r", "iso8859_5", "cp866", "utf-8", "utf-8-sig"),
        *("utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    ],
)
def test_cyrillic_comes_out_right_in_every_encoding(sentence, encoding):
    assert decode(sentence.encode(encoding)) == sentence


def test_old_mac_files_are_known():
    assert decode(RUSSIAN.encode("mac_cyrillic")) == RUSSIAN


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_u"])
def test_ukrainian_letters_are_known(encoding):
    assert decode(UKRAINIAN.encode(encoding)) == UKRAINIAN


@pytest.mark.parametrize(
    ("sentence", "encoding"),
    [
        pytest.param("Le président était à l’Élysée, « très fâché ».", "cp1252", id="fr"),
        pytest.param("Die Straße wäre größer, sagte Müller.", "cp1252", id="de"),
        pytest.param("Příliš žluťoučký kůň úpěl ďábelské ódy, řekl.", "cp1250", id="cs"),
        pytest.param("Ο πρωθυπουργός δήλωσε ότι δεν θα αλλάξει πολιτική.", "cp1253", id="el"),
        pytest.param("首相は昨日、新しい政策を発表しました。", "shift_jis", id="ja"),
        pytest.param("The Prime Minister’s café", "utf-16-le", id="en-utf16"),
    ],
)
def test_other_alphabets_are_guessed(sentence, encoding):
    assert decode(sentence.encode(encoding)) == sentence


def test_a_declaration_settles_what_bytes_alone_do_not():
    sentence = "ראש הממשלה אמר היום"
    assert decode(sentence.encode("cp1255"), "windows-1255") == sentence


@pytest.mark.parametrize(
    "declared",
    ["windows-1251", "iso-8859-1", "utf-16", "no-such-charset", "rot13", "unicode_escape", ""],
)
def test_valid_utf8_is_believed_before_any_declaration(declared):
    assert decode(BULGARIAN.encode(), declared) == BULGARIAN


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii", "punycode", "x\0"])
def test_a_western_default_or_nonsense_does_not_garble_cyrillic(declared):
    assert decode(BULGARIAN.encode("cp1251"), declared) == BULGARIAN


def test_latin1_means_what_browsers_take_it_for():
    assert decode("“naïve”".encode("cp1252"), "iso-8859-1") == "“naïve”"


def test_a_stray_byte_does_not_turn_utf8_into_something_else():
    data = BULGARIAN.encode() * 3 + b"\xd0"
    assert decode(data) == BULGARIAN * 3 + "\N{REPLACEMENT CHARACTER}"


def test_a_few_nul_bytes_leave_a_text_a_text():
    assert decode(b"word " * 50 + b"\0") == "word " * 50 + "\0"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        pytest.param(b"%PDF-1.7\n", "PDF", id="pdf"),
        pytest.param(b"PK\x03\x04", "ZIP", id="zip"),
        pytest.param(b"\x89PNG\r\n", "PNG", id="png"),
        pytest.param(b"\x7fELF", "program", id="elf"),
        pytest.param(b"\x1f\x8b\x08", "gzip", id="gzip"),
    ],
)
def test_known_binary_formats_are_named(head, kind):
    with pytest.raises(SourceError, match=rf"is not text but binary data \({kind}"):
        decode(head + b"whatever follows")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"ustar" + b"\0" * 500 + b"name", id="nul-bytes"),
        pytest.param(bytes(range(256)) * 4, id="all-bytes"),
    ],
)
def test_other_binary_data_is_refused(data):
    with pytest.raises(SourceError, match="is not text but binary data; convert it"):
        decode(data)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(b'<html><meta charset="windows-1251">', "windows-1251", id="html5"),
        pytest.param(
            b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">',
            "koi8-r",
            id="html4",
        ),
        pytest.param(b"<?xml version='1.0' encoding='cp1251'?>", "cp1251", id="xml"),
        pytest.param(b"<html><body>charset=none", None, id="none"),
    ],
)
def test_documents_declare_their_encoding(document, expected):
    assert declaration(document) == expected


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1))
def test_printable_utf8_with_a_mark_comes_back_as_it_went(text):
    assert decode(text.encode("utf-8-sig")) == text


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_the_family_error(data):
    with suppress(SourceError):
        assert isinstance(decode(data), str)
