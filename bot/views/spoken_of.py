"""A topic through an archive: what was said of it in the order of time, and who speaks of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answer import Quote
from bot.choosing import ANYBODY, ChoiceSettings, choose, quoted
from bot.narrowing import Narrowing
from bot.printings import with_copies
from bot.silence import silence
from bot.views.near import deeper, hits_near, near, whole_sentences
from bot.views.request import Request
from bot.views.view import Item, View
from index.copies import copies_of, same_words
from index.library import Library
from index.namesakes import Name, Named, Person, people
from index.query import Query
from index.records import Article
from index.said import said_by
from index.search import Searcher
from index.statements import Statement

BESIDES = 100
"""Quotes that are chosen besides those that are shown, to tell how many are left."""


def timeline(
    searcher: Searcher, settings: ChoiceSettings, request: Request, language: str
) -> View:
    """List the quotes nearest to a topic, the oldest first, each text once."""
    wide = deeper(searcher)
    query = wide.parse(request.topic)
    hits = hits_near(wide, query, request)
    most = replace(settings, passages=len(hits), quotes=request.limit + BESIDES)
    chosen = [
        quote for quote in choose(wide, query, hits, most) if quote.score >= settings.threshold
    ]
    if not chosen:
        return _nothing(request, language, query)
    nearest = chosen[: request.limit]
    shown = with_copies(wide, query, nearest, ANYBODY, earliest=request.period is None)
    items = tuple(Item(quote) for quote in sorted(shown, key=_when))
    return View(request, language, items, left=len(chosen) - len(nearest))


def who(searcher: Searcher, settings: ChoiceSettings, request: Request, language: str) -> View:
    """List who speaks of a topic, those with most statements first, each with the nearest one."""
    wide = deeper(searcher)
    query = wide.parse(request.topic)
    found = _near_statements(wide, settings, query, request)
    named = [one for one in found if one.is_named]
    if not named:
        return replace(_nothing(request, language, query), unnamed=len(found))
    speakers = _speakers(searcher.library, named)
    of_person: dict[Person, list[_Near]] = {}
    for one in named:
        of_person.setdefault(speakers[one.speaker, one.article.language], []).append(one)
    texts = {person: list(_each_text_once(ones)) for person, ones in of_person.items()}
    ranked = sorted(texts, key=lambda one: (-len(texts[one]), -texts[one][0].score, one.text))
    items = tuple(
        Item(_example(wide, query, person, texts[person][0]), count=len(texts[person]))
        for person in ranked[: request.limit]
    )
    left = max(0, len(ranked) - request.limit)
    return View(request, language, items, left=left, unnamed=len(found) - len(named))


@dataclass(frozen=True, slots=True)
class _Near:
    """A statement that is near a topic."""

    article: Article
    statement: Statement
    score: float

    @property
    def speaker(self) -> str:
        return self.statement.names[0]

    @property
    def is_named(self) -> bool:
        """Tell whether the speaker has a name, not only a role that anybody may have."""
        return any(letter.isupper() for letter in self.speaker)

    @property
    def text(self) -> str:
        return self.article.words(self.article.span(*self.statement.range))


def _near_statements(
    searcher: Searcher, settings: ChoiceSettings, query: Query, request: Request
) -> list[_Near]:
    """Return the statements near a topic, the nearest first."""
    best: dict[tuple[str, Statement], _Near] = {}
    hits = hits_near(searcher, query, request)
    for candidate in near(searcher, settings, query, hits).values():
        for statement in candidate.statements:
            told = candidate.article.id, statement
            if told not in best or best[told].score < candidate.score:
                best[told] = _Near(candidate.article, statement, candidate.score)
    return sorted(best.values(), key=lambda one: (-one.score, one.article.id))


def _speakers(library: Library, ones: Sequence[_Near]) -> dict[Named, Person]:
    """Return who speaks; whom a surname alone means is decided by all that the archive holds."""
    names = [(one.speaker, one.article.language) for one in ones]
    known = said_by(library, {Name.of(*name).surname for name in names} - {""})
    return people(names) | people([(one.speaker, one.language) for one in known])


def _each_text_once(ones: Sequence[_Near]) -> Iterator[_Near]:
    shown: list[_Near] = []
    for one in ones:
        if not any(
            one.article.language == other.article.language and same_words(one.text, other.text)
            for other in shown
        ):
            shown.append(one)
            yield one


def _example(searcher: Searcher, query: Query, person: Person, one: _Near) -> Quote:
    span = whole_sentences(searcher, one.article, one.statement)
    quote = quoted(query, one.article, span, one.score, [one.statement], ANYBODY)
    copies = copies_of(searcher.library, one.article, span)
    carried = quote.with_copies(copy.span.article for copy in copies)
    return replace(carried, speaker=person.text)


def _nothing(request: Request, language: str, query: Query) -> View:
    reason, details = silence(query, Narrowing(period=request.period))
    return View(request, language, (), reason, details)


def _when(quote: Quote) -> tuple[bool, float]:
    """Order by the moment of publication, what is undated last."""
    published = quote.article.published
    return published is None, published.timestamp() if published else 0.0
