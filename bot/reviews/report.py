"""A reader's report that an answer is none: what was asked, what was shown, what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.answer import Answer, Quote
from bot.asked import Asked
from bot.questions.only import ANYTHING, Only
from bot.watches.store import LOCAL
from index.library import Library
from index.records import Span, without_surrogates


class Why(StrEnum):
    """What a reader finds wrong; the words for it are in `bot/phrases/`, under "wrong-"."""

    PERSON = "person"
    TOPIC = "topic"
    OUTDATED = "outdated"
    MISQUOTED = "misquoted"
    SOURCE = "source"
    MISSING = "missing"
    OTHER = "other"

    @property
    def phrase(self) -> str:
        """The key of its words."""
        return f"wrong-{self.value}"

    @classmethod
    def of_silence(cls) -> tuple["Why", ...]:
        """Return what can be wrong where nothing is quoted."""
        return cls.MISSING, cls.OTHER

    @classmethod
    def of_quotes(cls) -> tuple["Why", ...]:
        """Return what can be wrong with quotes."""
        return tuple(why for why in cls if why is not cls.MISSING)


class State(StrEnum):
    """What the owner has made of a report."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote as it was shown: where it stood, and its words, `` where they are gone."""

    span: Span
    text: str

    @property
    def place(self) -> str:
        """The place as `citat review accept --answer` takes it."""
        return f"{self.span.article}:{self.span.start}-{self.span.end}"

    def standing(self, library: Library) -> "Shown":
        """Return it where its words stand now, without them if the article has them no more."""
        article = library.article(self.span.article)
        if article is None or (start := article.text.find(self.text)) < 0:
            return replace(self, text="")
        if article.version == self.span.version:
            return self
        return Shown(article.span(start, start + len(self.text)), self.text)

    def as_dict(self) -> dict[str, Any]:
        """Return it as the machine interface prints it; words that are gone are null."""
        span = self.span
        return {
            "article": span.article,
            "version": span.version,
            "start": span.start,
            "end": span.end,
            "text": self.text or None,
        }


@dataclass(frozen=True, slots=True)
class Truth:
    """What does answer: exact words and the ids of articles that hold them; nothing if empty."""

    articles: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as the machine interface prints it."""
        return {"article": list(self.articles), "quote": list(self.quotes)}


@dataclass(frozen=True, slots=True)
class Report:
    """An answer that somebody reports; no quotes if it was silence.

    `user` has reported it and `asker` has asked; `id` is 0 until it is stored. `truth` is what
    the owner says of an accepted one, None if only that it is wrong. `only` is what the answer
    was narrowed to by hand, which no question of `citat eval` can say: it is for the owner to see.
    """

    question: str
    history: tuple[str, ...]
    quotes: tuple[Shown, ...]
    why: Why
    language: str
    chat: int = LOCAL
    user: int = LOCAL
    asker: int = LOCAL
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: int = 0
    state: State = State.OPEN
    decided_at: datetime | None = None
    truth: Truth | None = None
    only: Only = ANYTHING

    @classmethod
    def of(cls, asked: Asked, answer: Answer, quotes: Iterable[Quote], why: Why) -> "Report":
        """Report these quotes of an answer, as whoever works at the terminal.

        A question without some of its filters is put as it can be asked: nobody can type that
        a filter is dropped.
        """
        question = answer.understood.whole if asked.without else asked.question
        return cls(
            without_surrogates(question),
            () if asked.without else tuple(map(without_surrogates, asked.history)),
            tuple(Shown(quote.span, quote.text) for quote in quotes),
            why,
            answer.understood.language,
            only=asked.only,
        )

    def standing(self, library: Library) -> "Report":
        """Return it with its quotes as they stand now: nobody is shown words that are gone."""
        return replace(self, quotes=tuple(shown.standing(library) for shown in self.quotes))

    def as_dict(self) -> dict[str, Any]:
        """Return it as the machine interface prints it."""
        return {
            "id": self.id,
            "state": self.state.value,
            "reason": self.why.value,
            "question": self.question,
            "history": list(self.history),
            "only": self.only.as_dict(),
            "language": self.language,
            "quotes": [quote.as_dict() for quote in self.quotes],
            "chat": self.chat,
            "user": self.user,
            "at": self.at.isoformat(),
            "decided_at": self.decided_at and self.decided_at.isoformat(),
            "answer": self.truth and self.truth.as_dict(),
        }
