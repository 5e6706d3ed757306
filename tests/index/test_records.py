"""Quotes are slices: a span gives back the very words it was made from, or nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import QuoteError
from index.records import Article, Span, text_version

ASTRAL = "Кит 🐋 и 👩‍🚀 казаха: „𝔑ein“."


def article(text: str, article_id: str = "a") -> Article:
    return Article(article_id, text, title="", source="", language="en")


@st.composite
def texts_with_range(draw):
    text = draw(st.text(min_size=1) | st.just(ASTRAL))
    start = draw(st.integers(0, len(text) - 1))
    return text, start, draw(st.integers(start + 1, len(text)))


@given(texts_with_range())
def test_the_words_of_a_span_are_its_slice_of_the_text(case):
    text, start, end = case
    stored = article(text)
    span = stored.span(start, end)
    assert stored.words(span) == text[start:end]
    assert len(span) == end - start


@given(st.text(), st.text())
def test_the_version_changes_with_the_text_and_with_nothing_else(one, other):
    assert (text_version(one) == text_version(other)) == (one == other)
    assert replace(article(one), title="new", id="b").version == article(one).version


def test_a_version_is_sixteen_hexadecimal_digits():
    assert text_version("citat") == "898e00825a1277ba"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(2, 2, id="empty"),
        pytest.param(3, 2, id="backwards"),
        pytest.param(-1, 2, id="before-the-text"),
        pytest.param(0, 6, id="behind-the-text"),
    ],
)
def test_no_span_is_empty_or_leaves_the_text(start, end):
    with pytest.raises(ValueError, match=rf"a has 5 characters, not \[{start}, {end}\)"):
        article("Water").span(start, end)
    with pytest.raises(QuoteError):
        article("Water").words(Span("a", text_version("Water"), start, end))


def test_a_span_of_another_version_has_no_words():
    span = article("We will strike.").span(3, 14)
    with pytest.raises(QuoteError, match=r"a was quoted in version \w+, but a is now in version"):
        article("We won't strike.").words(span)


def test_a_span_of_another_article_has_no_words_even_if_the_texts_are_equal():
    span = article("We will strike.", "a").span(3, 14)
    with pytest.raises(QuoteError, match="a was quoted"):
        article("We will strike.", "b").words(span)


def test_a_span_covers_what_lies_inside_it_in_the_same_article():
    whole, part = article("Water rises.").span(0, 12), article("Water rises.").span(6, 11)
    assert whole.covers(part)
    assert whole.covers(whole)
    assert not part.covers(whole)
    assert not whole.covers(article("Water rises.", "b").span(6, 11))


def test_spans_overlap_where_they_share_a_character_of_the_same_article():
    first, second = article("Water rises.").span(0, 6), article("Water rises.").span(5, 11)
    assert first.overlaps(second)
    assert second.overlaps(first)
    assert not first.overlaps(article("Water rises.").span(6, 11))
    assert not first.overlaps(article("Water rises.", "b").span(0, 6))
