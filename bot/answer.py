"""What the conversation gives back: exact quotes, best first, or the reason for none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import quote as percent_encode

from index.records import Article, Span

HISTORY = 3
"""How many of the last questions a follow-up may lean on."""


class Answers(Protocol):
    """What answers: `bot.conversation.Conversation`, as the voices use it."""

    def ask(
        self, text: str, history: Sequence[str] = (), *, language: str | None = None
    ) -> "Answer": ...

    def verified(self, answer: "Answer") -> "Answer": ...


class Reason(StrEnum):
    """Why nothing is quoted; the words for it are in `phrases.toml`."""

    EMPTY_LIBRARY = "empty-library"
    NOT_A_QUESTION = "not-a-question"
    TOO_LONG = "too-long"
    UNKNOWN_NAME = "unknown-name"
    NOTHING_NEAR = "nothing-near"

    @property
    def can_be_followed_up(self) -> bool:
        """Tell whether what was asked is a question that the next one may lean on."""
        return self in {Reason.UNKNOWN_NAME, Reason.NOTHING_NEAR}


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

    @property
    def link(self) -> str | None:
        """The page, opened at the quoted sentence (a text fragment, where browsers know it)."""
        if self.article.url is None:
            return None
        return self.article.url + _text_fragment(self.article.url, self.text)

    def as_dict(self) -> dict[str, Any]:
        """Return the quote as the machine interface prints it."""
        published = self.article.published
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
            "published": published.isoformat() if published else None,
            "language": self.article.language,
            "speaker": self.speaker,
            "addressee": self.addressee,
            "via": self.via,
            "score": round(self.score, 4),
            "also_in": list(self.also_in),
        }


@dataclass(frozen=True, slots=True)
class Understood:
    """The question as it was searched: what a reader must see to trust the answer.

    `follows` is the whole question that a follow-up was taken for, None for any other.
    """

    question: str
    language: str
    names: tuple[str, ...] = ()
    unknown_names: tuple[str, ...] = ()
    follows: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "language": self.language,
            "names": list(self.names),
            "unknown_names": list(self.unknown_names),
            "follows": self.follows,
        }


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


def _text_fragment(url: str, text: str) -> str:
    """Return `#:~:text=start,end` (https://wicg.github.io/scroll-to-text-fragment/)."""
    lines = text.split("\n")  # a term of the fragment does not reach over a paragraph's end
    first, last = lines[0].split(), lines[-1].split()
    ends = [first] if len(lines) == 1 and len(first) <= 12 else [first[:5], last[-5:]]
    encoded = (percent_encode(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return ("" if "#" in url else "#") + ":~:text=" + ",".join(encoded)
