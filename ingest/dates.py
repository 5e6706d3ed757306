"""Dates as articles write them: ISO 8601 and, in feeds, RFC 2822."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DAY_S = 24 * 3600


def parse_date(text: object) -> datetime | None:
    """Return an aware datetime, UTC where no zone is given; None for anything that is no date."""
    if not isinstance(text, str):
        return None
    found = _iso(text.strip()) or _rfc2822(text.strip())
    if found is None:
        return None
    try:
        aware = found if found.utcoffset() is not None else found.replace(tzinfo=UTC)
        aware.astimezone(UTC)  # fails at the ends of time, where no one could compare it
    except (OverflowError, ValueError):
        return None
    return aware


def believable(moment: datetime | None, now: float) -> datetime | None:
    """Return a date that can be that of an article seen now, None for one that cannot.

    A clock that was never set shows 1970. One that is hours ahead has lost its time zone: what is
    there already is not from the future.
    """
    if moment is None or abs(moment.timestamp()) <= _DAY_S or moment.timestamp() - now > _DAY_S:
        return None
    return min(moment, datetime.fromtimestamp(int(now), moment.tzinfo))


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc2822(text: str) -> datetime | None:
    # The standard library reads a date into almost anything; "Tue, 22 Oct 2024 …" has a comma
    # or a month's name, so it has a letter, and digits.
    if not any(character.isalpha() for character in text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
