"""A question becomes slots: who said it, to whom, about what, when, and where it stood."""

from datetime import UTC, datetime

from bot.questions.archive import Archive, NoArchive
from bot.questions.grammar import Grammar, grammar
from bot.questions.naming import name_runs
from bot.questions.outlets import find_outlet
from bot.questions.parties import Parts, find_parts
from bot.questions.periods import find_periods
from bot.questions.phrases import Part
from bot.questions.slots import Phrase, Slot, Slots
from bot.questions.tokens import Token, tokenise


def read(
    question: str,
    language: str,
    archive: Archive | None = None,
    now: datetime | None = None,
) -> Slots:
    """Read what a question asks for.

    `now` is aware; without it, now is when the newest article of the archive was published. A
    language without a grammar is read as English, which finds little in it and harms nothing.
    """
    archive = archive or NoArchive()
    now = now or archive.newest() or datetime.now(UTC)
    rules = grammar(language)
    tokens = tokenise(question)
    periods = find_periods(tokens, rules, now)
    outlet = find_outlet(tokens, rules, archive.outlets())
    phrases = [*periods.phrases(), *([outlet.phrase] if outlet and outlet.phrase else [])]
    taken = frozenset(
        index
        for index, token in enumerate(tokens)
        if any(phrase.start <= token.start < phrase.end for phrase in phrases)
    )
    parts = find_parts(tokens, rules, archive, taken)
    return Slots(
        question,
        language,
        parts.wanted,
        _run(tokens, parts.asking),
        parts.act,
        _run(tokens, parts.cue),
        _phrase(tokens, parts.speaker),
        _phrase(tokens, parts.addressee),
        _phrase(tokens, parts.topic),
        periods.found,
        outlet,
        periods.unresolved,
        _named(tokens, parts, rules, archive),
    )


def _named(
    tokens: list[Token], parts: Parts, rules: Grammar, archive: Archive
) -> tuple[tuple[Slot, Phrase], ...]:
    found = []
    for slot, part in ((Slot.SPEAKER, parts.speaker), (Slot.ADDRESSEE, parts.addressee)):
        for run in name_runs(tokens, part, rules, archive) if part else ():
            phrase = _run(tokens, run)
            if phrase:
                found.append((slot, phrase))
    return tuple(found)


def _phrase(tokens: list[Token], part: Part | None) -> Phrase | None:
    if part is None:
        return None
    return Phrase(tokens[part.marker].start, tokens[part.start].start, tokens[part.end - 1].end)


def _run(tokens: list[Token], run: tuple[int, int] | None) -> Phrase | None:
    if run is None:
        return None
    start, end = run
    return Phrase(tokens[start].start, tokens[start].start, tokens[end - 1].end)
