"""Messages follow the articles they quote: what no longer stands there is flagged in its place.

A message is edited until it tells what is so, and an edit that is made twice changes nothing: so
whenever the bot ends, nothing is missed, and nothing is told twice.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.telegram.judged import Judged
from bot.telegram.rounds import Rounds
from bot.telegram.shown import ShownMessages

logger = logging.getLogger(__name__)

EVERY_S = 2.0
"""Between two looks for what is due."""

QUIET_S = 60.0
"""How long a chat is left alone after trouble that is not its own."""

Moved = Callable[[int, int], Awaitable[None]]


class Following:
    """Edits messages whose quotes have changed; `moved` is told that a group has another id."""

    def __init__(self, shown: ShownMessages, moved: Moved) -> None:
        self._shown = shown
        self._moved = moved
        self._quiet: dict[int, float] = {}
        self._rounds = Rounds("what was shown", EVERY_S)

    def start(self, bot: Bot) -> None:
        """Begin the rounds."""
        self._rounds.start(lambda: self._round(bot))

    async def stop(self) -> None:
        """End the rounds; an edit on its way is finished and noted first."""
        await self._rounds.stop()

    async def _round(self, bot: Bot) -> None:
        now = time.monotonic()
        self._quiet = {chat: until for chat, until in self._quiet.items() if until > now}
        for id_, chat in await asyncio.to_thread(self._shown.due):
            if self._rounds.stopping:
                return
            if chat in self._quiet:
                continue
            self._quiet[chat] = now + QUIET_S  # if this one fails, the others go on
            if wait := await self._follow(bot, id_):
                self._quiet[chat] = time.monotonic() + wait
            else:
                del self._quiet[chat]

    async def _follow(self, bot: Bot, id_: int) -> float:
        """Let a message tell what is so; return how many seconds to leave its chat alone."""
        judged = await asyncio.to_thread(self._shown.judged, id_)
        if judged is None:
            return 0
        if judged.is_new:
            try:
                await self._edit(bot, judged)
            except TelegramError as error:
                if wait := await self._refused(judged, error):
                    return wait
        await asyncio.to_thread(self._shown.settle, judged)
        return 0

    async def _edit(self, bot: Bot, judged: Judged) -> None:
        page = judged.page()
        await bot.edit_message_text(
            page.html,
            judged.message.chat,
            judged.message.message,
            parse_mode=ParseMode.HTML,
            reply_markup=judged.buttons(),
            link_preview_options=page.link_preview,
        )
        logger.info(
            "message %s of chat %s follows its articles",
            judged.message.message,
            judged.message.chat,
        )

    async def _refused(self, judged: Judged, error: TelegramError) -> float:
        """Return after how many seconds to try again; 0 if that is of no use."""
        chat, message = judged.message.chat, judged.message.message
        match error:
            case RetryAfter():
                return _seconds(error.retry_after)
            case ChatMigrated():
                await self._moved(chat, error.new_chat_id)
                return EVERY_S
            case BadRequest() if "not modified" in error.message.lower():
                return 0
            case BadRequest() | Forbidden():
                logger.warning("message %s of chat %s cannot be flagged: %s", message, chat, error)
                return 0
        return QUIET_S


def _seconds(period: float | timedelta) -> float:
    seconds = period.total_seconds() if isinstance(period, timedelta) else period
    return max(seconds, EVERY_S)
