"""When something is looked at again."""

import random

from ingest.watching.settings import WatchSettings

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S

CHECKS_S = (HOUR_S, 6 * HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S, 30 * DAY_S)
"""After its article came in or changed, a page is checked: corrections come early."""
RETURNS_S = (DAY_S, 3 * DAY_S, 7 * DAY_S, 30 * DAY_S)
"""... and after it went, for it may come back."""
ATTEMPTS_S = (HOUR_S, 6 * HOUR_S, 1.5 * DAY_S)
"""After so long, what a page says is read again where it was not taken."""
ATTEMPTS = 8
"""So often a page is asked for soon again while its host is not well."""
GIVEN_UP_AFTER_S = 7 * DAY_S
"""A page that its host never gave in this time is given up."""

_SOONER, _LATER = 0.7, 1.25
_JITTER = 0.1
_FIRST_RETRY_S = 5 * 60.0
_LONGEST_RETRY_S = 6 * HOUR_S
_HINT_S = 10 * 60.0
_MOST_DOUBLINGS = 7


def jittered(seconds: float) -> float:
    """Return a time by up to a tenth shorter or longer: not all feeds of a site at once."""
    return seconds * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret


def adapted(interval: float, *, new: int, settings: WatchSettings) -> float:
    """Return the interval after a reading: shorter if it brought something, else longer."""
    wanted = interval * (_SOONER if new else _LATER)
    return min(max(wanted, settings.shortest_minutes * 60), settings.longest_minutes * 60)


def retry(failures: int) -> float:
    """Return how long to wait after so many failures in a row, in seconds."""
    return jittered(min(_FIRST_RETRY_S * 2 ** min(failures - 1, 20), _LONGEST_RETRY_S))


def next_check(since: float, now: float, offsets: tuple[float, ...] = CHECKS_S) -> float | None:
    """Return when a page is to be checked next; None when it has been for the last time."""
    offset = next((offset for offset in offsets if since + offset > now), None)
    # Later, never sooner: a check before its time would be followed by the same one again.
    return None if offset is None else since + offset * random.uniform(1, 1 + _JITTER)  # noqa: S311


def hint_delay(hints: int) -> float:
    """Return how long after the last check another one follows from a feed's saying so.

    `hints` is how many there were since the page last changed; the first is followed at once.
    """
    return _HINT_S * 2 ** min(hints, _MOST_DOUBLINGS) if hints else 0.0
