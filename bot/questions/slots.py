"""What was understood of a question: slots, and the words of the question that fill them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Slot(StrEnum):
    """What narrows an answer, and can be dropped again."""

    SPEAKER = "speaker"
    ADDRESSEE = "addressee"
    PERIOD = "period"
    OUTLET = "outlet"
    TOPIC = "topic"


class Wanted(StrEnum):
    """What the question word asks for."""

    WHAT = "what"
    WHO = "who"
    WHOM = "whom"
    WHEN = "when"
    WHERE = "where"
    WHY = "why"
    HOW = "how"
    NUMBER = "number"
    NONE = "none"


class Act(StrEnum):
    """What a speaker does."""

    SAID = "said"
    ASKED = "asked"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of the question, [start, end).

    `value` is where they begin behind a preposition or an article: "Putin" in "to Putin".
    """

    start: int
    value: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.value < self.end:
            raise ValueError(f"not a phrase: {self.start}, {self.value}, {self.end}")

    def of(self, text: str) -> str:
        """Return the words without their preposition."""
        return text[self.value : self.end]


@dataclass(frozen=True, slots=True)
class Period:
    """Time from `since` to before `until`, aware; None where it is open.

    It has no phrase where it does not stand in the question.
    """

    phrase: Phrase | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Outlet:
    """A source of the archive, as it is stored there; no phrase where the question has none."""

    phrase: Phrase | None
    source: str


@dataclass(frozen=True, slots=True)
class Slots:
    """A question and what it asks for; every phrase is a range of `question`.

    `named` are the ranges of the speaker's and the addressee's own names, without roles:
    "Drosten" of "the virologist Drosten". `unresolved` are periods that no dates are known for,
    `dropped` are words of filters that were dropped again. `besides` are names, which need not
    stand in it: who else speaks is asked. `chosen_speaker` is the name of whose words alone
    are quoted, which need not stand in it either.
    """

    question: str
    language: str
    wanted: Wanted = Wanted.NONE
    asking: Phrase | None = None
    act: Act | None = None
    cue: Phrase | None = None
    speaker: Phrase | None = None
    addressee: Phrase | None = None
    topic: Phrase | None = None
    period: Period | None = None
    outlet: Outlet | None = None
    unresolved: tuple[Phrase, ...] = ()
    named: tuple[tuple[Slot, Phrase], ...] = ()
    dropped: tuple[Phrase, ...] = ()
    besides: tuple[str, ...] = ()
    chosen_speaker: str | None = None

    def phrase(self, slot: Slot) -> Phrase | None:
        """Return the words that fill a slot."""
        filled = getattr(self, slot.value)
        return filled.phrase if isinstance(filled, Period | Outlet) else filled

    def words(self, slot: Slot) -> str | None:
        """Return what fills a slot as it was written, without a preposition."""
        if slot is Slot.SPEAKER and self.chosen_speaker:
            return self.chosen_speaker
        phrase = self.phrase(slot)
        return phrase.of(self.question) if phrase else None

    def names(self, slot: Slot) -> tuple[str, ...]:
        """Return the names of who fills the slot; none for "the minister"."""
        if slot is Slot.SPEAKER and self.chosen_speaker:
            return (self.chosen_speaker,)
        return tuple(name.of(self.question) for named, name in self.named if named is slot)

    def filled(self) -> Iterator[Slot]:
        """Yield the slots that are filled, in the order in which they are shown."""
        return (
            slot
            for slot in Slot
            if getattr(self, slot.value) is not None
            or (slot is Slot.SPEAKER and self.chosen_speaker)
        )

    def droppable(self) -> Iterator[Slot]:
        """Yield those of them without which something is still asked.

        Without somebody who speaks the topic is the whole question, and nothing to drop.
        """
        return (slot for slot in self.filled() if self.act or slot is not Slot.TOPIC)

    def without(self, *slots: Slot) -> "Slots":
        """Return the same question with these filters, and the words that make them, dropped."""
        phrases = (phrase for slot in slots if (phrase := self.phrase(slot)))
        named = tuple((slot, name) for slot, name in self.named if slot not in slots)
        emptied: dict[str, Any] = dict.fromkeys((slot.value for slot in slots), None)
        if Slot.SPEAKER in slots:
            emptied["chosen_speaker"] = None
        return replace(self, named=named, dropped=(*self.dropped, *phrases), **emptied)

    @property
    def period_is_of_statement(self) -> bool:
        """Tell whether the period says when somebody spoke, not when something happened.

        In words that are no question, a claim that is looked for say, it may be either. One that
        does not stand in the question is always that of the articles.
        """
        if self.period is not None and self.period.phrase is None:
            return True
        asks = self.wanted is not Wanted.NONE or self.question.rstrip().endswith("?")
        return asks and self.period is not None and self.act is not None

    @property
    def kept(self) -> str:
        """The question without the words that were dropped: what is still meant."""
        return self._beside(self.dropped)

    @property
    def aside(self) -> str:
        """The word for speaking, which a statement shows in whatever word."""
        return self.cue.of(self.question) if self.cue else ""

    @property
    def searched(self) -> str:
        """The question without the words of what articles are filtered by, or was dropped.

        They would be looked for in the articles. Where nothing else is asked, all is searched.
        """
        filters = [self.phrase(Slot.OUTLET)]
        filters += [self.phrase(Slot.PERIOD)] if self.period_is_of_statement else []
        return self._beside((*self.dropped, *filter(None, filters)))

    def _beside(self, phrases: Iterable[Phrase]) -> str:
        """Return the question without these phrases, all of it if nothing else is asked."""
        parts, place = [], 0
        for phrase in sorted(phrases, key=lambda phrase: phrase.start):
            parts.append(self.question[place : max(place, phrase.start)].strip())
            place = max(place, phrase.end)
        rest = " ".join(filter(None, (*parts, self.question[place:].strip())))
        rest = rest.replace(" ?", "?").strip(" ,")
        return rest if place and any(map(str.isalnum, rest)) else self.question
