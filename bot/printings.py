"""Copies of what is quoted: each text is shown once, the others that carry it are counted."""

from collections.abc import Iterable, Sequence

from bot.answer import Quote
from bot.choosing import is_copy, quoted
from bot.sought import Sought
from index.copies import Copy, copies_of
from index.people import may_be_same, person_key
from index.query import Query
from index.search import Searcher


def with_copies(
    searcher: Searcher,
    query: Query,
    quotes: Iterable[Quote],
    sought: Sought,
    *,
    earliest: bool,
) -> list[Quote]:
    """Return the quotes, no words and no place twice, with all articles that carry the same.

    `earliest`: the first printing takes the place of a copy, wherever it appeared.
    """
    shown: list[Quote] = []
    for quote in quotes:
        copies = copies_of(searcher.library, quote.article, quote.span)
        carried = [quote.article.id, *quote.also_in, *(copy.span.article for copy in copies)]
        first = _first(searcher, query, quote, copies, sought) if earliest else quote
        if not any(_repeats(first, other) for other in shown):
            shown.append(first.with_copies(carried))
    return shown


def _repeats(quote: Quote, other: Quote) -> bool:
    """Tell whether one quote has the words of another, or some of the same place."""
    return quote.span.overlaps(other.span) or is_copy(quote, other)


def _first(
    searcher: Searcher, query: Query, quote: Quote, copies: Sequence[Copy], sought: Sought
) -> Quote:
    """Return the earliest printing as a quote; what is undated is never taken for earlier."""
    if not copies or copies[0].published is None:
        return quote
    printed, span = quote.article.published, copies[0].span
    article = searcher.library.article(span.article)
    if article is None or (printed is not None and printed <= copies[0].published):
        return quote
    # Copies are of one language: whoever is named under the quote is named under its copy.
    speaker = person_key(quote.speaker or "", article.language)
    statements = [
        one
        for one in searcher.library.statements(article.id)
        if one.overlaps((span.start, span.end))
        and may_be_same(one.keys(article.language)[0], speaker)
    ]
    return quoted(query, article, span, quote.score, statements, sought)
