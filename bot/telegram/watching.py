"""Standing questions in Telegram: the commands, and the rounds that deliver what is new."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import httpx
from telegram import Bot, Message, Update
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.ext import CommandHandler, ContextTypes, filters

from bot.answer import Answer
from bot.asked import Asked
from bot.memory import COMMAND, Memory
from bot.phrases import phrase
from bot.telegram.access import Gate
from bot.telegram.board import Board
from bot.telegram.render import MESSAGE_UNITS, Page, pages, reader_language, split
from bot.telegram.replies import author, question_behind, replied_to, thread_before
from bot.telegram.rounds import Rounds
from bot.telegram.settings import MOST_QUOTES, TelegramSettings
from bot.watches.news import Newsreader, as_answer, whole_question, why_not
from bot.watches.store import Delivery, Watch
from index.records import without_surrogates

logger = logging.getLogger(__name__)

EVERY_S = 2.0
"""Between two rounds; a message of each watch at most in a round keeps below Telegram's limits."""

QUIET_S = 60.0
"""How long a chat is left alone after trouble that is not its own."""

Work = Callable[..., Awaitable[Any]]
"""Runs a function, with its arguments, in the thread where the answers are made."""


@dataclass(frozen=True, slots=True)
class _News:
    """Claimed quotes as the messages that show them: one, but for a quote of several pages.

    Pages that have arrived are not among them.
    """

    deliveries: Sequence[Delivery]
    shown: Sequence[Page]


