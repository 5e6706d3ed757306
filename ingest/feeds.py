"""RSS and Atom: an article from each entry, from the feed itself or from the page it links to."""

import calendar
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import feedparser

from index.errors import SourceError
from ingest.drafts import Draft, Skipped
from ingest.pages import fragment_text, plain_text, primary_language

FULL_TEXT = 600
"""Characters from which a summary is taken for the article itself."""

# What may stand before the first element is of three kinds that exclude one another, and nothing
# taken is given back: otherwise a page of comments would take exponential time.
_ROOT = re.compile(
    r"\s*+(?:(?:<!--(?:(?!-->).)*+-->|<\?[^>]*+>|<!(?!--)[^>]*+>)\s*+)*+"
    r"<(?:\w+:)?(?:rss|feed|RDF)[\s>]",
    re.DOTALL,
)
_TAGS = (
    "a|abbr|acronym|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|mark|p|q|s|small|span"
    "|strike|strong|sub|sup|tt|u"
)
_NO_TAG = re.compile(rf"<(?!/?(?:{_TAGS})(?:[\s/][^<>]*)?>)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of an article; the draft's text may be no more than a teaser.

    `updated` is the date of its last change, where the feed states one.
    """

    draft: Draft
    is_full: bool
    updated: datetime | None


class Listed:
    """An entry of a feed, read only where it is asked for: much of a feed is known already."""

    def __init__(self, found: Any, feed: Any, origin: str) -> None:
        self._found = found
        self._feed = feed
        self._origin = origin

    @property
    def link(self) -> str | None:
        return self._found.get("link") or None

    @property
    def dated(self) -> datetime | None:
        return _moment(self._found, "published_parsed")

    @property
    def updated(self) -> datetime | None:
        return _updated(self._found)

    @property
    def outlet(self) -> str | None:
        return one_line(self._feed.get("title"))

    @property
    def name(self) -> str:
        """What tells an entry without a link from the others."""
        return str(self._found.get("id") or self._found.get("title") or self.digest)

    @property
    def digest(self) -> str:
        """A hash of all that it says; the id, which some feeds draw anew, says nothing."""
        names = ("title", "published", "updated", "author")
        # Asked for what is not there, feedparser would warn and give another date instead.
        told = [self._found[name] for name in names if name in self._found]
        texts = [*self._found.get("content", []), self._found.get("summary_detail", {})]
        told += [text.get("value") for text in texts]
        return blake2b(repr(told).encode("utf-8", "replace"), digest_size=8).hexdigest()

    def read(self) -> Entry:
        return _entry(self._found, self._feed, self._origin)


def is_feed(text: str) -> bool:
    """Say whether a document is RSS or Atom, by its first element."""
    return _ROOT.match(text[:4096]) is not None


def listed(text: str, origin: str, *, url: str | None = None) -> list[Listed]:
    """Return the entries of a feed in their order.

    Raises:
        SourceError: there is none.
    """
    parsed = _parse(text, url)
    if not parsed.entries:
        broken = parsed.get("bozo_exception")
        raise SourceError(f"is a feed without entries{f' ({broken})' if broken else ''}")
    return [
        Listed(found, parsed.feed, f"{origin} entry {number}")
        for number, found in enumerate(parsed.entries, start=1)
    ]


def read_feed(
    text: str,
    origin: str,
    *,
    url: str | None = None,
    read_link: Callable[[str], Draft] | None = None,
) -> Iterator[Draft | Skipped]:
    """Read the entries of a feed; with `read_link`, those of little text from their pages.

    Raises:
        SourceError: there is no entry in it.
    """
    for one in listed(text, origin, url=url):
        entry = one.read()
        try:
            yield _article(entry, read_link)
        except SourceError as error:
            yield Skipped(entry.draft.url or entry.draft.origin, str(error))


def _parse(text: str, url: str | None) -> Any:
    # Told as a header, the encoding goes before one that the document declares; links are
    # relative to where the feed was found.
    headers = {"content-type": "application/xml; charset=utf-8"}
    if url is not None:
        headers["content-location"] = url
    return feedparser.parse(text.encode("utf-8", "replace"), response_headers=headers)


def _article(entry: Entry, read_link: Callable[[str], Draft] | None) -> Draft:
    draft = entry.draft
    if not entry.is_full and read_link is not None and draft.url is not None:
        page = read_link(draft.url)
        return replace(
            page,
            title=page.title or draft.title,
            source=page.source or draft.source,
            author=page.author or draft.author,
            published=draft.published or page.published or entry.updated,
            language=page.language or draft.language,
        )
    if not draft.text:
        raise SourceError("has no text in the feed; give the address of its page")
    return replace(draft, published=draft.published or entry.updated)


def _entry(entry: Any, feed: Any, origin: str) -> Entry:
    contents = [_text(content) for content in entry.get("content", [])]
    summary = _text(entry.get("summary_detail", {}))
    text = max([*contents, summary], key=len)
    return Entry(
        Draft(
            origin=origin,
            text=text,
            url=entry.get("link") or None,
            title=one_line(entry.get("title")),
            source=one_line(feed.get("title")),
            author=one_line(entry.get("author")),
            published=_moment(entry, "published_parsed"),
            language=primary_language(feed.get("language")),
        ),
        is_full=any(contents) or len(summary) >= FULL_TEXT,
        updated=_updated(entry),
    )


def _updated(entry: Any) -> datetime | None:
    return _moment(entry, "updated_parsed") if "updated_parsed" in entry else None


def _text(detail: Any) -> str:
    value = detail.get("value") or ""
    return value.strip() if detail.get("type") == "text/plain" else fragment_text(value)


def one_line(value: str | None) -> str | None:
    """Return a title or a name without markup; many feeds escape theirs twice."""
    if not value:
        return None
    # "Inflation <5%" holds no tag, but a parser would take all that follows for one.
    markup = _NO_TAG.sub("&lt;", html.unescape(value))
    return plain_text(markup).replace("\n", " ") or None


def _moment(entry: Any, name: str) -> datetime | None:
    moment = entry.get(name)
    try:
        return datetime.fromtimestamp(calendar.timegm(moment), UTC) if moment else None
    except (ValueError, OverflowError, OSError):
        return None
