"""What is said beside an article's text, in a JSON line or in front matter, checked."""

from collections.abc import Mapping
from typing import Any

from index.errors import SourceError
from ingest.dates import parse_date
from ingest.drafts import Draft, Seal


def draft(values: Mapping[str, Any], text: str, origin: str) -> Draft:
    """Build a draft from named values; unknown names are ignored, a date that is none is no date.

    Raises:
        SourceError: a value is not of the type it should be.
    """
    return Draft(
        origin=origin,
        text=text,
        id=_id(values.get("id")),
        url=_text(values, "url"),
        title=_text(values, "title"),
        source=_text(values, "source"),
        author=_text(values, "author"),
        published=parse_date(values.get("published")),
        language=_text(values, "language"),
        sealed=_seal(values.get("content_hash"), values.get("seal")),
    )


def _id(value: object) -> str | None:
    if type(value) is int:  # not bool, which is an int as well
        return str(value)
    return _text({"id": value}, "id")


def _seal(content_hash: object, seal: object) -> Seal | None:
    """Return the seal of an export; other programs may use these names for anything."""
    if isinstance(content_hash, str) and isinstance(seal, str):
        return Seal(content_hash, seal)
    return None


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise SourceError(f"{name} should be a text, not {type(value).__name__}")
    return value.strip() or None
