"""What follows from a reading of a feed: the feed as it is then remembered."""

from dataclasses import replace

from index.feeds import Feed
from ingest.fetch import Answer
from ingest.sitemaps import Location
from ingest.watching.documents import Document
from ingest.watching.schedule import DAY_S, adapted, jittered, retry
from ingest.watching.settings import WatchSettings

_HABIT_WEIGHT = 0.3
"""Of the last gap between two new articles in what is usual."""
_LONGEST_OF_PART_S = 7 * DAY_S
"""The sitemaps of an index are many, and most of them are of years long past."""


def read(
    feed: Feed,
    document: Document,
    answer: Answer,
    now: float,
    *,
    new: int,
    settings: WatchSettings,
) -> Feed:
    """The feed was read and named so many new pages."""
    well = _well(feed, now, new, settings)
    return replace(
        well,
        name=feed.name or document.title or "",
        kind=document.kind.value,
        etag=answer.headers.get("etag"),
        modified=answer.headers.get("last-modified"),
        newest=now if new else feed.newest,
        habit=_habit(feed, now) if new else feed.habit,
    )


def unchanged(feed: Feed, now: float, settings: WatchSettings) -> Feed:
    """The feed is as it was."""
    return _well(feed, now, 0, settings)


def failed(feed: Feed, problem: str, now: float, until: float = 0.0) -> Feed:
    """The feed could not be read; what it named stands."""
    failures = feed.failures + 1
    due = max(now + retry(failures), until)
    return replace(feed, checked=now, failures=failures, problem=problem, due=due)


def stopped(feed: Feed, problem: str, now: float) -> Feed:
    """The feed is gone for good."""
    return replace(feed, checked=now, failures=feed.failures + 1, problem=problem, due=None)


def is_wanted(index: Feed, part: Location) -> bool:
    """Say whether a sitemap of an index can name what is wanted of it."""
    if index.since is None or part.changed is None:
        return True
    return part.changed.timestamp() >= index.since


def _well(feed: Feed, now: float, new: int, settings: WatchSettings) -> Feed:
    interval = feed.every or adapted(feed.interval, new=new, settings=settings)
    if feed.parent is not None and not new:
        interval = min(feed.interval * 2, _LONGEST_OF_PART_S)
    due = now + jittered(interval)
    return replace(
        feed, checked=now, succeeded=now, failures=0, problem=None, interval=interval, due=due
    )


def _habit(feed: Feed, now: float) -> float | None:
    if feed.newest is None:
        return None
    gap = now - feed.newest
    return gap if feed.habit is None else feed.habit + _HABIT_WEIGHT * (gap - feed.habit)
