"""What is asked for: whose words, and which statements answer the question or only its reverse."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum

from bot.questions.slots import Slot, Slots, Wanted
from index.folding import words
from index.people import may_be_same, person_key
from index.statements import Statement


class Fit(IntEnum):
    """How well a statement answers the question who speaks to whom; higher is better.

    What is reversed is no answer at all.
    """

    REVERSED = -2
    ANOTHER = -1
    OPEN = 0
    SPEAKER = 1
    BOTH = 2


@dataclass(frozen=True, slots=True)
class Sought:
    """The speakers and the addressees that a question names, as keys of `person_key`.

    It may ask who speaks `besides` others. `surnames` are the keys of the speakers' last names,
    `figure` tells whether a number or a date is asked for, `alone` that nobody else is quoted.
    """

    speakers: frozenset[str] = frozenset()
    addressees: frozenset[str] = frozenset()
    besides: frozenset[str] = frozenset()
    surnames: frozenset[str] = frozenset()
    figure: bool = False
    alone: bool = False

    @classmethod
    def of(cls, slots: Slots) -> "Sought":
        """Take them from a question's slots; "the minister" is nobody's name."""
        named = (slots.names(Slot.SPEAKER), slots.names(Slot.ADDRESSEE), slots.besides)
        speakers, addressees, besides = (
            frozenset(filter(None, (person_key(name, slots.language) for name in names)))
            for names in named
        )
        if slots.chosen_speaker:  # as an article of any language writes it
            spoken = (slots.language, "", "uk")
            keys = (person_key(slots.chosen_speaker, language) for language in spoken)
            speakers = frozenset(filter(None, keys))
        surnames = {_last(name, slots.language) for name in slots.names(Slot.SPEAKER)} - {""}
        figure = slots.wanted in {Wanted.NUMBER, Wanted.WHEN}
        alone = slots.chosen_speaker is not None
        return cls(speakers, addressees, besides, frozenset(surnames), figure, alone)

    @property
    def names(self) -> frozenset[str]:
        """The keys of all words of the speakers' names, as those of a text are folded."""
        return frozenset(word for key in self.speakers for word in key.split())

    def __bool__(self) -> bool:
        return bool(self.speakers or self.addressees)

    def fit(self, statement: Statement, language: str) -> Fit:
        """Tell how a statement of an article in this language fits."""
        speaker, addressee = statement.keys(language)
        by, to = _is_any(speaker, self.speakers), _is_any(addressee, self.addressees)
        if _is_any(speaker, self.besides):
            return Fit.REVERSED
        if not by and _is_any(speaker, self.addressees):
            return Fit.REVERSED if self.speakers else Fit.ANOTHER
        if self.speakers and not by:
            return Fit.ANOTHER if speaker else Fit.OPEN
        if self.addressees and not to:
            return Fit.SPEAKER if by else Fit.OPEN
        return Fit.BOTH if to else Fit.SPEAKER if by else Fit.OPEN

    def best(self, statements: Iterable[Statement], language: str) -> Fit:
        """Return how well the best of the statements fits; open if there are none.

        What is reversed is forgiven only beside what fits whole: "according to him, she told him".
        """
        fits = {self.fit(one, language) for one in statements} or {Fit.OPEN}
        if self.speakers and Fit.REVERSED in fits and Fit.BOTH not in fits:
            return Fit.REVERSED
        return max(fits)

    def is_said(self, statements: Iterable[Statement], language: str) -> bool:
        """Tell whether one of the statements is by a speaker who is sought."""
        return self.best(statements, language) >= Fit.SPEAKER


def _last(name: str, language: str) -> str:
    """Return the key of the last word of a name, by which an article goes on to call somebody."""
    keys = [word.name for word in words(name, language) if word.name]
    return keys[-1] if keys else ""


def _is_any(key: str, sought: Collection[str]) -> bool:
    return any(may_be_same(key, one) for one in sought)
