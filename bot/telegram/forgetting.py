"""The command that removes what is kept of a reader in a chat, after one tap."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes, filters

from bot.memory import Memory
from bot.phrases import phrase
from bot.reviews.store import Reports
from bot.telegram.remarks import acknowledge, own_language, say, unless
from bot.telegram.replies import author
from bot.watches.store import Watches

Handler = CommandHandler[Any, Any] | CallbackQueryHandler[Any, Any]


@dataclass(frozen=True, slots=True)
class Forgettable:
    """All that is kept of readers."""

    memory: Memory
    watches: Watches
    reports: Reports

    def count(self, chat: int, user: int) -> dict[str, int]:
        """Return how much of each kind is kept of somebody in a chat."""
        return {
            "questions": self.memory.count(chat, user),
            "standing": self.watches.count(chat, user),
            "reports": self.reports.count(chat, user),
        }

    def forget(self, chat: int, user: int) -> None:
        """Remove all that is kept of somebody in a chat."""
        words = self.memory.forget(chat, user)
        self.watches.forget(chat, user)
        self.reports.forget(chat, user, words)


class Forgetting:
    """Removes what is kept of a reader; in a group, what is kept of others stays."""

    def __init__(
        self,
        kept: Forgettable,
        turn: Callable[[int], asyncio.Lock],
        work: Callable[..., Awaitable[Any]],
    ) -> None:
        self._kept = kept
        self._turn = turn
        self._work = work

    def handlers(self, fresh: filters.BaseFilter) -> list[Handler]:
        """Return the handlers of the command and of its button."""
        return [
            CommandHandler("forget", self.ask, fresh),
            CallbackQueryHandler(self.forget, r"^x:\d{1,18}$"),
        ]

    async def ask(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say how much is kept, above the button that removes it."""
        message, language = cast("Message", update.message), own_language(update)
        user = author(message)
        counts = await self._work(self._kept.count, message.chat_id, user)
        if not any(counts.values()):
            await say(message, phrase(language, "tg-forget-nothing"))
            return
        told = phrase(language, "tg-forget", **counts)
        label = phrase(language, "tg-forget-button")
        button = InlineKeyboardButton(label, callback_data=f"x:{user}")
        await say(message, told, InlineKeyboardMarkup.from_button(button))

    async def forget(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Remove what is kept of whoever asked for it, and say so in place of the button."""
        query, language = cast("CallbackQuery", update.callback_query), own_language(update)
        user = query.from_user.id
        if query.data != f"x:{user}":
            await acknowledge(query, phrase(language, "tg-not-yours"))
            return
        if not isinstance(query.message, Message):  # too old to be changed
            await acknowledge(query, phrase(language, "tg-stale"))
            return
        chat = query.message.chat_id
        async with self._turn(chat):  # what was asked before is remembered before
            await self._work(self._kept.forget, chat, user)
        done = False
        with unless("not modified", "to edit not found"):
            await query.edit_message_text(phrase(language, "tg-forgotten"))
            done = True
        await acknowledge(query, None if done else phrase(language, "tg-already"))
