"""An article with a date."""

from dataclasses import replace
from datetime import datetime

from index.entries import Entry
from tests.conftest import entry_of


def dated(name: str, published: str | None, source: str = "Herald") -> Entry:
    entry = entry_of(name, f"The {name} is dated.", source=source)
    moment = datetime.fromisoformat(published) if published else None
    return replace(entry, article=replace(entry.article, published=moment))
