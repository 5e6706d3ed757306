"""Pages in their chats: put there, turned, and noted, so that they can follow their articles."""

import asyncio
import logging
import sqlite3

from telegram import Bot, InlineKeyboardMarkup, Message
from telegram.constants import ParseMode

from bot.telegram.remarks import bound_to, unless
from bot.telegram.render import Page
from bot.telegram.replies import author
from bot.telegram.showing import Shown
from bot.telegram.shown import ShownMessages
from index.errors import LibraryError

logger = logging.getLogger(__name__)


class Board:
    """Shows pages; without `notes`, nothing is noted of them."""

    def __init__(self, notes: ShownMessages | None) -> None:
        self._notes = notes

    async def reply(self, message: Message, shown: Shown) -> Message:
        """Reply to a message with a page and its buttons."""
        sent = await message.reply_html(
            shown.page.html,
            reply_markup=shown.buttons,
            link_preview_options=shown.page.link_preview,
            reply_parameters=bound_to(message),
        )
        await self.note(sent.chat_id, sent.message_id, author(message), shown.page, shown.wordless)
        return sent

    async def turn(self, bot: Bot, chat: int, message: int, user: int, shown: Shown) -> bool:
        """Show a page in place of another; tell whether that was something new.

        It is noted first: whenever the bot ends, nothing that is seen there is without a note.
        """
        await self.note(chat, message, user, shown.page, shown.wordless)
        with unless("not modified", "to edit not found"):
            await bot.edit_message_text(
                shown.page.html,
                chat,
                message,
                parse_mode=ParseMode.HTML,
                reply_markup=shown.buttons,
                link_preview_options=shown.page.link_preview,
            )
            return True
        return False

    async def note(
        self,
        chat: int,
        message: int,
        user: int,
        page: Page,
        buttons: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Note what a message shows, for whom."""
        if self._notes is None:
            return
        try:
            await asyncio.to_thread(self._notes.note, chat, message, user, page, buttons)
        except (LibraryError, sqlite3.Error) as error:  # the answer counts, not the note of it
            logger.error("what was shown is not noted: %s", error)  # noqa: TRY400

    async def moved(self, chat: int, message: int, key: str) -> str | None:
        """Return the key of a shown quote whose words have moved, by the one in its button."""
        if self._notes is None:
            return None
        return await asyncio.to_thread(self._notes.moved, chat, message, key)
