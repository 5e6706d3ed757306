"""What comes out of a source: an article as it came in, or the reason it cannot be one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article before cleaning. `origin` says where it stands ("news.jsonl:17") for messages."""

    origin: str
    text: str
    id: str | None = None
    url: str | None = None
    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is not ingested, and why, in words that say what to do."""

    origin: str
    reason: str

    @classmethod
    def counted(cls, origin: str, kinds: Mapping[str, int]) -> "Skipped":
        """Return one line for all of a source that was never meant as an article."""
        counts = (f"{kind} ({number})" for kind, number in sorted(kinds.items()))
        return cls(origin, f"left out: {', '.join(counts)}")
