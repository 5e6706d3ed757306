"""What an address holds: a feed, a sitemap, an index of sitemaps, or a page that names some."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urljoin

from lxml import etree, html

from index.errors import SourceError
from ingest import encodings, formats
from ingest.addresses import clean
from ingest.feeds import Listed, is_feed, listed
from ingest.fetch import Answer
from ingest.sitemaps import Location, Sitemap, read_sitemap, unpacked

_LOGIN = re.compile(
    r"/(?:log-?in|sign-?in|sso|auth(?:orize|enticate)?|account/login|subscribe|consent|paywall"
    r"|vhod|vkhod)(?![\w-])",
    re.IGNORECASE,
)
_FEED_LINKS = (
    "//link[contains(concat(' ', @rel, ' '), ' alternate ')]"
    "[contains(@type, 'rss+xml') or contains(@type, 'atom+xml')]/@href"
)
_ROBOTS_LINE = re.compile(
    r"^(?:user-agent|sitemap|disallow|allow)\s*:", re.IGNORECASE | re.MULTILINE
)
_SITEMAP_LINE = re.compile(r"^sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Kind(StrEnum):
    """What can be read on a schedule, and what names it."""

    FEED = "feed"
    SITEMAP = "sitemap"
    INDEX = "index"
    PAGE = "page"
    ROBOTS = "robots"


@dataclass(frozen=True, slots=True)
class Document:
    """What was found at an address; `names` are the feeds and sitemaps that a page speaks of."""

    kind: Kind
    entries: list[Listed] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    title: str | None = None


def read_document(answer: Answer, limit: int) -> Document:
    """Tell what an answer is and read it; unpacked it may have so many bytes.

    Raises:
        SourceError: it is nothing that names articles.
    """
    data = unpacked(answer.data, limit)
    text = formats.decoded(data, answer.charset or encodings.declaration(data))
    if is_feed(text):
        entries = listed(text, answer.url, url=answer.url)
        return Document(Kind.FEED, entries=entries, title=entries[0].outlet)
    if (sitemap := read_sitemap(data)) is not None:
        return _of_sitemap(sitemap)
    if answer.url.endswith("/robots.txt") or _ROBOTS_LINE.match(text):
        return Document(Kind.ROBOTS, names=_absolute(_SITEMAP_LINE.findall(text), answer.url))
    return Document(Kind.PAGE, names=_absolute(_feeds_of(text), answer.url))


def expected(document: Document, answer: Answer) -> Document:
    """Return a document that articles can be read from.

    Raises:
        SourceError: it is a page where a feed should be.
    """
    if document.kind in {Kind.FEED, Kind.SITEMAP, Kind.INDEX}:
        return document
    if leads_to_login(answer.url):
        raise SourceError(f"leads to a login page, {answer.url}")
    raise SourceError("is a page now, and neither a feed nor a sitemap; look for its new address")


def refuse_nothing(answer: Answer) -> None:
    """Refuse an answer that there is nothing to read in.

    Raises:
        SourceError: it is no success, or empty.
    """
    if not answer.data:
        raise SourceError("is empty" if 200 <= answer.status < 300 else answer.reason)


def leads_to_login(url: str) -> bool:
    """Say whether an address looks like that of a login page."""
    return _LOGIN.search(url) is not None


def _of_sitemap(sitemap: Sitemap) -> Document:
    if not sitemap.locations:
        raise SourceError("is a sitemap without locations")
    return Document(Kind.INDEX if sitemap.is_index else Kind.SITEMAP, locations=sitemap.locations)


def _feeds_of(text: str) -> Iterator[str]:
    try:
        yield from map(str, html.fromstring(text.encode()).xpath(_FEED_LINKS))
    except (etree.ParserError, ValueError):  # a page without an element names none
        return


def _absolute(links: Iterator[str] | list[str], base: str) -> list[str]:
    """Return addresses that can be asked, each once."""
    found = (clean(urljoin(base, link.strip())) for link in links)
    return list(dict.fromkeys(url for url in found if url is not None))