class Watching:
    """Standing questions of Telegram's chats."""

    def __init__(
        self,
        newsreader: Newsreader,
        settings: TelegramSettings,
        memory: Memory,
        board: Board,
        gate: Gate,
        work: Work,
    ) -> None:
        self._newsreader = newsreader
        self._watches = newsreader.watches
        self._most = settings.watches_per_chat
        self._board = board
        self._gate = gate
        self._memory = memory
        self._work = work
        self._quiet: dict[int, float] = {}
        self._rounds = Rounds("the watches", EVERY_S)

    def handlers(self, fresh: filters.BaseFilter) -> list[CommandHandler[Any, Any]]:
        """Return the handlers of the commands."""
        return [
            CommandHandler("watch", self.watch, fresh),
            CommandHandler("watches", self.watches, fresh),
            CommandHandler("unwatch", self.unwatch, fresh),
        ]

    async def watch(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Put the question behind /watch, or that of the message it replies to."""
        message = _message(update)
        await self.resume(message.chat_id)
        await _say(message, await self._work(self._put, message))

    async def watches(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """List the standing questions of the chat."""
        message = _message(update)
        listed = await self._work(self._watches.of, message.chat_id)
        await _say(message, _listing(listed, _language(message)))

    async def unwatch(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Remove a standing question of the chat by its number."""
        message = _message(update)
        language, number = _language(message), _behind_command(message)
        if await self._work(self._watches.drop_typed, number, message.chat_id):
            await _say(message, phrase(language, "unwatched", id=number))
        else:
            await _say(message, phrase(language, "tg-unwatch-which"))

    async def resume(self, chat: int) -> None:
        """Go on with the paused watches of a chat that speaks to the bot again."""
        await self._work(self._watches.resume, chat)

    def start(self, bot: Bot) -> None:
        """Begin the rounds."""
        self._rounds.start(lambda: self._round(bot))

    async def stop(self) -> None:
        """End the rounds; a message on its way is finished and noted first."""
        await self._rounds.stop()

    # Putting a question

    def _put(self, message: Message) -> str:
        """Put the question and return what to say."""
        asked = self._asked(message)
        if not asked.question:
            return phrase(_language(message), "tg-watch-empty")
        answer = asked.answered(self._newsreader.conversation)
        language = _language(message, answer.understood.language)
        if told := why_not(answer, language):
            return told
        watch = self._watches.add(
            whole_question(answer),
            language,
            chat=message.chat_id,
            topic=(message.message_thread_id or 0) if message.is_topic_message else 0,
            user=author(message),
            most=self._most,
        )
        if watch is None:
            return phrase(language, "tg-watch-most", count=self._most)
        return _added(watch, answer)

    def _asked(self, message: Message) -> Asked:
        """Return the question that is meant; a view asks none."""
        if written := _behind_command(message):
            return Asked(written, thread_before(message, self._memory))
        if kept := question_behind(message, self._memory):
            return Asked("") if kept.asked.question.startswith(COMMAND) else kept.asked.in_words()
        reply = replied_to(message)
        return Asked((reply.text or "") if reply else "")

    # Delivering

    async def _round(self, bot: Bot) -> None:
        for watch in await self._work(self._watches.due):
            now = time.monotonic()
            if self._rounds.stopping:
                return
            if self._quiet.get(watch.chat, now) > now:
                continue
            self._quiet[watch.chat] = now + QUIET_S  # if this one fails, the others go on
            self._quiet[watch.chat] = time.monotonic() + await self._tend(bot, watch)

    async def _tend(self, bot: Bot, watch: Watch) -> float:
        """Deliver a message of what is new; return how many seconds to leave the chat alone."""
        if not self._gate.allows_ids(watch.user, watch.chat):
            await self._work(self._watches.pause, [watch])
            return 0
        await self._work(self._newsreader.check, watch)
        news = await self._work(self._claimed, watch)
        try:
            for page in news.shown:
                sent = await bot.send_message(
                    watch.chat,
                    page.html,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=page.link_preview,
                    message_thread_id=watch.topic or None,
                )
                await self._work(self._watches.arrived, news.deliveries)
                await self._board.note(watch.chat, sent.message_id, watch.user, page)
        except TelegramError as error:
            if surely_unsent(error):
                await self._work(self._watches.release, news.deliveries)
            else:
                logger.warning("news for watch %s may be lost: %s", watch.id, error)
            return await self._refused(watch, error)
        await self._work(self._watches.sent, news.deliveries)
        return 0

    def _claimed(self, watch: Watch) -> _News:
        """Claim as many quotes as one message holds."""
        claimed = self._watches.claim(watch, MOST_QUOTES)
        while True:
            shown = _shown(watch, claimed)
            if len(shown) <= 1 or len(claimed) == 1:
                return _News(claimed, shown[claimed[0].parts :] if claimed else ())
            self._watches.release([claimed.pop()])

    async def _refused(self, watch: Watch, error: TelegramError) -> float:
        """Do what an error asks for; return for how many seconds to leave the chat alone."""
        match error:
            case RetryAfter():
                return _seconds(error.retry_after)
            case ChatMigrated():
                await self._work(self._watches.move, watch.chat, error.new_chat_id)
                return 0
            case Forbidden():
                logger.info("chat %s has left; its watches are paused", watch.chat)
                await self._work(
                    self._watches.pause, await self._work(self._watches.of, watch.chat)
                )
                return 0
            case BadRequest():
                logger.error("watch %s is paused, Telegram says: %s", watch.id, error)
                await self._work(self._watches.pause, [watch])
                return 0
        return QUIET_S


def surely_unsent(error: TelegramError) -> bool:
    """Tell whether a message has certainly reached nobody: refused, or never on its way."""
    if isinstance(error, Forbidden | BadRequest | ChatMigrated | InvalidToken | RetryAfter):
        return True
    on_the_way = httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
    return isinstance(error.__cause__, on_the_way)


def _shown(watch: Watch, deliveries: Sequence[Delivery]) -> list[Page]:
    if not deliveries:
        return []
    language = watch.language
    title = phrase(language, "tg-watch-news", id=watch.id, question=watch.question)
    return pages(as_answer(watch, deliveries), language, MOST_QUOTES, title=title)


def _added(watch: Watch, answer: Answer) -> str:
    told = phrase(watch.language, "tg-watch-added", id=watch.id, question=watch.question)
    understood = answer.understood.line(watch.language)
    return f"{told}\n\n{understood}" if understood else told


def _listing(watches: Sequence[Watch], language: str) -> str:
    if not watches:
        return phrase(language, "tg-watches-none")
    paused = f" ({phrase(language, 'tg-watch-paused')})"
    return "\n".join(f"{one.id}  {one.question}{paused * one.paused}" for one in watches)


async def _say(message: Message, text: str) -> None:
    for part in split(text, MESSAGE_UNITS):
        await message.reply_text(part, do_quote=True, allow_sending_without_reply=True)


def _behind_command(message: Message) -> str:
    words = without_surrogates(message.text or "").split(maxsplit=1)
    return words[1] if len(words) > 1 else ""


def _language(message: Message, asked_in: str = "en") -> str:
    return reader_language(
        message.from_user.language_code if message.from_user else None, asked_in
    )


def _seconds(period: float | timedelta) -> float:
    return period.total_seconds() if isinstance(period, timedelta) else period


def _message(update: Update) -> Message:
    return cast("Message", update.message)  # the handlers' filter sees to it
