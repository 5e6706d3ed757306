"""What somebody said: their statements, the newest first, each text once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.answer import Quote, Reason
from bot.choosing import ChoiceSettings, marked
from bot.narrowing import Narrowing
from bot.questions.typos import likeness
from bot.silence import silence
from bot.views.near import scores, whole_sentences
from bot.views.request import Request
from bot.views.view import Item, View
from index.copies import Copy, copies_of
from index.namesakes import Name, Person, meant, people
from index.query import Query
from index.said import Said, said_by, speakers
from index.search import Searcher

LANGUAGES_OF_KEYS = ("", "uk")
"""Ukrainian г sounds otherwise, so that a name may have two keys."""
SIMILAR = 5
_LEAST_ALIKE = 0.8


def said(searcher: Searcher, settings: ChoiceSettings, request: Request, language: str) -> View:
    """List what a person said: to somebody, about something, in some days."""
    asked = _names(request.person)
    statements = said_by(searcher.library, {name.surname for name in asked if name.surname})
    speaking = people([(one.speaker, one.language) for one in statements])
    known = meant(asked, set(speaking.values()))
    view = View(request, language, people=tuple(known))
    if not known:
        similar = _similar(request.person, people(speakers(searcher.library)))
        unknown = replace(view, reason=Reason.UNKNOWN_SPEAKER, similar=similar)
        return replace(unknown, details={"name": request.person})
    addressees = _names(request.to) if request.to else set()
    theirs = [
        one
        for one in statements
        if speaking[one.speaker, one.language] in known
        and _is_to(one, addressees)
        and request.includes(one.published)
    ]
    query = searcher.parse(request.topic) if request.topic else None
    near = scores(searcher, settings, query, theirs) if query and theirs else None
    fitting = [one for one in theirs if near is None or one.id in near]
    if not fitting:
        reason, details = _nothing(query)
        return replace(view, reason=reason, details=details)
    items, left = _each_text_once(searcher, query, fitting, near or {}, request.limit)
    return replace(view, items=tuple(items), left=left)


def _names(text: str) -> set[Name]:
    return {Name.asked(text, language) for language in LANGUAGES_OF_KEYS}


def _is_to(statement: Said, addressees: Collection[Name]) -> bool:
    """Tell whether a statement is made to one of these; to anybody if there are none."""
    if not addressees:
        return True
    name = Name.of(statement.addressee, statement.language)
    return bool(name.surname) and any(name.may_be(asked) for asked in addressees)


def _nothing(query: Query | None) -> tuple[Reason, Mapping[str, str]]:
    if query is not None and query.unknown:
        return silence(query, Narrowing())
    return Reason.NOTHING_SAID, {}


def _each_text_once(
    searcher: Searcher,
    query: Query | None,
    statements: Sequence[Said],
    near: Mapping[int, float],
    limit: int,
) -> tuple[list[Item], int]:
    """Return so many items, and how many of the statements may be left.

    A text stands where it was printed first; the other articles that carry it are named there.
    """
    shown: list[Item] = []
    told: set[int] = set()  # what is shown already, by its place among the statements
    for place, one in enumerate(statements):
        if len(shown) == limit:
            return shown, len(set(range(place, len(statements))) - told)
        quote = None if place in told else _quote(searcher, query, one, near.get(one.id, 1.0))
        if quote is None or any(_is_same(quote, item.quote) for item in shown):
            continue
        copies = copies_of(searcher.library, quote.article, quote.span)
        printed = set(_printed(copies, statements, one))
        if printed & told or any(statements[n].published for n in printed if n > place):
            continue  # it is there already, or comes where it was printed first
        told |= {place, *printed}
        carried = quote.with_copies(copy.span.article for copy in copies)
        shown.append(Item(carried, one.statement.kind, one.statement.denied))
    return shown, 0


def _is_same(one: Quote, other: Quote) -> bool:
    """Tell whether two quotes are one: namesakes may speak in one sentence."""
    return (one.span, one.speaker) == (other.span, other.speaker)


def _printed(copies: Iterable[Copy], statements: Sequence[Said], one: Said) -> Iterator[int]:
    """Yield the places of the statements that whoever speaks here makes in these copies."""
    spans = {copy.span.article: (copy.span.start, copy.span.end) for copy in copies}
    speaker = Name.of(one.speaker, one.language)
    for place, other in enumerate(statements):
        if (
            other.article in spans
            and other.statement.overlaps(spans[other.article])
            and speaker.may_be(Name.of(other.speaker, other.language))
        ):
            yield place


def _quote(searcher: Searcher, query: Query | None, one: Said, score: float) -> Quote | None:
    article = searcher.library.article(one.article)
    if article is None:
        return None
    span = whole_sentences(searcher, article, one.statement)
    marks = marked(query, article, article.words(span)) if query else ()
    return Quote(
        article,
        span,
        score,
        tuple(marks),
        speaker=one.speaker,
        addressee=one.addressee or None,
        via=one.statement.agencies,
    )


def _similar(asked: str, known: Mapping[tuple[str, str], Person]) -> tuple[Person, ...]:
    """Return whose names are written most like the one that nobody bears."""
    words = [word for word in asked.split() if len(word) > 2]
    alike: dict[Person, float] = {}
    for (text, _), person in known.items():
        best = max((_likeness(word, text.split()) for word in words), default=0)
        if best >= _LEAST_ALIKE and text[:1].isupper():
            alike[person] = max(best, alike.get(person, 0))
    ranked = sorted(alike, key=lambda person: (-alike[person], -person.count, person.text))
    return tuple(ranked[:SIMILAR])


def _likeness(word: str, others: Collection[str]) -> float:
    near = (other for other in others if abs(len(word) - len(other)) <= 3)
    return max((likeness(word, other) for other in near), default=0)
