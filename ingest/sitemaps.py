"""Sitemaps: the pages of a site, or the sitemaps of a larger one, as sitemaps.org has them."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from index.errors import SourceError
from ingest.dates import parse_date

MOST_LOCATIONS = 50_000
"""As many as a sitemap may have; what comes behind is not read."""
_ROOTS = {"urlset": False, "sitemapindex": True}
_ROOT = re.compile(r"<(?:urlset|sitemapindex)[\s>]")
_GZIP = b"\x1f\x8b"
_GZIP_FORMAT = 31  # of zlib's window argument


@dataclass(frozen=True, slots=True)
class Location:
    """A page, or in an index a sitemap; news sitemaps say more of a page than others."""

    url: str
    changed: datetime | None = None
    published: datetime | None = None
    title: str | None = None
    outlet: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The locations of a sitemap; of an index they are sitemaps themselves."""

    is_index: bool
    locations: list[Location]


def unpacked(data: bytes, limit: int) -> bytes:
    """Return what a .gz file holds, at most so many bytes; anything else as it is.

    Raises:
        SourceError: it is broken, or larger.
    """
    if not data.startswith(_GZIP):
        return data
    unpacker = zlib.decompressobj(_GZIP_FORMAT)
    try:
        whole = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise SourceError(f"is a broken gzip file ({error})") from error
    if len(whole) > limit:
        raise SourceError(
            f"is larger than {limit / 2**20:.3g} MiB unpacked; raise max_bytes in [fetch]"
            " to read it"
        )
    return whole


def is_sitemap(text: str) -> bool:
    """Say whether a document is a sitemap, by its first element."""
    return _ROOT.search(text[:4096]) is not None


def read_sitemap(data: bytes) -> Sitemap | None:
    """Return the sitemap in a document, None for any other document.

    What is whole in a broken one is read. Entities are not expanded and nothing is fetched.
    """
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None or _name(root) not in _ROOTS:
        return None
    found = (_location(element) for element in root if _name(element) in {"url", "sitemap"})
    locations = (location for location in found if location is not None)
    return Sitemap(_ROOTS[_name(root)], list(islice(locations, MOST_LOCATIONS)))


def _location(element: Any) -> Location | None:
    told = dict(_texts(element))
    if "loc" not in told:
        return None
    return Location(
        told["loc"],
        parse_date(told.get("lastmod")),
        parse_date(told.get("publication_date")),
        told.get("title"),
        told.get("name"),
        told.get("language"),
    )


def _texts(element: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts in a location by name; an image in it has a loc and a title too."""
    for child in element:
        name, text = _name(child), (child.text or "").strip()
        if name in {"news", "publication"}:
            yield from _texts(child)
        elif text and name not in {"image", "video"}:
            yield name, text


def _name(element: Any) -> str:
    return "" if not isinstance(element.tag, str) else etree.QName(element).localname
