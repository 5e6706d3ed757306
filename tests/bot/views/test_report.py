"""A view as one page of HTML: exact words marked in their article, and nothing that runs."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.answer import Quote, Reason
from bot.phrases import LANGUAGES
from bot.terminal import surroundings
from bot.views.report import report
from bot.views.request import Kind, Request
from bot.views.view import Item, View
from index.records import Article
from ingest.cleaning import canonical

MARKUP = (
    *("<b>", "</mark>", "<script>", "</blockquote>", '"><a href="x">', "<!--", "-->", "<br/>"),
    *("&lt;", "&amp;", "&#60;", "&quot", "'", "\n", " ", ".", "</style>", "</title>", "<"),
)
hostile = st.lists(
    st.one_of(st.sampled_from(MARKUP), st.characters(exclude_categories=["Cs", "Cc"])),
    max_size=40,
).map("".join)
VOID = {"meta"}


class Page(HTMLParser):
    """Reads a page as a browser does: tags in balance, and the text in each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.append((tag, ""))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for n in range(len(self.texts) - 1, -1, -1):
            tag, text = self.texts[n]
            if self.open and tag == self.open[-1]:
                self.texts[n] = tag, text + data
                return

    def text(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def view_of(*quotes: Quote, **told) -> View:
    return View(Request(Kind.SAID, "Kolev"), "en", tuple(map(Item, quotes)), **told)


def quote_of(text: str, start: int, end: int, **known) -> Quote:
    article = Article("a", text, "Title", "Outlet", "en", "https://www.a.example/x")
    return Quote(replace(article, **known), replace(article, **known).span(start, end), 1.0)


@given(before=hostile, words=hostile, after=hostile, line=hostile)
def test_the_mark_holds_the_exact_words_and_what_is_around_is_the_articles(
    before, words, after, line
):
    text = canonical(f"{before}A{words}Z{after}")
    start, end = text.find("A"), text.rfind("Z") + 1
    assume(0 <= start < end)
    quote = replace(quote_of(text, start, end, title=line, source=line), speaker=line, via=line)
    page = Page(report(view_of(quote), "en"))
    assert page.text("mark") == [quote.text]
    first, last = surroundings(quote)
    shown = page.text("blockquote")[0]
    cut_before, cut_after = "[…] " * (first > 0), " […]" * (last < len(text))
    assert shown == f"{cut_before}{text[first:start]}{text[end:last]}{cut_after}"


@given(line=hostile)
def test_nothing_of_an_article_becomes_markup(line):
    plain = quote_of("Words.", 0, 6)
    odd = replace(
        quote_of("Words.", 0, 6, title=line, source=line, id=line or "x", language=line),
        speaker=line,
        addressee=line,
        also_in=(line,),
    )
    known = {
        name
        for name, _ in Page(
            report(view_of(replace(plain, also_in=("b",), speaker="s")), "en")
        ).tags
    }
    page = Page(report(replace(view_of(odd), request=Request(Kind.SAID, line)), "en"))
    assert {name for name, _ in page.tags} <= known


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[", None]
)
def test_only_web_addresses_become_links(url):
    page = Page(report(view_of(quote_of("Words.", 0, 6, url=url)), "en"))
    assert [attributes for tag, attributes in page.tags if tag == "a"] == []


def test_the_link_opens_the_sentence():
    quote = quote_of("Words & more.", 0, 13)
    (link,) = (one for tag, one in Page(report(view_of(quote), "en")).tags if tag == "a")
    assert link["href"] == quote.link


def test_a_page_needs_nothing_else_and_runs_nothing():
    html = report(view_of(quote_of("Words.", 0, 6)), "en")
    page = Page(html)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object"}
    assert not any(
        name.startswith("on") or name in {"src", "style"} for _, one in page.tags for name in one
    )
    assert "default-src 'none'" in html
    assert "url(" not in html
    assert "@import" not in html


def test_text_runs_in_its_own_direction_in_light_and_in_dark():
    text = "قال الرئيس إن الحرب انتهت."
    page = Page(report(view_of(quote_of(text, 0, len(text), language="ar")), "en"))
    (block,) = (attributes for tag, attributes in page.tags if tag == "blockquote")
    assert block == {"dir": "auto", "lang": "ar"}
    html = report(view_of(), "en")
    assert re.search("color-scheme: light dark", html)
    assert "prefers-color-scheme: dark" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_readers_language_and_says_why_it_is_empty(language):
    empty = view_of(reason=Reason.UNKNOWN_SPEAKER, details={"name": "<Kolev>"})
    html = report(empty, language)
    assert f'<html lang="{language}">' in html
    assert "&lt;Kolev&gt;" in html
    assert Page(html).text("mark") == []


def test_an_item_says_who_when_where_and_how_often():
    quote = replace(
        quote_of("Words.", 0, 6, published=datetime(2018, 3, 1, tzinfo=UTC)),
        speaker="Kolev",
        addressee="Deneva",
        also_in=("b",),
    )
    view = replace(view_of(quote, left=3), items=(Item(quote, count=7),))
    shown = re.sub("<[^>]*>", "", report(view, "en"))
    for words in (
        "Kolev → Deneva · 7 statements",
        "Outlet · 1 March 2018 · Title (a.example)",
        "also in: b",
        "Not shown: up to 3 more.",
    ):
        assert words in shown
