"""What the bot does with each kind of update; `register` holds them all, in order."""

import asyncio
import contextlib
import logging
import re
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar, cast

from telegram import Bot as Client
from telegram import Message, Update
from telegram.constants import ChatAction
from telegram.error import Forbidden, TelegramError
from telegram.ext import (
    Application,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.answer import Answer
from bot.asked import Asked
from bot.memory import COMMAND
from bot.phrases import phrase
from bot.telegram.addressed import SPOKEN_TO
from bot.telegram.backstage import Backstage
from bot.telegram.board import Board
from bot.telegram.buttons import Buttons
from bot.telegram.delivery.sending import OnHold
from bot.telegram.following import Following
from bot.telegram.forgetting import Forgetting
from bot.telegram.inline import Inline
from bot.telegram.remarks import own_language, say
from bot.telegram.replies import author, thread_before
from bot.telegram.reporting import Reporting
from bot.telegram.settings import TelegramSettings
from bot.telegram.showing import Found, Showing, request_of
from bot.telegram.stores import Stores
from bot.telegram.telling import Telling
from bot.telegram.watching import Watching
from bot.views.request import Kind
from bot.watches.news import Newsreader
from index.records import without_surrogates

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Bot = Application[Any, Any, Any, Any, Any, Any]

TYPING_AFTER_S = 0.3
"""Quicker answers need no sign that one is at work."""

TYPING_EVERY_S = 4
"""Telegram shows the sign for five seconds at most."""


class Voice:
    """The conversation, spoken through Telegram."""

    def __init__(
        self,
        newsreader: Newsreader,
        settings: TelegramSettings,
        stores: Stores,
        backstage: Backstage,
    ) -> None:
        conversation = newsreader.conversation
        self._showing = Showing(conversation, settings.quotes_per_message)
        self._stores, memory = stores, stores.memory
        self._memory = memory
        self._backstage = backstage
        # One worker: the encoder gains nothing from a second, and the event loop stays free.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="telegram-answers")
        self._board = Board(stores.shown if settings.follow_days else None)
        self._following = Following(stores.shown, self.move) if settings.follow_days else None
        self._watching = Watching(
            newsreader, settings, memory, self._board, backstage.gate, self._work
        )
        self._forgetting = Forgetting(stores, self._work)
        self._buttons = Buttons(self._showing, memory, self._board, self._work)
        self._reporting = Reporting(stores.reports, self._showing, self._buttons, self._work)
        self._inline = Inline(conversation, self._work)
        self._telling = Telling(
            self._showing,
            self._board,
            memory,
            self._work,
            self._watching.resume,
            settings,
        )

    def register(self, application: Bot) -> None:
        """Add all handlers. The first that matches takes an update; the gate is before them."""
        fresh = filters.UpdateType.MESSAGE
        private = fresh & filters.ChatType.PRIVATE
        # What the bot's inline results put into a chat is nobody's question.
        typed = fresh & filters.TEXT & ~filters.VIA_BOT
        for handler in (
            *self._telling.handlers(fresh),
            CommandHandler("ask", self.ask, fresh),
            CommandHandler([kind.value for kind in Kind], self.view, fresh),
            *self._watching.handlers(fresh),
            *self._forgetting.handlers(fresh),
            *self._backstage.handlers(fresh),
            *self._reporting.handlers(),
            *self._buttons.handlers(),
            InlineQueryHandler(self._inline.answer, block=False),
            MessageHandler(private & filters.COMMAND, self._telling.help),
            MessageHandler(typed & ~filters.COMMAND & SPOKEN_TO, self.question),
            MessageHandler(filters.UpdateType.EDITED_MESSAGE & filters.TEXT, self.edited),
            MessageHandler(private & ~filters.TEXT & ~filters.StatusUpdate.ALL, self.not_text),
        ):
            application.add_handler(handler)
        application.add_handler(TypeHandler(Update, self._backstage.gate.check), group=-1)
        application.add_handler(TypeHandler(Update, self._telling.choose), group=-2)
        application.add_error_handler(trouble)

    def start(self, bot: Client) -> None:
        """Begin what is done unasked: deliveries, and flags on what was shown."""
        self._watching.start(bot)
        if self._following is not None:
            self._following.start(bot)

    async def stop(self) -> None:
        """End what is done unasked; a message on its way is finished and noted first."""
        await self._watching.stop()
        if self._following is not None:
            await self._following.stop()

    def close(self) -> None:
        """Finish the search under way, drop those that wait."""
        self._worker.shutdown(cancel_futures=True)

    async def move(self, chat: int, to: int) -> None:
        """Follow a group that has another id now."""
        await self._work(self._stores.move, chat, to)

    async def ask(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer the question behind /ask."""
        await self._answer(update, _behind_command(_message(update)))

    async def view(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """List what /said, /timeline or /who asks for."""
        message = _message(update)
        command = _command(message)
        if request_of(command) is None:
            await say(message, phrase(own_language(update), "tg-view-usage"))
            return
        await self._answer(update, command)

    async def question(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer a plain question, or one that mentions the bot."""
        await self._answer(update, _without_mention(_message(update), context.bot.username))

    async def edited(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer an edited question in place of the answer to what it was before."""
        message = cast("Message", update.edited_message)
        question = _meant(message, context.bot.username)
        kept = await self._work(self._memory.asked_in, message.chat_id, message.message_id)
        if kept is None or kept.user != author(message) or not kept.message:
            return
        if question in {"", kept.asked.question}:
            return
        async with _typing(message):
            asked = Asked(question, kept.asked.history)
            found = await self._work(self._showing.found, asked)
        code = message.from_user.language_code if message.from_user else None
        shown = self._showing.answer(found, code, kept.id)
        await self._board.turn(context.bot, message.chat_id, kept.message, kept.user, shown)
        # Only now: an edit whose answer was not shown is worked on again after a crash.
        meant = found.understood.meant if isinstance(found, Answer) else question
        await self._work(self._memory.change, kept.id, asked, meant)

    async def not_text(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say that pictures, voice and the like cannot be read."""
        await say(_message(update), phrase(own_language(update), "tg-only-text"))

    async def _answer(self, update: Update, question: str) -> None:
        message = _message(update)
        if not question:
            await say(message, phrase(own_language(update), "tg-ask-empty"))
            return
        started = time.perf_counter()
        async with _typing(message):
            asked, found = await self._work(self._ask, message, question)
        code = message.from_user.language_code if message.from_user else None
        sent = await self._board.reply(message, self._showing.answer(found, code, asked))
        await self._work(self._remember, asked, sent.message_id)
        self._backstage.journal.answered(message, found, time.perf_counter() - started)

    def _ask(self, message: Message, question: str) -> tuple[int, Found]:
        """Answer, and remember the question if it can be followed up; its id is 0 if not."""
        begun = self._memory.asked_in(message.chat_id, message.message_id)
        if begun and begun.asked.question == question:
            # By a process that was ended before it sent.
            return begun.id, self._showing.found(begun.asked)
        asked = Asked(question, thread_before(message, self._memory))
        answer = self._showing.found(asked)
        if answer.reason and not answer.reason.can_be_followed_up:
            return 0, answer
        try:
            kept = self._memory.keep(
                message.chat_id,
                author(message),
                question,
                asked.history,
                asked_in=message.message_id,
            )
        except sqlite3.Error as error:  # the answer counts, not the memory of it
            logger.error("a question is not remembered: %s", error)  # noqa: TRY400
            return 0, answer
        return kept, answer

    def _remember(self, asked: int, message: int) -> None:
        """Note which message answers a question, if the question is remembered at all."""
        try:
            if asked:
                self._memory.answered(asked, message)
        except sqlite3.Error as error:  # it was answered: no reason to speak of trouble
            logger.error("an answer is not remembered: %s", error)  # noqa: TRY400

    async def _work(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Do what may block (searching, the database) in the one worker thread."""
        loop = asyncio.get_running_loop()
        here = copy_context()  # it holds the language that was chosen
        return await loop.run_in_executor(self._worker, partial(here.run, work, *arguments))


async def trouble(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log what went wrong, then tell the human a number to report; never a traceback."""
    if not isinstance(update, Update):
        logger.error("a task of the bot failed", exc_info=context.error)
        return
    if isinstance(context.error, Forbidden | OnHold):
        logger.info("update %s cannot be answered: %s", update.update_id, context.error)
        return
    number = secrets.token_hex(4)
    logger.error("error %s at update %s", number, update.update_id, exc_info=context.error)
    message = update.effective_message
    if message is not None:
        with contextlib.suppress(TelegramError):
            await say(message, phrase(own_language(update), "tg-trouble", id=number))


@contextlib.asynccontextmanager
async def _typing(message: Message) -> AsyncIterator[None]:
    """Show that the bot is at work, unless it is done at once."""
    done = asyncio.Event()
    sign = asyncio.create_task(_show_typing(message, done))
    try:
        yield
    finally:
        done.set()
        # A sign on its way would stay under the answer, so wait for it, but not for long.
        await asyncio.wait({sign}, timeout=1)
        sign.cancel()


async def _show_typing(message: Message, done: asyncio.Event) -> None:
    pause: float = TYPING_AFTER_S
    while not done.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), pause)
            return
        pause = TYPING_EVERY_S
        with contextlib.suppress(TelegramError):
            await message.reply_chat_action(ChatAction.TYPING)


def _meant(message: Message, username: str) -> str:
    """Return what a message asks, `` if that is nothing."""
    name = _command(message).partition(" ")[0]
    if not name.startswith(COMMAND):
        return _without_mention(message, username)
    if name == "/ask":
        return _behind_command(message)
    return _command(message) if request_of(_command(message)) else ""


def _command(message: Message) -> str:
    """Return a command in one line, without the name of the bot that it is for."""
    name, *line = (message.text or "").split() or [""]
    return without_surrogates(" ".join([name.partition("@")[0].lower(), *line]))


def _behind_command(message: Message) -> str:
    words = (message.text or "").split(maxsplit=1)
    return without_surrogates(words[1]) if len(words) > 1 else ""


def _without_mention(message: Message, username: str) -> str:
    mention = rf"\s*@{re.escape(username)}\b\s*"
    text = re.sub(mention, " ", message.text or "", flags=re.IGNORECASE).strip()
    return without_surrogates(text)


def _message(update: Update) -> Message:
    return cast("Message", update.message)  # a handler's filters see to it
