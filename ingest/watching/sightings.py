"""What a feed or a sitemap says of a page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ingest import addresses
from ingest.drafts import Draft
from ingest.feeds import Entry, Listed
from ingest.sitemaps import Location
from ingest.watching.documents import Document
from ingest.watching.ledger import NAMED


@dataclass(frozen=True, slots=True)
class Sighting:
    """A page in a feed; `digest` changes with all that is said of it.

    Without a `url`, its `name` tells it from the others. `lastmod` is when it changed, in UTC and
    ISO 8601, where that is stated.
    """

    url: str | None
    name: str
    digest: str
    dated: datetime | None
    lastmod: str | None
    source: Listed | Location

    @property
    def is_of_feed(self) -> bool:
        """A feed lists what is new, a sitemap all that there is."""
        return isinstance(self.source, Listed)

    def key(self, host: str) -> str:
        """Return the key of the page, in a feed of a host."""
        return addresses.key(self.url) if self.url else f"{host}{NAMED}{self.name}"

    def told(self) -> Entry:
        """Read all that is said of it, which takes its time."""
        if isinstance(self.source, Listed):
            return self.source.read()
        draft = Draft(
            origin=self.name,
            text="",
            url=self.url,
            title=self.source.title,
            source=self.source.outlet,
            published=self.source.published,
            language=self.source.language,
        )
        return Entry(draft, is_full=False, updated=self.source.changed)


def sightings(document: Document, base: str) -> list[Sighting]:
    """Return what a feed or a sitemap that was found at an address says, page by page."""
    return [
        *(_of_entry(entry, base) for entry in document.entries),
        *(_of_location(location, base) for location in document.locations),
    ]


def _of_entry(entry: Listed, base: str) -> Sighting:
    url = addresses.clean(addresses.joined(base, entry.link)) if entry.link else None
    return Sighting(url, entry.name, entry.digest, entry.dated, _utc(entry.updated), entry)


def _of_location(location: Location, base: str) -> Sighting:
    url = addresses.clean(addresses.joined(base, location.url))
    lastmod = _utc(location.changed)
    dated = location.published or location.changed
    digest = f"{lastmod} {location.title}"
    return Sighting(url, location.url, digest, dated, lastmod, location)


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
