"""The article inside a page, and what the page says about it."""

import logging
import re
from datetime import datetime
from typing import Any

import trafilatura

from index.errors import SourceError
from ingest.dates import parse_date
from ingest.drafts import Draft

for _name in ("trafilatura", "htmldate", "courlan"):
    # What they warn of is told to the user as the reason for skipping; not twice.
    logging.getLogger(_name).addHandler(logging.NullHandler())

_DATE_SETTINGS = {
    "original_date": True,
    # Off: it takes any date from the text or the copyright line, and a wrong date is worse
    # than none.
    "extensive_search": False,
}
_PUBLISHED = (
    "//meta[@property='article:published_time' or @itemprop='datePublished'"
    " or @name='article:published_time' or @name='pubdate']/@content"
    " | //time[@itemprop='datePublished' or @pubdate]/@datetime"
)
_JSON_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_SHORTEST = 40
"""Characters of an article; where trafilatura finds less, it clutched at a menu."""
_XML_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*>")
_MARKER = re.compile(r"^(?:[-*•] |\| ?)|[ |]+$", re.MULTILINE)
_UNSEEN = frozenset({"script", "style", "title"})
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table"}
    | {"td", "th", "tr", "ul"},
)


def read_page(html: str, origin: str, url: str | None = None) -> Draft:
    """Return the article of a page; its own canonical address goes before `url`.

    Raises:
        SourceError: there is none.
    """
    tree, found = _extract(html, url)
    text = _body(found.text, found.title) if found is not None else ""
    if len(text) < _SHORTEST:
        raise SourceError("has no article text that could be told from the rest of the page")
    return Draft(
        origin=origin,
        text=text,
        url=url if found.url is None else str(found.url),
        title=found.title or None,
        source=_outlet(found.sitename),
        author=found.author or None,
        published=_published(tree, html, found.date),
        language=primary_language(tree.get("lang") or tree.get("xml:lang")),
    )


def fragment_text(html: str) -> str:
    """Return the text of a piece of HTML, as feeds carry it, a paragraph a line."""
    _, found = _extract(f"<html><body><article><div>{html}</div></article></body></html>")
    plain = plain_text(html)
    extracted = _body(found.text) if found is not None else ""
    # The piece is the article already; if much of it went, it was taken for a frame.
    return extracted if len(extracted) > 0.8 * len(plain) else plain


def plain_text(html: str) -> str:
    """Return all the text of a piece of HTML that a reader sees, a block a line."""
    tree = _parse(f"<html><body><div>{html}</div></body></html>")
    if tree is None:
        return ""
    for element in tree.iter():
        border = "\n" if element.tag in _BLOCKS else ""
        text = "" if element.tag in _UNSEEN else element.text or ""
        element.text = border + text.replace("\n", " ")
        element.tail = border + (element.tail or "").replace("\n", " ")
    lines = "".join(tree.itertext()).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def heading(html: str) -> str | None:
    """Return the first heading of a page."""
    tree = _parse(html)
    found = tree.xpath("//h1 | //h2 | //h3") if tree is not None else []
    lines = (" ".join("".join(element.itertext()).split()) for element in found)
    return next(filter(None, lines), None)


def primary_language(tag: str | None) -> str | None:
    """Return "en" of "en-GB"; None for what is no language tag."""
    match = re.match(r"\s*([a-z]{2,3})(?![a-z])", (tag or "").lower())
    return match[1] if match else None


def _extract(html: str, url: str | None = None) -> tuple[Any, Any]:
    """Parse a page and return its tree and what trafilatura finds in it, None for nothing."""
    tree = _parse(html)
    if tree is None:
        return None, None
    try:
        return tree, trafilatura.bare_extraction(
            tree,
            url=url,
            favor_precision=True,
            include_comments=False,
            with_metadata=True,
            date_extraction_params=_DATE_SETTINGS,
        )
    except Exception:  # noqa: BLE001 - pages are hostile input to five parsers; one has to give
        return tree, None


def _parse(html: str) -> Any:
    """Return the tree of a page, of lxml; None if there is not even an element in it."""
    html = _XML_DECLARATION.sub("", html, count=1)  # lxml refuses it in what is text already
    tree = trafilatura.load_html(html)
    # A page of a single element is refused, and is none too few once it is wrapped.
    return trafilatura.load_html(f"<html><body>{html}</body></html>") if tree is None else tree


def _body(text: str | None, title: str | None = None) -> str:
    """Drop the title above the text, and the marks before list items and around table cells."""
    lines = (line.strip() for line in _MARKER.sub("", text or "").split("\n"))
    kept = [line for line in lines if line]
    return "\n".join(kept[1:] if kept and kept[0] == title else kept)


def _outlet(name: str | None) -> str | None:
    return re.sub(r"^www\.", "", name) or None if name else None


def _published(tree: Any, html: str, day: str | None) -> datetime | None:
    """Return the moment of publication; trafilatura knows the day, the page often the time."""
    if day is None:
        return None
    stated = [*map(str, tree.xpath(_PUBLISHED)), *_JSON_PUBLISHED.findall(html)]
    moments = (moment for moment in map(parse_date, stated) if moment)
    return next((m for m in moments if m.date().isoformat() == day), parse_date(day))
