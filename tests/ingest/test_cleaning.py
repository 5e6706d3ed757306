"""Canonical text: one form, which Telegram does not change."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning import canonical

AWKWARD = (
    "aeо\u0439\u00e5ẠКg .,\n\n\r\t\x00\x0b\x85\u00a0\u2003"
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2060\ufeff"
    "\u0301\u0302\u0306\u0308\u030a\u0323\u0333\u033f\u0344\u212b\u1100\u1161\u11a8\ud83d\ude00"
)
texts = st.one_of(st.text(), st.text(alphabet=AWKWARD), st.text(alphabet=st.characters()))


def telegram_clean(text: str) -> str:
    """What Telegram does to the text of a message, from its description."""
    text = text.replace("\r", "")
    text = "".join(" " if ord(c) < 32 and c != "\n" else c for c in text)
    text = re.sub("[\u2028-\u202e\u030a\u0333\u033f]", "", text)
    text = re.sub("[\u200e\u200f]+", "\u200e", text)
    return text.strip(" \n")


@given(texts)
def test_canonical_text_stays_as_it_is(text):
    assert canonical(canonical(text)) == canonical(text)


@given(texts)
def test_canonical_text_is_composed(text):
    assert unicodedata.is_normalized("NFC", canonical(text))


@given(texts)
def test_telegram_leaves_canonical_text_untouched(text):
    assert telegram_clean(canonical(text)) == canonical(text)


@given(texts)
def test_canonical_text_can_be_encoded_and_has_no_loose_blanks(text):
    clean = canonical(text)
    clean.encode()
    assert "\n\n\n" not in clean
    assert all(line == line.strip() for line in clean.split("\n"))


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from("\u0301\u0344\u030a"))
def test_piles_of_marks_are_canonical_too(many, more, mark):
    clean = canonical("a" + mark * many + "\u0323" * more + "!" * 70 + mark * more)
    assert canonical(clean) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line-ends"),
        pytest.param("a\tb\x00c\x85d", "a b c d", id="control-characters-are-blanks"),
        pytest.param("a\u2028b\u2029c", "a\nb\nc", id="separators-are-newlines"),
        pytest.param("a\u202ab\u202e\u200e\u200f", "ab", id="directions-are-dropped"),
        pytest.param("Тереза \u200b\u200bМей\ufeff", "Тереза Мей", id="zero-width-spaces"),
        pytest.param("сък\u00adратено", "съкратено", id="soft-hyphen"),
        pytest.param("u\u030a a\u030a x\u030a", "ů å x", id="rings-compose-or-go"),
        pytest.param("a\u200b\u030a", "å", id="ring-behind-an-invisible-character"),
        pytest.param("a\u033f\u0301", "á", id="neighbours-of-a-dropped-mark-compose"),
        pytest.param("å\u0333\u0323", "ạ", id="a-ring-pushed-off-its-letter-goes-too"),
        pytest.param("и\u0306", "й", id="composed"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="joiners-stay"),
        pytest.param("5\u00a0лв.\u00a0", "5\u00a0лв.", id="no-break-space-stays-inside-a-line"),
        pytest.param(" a \n\n\n \n b ", "a\n\nb", id="blank-lines"),
        pytest.param("\ud800a", "\ufffda", id="lone-surrogate"),
        pytest.param("\ud83d\ude00", "\U0001f600", id="surrogates-in-a-pair"),
        pytest.param("\uffff", "\uffff", id="noncharacter"),
        pytest.param(" \n\t\u200b", "", id="nothing"),
    ],
)
def test_forms(text, clean):
    assert canonical(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("дума " * 400_000, id="one-long-line"),
        pytest.param("a" + " " * 1_000_000 + "b", id="a-long-blank"),
        pytest.param("\n \n" * 300_000, id="blank-lines"),
        pytest.param("a" + "\u0301\u0323" * 500_000, id="a-pile-of-marks"),
    ],
)
def test_time_grows_with_the_length_only(text):
    start = time.process_time()
    canonical(text)
    assert time.process_time() - start < 10
