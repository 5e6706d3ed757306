"""Entries of RSS and Atom become drafts, from the feed's own text or from the page."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from index.errors import SourceError
from ingest.drafts import Draft, Skipped
from ingest.feeds import is_feed, read_feed

SAMPLES = Path(__file__).parents[2] / "samples"
PARAGRAPH = "Silt carried in by the July storms has reduced the depth, a survey has found. "


def rss(*items: str) -> str:
    return (
        '<?xml version="1.0" encoding="windows-1251"?><rss version="2.0"><channel>'
        "<title>Courier &amp;amp; Co</title><language>en-gb</language>"
        + "".join(f"<item>{item}</item>" for item in items)
        + "</channel></rss>"
    )


def read(text: str, origin: str, **how: Any) -> list[Any]:
    return list(read_feed(text, origin, **how))


def test_full_entries_become_articles():
    text = (SAMPLES / "feed.xml").read_text(encoding="utf-8")
    drafts = read(text, "feed.xml")
    assert [draft.title for draft in drafts] == [
        "Net-eating enzyme fails its first seawater test",
        "Library book comes home to Port Ellery after 61 years",
        "Harbour master tells captains the deep channel will stay shut until spring",
    ]
    first = drafts[0]
    assert first.origin == "feed.xml entry 1"
    assert first.url == "https://courier.example.com/science/brumase-seawater-test"
    assert (first.source, first.author, first.language) == (
        "Ellery Harbour Courier",
        "Owen Garrick",
        "en",
    )
    assert first.published == datetime(2024, 10, 22, 7, 30, tzinfo=UTC)
    assert first.text.split("\n")[2].startswith("“I said in the spring that salt would")
    assert "a photograph of the Marguerite,” Penderby said" in drafts[2].text


def test_titles_escaped_twice_are_plain():
    title = "Tom &amp;amp; &lt;i&gt;Жери&lt;/i&gt; &amp;#8211; 1"
    (draft,) = read(rss(f"<title>{title}</title><description>x</description>"), "a.xml")
    assert (draft.title, draft.source) == ("Tom & Жери – 1", "Courier & Co")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Инфлация <5% и x <y очаква", "Инфлация <5% и x <y очаква"),
        ("Ръст <5% <b>и</b> повече<br/>от X", "Ръст <5% и повече от X"),
        ("Иван <ivan@a.example> пише", "Иван <ivan@a.example> пише"),
        ("AT&amp;amp;T <P>расте", "AT&T расте"),
    ],
)
def test_a_title_loses_its_tags_and_no_word(title, expected):
    (draft,) = read(rss(f"<title><![CDATA[{title}]]></title><description>x</description>"), "a")
    assert draft.title == expected


def test_a_long_summary_is_the_article():
    (draft,) = read(
        rss(f"<link>https://a.example/1</link><description>{PARAGRAPH * 9}</description>"),
        "a.xml",
        read_link=lambda link: pytest.fail(f"{link} should not be read"),
    )
    assert draft.text == (PARAGRAPH * 9).strip()


def test_a_short_summary_sends_to_the_page_and_both_are_combined():
    item = (
        "<title>T</title><link>/1</link><pubDate>Tue, 20 Aug 2024 17:45:00 GMT</pubDate>"
        "<description>Short.</description>"
    )
    page = Draft(origin="page", text="The whole.", url="https://a.example/1", author="Ann")
    pages = {"https://a.example/1": page}
    found = read(rss(item), "feed", url="https://a.example/feed", read_link=pages.__getitem__)
    assert found == [
        Draft(
            origin="page",
            text="The whole.",
            url="https://a.example/1",
            title="T",
            source="Courier & Co",
            author="Ann",
            published=datetime(2024, 8, 20, 17, 45, tzinfo=UTC),
            language="en",
        )
    ]


def test_a_dead_link_or_an_empty_entry_is_skipped_and_the_rest_goes_on():
    def dead(link: str) -> Draft:
        raise SourceError("answered 404 Not Found")

    items = ("<title>T</title><link>https://a.example/1</link>", "<description>x</description>")
    skipped, _ = read(rss(*items), "feed", read_link=dead)
    assert skipped == Skipped("https://a.example/1", "answered 404 Not Found")
    first, second = read(rss(*items), "a.xml")
    assert first == Skipped(
        "https://a.example/1", "has no text in the feed; give the address of its page"
    )
    assert (second.text, second.url) == ("x", None)


def moment(day: int) -> datetime:
    return datetime(2024, 8, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "on_the_page", "expected"),
    [
        pytest.param(("published", "updated"), 2, 1, id="published"),
        pytest.param(("updated",), 2, 2, id="page"),
        pytest.param(("updated",), None, 3, id="updated"),
        pytest.param((), None, None, id="none"),
    ],
)
def test_the_day_of_publication_goes_before_that_of_a_change(dates, on_the_page, expected):
    said = {"published": "2024-08-01T00:00:00Z", "updated": "2024-08-03T00:00:00Z"}
    entry = "".join(f"<{name}>{said[name]}</{name}>" for name in dates)
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='https://a.example/1'/>"
        f"{entry}<summary>Short.</summary></entry></feed>"
    )
    page = Draft(origin="page", text="All.", published=on_the_page and moment(on_the_page))
    (draft,) = read(atom, "a.atom", read_link=lambda _: page)
    assert draft.published == (expected and moment(expected))


def test_atom_with_plain_text_is_read():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><title>T</title>'
        "<updated>2024-08-20T17:45:00Z</updated>"
        '<content type="text">1 &lt; 2, they said.</content></entry></feed>'
    )
    (draft,) = read(atom, "a.atom")
    assert draft.text == "1 < 2, they said."
    assert draft.published == datetime(2024, 8, 20, 17, 45, tzinfo=UTC)


def test_a_malformed_feed_gives_what_is_whole_in_it():
    (draft,) = read(rss("<description>whole</description>").replace("</channel>", "<x"), "a")
    assert draft.text == "whole"


@pytest.mark.parametrize("text", ["<rss version='2.0'>", rss(), "<feed></feed>", "<rss><<<"])
def test_a_feed_without_entries_says_so(text):
    with pytest.raises(SourceError, match="is a feed without entries"):
        read(text, "a.xml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(rss(), True, id="rss"),
        pytest.param("<!-- c > --><!DOCTYPE x>\n<feed xmlns='…'>", True, id="atom"),
        pytest.param("<?xml version='1.0'?><rdf:RDF xmlns='…'>", True, id="rdf"),
        pytest.param("<html><!-- <rdf:RDF > --></html>", False, id="html"),
        pytest.param("<sitemapindex>", False, id="xml"),
    ],
)
def test_feeds_are_known_by_their_first_element(text, expected):
    assert is_feed(text) is expected


@pytest.mark.parametrize("part", ["<!--x-->", "<!---->", "<?x?>", "<!x>", "<!--", "<?", " "])
def test_time_to_know_a_feed_grows_with_its_length_only(part):
    start = time.process_time()
    assert not is_feed(part * 1000 + "<html>")
    assert time.process_time() - start < 1
