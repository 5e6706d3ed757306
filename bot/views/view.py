"""A view as it is made: quotes with what is known of them, or the reason for none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.answer import Answer, Answers, Notes, Quote, Reason, Understood
from bot.phrases import phrase
from bot.views.request import Kind, Request
from index.namesakes import Person
from index.statements import Kind as Manner


@dataclass(frozen=True, slots=True)
class Item:
    """A quote of a view.

    `manner` is whose words a statement is made of, `denied` that the speaker says it is not so;
    `count` is how many statements of its speaker the quote stands for.
    """

    quote: Quote
    manner: Manner | None = None
    denied: bool = False
    count: int | None = None

    def note(self, language: str) -> str:
        """Return in words what is known of the quote besides who speaks to whom."""
        told = []
        if self.manner is not None:
            told.append(phrase(language, f"view-{self.manner.value}"))
        if self.denied:
            told.append(phrase(language, "view-denied"))
        if self.count is not None:
            told.append(phrase(language, "view-count", count=self.count))
        return ", ".join(told)

    def as_dict(self) -> dict[str, Any]:
        """Return it as the machine interface prints it."""
        manner = self.manner.value if self.manner else None
        return {**self.quote.as_dict(), "kind": manner, "denied": self.denied}


@dataclass(frozen=True, slots=True)
class View:
    """Items in the order of the view, or the reason for none; `language` is the request's.

    `people` are those whom the name that was asked for may mean, `similar` are names like one that
    nobody bears. `left` is how many more there may be, `unnamed` how many statements name nobody.
    """

    request: Request
    language: str
    items: tuple[Item, ...] = ()
    reason: Reason | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    similar: tuple[Person, ...] = ()
    left: int = 0
    unnamed: int = 0

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def answer(self) -> Answer:
        """The quotes as an answer, for what can be done with any answer."""
        understood = Understood(self.request.text, self.language)
        quotes = tuple(item.quote for item in self.items)
        return Answer(understood, quotes, self.reason, self.details)

    def verified(self, answers: Answers) -> "View":
        """Read every quote again and drop what no longer equals its article."""
        kept = answers.verified(self.answer).quotes
        spans = {quote.span for quote in kept}
        standing = [item for item in self.items if item.quote.span in spans]
        items = tuple(
            replace(item, quote=quote) for item, quote in zip(standing, kept, strict=True)
        )
        reason = self.reason if items or self.reason else Reason.NOTHING_NEAR
        return replace(self, items=items, reason=reason)

    def notes(self, language: str) -> Notes:
        """Return what is to be told of each quote."""
        return {item.quote: item.note(language) for item in self.items}

    def told(self, language: str) -> list[str]:
        """Return the lines above the quotes: what was asked for, and who may be meant."""
        person = self.people[0].text if len(self.people) == 1 else ""
        lines = [self.request.line(language, person)]
        if len(self.people) > 1:
            names = _listed(self.people, language)
            lines.append(phrase(language, "view-several", name=self.request.person, people=names))
        return lines

    def ending(self, language: str) -> str:
        """Return the line that stands below the quotes, `` if nothing is left to be told."""
        told = []
        if self.similar:
            told.append(phrase(language, "view-similar", people=_listed(self.similar, language)))
        if self.left:
            told.append(phrase(language, "view-left", count=self.left))
        if self.unnamed:
            told.append(phrase(language, "view-unnamed", count=self.unnamed))
        return " ".join(told)

    def as_dict(self) -> dict[str, Any]:
        """Return the view as the machine interface prints it."""
        head = {
            **self.request.as_dict(),
            "reason": self.reason.value if self.reason else None,
            "left": self.left,
        }
        if self.request.kind is Kind.WHO:
            speakers = [
                {
                    "name": item.quote.speaker,
                    "statements": item.count,
                    "example": item.as_dict(),
                }
                for item in self.items
            ]
            return {**head, "unnamed": self.unnamed, "speakers": speakers}
        who = {
            "people": [_person(person) for person in self.people],
            "similar": [_person(person) for person in self.similar],
        }
        named = who if self.request.kind is Kind.SAID else {}
        return {**head, **named, "quotes": [item.as_dict() for item in self.items]}


def _listed(people: Sequence[Person], language: str) -> str:
    return ", ".join(
        f"{person.text} ({person.count})"
        if person.name.others or " " in person.text
        else phrase(language, "view-surname-alone", name=person.text, count=person.count)
        for person in people
    )


def _person(person: Person) -> dict[str, Any]:
    return {"name": person.text, "statements": person.count}
