"""The archive as it stands there: a quote found again by its key, and the outlets."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.answer import Quote
from index.library import Library
from index.records import Article
from index.statements import Statement

_KEY = re.compile(r"([0-9a-f]{16})_(\d{1,9})_(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet, how many articles of it there are, and when the newest of them appeared."""

    name: str
    articles: int
    newest: datetime | None


def key(quote: Quote) -> str:
    """Return what a quote is found by again, for as long as its article says the same.

    Letters, digits and "_" only, 36 at most: it fits into links and buttons.
    """
    return f"{quote.span.version}_{quote.span.start}_{quote.span.end}"


def recalled(library: Library, key: str, shown: str | None = None) -> Quote | None:
    """Return the quote of a key; None if it is no key, or its words are gone.

    Several articles may have the same text: the one that was `shown` is taken, by its id.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    version, start, end = found[1], int(found[2]), int(found[3])
    article = library.article(shown) if shown else None
    if article is None or article.version != version:
        article = library.of_version(version)
    if article is None or not 0 <= start < end <= len(article.text):
        return None
    said = [one for one in library.statements(article.id) if one.overlaps((start, end))]
    return _attributed(article, start, end, said)


def outlets(library: Library) -> list[Outlet]:
    """Return the outlets, those of most articles first."""
    rows = library.rows(
        "select source, count(*), max(datetime(published)) from articles"
        " group by source order by 2 desc, 1"
    )
    return [
        Outlet(source, count, datetime.fromisoformat(f"{newest}+00:00") if newest else None)
        for source, count, newest in rows
    ]


def _attributed(article: Article, start: int, end: int, said: Collection[Statement]) -> Quote:
    """Return words with who says them to whom, as far as the statements in them agree."""
    told = {
        (
            one.speaker.name if one.speaker else None,
            one.addressee.name if one.addressee else None,
            one.agencies,
        )
        for one in said
    }
    speaker, addressee, via = told.pop() if len(told) == 1 else (None, None, None)
    span = article.span(start, end)
    return Quote(article, span, 1.0, speaker=speaker, addressee=addressee, via=via)
