"""The button under an answer that says it is none, and the reasons behind it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    Update,
)
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.answer import Answer
from bot.memory import Kept
from bot.phrases import phrase
from bot.reviews.report import Report, Why
from bot.reviews.store import Reports
from bot.telegram.buttons import Buttons
from bot.telegram.remarks import acknowledge, own_language, unless
from bot.telegram.showing import Showing

_QUOTES: list[str | None] = [MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE]


class Reporting:
    """Takes reports from everybody who sees an answer, and keeps them for the owner."""

    def __init__(
        self,
        reports: Reports,
        showing: Showing,
        buttons: Buttons,
        work: Callable[..., Awaitable[Any]],
    ) -> None:
        self._reports = reports
        self._showing = showing
        self._buttons = buttons
        self._work = work

    def handlers(self) -> list[CallbackQueryHandler[Any, Any]]:
        """Return the handlers of the button and of the reasons."""
        asked = r"^w:\d{1,18}:\d{1,4}"
        return [
            CallbackQueryHandler(self.ask, rf"{asked}$"),
            CallbackQueryHandler(self.keep, rf"{asked}:({'|'.join(Why)})$"),
        ]

    async def ask(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Ask what is wrong, in place of the buttons under the answer."""
        query, language = cast("CallbackQuery", update.callback_query), own_language(update)
        kept = await self._buttons.behind(update)
        if kept is None:
            return
        silent = not _quoted(cast("Message", query.message))
        buttons = reasons(kept.id, _data(query)[2], language, silent=silent)
        with unless("not modified", "to edit not found"):
            await query.edit_message_reply_markup(buttons)
        await acknowledge(query)

    async def keep(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Keep the report, give thanks, and put the buttons of the answer back."""
        query, language = cast("CallbackQuery", update.callback_query), own_language(update)
        _, _, page, reason = _data(query)
        kept = await self._buttons.behind(update)
        if kept is None:
            return
        found = await self._work(self._showing.found, kept.asked)
        if not isinstance(found, Answer):  # a view is no answer, and no button offers it
            await acknowledge(query, phrase(language, "tg-stale"))
            return
        is_new = await self._work(self._reports.add, _report(query, kept, found, Why(reason)))
        code = query.from_user.language_code
        shown = self._showing.answer(found, code, kept.id, int(page))
        await self._buttons.turn(query, kept, shown)
        await acknowledge(query, phrase(language, "wrong-thanks" if is_new else "wrong-again"))


def reasons(asked: int, page: str, language: str, *, silent: bool) -> InlineKeyboardMarkup:
    """Return a button for each reason, two in a row, and one that goes back to the page."""
    buttons = [
        InlineKeyboardButton(phrase(language, why.phrase), callback_data=f"w:{asked}:{page}:{why}")
        for why in (Why.of_silence() if silent else Why.of_quotes())
    ]
    back = InlineKeyboardButton(phrase(language, "tg-back"), callback_data=f"m:{asked}:{page}")
    return InlineKeyboardMarkup([*(buttons[i : i + 2] for i in range(0, len(buttons), 2)), [back]])


def _report(query: CallbackQuery, kept: Kept, answer: Answer, why: Why) -> Report:
    """Report the quotes that the message shows, of an answer that may have changed since."""
    shown = _quoted(cast("Message", query.message))
    # A long quote is shown part by part.
    quotes = [quote for quote in answer.quotes if any(words in quote.text for words in shown)]
    report = Report.of(kept.asked, answer, quotes, why)
    return replace(report, chat=kept.chat, user=query.from_user.id, asker=kept.user)


def _quoted(message: Message) -> list[str]:
    return list(message.parse_entities(_QUOTES).values())


def _data(query: CallbackQuery) -> list[str]:
    return (query.data or "").split(":")
