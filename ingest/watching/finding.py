"""What can be watched at an address: itself, or the feeds and sitemaps that it names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from index.errors import SourceError
from index.feeds import moment
from ingest.addresses import clean, host
from ingest.dates import believable
from ingest.fetch import Answer, FetchSettings
from ingest.watching.documents import (
    Document,
    Kind,
    expected,
    read_document,
    refuse_nothing,
)
from ingest.watching.ledger import Ledger
from ingest.watching.sightings import sightings
from ingest.watching.web import SITEMAPS, Web

_MOST_NAMED = 20
"""Feeds that one page or robots.txt may name."""
_COMMENTS = "comment"
"""In the address of a feed of what readers say, which is not of an outlet."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed as it is now: what it lists, and how much of that is not known yet."""

    url: str
    kind: str
    name: str
    entries: int
    new: int
    newest: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as the machine interface prints it."""
        newest = moment(self.newest.timestamp()) if self.newest else None
        return {
            "url": self.url,
            "kind": self.kind,
            "name": self.name,
            "entries": self.entries,
            "new": self.new,
            "newest": newest,
            "problem": None,
        }


class Finder:
    """Looks at addresses and changes nothing."""

    def __init__(self, web: Web, ledger: Ledger, fetching: FetchSettings, now: float) -> None:
        self._web = web
        self._ledger = ledger
        self._most_bytes = fetching.max_bytes
        self._now = now

    async def find(self, url: str) -> list[Found]:
        """Return what can be watched at an address, or at those that a page there names.

        Raises:
            SourceError: there is nothing.
        """
        if clean(url) is None:
            raise SourceError("is not an http or https address")
        answer, document = await self._document(url)
        if document.kind not in {Kind.PAGE, Kind.ROBOTS}:
            return [self._found(url, document)]
        named = [name for name in document.names if _COMMENTS not in name]
        named = named or await self._web.sitemaps(answer.url)
        found, problem = list[Found](), "names no feed and no sitemap; give the address of one"
        for name in named[:_MOST_NAMED]:
            try:
                found.append(await self.check(urljoin(answer.url, name)))
            except SourceError as error:  # one that is dead does not hide the others
                problem = f"names {name}, which {error}"
        if not found:
            raise SourceError(problem)
        return found

    async def check(self, url: str) -> Found:
        """Return what a feed or a sitemap holds.

        Raises:
            SourceError: it cannot be read, or is neither.
        """
        answer, document = await self._document(url)
        return self._found(url, expected(document, answer))

    async def _document(self, url: str) -> tuple[Answer, Document]:
        answer = (await self._web.get(url, types=SITEMAPS)).answer
        refuse_nothing(answer)
        return answer, read_document(answer, self._most_bytes)

    def _found(self, url: str, document: Document) -> Found:
        listed = [] if document.kind == Kind.INDEX else sightings(document, url)
        keys = {sighting.key(host(url)) for sighting in listed}
        dates = (believable(sighting.dated, self._now) for sighting in listed)
        return Found(
            url=url,
            kind=document.kind.value,
            name=document.title or "",
            entries=len(document.entries) or len(document.locations),
            new=sum(self._ledger.page(key) is None for key in keys),
            newest=max((date for date in dates if date), default=None),
        )
