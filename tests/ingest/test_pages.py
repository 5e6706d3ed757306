"""The article of a page is found, with what the page says about it, and nothing around it."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from ingest.pages import fragment_text, plain_text, primary_language, read_page

SAMPLES = Path(__file__).parents[2] / "samples"
PROSE = "The deep channel will not reopen before April, the harbour master told captains. "


def page(head: str = "", *, lang: str = "en", body: str = f"<p>{PROSE * 3}</p>") -> str:
    return f"<html lang='{lang}'><head>{head}</head><body><article>{body}</article></body></html>"


def test_a_page_becomes_its_article_and_metadata():
    html = (SAMPLES / "museum-heist.en.html").read_text(encoding="utf-8")
    draft = read_page(html, "heist.html", "https://elsewhere.example.org/?utm=1")
    paragraphs = draft.text.split("\n")
    assert draft.url == "https://quay.example.com/culture/2024/11/05/cobblehythe-tide-clock"
    assert draft.title == "Thieves take Cobblehythe tide clock but leave its pendulum behind"
    assert draft.source == "The Quay Observer"
    assert draft.author == "Philippa Marlow"
    assert draft.published == datetime(2024, 11, 5, 18, 25, tzinfo=UTC)
    assert draft.language == "en"
    assert paragraphs[0].startswith("Thieves broke into the Museum of Tides")
    assert paragraphs[-1].startswith("The insurer, Gannet Mutual")
    assert len(paragraphs) == 6
    assert not [word for word in ("cookie", "Subscribe", "Read more", "©") if word in draft.text]


def test_the_same_page_gives_the_same_article_each_time():
    html = (SAMPLES / "river-flood.ru.html").read_text(encoding="utf-8")
    assert read_page(html, "a") == read_page(html, "a") == read_page(html, "a")


def test_nothing_inside_a_paragraph_is_lost():
    body = f"<p>Before <b>bold</b>, <a href='/x'>linked</a> and <i>so on</i>.</p><p>{PROSE}</p>"
    assert "Before bold, linked and so on." in read_page(page(body=body), "a").text


def test_list_items_and_cells_are_plain_paragraphs():
    body = f"<p>{PROSE * 3}</p><ul><li>First thing said.</li><li>Second.</li></ul><p>{PROSE}</p>"
    assert "First thing said.\nSecond.\n" in read_page(page(body=body), "a").text


def test_the_outlet_is_the_host_where_no_name_is_given():
    assert read_page(page(), "a", "https://www.harbour.example.com/x").source == (
        "harbour.example.com"
    )
    assert read_page(page(), "a").source is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(
            '<meta property="article:published_time" content="2024-03-01T09:30:00Z">',
            datetime(2024, 3, 1, 9, 30, tzinfo=UTC),
            id="meta",
        ),
        pytest.param(
            '<script type="application/ld+json">{"@type": "NewsArticle",'
            ' "datePublished": "2024-03-01T09:30:00Z"}</script>',
            datetime(2024, 3, 1, 9, 30, tzinfo=UTC),
            id="json",
        ),
        pytest.param(
            '<meta name="date" content="2024-03-01">',
            datetime(2024, 3, 1, tzinfo=UTC),
            id="day-only",
        ),
        pytest.param("", None, id="none"),
    ],
)
def test_the_moment_of_publication_keeps_its_time(head, expected):
    assert read_page(page(head), "a").published == expected


def test_a_year_in_the_footer_is_no_date():
    assert (
        read_page(page(body=f"<p>{PROSE * 3}</p><footer>© 2019 Us</footer>"), "a").published
        is None
    )


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en-GB", "en"),
        (" bg ", "bg"),
        ("english", None),
        ("", None),
        (None, None),
        ("{lang}", None),
    ],
)
def test_language_tags(tag, expected):
    assert primary_language(tag) == expected


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("", id="empty"),
        pytest.param("<html><body></body></html>", id="empty-body"),
        pytest.param("<html><body><nav><a href='/'>Home</a></nav></body></html>", id="frame-only"),
        pytest.param("<div>" * 3000, id="deep"),
        pytest.param("<<<>>><!-- ", id="garbage"),
    ],
)
def test_a_page_without_an_article_says_so(html):
    with pytest.raises(SourceError, match="has no article text"):
        read_page(html, "a")


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(f"<p>{PROSE * 3}", id="unclosed"),
        pytest.param(f"<?xml version='1.0' encoding='koi8-r'?>{page()}", id="xhtml"),
        pytest.param(page(body=f"<p>{PROSE}\x00\x01{PROSE * 2}</p>"), id="controls"),
        pytest.param(f"{page()}</html></div></div><p>", id="too-many-ends"),
    ],
)
def test_malformed_pages_are_read(html):
    assert PROSE.strip() in read_page(html, "a").text


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="<>/!-ap div=\"'&;x\n\x00\u0416", max_size=200))
def test_no_page_raises_anything_but_the_family_error(html):
    with suppress(SourceError):
        assert read_page(f"<html><body>{html}", "a").text


def test_all_text_of_a_fragment_is_kept_block_by_block():
    html = (
        "<p>a <b>b</b>\n c</p>d<br>e<ul><li>f</li></ul> AT&amp;T<table><tr><td>g</td></tr></table>"
    )
    assert plain_text(html) == "a b c\nd\ne\nf\nAT&T\ng"
    assert plain_text("") == ""


def test_scripts_and_styles_are_no_text():
    html = "<style>p { x }</style><p>a <script>if (1 < 2) { go() }</script>b</p>"
    assert plain_text(html) == "a b"


def test_a_short_fragment_is_not_mistaken_for_the_frame_of_a_page():
    assert (
        fragment_text("<p>Short.</p><p>And <a href='/'>linked</a>.</p>") == "Short.\nAnd linked."
    )
