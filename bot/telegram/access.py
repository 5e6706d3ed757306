"""Who may use the bot: one gate in front of every kind of update."""

import contextlib
import logging
from typing import NoReturn

from telegram import Chat, Update, User
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot.phrases import phrase
from bot.telegram.inline import way_in
from bot.telegram.remarks import own_language
from bot.telegram.render import reader_language
from bot.telegram.settings import TelegramSettings

logger = logging.getLogger(__name__)


class Gate:
    """Lets the allowed through; tells anyone else once, with the id that the owner can add."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings
        self._told: set[int] = set()

    def allows(self, user: User | None, chat: Chat | None) -> bool:
        """Tell whether this user may use the bot anywhere, or everybody in this chat."""
        return self.allows_ids(user.id if user else None, chat.id if chat else None)

    def allows_ids(self, user: int | None, chat: int | None) -> bool:
        """Tell the same of somebody who is not there to be asked."""
        return (
            self._settings.open_to_all
            or user in self._settings.allowed_users
            or chat in self._settings.allowed_chats
        )

    async def check(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Stop an update from a stranger before any other handler sees it."""
        if not self.allows(update.effective_user, update.effective_chat):
            await self._refuse(update)

    async def _refuse(self, update: Update) -> NoReturn:
        # A stranger who has blocked the bot must not become an error.
        with contextlib.suppress(TelegramError):
            await self._tell(update)
        raise ApplicationHandlerStop

    async def _tell(self, update: Update) -> None:
        line = refusal(update.effective_user, update.effective_chat)
        if update.callback_query is not None:
            await update.callback_query.answer(line, show_alert=True)
            return
        if update.inline_query is not None:
            label = phrase(own_language(update), "tg-inline-stranger")
            await update.inline_query.answer([], is_personal=True, button=way_in(label))
            return
        message, chat = update.message, update.effective_chat
        if message is None or chat is None or chat.id in self._told:
            return
        self._told.add(chat.id)
        logger.info("refused chat %s", chat.id)
        await message.reply_text(line)


def refusal(user: User | None, chat: Chat | None) -> str:
    """Return the one line for a stranger: in a group it names the group's id."""
    language = reader_language(user.language_code if user else None, "en")
    if chat is None or chat.type == Chat.PRIVATE:
        return phrase(language, "tg-stranger", id=user.id if user else "?")
    return phrase(language, "tg-strange-group", id=chat.id)
