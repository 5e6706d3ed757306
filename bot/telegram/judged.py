"""A message that shows quotes, beside what their articles say now."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from telegram import InlineKeyboardMarkup

from bot.answer import Quote
from bot.shelf import key
from bot.telegram.render import Flag, Page, Piece, State, corrected_page
from index.records import Article, Span, text_version

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What words are known by again: a hash, and the sum of their code points."""

    words: str
    weight: int

    @classmethod
    def of(cls, words: str) -> "Fingerprint":
        return cls(text_version(words), int(_letters(words).sum()))

    def found_in(self, text: str, length: int, near: int) -> int | None:
        """Return where so many characters of a text are these words, the nearest place of several.

        As Rabin and Karp search (1987): a hash is made only of what has the right sum.
        """
        sums = np.concatenate(([0], _letters(text).cumsum()))
        fits = np.flatnonzero(sums[length:] - sums[:-length] == self.weight).tolist()
        for start in sorted(fits, key=lambda place: abs(place - near)):
            if text_version(text[start : start + length]) == self.words:
                return int(start)
        return None


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """Words that a message shows at a `place`, or has shown: then that is None.

    `state` is what the message tells of them, `since` when that came to be. So many changes of the
    article are `due` to be looked at; the last one was `noticed` then.
    """

    id: int
    place: int | None
    span: Span
    fingerprint: Fingerprint
    details: Json
    state: State
    since: datetime | None
    due: int
    noticed: datetime | None

    def now(self, article: Article | None, also_in: Collection[str]) -> Piece | Flag:
        """Return the words where they stand now, or what is to be told of them if nowhere.

        `also_in` are articles that are there, of those in which the words stood too.
        """
        if article is None:
            return Flag(State.WITHDRAWN, self._since(State.WITHDRAWN), self._origin())
        start: int | None = self.span.start
        if article.version != self.span.version:
            start = self.fingerprint.found_in(article.text, len(self.span), self.span.start)
        if start is None:
            return Flag(State.CHANGED, self._since(State.CHANGED), article)
        span, told = article.span(start, start + len(self.span)), self.details
        quote = Quote(
            article,
            span,
            1.0,
            also_in=tuple(other for other in told["also_in"] if other in also_in),
            speaker=told["speaker"],
            addressee=told["addressee"],
            via=told["via"],
        )
        return Piece(quote, span, told["note"], told["part"], told["parts"])

    def _since(self, state: State) -> datetime:
        since = self.since if state is self.state else self.noticed
        return since or datetime.now(UTC)

    def _origin(self) -> Article:
        told = self.details
        published = datetime.fromisoformat(told["published"]) if told["published"] else None
        return Article(
            self.span.article, "", "", told["source"], "", told["url"], published=published
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What has become of a shown quote."""

    quote: ShownQuote
    now: Piece | Flag

    @property
    def state(self) -> State:
        return self.now.state if isinstance(self.now, Flag) else State.STANDING

    @property
    def span(self) -> Span:
        """Where the words stand, or where they last stood."""
        return self.quote.span if isinstance(self.now, Flag) else self.now.span


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was last noted; `again` if it may show something older than that."""

    id: int
    chat: int
    message: int
    language: str
    head: str
    foot: str
    buttons: str
    revision: int
    again: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A message, and what has become of all that it shows and has shown."""

    message: Message
    verdicts: Sequence[Verdict]

    @property
    def is_new(self) -> bool:
        """Whether the message has to tell something else than it does."""
        return self.message.again or any(one.state is not one.quote.state for one in self.verdicts)

    def page(self) -> Page:
        """Return what the message has to show: flags of what it showed earlier come last."""
        shown = [one for one in self.verdicts if one.quote.place is not None]
        told = {one.quote.span.article for one in shown if isinstance(one.now, Flag)}
        before = {
            one.quote.span.article: one.now
            for one in self.verdicts
            if one.quote.place is None and isinstance(one.now, Flag)
        }
        message = self.message
        return corrected_page(
            [one.now for one in shown],
            [flag for article, flag in before.items() if article not in told],
            message.language,
            message.head,
            message.foot,
        )

    def buttons(self) -> InlineKeyboardMarkup | None:
        """Return the buttons, but for those that open a quote whose words are gone."""
        text, gone = self.message.buttons, []
        for one in self.verdicts:
            if isinstance(one.now, Flag):
                gone.append(one.quote.details["key"])
            elif one.quote.details["whole"]:
                text = text.replace(one.quote.details["key"], key(one.now.quote))
        rows = [
            [button for button in row if not any(shared in str(button) for shared in gone)]
            for row in json.loads(text)
        ]
        left = [row for row in rows if row]
        return InlineKeyboardMarkup.de_json({"inline_keyboard": left}) if left else None


def _letters(text: str) -> np.typing.NDArray[np.int64]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
