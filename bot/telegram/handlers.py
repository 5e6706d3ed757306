"""What the bot does with each kind of update; `register` holds them all, in order."""

import asyncio
import contextlib
import logging
import re
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

from telegram import (
    CallbackQuery,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    Update,
)
from telegram.constants import ChatAction, ChatID, ParseMode
from telegram.error import Forbidden, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.answer import Answer, Answers
from bot.asked import Asked
from bot.memory import COMMAND, Kept, Memory
from bot.phrases import phrase
from bot.questions.slots import Slot
from bot.reviews.store import Reports
from bot.telegram.access import Gate
from bot.telegram.forgetting import Forgettable, Forgetting
from bot.telegram.remarks import acknowledge, bound_to, own_language, say, unless
from bot.telegram.render import Page, keyboard, pages, reader_language, view_pages
from bot.telegram.replies import author, thread_before
from bot.telegram.reporting import Reporting
from bot.telegram.settings import TelegramSettings
from bot.telegram.watching import Watching
from bot.views.request import Kind, Request, typed
from bot.views.view import View
from bot.watches.news import Newsreader
from index.records import without_surrogates

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Bot = Application[Any, Any, Any, Any, Any, Any]

LIMIT = 60
"""Quotes of a view, over all its pages."""

TYPING_AFTER_S = 0.3
"""Quicker answers need no sign that one is at work."""

TYPING_EVERY_S = 4
"""Telegram shows the sign for five seconds at most."""

_ANYBODY = (ChatID.ANONYMOUS_ADMIN, ChatID.FAKE_CHANNEL)
"""Users in whose name others write: nobody can tell who of them has asked."""


