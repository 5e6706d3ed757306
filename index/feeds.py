"""What is watched, and how it is doing: the feeds of a library, for whoever tells of them.

The tables are written by `ingest.watching`; moments are seconds since 1970.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # it imports SQLite, which the front door has no use for
    from index.database import LibraryFile

SILENT_AFTER_S = 24 * 3600.0
"""A feed is not called silent before, whatever its habit."""
SILENT_HABITS = 6
"""... nor before so many of the gaps that are usual between its articles."""
OVERDUE_AFTER_S = 3600.0
"""So long after it was due, a feed that nobody has read is not being watched."""


class Condition(StrEnum):
    """How a feed is doing, the worst first."""

    STOPPED = "stopped"
    FAILING = "failing"
    OVERDUE = "overdue"
    SILENT = "silent"
    NEW = "new"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, a sitemap or an index of sitemaps as it was last read.

    `habit` is the usual gap between two new articles, in seconds; `whole` is when it was last read
    without asking whether it has changed. `every` is None where the schedule adapts itself.
    """

    id: int
    url: str
    address: str
    host: str
    name: str
    kind: str
    parent: int | None
    every: float | None
    takes: str
    since: float | None
    backfill: int
    interval: float
    due: float | None
    etag: str | None
    modified: str | None
    lastmod: str | None
    whole: float | None
    checked: float | None
    succeeded: float | None
    newest: float | None
    habit: float | None
    failures: int
    problem: str | None

    def condition(self, now: float) -> Condition:
        """Return how it is doing at a moment."""
        if self.due is None:
            return Condition.STOPPED
        if self.failures:
            return Condition.FAILING
        if now - self.due > OVERDUE_AFTER_S:
            return Condition.OVERDUE
        if self.succeeded is None:
            return Condition.NEW
        if self.newest is not None and self.habit is not None:
            longest = max(SILENT_AFTER_S, SILENT_HABITS * self.habit)
            if now - self.newest > longest:
                return Condition.SILENT
        return Condition.WELL

    def as_dict(self, now: float) -> dict[str, Any]:
        """Return it as the machine interface prints it."""
        return {
            "url": self.url,
            "address": self.address,
            "name": self.name,
            "kind": self.kind or None,
            "condition": self.condition(now).value,
            "every_minutes": None if self.every is None else self.every / 60,
            "last_success": moment(self.succeeded),
            "last_new_article": moment(self.newest),
            "failures": self.failures,
            "problem": self.problem,
            "next_due": moment(self.due),
        }


COLUMNS = ", ".join(Feed.__dataclass_fields__)


def feeds(library: "LibraryFile", *, parts: bool = False) -> list[Feed]:
    """Return the feeds in the order in which they were added.

    The sitemaps of an index are `parts` of it; without them only those that fail are listed.
    """
    which = "1" if parts else "parent is null or failures > 0"
    rows = library.rows(f"select {COLUMNS} from feeds where {which} order by id")  # noqa: S608
    return [Feed(*row) for row in rows]


def waiting(library: "LibraryFile") -> int:
    """Return how many pages are known from feeds and not yet read."""
    ((count,),) = library.rows("select count(*) from pages where state = 'waiting'")
    return int(count)


def ailing(found: Sequence[Feed], now: float) -> list[Feed]:
    """Return the feeds that somebody should look after, the worst first."""
    order, fine = list(Condition), {Condition.NEW, Condition.WELL}
    ill = [feed for feed in found if feed.condition(now) not in fine]
    return sorted(ill, key=lambda feed: order.index(feed.condition(now)))


def moment(seconds: float | None) -> str | None:
    """Return a moment in ISO 8601, UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def feed_line(feed: Feed, now: float) -> str:
    """Return how a feed is doing, as a line for a terminal."""
    told = [
        f"{feed.condition(now).value:8}  {feed.name or feed.url}",
        f"last read {_ago(feed.succeeded, now)}",
        f"last new article {_ago(feed.newest, now)}",
        f"next {_ahead(feed.due, now)}",
    ]
    if feed.failures:
        told.append(f"{feed.failures} failures: {feed.problem}")
    return " · ".join(told)


def _ago(seconds: float | None, now: float) -> str:
    return "never" if seconds is None else f"{_span(now - seconds)} ago"


def _ahead(seconds: float | None, now: float) -> str:
    return (
        "never" if seconds is None else "now" if seconds <= now else f"in {_span(seconds - now)}"
    )


def _span(seconds: float) -> str:
    """Return a span of time by its largest unit: "3 h"."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
