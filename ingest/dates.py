"""Dates as articles write them: ISO 8601 and, in feeds, RFC 2822."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


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
