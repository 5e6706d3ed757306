"""What is said of a topic, above the threshold of answers; a topic may be of one word."""

from collections.abc import Sequence
from dataclasses import replace

from bot.choosing import ANYBODY, Candidate, ChoiceSettings, Place, candidates
from bot.narrowing import Narrowing
from bot.views.request import Request
from index.query import Query
from index.records import Article, Hit, Span
from index.said import Said, passages_of, whole
from index.search import Searcher
from index.statements import Statement

PASSAGES = 300
"""Passages whose sentences are weighed one by one."""
NEAREST = 300
"""Sentences and matches of each language: a view counts what an answer takes the best of."""
MOST_STATEMENTS = 5_000
"""Statements of one person, the newest, that are compared with a topic."""


def deeper(searcher: Searcher) -> Searcher:
    """Return a searcher of the same library that brings as many passages as a view needs."""
    searcher.refresh()
    settings = searcher.settings
    wide = replace(
        settings,
        sentences_per_language=max(NEAREST, settings.sentences_per_language),
        word_matches=max(NEAREST, settings.word_matches),
    )
    return replace(searcher, settings=wide)


def hits_near(searcher: Searcher, query: Query, request: Request) -> list[Hit]:
    """Return the passages nearest to a topic in articles of the days that are asked for."""
    hits = Narrowing(period=request.moments).search(searcher, query, limit=PASSAGES)
    if request.period is not None:
        hits = _included(searcher, request, hits)
    return hits


def near(
    searcher: Searcher, settings: ChoiceSettings, query: Query, hits: Sequence[Hit]
) -> dict[Place, Candidate]:
    """Return the sentences of these passages that would answer."""
    found = candidates(searcher, query, hits, settings, ANYBODY)
    return {
        place: candidate
        for place, candidate in found.items()
        if candidate.score >= settings.threshold
    }


def scores(
    searcher: Searcher, settings: ChoiceSettings, query: Query, statements: Sequence[Said]
) -> dict[int, float]:
    """Return how near those of the statements are, by their ids, that are near a topic."""
    newest = statements[:MOST_STATEMENTS]
    passages = passages_of(searcher.library, [one.id for one in newest])
    of_article: dict[str, list[Said]] = {}
    for one in newest:
        of_article.setdefault(one.article, []).append(one)
    hits = searcher.search(query, limit=PASSAGES, besides=passages, within=of_article.keys())
    theirs = [hit for hit in hits if _holds_any(hit, of_article)]
    best: dict[int, float] = {}
    for candidate in near(searcher, settings, query, theirs).values():
        for one in of_article.get(candidate.article.id, ()):
            if one.statement in candidate.statements:
                best[one.id] = max(candidate.score, best.get(one.id, 0))
    return best


def whole_sentences(searcher: Searcher, article: Article, statement: Statement) -> Span:
    """Return the span of an article that is shown of a statement."""
    sentences = searcher.library.sentences(article.id)
    return whole([(one.span.start, one.span.end) for one in sentences], article, statement)


def _holds_any(hit: Hit, of_article: dict[str, list[Said]]) -> bool:
    span = hit.passage.span
    known = of_article.get(span.article, ())
    return any(one.statement.overlaps((span.start, span.end)) for one in known)


def _included(searcher: Searcher, request: Request, hits: Sequence[Hit]) -> list[Hit]:
    articles = {hit.passage.span.article for hit in hits}
    published = searcher.library.published(sorted(articles))
    included = {id_ for id_, moment in published.items() if request.includes(moment)}
    return [hit for hit in hits if hit.passage.span.article in included]