class Voice:
    """The conversation, spoken through Telegram."""

    def __init__(
        self,
        newsreader: Newsreader,
        settings: TelegramSettings,
        memory: Memory,
        reports: Reports,
    ) -> None:
        self._conversation: Answers = newsreader.conversation
        self._settings = settings
        self._memory = memory
        # One worker: the encoder gains nothing from a second, and the event loop stays free.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="telegram-answers")
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.watching = Watching(newsreader, settings, memory, self._work)
        kept = Forgettable(memory, newsreader.watches, reports)
        self._forgetting = Forgetting(kept, self._turn, self._work)
        self._reporting = Reporting(reports, self._behind, self._found, self._edit, self._work)

    def register(self, application: Bot) -> None:
        """Add all handlers. The first that matches takes an update; the gate is before them."""
        fresh = filters.UpdateType.MESSAGE
        private = fresh & filters.ChatType.PRIVATE
        spoken_to = filters.ChatType.PRIVATE | _SpokenTo()
        for handler in (
            CommandHandler("start", self.start, fresh),
            CommandHandler("help", self.help, fresh),
            CommandHandler("ask", self.ask, fresh),
            CommandHandler([kind.value for kind in Kind], self.view, fresh),
            *self.watching.handlers(fresh),
            *self._forgetting.handlers(fresh),
            CallbackQueryHandler(self.turn_page, r"^m:\d{1,18}:\d{1,4}$"),
            CallbackQueryHandler(self.drop, rf"^d:\d{{1,18}}:({'|'.join(Slot)})$"),
            CallbackQueryHandler(self.fresh, r"^f:\d{1,18}$"),
            *self._reporting.handlers(),
            CallbackQueryHandler(self.stale_button),
            MessageHandler(private & filters.COMMAND, self.help),
            MessageHandler(fresh & filters.TEXT & ~filters.COMMAND & spoken_to, self.question),
            MessageHandler(private & ~filters.TEXT & ~filters.StatusUpdate.ALL, self.not_text),
        ):
            application.add_handler(handler)
        application.add_handler(TypeHandler(Update, Gate(self._settings).check), group=-1)
        application.add_error_handler(trouble)

    def close(self) -> None:
        """Finish the search under way, drop those that wait."""
        self._worker.shutdown(cancel_futures=True)

    async def start(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say what this is and how to ask."""
        message, language = _message(update), own_language(update)
        await self.watching.resume(message.chat_id)
        await say(message, phrase(language, "tg-start") + "\n\n" + phrase(language, "tg-help"))

    async def help(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show how to ask."""
        await say(_message(update), phrase(own_language(update), "tg-help"))

    async def ask(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer the question behind /ask."""
        words = (_message(update).text or "").split(maxsplit=1)
        await self._answer(update, words[1] if len(words) > 1 else "")

    async def view(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """List what /said, /timeline or /who asks for."""
        message = _message(update)
        name, *line = (message.text or "").split()
        command = " ".join([name.partition("@")[0].lower(), *line])
        if _request(command) is None:
            await say(message, phrase(own_language(update), "tg-view-usage"))
            return
        await self._answer(update, without_surrogates(command))

    async def question(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer a plain question, or one that mentions the bot."""
        await self._answer(update, _without_mention(_message(update), context.bot.username))

    async def not_text(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say that pictures, voice and the like cannot be read."""
        await say(_message(update), phrase(own_language(update), "tg-only-text"))

    async def turn_page(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show another page of an answer, in the message that holds it."""
        query, page = _pressed(update), int(_data(update)[-1])
        async with self._behind(update) as kept:
            if kept is not None:
                await acknowledge(query)
                found = await self._work(self._found, kept.asked)
                await self._edit(query, kept.id, found, page)

    async def drop(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Ask the question of an answer again, without one more of its filters."""
        slot = Slot(_data(update)[-1])
        await self._ask_again(update, lambda asked: asked.dropping(slot))

    async def fresh(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Ask the question of an answer again, as if none had been asked before it."""
        await self._ask_again(update, Asked.fresh)

    async def stale_button(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say that a button is too old to be understood."""
        await acknowledge(_pressed(update), phrase(own_language(update), "tg-stale"))

    async def _ask_again(self, update: Update, changed: Callable[[Asked], Asked]) -> None:
        """Show the answer to a changed question, in the message that holds the one before."""
        query, language = _pressed(update), own_language(update)
        async with self._behind(update) as kept:
            if kept is None:
                return
            if kept.user not in {query.from_user.id, *_ANYBODY}:
                await acknowledge(query, phrase(language, "tg-not-yours"))
                return
            found = await self._work(self._changed, kept, changed(kept.asked))
            # The sign of waiting is taken off last: a second press finds nothing left to change.
            is_new = await self._edit(query, kept.id, found)
            await acknowledge(query, None if is_new else phrase(language, "tg-already"))

    @contextlib.asynccontextmanager
    async def _behind(self, update: Update) -> AsyncIterator[Kept | None]:
        """Take the turn of a pressed button's chat, and the question that is answered above it.

        None if that is forgotten, which is said.
        """
        message, key = _pressed(update).message, int(_data(update)[1])
        async with self._turn(message.chat.id if message else 0):
            kept = await self._work(self._memory.get, key)
            if (
                kept is None
                or not isinstance(message, Message)
                or kept.chat != message.chat_id
                or kept.message not in {None, message.message_id}
            ):
                kept = None
                await acknowledge(_pressed(update), phrase(own_language(update), "tg-stale"))
            yield kept

    async def _answer(self, update: Update, question: str) -> None:
        message, question = _message(update), without_surrogates(question)
        if not question:
            await say(message, phrase(own_language(update), "tg-ask-empty"))
            return
        async with self._turn(message.chat_id):
            async with _typing(message):
                asked, found = await self._work(self._ask, message, question)
            sent = await self._send(message, asked, found)
            await self._work(self._remember, asked, sent.message_id)

    async def _send(self, message: Message, asked: int, found: Answer | View) -> Message:
        code = message.from_user.language_code if message.from_user else None
        language, shown = self._shown(found, code)
        return await message.reply_html(
            shown[0].html,
            reply_markup=_keyboard(asked, 1, len(shown), found, language) if asked else None,
            link_preview_options=shown[0].link_preview,
            reply_parameters=bound_to(message),
        )

    async def _edit(
        self, query: CallbackQuery, asked: int, found: Answer | View, page: int = 1
    ) -> bool:
        """Show it in the message of the pressed button; tell whether that was something new."""
        language, shown = self._shown(found, query.from_user.language_code)
        # The archive may have changed since the button was made.
        page = min(max(page, 1), len(shown))
        with unless("not modified", "to edit not found"):
            await query.edit_message_text(
                shown[page - 1].html,
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(asked, page, len(shown), found, language),
                link_preview_options=shown[page - 1].link_preview,
            )
            return True
        return False

    def _shown(self, found: Answer | View, code: str | None) -> tuple[str, list[Page]]:
        """Return the language to speak, and the pages."""
        most = self._settings.quotes_per_message
        if isinstance(found, View):
            language = reader_language(code, found.language)
            return language, view_pages(found, language, most)
        language = reader_language(code, found.understood.language)
        return language, pages(found, language, most)

    def _ask(self, message: Message, question: str) -> tuple[int, Answer | View]:
        """Answer, and remember the question if it can be followed up; its id is 0 if not."""
        asked = Asked(question, thread_before(message, self._memory))
        answer = self._found(asked)
        if answer.reason and not answer.reason.can_be_followed_up:
            return 0, answer
        try:
            kept = self._memory.keep(message.chat_id, author(message), question, asked.history)
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

    def _changed(self, kept: Kept, asked: Asked) -> Answer | View:
        """Answer a question that is asked in another way than before, and remember how."""
        found = self._found(asked)
        if isinstance(found, Answer):
            self._memory.change(kept.id, asked, found.understood.meant)
        return found

    def _found(self, asked: Asked) -> Answer | View:
        if request := _request(asked.question):
            return self._conversation.view(request).verified(self._conversation)
        return asked.answered(self._conversation)

    def _turn(self, chat: int) -> asyncio.Lock:
        """The lock that keeps a chat's answers in the order of its questions."""
        return self._turns.setdefault(chat, asyncio.Lock())

    async def _work(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Do what may block (searching, the database) in the one worker thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, work, *arguments)


class _SpokenTo(filters.MessageFilter):
    """In a group: messages that mention the bot or reply to it."""

    def filter(self, message: Message) -> bool:
        bot, replied = message.get_bot(), message.reply_to_message
        if replied and replied.from_user and replied.from_user.id == bot.id:
            return True
        mentions = message.parse_entities([MessageEntity.MENTION]).values()
        return f"@{bot.username}".lower() in map(str.lower, mentions)


async def trouble(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log what went wrong, then tell the human a number to report; never a traceback."""
    if not isinstance(update, Update):
        logger.warning("no updates from Telegram: %s", context.error)
        return
    if isinstance(context.error, Forbidden):
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


def _without_mention(message: Message, username: str) -> str:
    mention = rf"\s*@{re.escape(username)}\b\s*"
    return re.sub(mention, " ", message.text or "", flags=re.IGNORECASE).strip()


def _request(command: str) -> Request | None:
    """Read a command such as "/said Merkel about Brexit"; None for a question."""
    name, _, line = command.removeprefix(COMMAND).partition(" ")
    if not command.startswith(COMMAND) or name not in set(Kind):
        return None
    return typed(Kind(name), line, LIMIT)


def _keyboard(
    asked: int, page: int, count: int, found: Answer | View, language: str
) -> InlineKeyboardMarkup | None:
    understood = found.understood if isinstance(found, Answer) else None
    return keyboard(asked, page, count, language, understood)


def _message(update: Update) -> Message:
    return cast("Message", update.message)  # a handler's filters see to it


def _pressed(update: Update) -> CallbackQuery:
    return cast("CallbackQuery", update.callback_query)  # as above


def _data(update: Update) -> list[str]:
    """Return what a button says: what to do, the id of the question, and with what."""
    return (_pressed(update).data or "").split(":")
