"""A question as it is asked, and as it can be asked again: without a filter, or on its own."""

from dataclasses import dataclass, replace

from bot.answer import HISTORY, Answer, Answers
from bot.questions.only import ANYTHING, Only
from bot.questions.slots import Slot


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with those before it, asked `without` the filters that were dropped.

    `only` is what the answer was narrowed to beside its words.
    """

    question: str
    history: tuple[str, ...] = ()
    without: tuple[Slot, ...] = ()
    only: Only = ANYTHING

    def narrowed(self, only: Only) -> "Asked":
        """Return the same narrowed further."""
        return replace(self, only=self.only.and_only(only))

    def in_words(self) -> "Asked":
        """Return the same as far as it can be said in words: narrowed to nothing beside them."""
        return replace(self, only=ANYTHING)

    def dropping(self, slot: Slot) -> "Asked":
        """Return the same without one more of its filters: what was chosen goes first."""
        if self.only.without(slot) != self.only:
            return replace(self, only=self.only.without(slot))
        return replace(self, without=tuple(dict.fromkeys((*self.without, slot))))

    def fresh(self) -> "Asked":
        """Return the same as if nothing had been asked before it."""
        return Asked(self.question)

    def answered(self, conversation: Answers) -> Answer:
        """Return the answer, with quotes that stand as they are shown."""
        answer = conversation.ask(
            self.question, self.history, without=self.without, only=self.only
        )
        return conversation.verified(answer)

    def thread(self, meant: str) -> tuple[str, ...]:
        """Return what a follow-up can refer to, if this question was `meant` so."""
        return (*self.history, meant)[-HISTORY:]
