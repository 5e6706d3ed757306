"""Files of text, Markdown and HTML become drafts."""

from datetime import UTC, datetime

import pytest

from index.errors import SourceError
from ingest.drafts import Draft
from ingest.formats import read_html, read_markdown, read_text, unwrapped

WRAPPED = """\
The harbour master told ship captains on Tuesday that the deep channel
would not reopen before April, since silt carried in by the storms of
July has reduced its depth from 9.1 to 6.8 metres, a survey has found.

The fish merchants accused her of being too cautious. Each week of the
closure costs their members ninety thousand pounds, said the chairman,
and she rejected that.

"""


def test_plain_text_is_taken_as_it_is_with_newlines_unified():
    data = "Заглавие\r\n\r\nПърви ред.\rВтори ред.\n".encode()
    assert read_text(data, "a.txt") == Draft(
        origin="a.txt", text="Заглавие\n\nПърви ред.\nВтори ред.\n"
    )


def test_paragraphs_of_a_fixed_width_are_joined():
    first, second = unwrapped(WRAPPED).strip().split("\n\n")
    assert first.endswith(
        "since silt carried in by the storms of July has reduced its depth"
        " from 9.1 to 6.8 metres, a survey has found."
    )
    assert "\n" not in second
    assert unwrapped(WRAPPED).split() == WRAPPED.split()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("One line.\nAnother.\nA third one.\n", id="short-lines"),
        pytest.param("A title of a line\n" + "A long paragraph. " * 20, id="long-lines"),
        pytest.param(
            "Още: Даниел Фурнаджиев е новият треньор на отбора\n"
            "Още: Нощен влак ще свързва Белозар\n"
            "Още: Писателката: Не пиша за село, пиша за тишината и хората\n"
            "Още: Мостът остава затворен до пролетта\n",
            id="a-list-of-links",
        ),
        pytest.param("", id="empty"),
    ],
)
def test_lines_that_could_have_been_longer_stay_lines(text):
    assert unwrapped(text) == text


def test_a_heading_or_an_indent_in_wrapped_text_stays_on_its_own_line():
    lines = unwrapped("A heading\n" + (WRAPPED * 8).replace("\n\n", "\n ", 1)).split("\n")
    assert lines[0] == "A heading"
    assert lines[1].startswith("The harbour master")
    assert lines[2].startswith(" The fish merchants")


def test_front_matter_gives_the_metadata():
    data = b"""---
id: 007
title: "No: nothing"
url: https://a.example/x
source: The Quay
author: [Ann, Bob]
published: 2024-01-23
language: en
mood: grey
---

First *paragraph*
goes on.

Second.
"""
    assert read_markdown(data, "a.md") == Draft(
        origin="a.md",
        text="First paragraph goes on.\nSecond.",
        id="007",
        url="https://a.example/x",
        title="No: nothing",
        source="The Quay",
        author="Ann, Bob",
        published=datetime(2024, 1, 23, tzinfo=UTC),
        language="en",
    )


@pytest.mark.parametrize(
    ("source", "title", "text"),
    [
        pytest.param("# Title\n\nText", "Title", "Text", id="from-the-heading"),
        pytest.param("---\ntitle: T\n---\n# T\nText", "T", "Text", id="said-twice"),
        pytest.param("---\ntitle: T\n---\n# H\nText", "T", "H\nText", id="another-heading"),
        pytest.param("---\ntitle: ~\ndate: no\n---\nText", None, "Text", id="said-empty"),
        pytest.param("---\nJust prose\n---\nText", None, "Just prose\nText", id="two-rules"),
        pytest.param("---\nText", None, "Text", id="one-rule"),
    ],
)
def test_titles_of_markdown(source, title, text):
    draft = read_markdown(source.encode(), "a.md")
    assert (draft.title, draft.text) == (title, text)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param(
            "---\na: b\ntitle: a: b\n---\nx", "broken front matter: .*, line 3", id="yaml"
        ),
        pytest.param("---\na: \x01\n---\nx" + "x" * 90, "broken front matter", id="control"),
        pytest.param("---\n" + "[" * 9000 + "\n---\nx", "broken front matter", id="deep"),
        pytest.param("---\ntitle: {a: b}\n---\nx", "title should be a text, not dict", id="kind"),
        pytest.param("---\ntitle: T\n---\n", "has no text", id="no-text"),
        pytest.param(" \n", "is empty", id="empty"),
    ],
)
def test_bad_markdown_says_why(source, reason):
    with pytest.raises(SourceError, match=reason):
        read_markdown(source.encode(), "a.md")


def test_a_saved_page_is_read_in_the_encoding_it_declares():
    body = "<p>Няма да съборим моста, каза кметът в сряда вечерта пред журналисти.</p>" * 5
    page = f'<html><head><meta charset="windows-1251"></head><body>{body}</body></html>'
    assert "Няма да съборим моста" in read_html(page.encode("cp1251"), "a.html").text
