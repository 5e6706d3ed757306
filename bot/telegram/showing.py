"""What is found for a question, as a message: its page and the buttons under it."""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Bot, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Answer, Quote
from bot.asked import Asked
from bot.context import Context
from bot.conversation import Conversation
from bot.memory import COMMAND
from bot.offers import Offer, offers
from bot.phrases import phrase
from bot.shelf import Outlet, key
from bot.telegram.keyboards import keyboard
from bot.telegram.links import QUOTE, quote_link
from bot.telegram.render import (
    Page,
    context_page,
    label,
    pages,
    reader_language,
    view_pages,
)
from bot.views.request import Kind, Request, typed
from bot.views.view import View

LIMIT = 60
"""Quotes of a view, over all its pages."""

Found = Answer | View
Row = list[InlineKeyboardButton]


@dataclass(frozen=True, slots=True)
class Shown:
    """A message: a page and what stands under it.

    `rest` are the buttons to be left where the words on the others must not be kept.
    """

    page: Page
    buttons: InlineKeyboardMarkup | None = None
    rest: InlineKeyboardMarkup | None = None

    @property
    def wordless(self) -> InlineKeyboardMarkup | None:
        """The buttons that hold no words of a quote."""
        return self.rest or self.buttons


@dataclass(frozen=True, slots=True)
class _At:
    """Where a reader is in what was found: a page, from 1, of so many."""

    language: str
    page: Page
    number: int
    count: int


class Showing:
    """Finds what is asked for, and shows it; the ids of questions make the buttons work later.

    What a button sends begins with a letter for what it does: `m` turns to a page, `c` opens a
    quote in its context, `n` narrows, `d` drops a filter, `f` asks afresh, `w` reports.
    """

    def __init__(self, conversation: Conversation, quotes_per_message: int) -> None:
        self._conversation = conversation
        self._most = quotes_per_message

    def found(self, asked: Asked) -> Found:
        """Answer a question, or list what a command such as /said asks for."""
        if request := request_of(asked.question):
            return self._conversation.view(request).verified(self._conversation)
        return asked.answered(self._conversation)

    def context(self, shared: str, asked: Asked | None = None) -> Context | None:
        """Return a quote in its paragraph, None if its words are gone.

        Of the articles that have its words the one is taken that answers what was asked.
        """
        found = self.found(asked) if asked else None
        answer = found.answer if isinstance(found, View) else found
        quotes = answer.quotes if answer else ()
        shown = next((one.article.id for one in quotes if key(one) == shared), None)
        return self._conversation.context(shared, shown)

    def outlets(self) -> list[Outlet]:
        """Return the outlets of the archive, those of most articles first."""
        return self._conversation.outlets()

    def answer(self, found: Found, code: str | None, asked: int = 0, number: int = 1) -> Shown:
        """Return page `number`, or the one nearest to it; without an id it has no buttons."""
        at = self._at(found, code, number)
        if not asked:
            return Shown(at.page)
        understood = found.understood if isinstance(found, Answer) else None
        tools = _tools(found, at, asked)
        return Shown(at.page, keyboard(asked, at.number, at.count, at.language, understood, tools))

    def quotes(self, found: Found, code: str | None, asked: int, number: int) -> Shown:
        """Return a page with a button for each of its quotes, which opens its context."""
        at = self._at(found, code, number)
        rows = [
            _button(f"{place}. {quote.text}", _opening(asked, at.number, quote))
            for place, quote in enumerate(at.page.quotes, start=1)
        ]
        return Shown(at.page, _with_back(rows, asked, at), rest=_with_back([], asked, at))

    def narrowings(self, found: Found, code: str | None, asked: int, number: int) -> Shown:
        """Return a page with a button for each way to narrow the answer."""
        at = self._at(found, code, number)
        rows = [
            _button(f"+ {one.text(at.language)}", f"n:{asked}:{one.slot}:{one.key}")
            for one in _offers(found)
        ]
        return Shown(at.page, _with_back(rows, asked, at))

    def quote(self, context: Context, language: str, bot: Bot, back: str = "") -> Shown:
        """Return a quote in its context, to be shared; `back` is what the button back sends."""
        shared = key(context.quote)
        row: Row = []
        if back:
            row += _button(phrase(language, "tg-back"), back)
        if bot.supports_inline_queries:
            share = phrase(language, "tg-share")
            row.append(InlineKeyboardButton(share, switch_inline_query=f"{QUOTE}{shared}"))
        link = CopyTextButton(quote_link(bot.username, shared))
        row.append(InlineKeyboardButton(phrase(language, "tg-copy-link"), copy_text=link))
        return Shown(context_page(context, language), InlineKeyboardMarkup([row]))

    def _at(self, found: Found, code: str | None, number: int) -> _At:
        """Open page `number`; the archive may have changed since a button named it."""
        if isinstance(found, View):
            language = reader_language(code, found.language)
            shown = view_pages(found, language, self._most)
        else:
            language = reader_language(code, found.understood.language)
            shown = pages(found, language, self._most)
        number = min(max(number, 1), len(shown))
        return _At(language, shown[number - 1], number, len(shown))


def request_of(command: str) -> Request | None:
    """Read a command such as "/said Merkel about Brexit"; None for a question."""
    name, _, line = command.removeprefix(COMMAND).partition(" ")
    if not command.startswith(COMMAND) or name not in set(Kind):
        return None
    return typed(Kind(name), line, LIMIT)


def offered(found: Found, wanted: str) -> Offer | None:
    """Return what a button offers to narrow an answer to, None if it is no longer among it."""
    return next((one for one in _offers(found) if one.key == wanted), None)


def _offers(found: Found) -> Sequence[Offer]:
    return offers(found) if isinstance(found, Answer) else ()


def _tools(found: Found, at: _At, asked: int) -> Row:
    """Return the buttons that look closer, at a quote or a part, and the one that reports."""
    tools: Row = []
    quotes = at.page.quotes
    if quotes:
        # Of several quotes one is chosen first.
        one, choice = _opening(asked, at.number, quotes[0]), f"c:{asked}:{at.number}"
        tools += _button(phrase(at.language, "tg-context"), choice if len(quotes) > 1 else one)
    if _offers(found):
        tools += _button(phrase(at.language, "tg-only"), f"n:{asked}:{at.number}")
    if isinstance(found, Answer):
        tools += _button(phrase(at.language, "tg-wrong"), f"w:{asked}:{at.number}")
    return tools


def _opening(asked: int, number: int, quote: Quote) -> str:
    return f"c:{asked}:{number}:{key(quote)}"


def _with_back(rows: list[Row], asked: int, at: _At) -> InlineKeyboardMarkup:
    back = _button(phrase(at.language, "tg-back"), f"m:{asked}:{at.number}")
    return InlineKeyboardMarkup([*rows, back])


def _button(text: str, data: str) -> Row:
    """Return a row of one button."""
    return [InlineKeyboardButton(label(text), callback_data=data)]
