"""The command that removes what is kept of a reader in a chat, after one tap."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes, filters

from bot.phrases import phrase
from bot.telegram.remarks import acknowledge, own_language, say, unless
from bot.telegram.replies import author
from bot.telegram.stores import Stores

Handler = CommandHandler[Any, Any] | CallbackQueryHandler[Any, Any]


class Forgetting:
    """Removes what is kept of a reader; in a group, what is kept of others stays."""

    def __init__(
        self,
        stores: Stores,
        work: Callable[..., Awaitable[Any]],
    ) -> None:
        self._stores = stores
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
        counts = await self._work(self._stores.count, message.chat_id, user)
        chosen = self._stores.memory.language(user) if message.chat_id == user else None
        if not any(counts.values()) and chosen is None:
            # What could not be read is not counted, but goes too.
            await self._work(self._stores.forget, message.chat_id, user)
            await say(message, phrase(language, "tg-forget-nothing"))
            return
        kept = {
            kind: phrase(language, f"tg-{kind}", count=count) for kind, count in counts.items()
        }
        told = phrase(language, "tg-forget", **kept)
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
        await self._work(self._stores.forget, chat, user)
        done = False
        with unless("not modified", "to edit not found"):
            await query.edit_message_text(phrase(language, "tg-forgotten"))
            done = True
        await acknowledge(query, None if done else phrase(language, "tg-already"))
