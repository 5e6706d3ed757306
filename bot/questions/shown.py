"""What was understood, in one short line: the filters a reader can see and drop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.phrases import phrase
from bot.questions.slots import Period, Slot, Slots
from bot.questions.typos import Correction


@dataclass(frozen=True, slots=True)
class Filter:
    """A slot as it is shown; dropping it is `slots.without(filter.slot)`."""

    slot: Slot
    text: str


def filters(slots: Slots, language: str) -> list[Filter]:
    """Return the filters in force, in the order in which they are shown."""
    return [Filter(slot, _text(slots, slot, language)) for slot in slots.droppable()]


def shown(
    slots: Slots,
    language: str,
    corrections: Sequence[Correction] = (),
    *,
    whole: str | None = None,
) -> str:
    """Return one line, `` if the question is searched just as it was typed.

    `whole` is the question that a follow-up, or one in Latin letters, was taken for: it holds the
    words of who and what, so that only when and where are told beside it, and who was chosen.
    """
    told = [] if whole is None else [phrase(language, "asked-whole", what=whole)]
    told += [
        one.text
        for one in filters(slots, language)
        if whole is None
        or one.slot in {Slot.PERIOD, Slot.OUTLET}
        or (one.slot is Slot.SPEAKER and slots.chosen_speaker)
    ]
    return " · ".join((*told, *_notes(slots, language, corrections)))


def days(period: Period) -> str:
    """Return first and last day in the notation of ISO 8601: no month has to be named."""
    first = f"{period.since:%Y-%m-%d}" if period.since else "…"
    last = f"{period.until - timedelta(days=1):%Y-%m-%d}" if period.until else "…"
    return first if first == last else f"{first} – {last}"


def _notes(slots: Slots, language: str, corrections: Sequence[Correction]) -> Iterator[str]:
    if slots.besides:
        yield phrase(language, "asked-besides", what=", ".join(slots.besides))
    for words in slots.unresolved:
        told = slots.question[words.start : words.end]
        yield phrase(language, "asked-unresolved", what=told)
    for one in corrections:
        yield phrase(language, "asked-correction", asked=one.asked, known=one.known)


def _text(slots: Slots, slot: Slot, language: str) -> str:
    if slot is Slot.PERIOD and slots.period is not None:
        return when(slots.period, language)
    if slot is Slot.OUTLET and slots.outlet is not None:
        return phrase(language, "asked-outlet", what=slots.outlet.source)
    return phrase(language, f"asked-{slot}", what=slots.words(slot))


def when(period: Period, language: str) -> str:
    """Return a period in words: an open one says which of its ends it has."""
    if period.until is None:
        return phrase(language, "asked-since", what=f"{period.since:%Y-%m-%d}")
    if period.since is None:
        return phrase(language, "asked-until", what=f"{period.until:%Y-%m-%d}")
    return days(period)
