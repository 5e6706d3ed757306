"""What the conversation gives back: exact quotes, best first, or the reason for none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote as percent_encode

from bot.questions.only import ANYTHING, Only
from bot.questions.shown import Filter, filters, shown
from bot.questions.slots import Slot, Slots
from bot.questions.typos import Correction
from index.records import Article, Span

if TYPE_CHECKING:  # views are made of answers
    from bot.views.request import Request
    from bot.views.view import View

HISTORY = 3
"""How many of the last questions a follow-up may lean on."""


class Answers(Protocol):
    """What answers: `bot.conversation.Conversation`, as the voices use it."""

    def ask(
        self,
        text: str,
        history: Sequence[str] = (),
        *,
        language: str | None = None,
        without: Collection[Slot] = (),
        only: Only = ANYTHING,
    ) -> "Answer": ...

    def view(self, request: "Request") -> "View": ...

    def verified(self, answer: "Answer") -> "Answer": ...


class Reason(StrEnum):
    """Why nothing is quoted; the words for it are in `bot.phrases`."""

    EMPTY_LIBRARY = "empty-library"
    NOT_A_QUESTION = "not-a-question"
    TOO_LONG = "too-long"
    UNKNOWN_NAME = "unknown-name"
    UNKNOWN_SPEAKER = "unknown-speaker"
    NOTHING_SAID = "nothing-said"
    NO_ARTICLE_OF_OUTLET = "no-article-of-outlet"
    NO_ARTICLE_IN_PERIOD = "no-article-in-period"
    NOTHING_NEAR = "nothing-near"

    @property
    def can_be_followed_up(self) -> bool:
        """Tell whether what was asked is a question that the next one may lean on."""
        return self not in {Reason.EMPTY_LIBRARY, Reason.NOT_A_QUESTION, Reason.TOO_LONG}


@dataclass(frozen=True, slots=True)
class Quote:
    """Exact words of an article, with everything a reader needs to check them.

    `marks` are ranges of `text`, [start, end) in code points from its beginning, that hold words
    of the question. `also_in` are ids of other articles that carry the same words.
    """

    article: Article
    span: Span
    score: float
    marks: tuple[tuple[int, int], ...] = ()
    also_in: tuple[str, ...] = ()
    speaker: str | None = None
    addressee: str | None = None
    via: str | None = None

    @property
    def text(self) -> str:
        """The exact words, cut from the article each time."""
        return self.article.words(self.span)

    def with_copies(self, articles: Iterable[str]) -> "Quote":
        """Return the quote with more articles that carry the same words."""
        known = dict.fromkeys((*self.also_in, *articles))
        known.pop(self.article.id, None)
        return replace(self, also_in=tuple(known))

    @property
    def link(self) -> str | None:
        """The page, opened at the quoted sentence (a text fragment, where browsers know it)."""
        if self.article.url is None:
            return None
        return self.article.url + _text_fragment(self.article.url, self.text)

    def as_dict(self) -> dict[str, Any]:
        """Return the quote as the machine interface prints it."""
        return {
            "article": self.span.article,
            "version": self.span.version,
            "start": self.span.start,
            "end": self.span.end,
            "text": self.text,
            "title": self.article.title,
            "url": self.article.url,
            "link": self.link,
            "source": self.article.source,
            "published": _iso(self.article.published),
            "language": self.article.language,
            "speaker": self.speaker,
            "addressee": self.addressee,
            "via": self.via,
            "score": round(self.score, 4),
            "also_in": list(self.also_in),
        }


Notes = Mapping[Quote, str]
"""What is told of a quote besides who speaks to whom; two may speak in one span."""
NO_NOTES: Notes = {}


@dataclass(frozen=True, slots=True)
class Understood:
    """The question as it was searched: what a reader must see to trust the answer.

    `question` is as it was typed, `slots` are those of the whole question that it was taken for.
    `follows` is that question if it leans on an earlier one, from which the slots `carried` come;
    `restored` is what Cyrillic in Latin letters was read as.
    """

    question: str
    language: str
    names: tuple[str, ...] = ()
    unknown_names: tuple[str, ...] = ()
    follows: str | None = None
    slots: Slots | None = None
    carried: tuple[Slot, ...] = ()
    restored: str | None = None
    corrections: tuple[Correction, ...] = ()

    def line(self, language: str) -> str:
        """Return it in one short line; `` if the question is searched just as it was typed."""
        whole = self.follows or self.restored
        if whole and self._filled.dropped:
            whole = self._filled.kept
        return shown(self._filled, language, self.corrections, whole=whole)

    def filters(self, language: str) -> list[Filter]:
        """Return what narrows the answer, without which the same can be asked."""
        return filters(self._filled, language)

    @property
    def droppable(self) -> tuple[Slot, ...]:
        """The slots that are filled, without which the same can be asked."""
        return tuple(one.slot for one in self.filters(self.language))

    @property
    def filled(self) -> tuple[Slot, ...]:
        """All slots that are filled, those that cannot be dropped too."""
        return tuple(self._filled.filled())

    @property
    def meant(self) -> str:
        """What a follow-up leans on: the question as typed, or what is left of the whole one."""
        return self._filled.kept if self._filled.dropped else self.question

    @property
    def whole(self) -> str:
        """The question as it can be asked without those before it."""
        return self._filled.kept if self._filled.dropped else self.follows or self.question

    def as_dict(self) -> dict[str, Any]:
        """Return it as the machine interface prints it; `until` is the first moment after."""
        slots = self._filled
        period, outlet = slots.period, slots.outlet
        return {
            "question": self.question,
            "language": self.language,
            "wanted": slots.wanted.value,
            "act": slots.act.value if slots.act else None,
            **{
                slot.value: slots.words(slot)
                for slot in (Slot.SPEAKER, Slot.ADDRESSEE, Slot.TOPIC)
            },
            "period": period and {"since": _iso(period.since), "until": _iso(period.until)},
            "outlet": outlet and outlet.source,
            "besides": list(slots.besides),
            "names": list(self.names),
            "unknown_names": list(self.unknown_names),
            "follows": self.follows,
            "carried": [slot.value for slot in self.carried],
            "restored": self.restored,
            "corrections": [{"asked": one.asked, "known": one.known} for one in self.corrections],
            "not_understood": [phrase.of(slots.question) for phrase in slots.unresolved],
            "shown": self.line(self.language),
        }

    @property
    def _filled(self) -> Slots:
        return self.slots or Slots(self.question, self.language)


@dataclass(frozen=True, slots=True)
class Answer:
    """Quotes best first, or the reason for none; false when there is nothing to quote.

    `details` fill the blanks of the reason's phrase, `{"name": "Ronaldo"}` say; `nearest` among
    them is the score of the best quote that was not shown.
    """

    understood: Understood
    quotes: tuple[Quote, ...] = ()
    reason: Reason | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.quotes)

    @property
    def abstained(self) -> bool:
        return not self.quotes

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as the machine interface prints it (without the question's id)."""
        return {
            "abstained": self.abstained,
            "reason": self.reason.value if self.reason else None,
            "understood": self.understood.as_dict(),
            "quotes": [quote.as_dict() for quote in self.quotes],
        }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _text_fragment(url: str, text: str) -> str:
    """Return `#:~:text=start,end` (https://wicg.github.io/scroll-to-text-fragment/)."""
    lines = text.split("\n")  # a term of the fragment does not reach over a paragraph's end
    first, last = lines[0].split(), lines[-1].split()
    ends = [first] if len(lines) == 1 and len(first) <= 12 else [first[:5], last[-5:]]
    encoded = (percent_encode(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return ("" if "#" in url else "#") + ":~:text=" + ",".join(encoded)
