"""A question as it is asked, and as it can be asked again: without a filter, or on its own."""

from dataclasses import dataclass, replace

from bot.answer import HISTORY, Answer, Answers
from bot.questions.slots import Slot


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with those before it, asked `without` the filters that were dropped."""

    question: str
    history: tuple[str, ...] = ()
    without: tuple[Slot, ...] = ()

    def dropping(self, slot: Slot) -> "Asked":
        """Return the same without one more of its filters."""
        return replace(self, without=tuple(dict.fromkeys((*self.without, slot))))

    def fresh(self) -> "Asked":
        """Return the same as if nothing had been asked before it."""
        return Asked(self.question)

    def answered(self, conversation: Answers) -> Answer:
        """Return the answer, with quotes that stand as they are shown."""
        answer = conversation.ask(self.question, self.history, without=self.without)
        return conversation.verified(answer)

    def thread(self, meant: str) -> tuple[str, ...]:
        """Return what a follow-up can refer to, if this question was `meant` so."""
        return (*self.history, meant)[-HISTORY:]
