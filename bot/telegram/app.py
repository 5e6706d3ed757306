"""The running bot: built from its parts, told to Telegram, polled until it is stopped."""

import contextlib
import logging
import os
from pathlib import Path

from telegram import BotCommand
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder

from bot.conversation import Conversation
from bot.memory import Memory
from bot.phrases import LANGUAGES, phrase
from bot.reviews.store import Reports
from bot.telegram import logs
from bot.telegram.handlers import Bot, Voice
from bot.telegram.settings import TOKEN_VARIABLE, TelegramSettings
from bot.watches.news import Newsreader
from bot.watches.store import Watches
from index.errors import ConfigError

logger = logging.getLogger(__name__)

UPDATES = ("message", "callback_query")
"""The kinds of update that are asked for; edits and channel posts are no questions."""

MENU = ("ask", "said", "timeline", "who", "watch", "watches", "unwatch", "forget", "help")
"""The commands, in the order in which they are listed."""

CONCURRENT_UPDATES = 8
"""Enough, as one worker searches; a hundred cost more CPU a message (measured)."""

POLL_S = 30
READ_TIMEOUT_S = 20
"""Longer than the default: a send that timed out may have been delivered after all."""


def run(
    conversation: Conversation, settings: TelegramSettings, database_path: Path, token: str
) -> None:
    """Answer questions in Telegram until SIGINT or SIGTERM.

    Raises:
        ConfigError: Telegram rejects the token.
        LibraryError: the database cannot keep the questions.
    """
    logs.set_up(token)
    with (
        contextlib.closing(Memory.open(database_path)) as memory,
        Watches.open(database_path.parent) as watches,
        Reports.open(database_path.parent) as reports,
    ):
        newsreader = Newsreader(conversation, watches)
        application = build(newsreader, settings, memory, reports, token)
        try:
            application.run_polling(
                timeout=POLL_S,
                bootstrap_retries=-1,
                allowed_updates=UPDATES,
                drop_pending_updates=False,
            )
        except InvalidToken:
            # Without its cause: that one holds the token.
            raise ConfigError(
                f"{settings.api_base_url} rejects the bot token: check {TOKEN_VARIABLE} or the"
                " token file, or get a new token from @BotFather",
            ) from None


def build(
    newsreader: Newsreader,
    settings: TelegramSettings,
    memory: Memory,
    reports: Reports,
    token: str,
) -> Bot:
    """Return the bot, ready to be run; it closes what it opened, but not what it is given."""
    # "Retry after" as a timedelta, as it is going to be: the older form warns each time.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    voice = Voice(newsreader, settings, memory, reports)

    async def begin(application: Bot) -> None:
        await introduce(application)
        voice.watching.start(application.bot)

    async def end(_application: Bot) -> None:
        await voice.watching.stop()

    async def close(_application: Bot) -> None:
        voice.close()

    application: Bot = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{settings.api_base_url.rstrip('/')}/bot")
        .read_timeout(READ_TIMEOUT_S)
        .concurrent_updates(CONCURRENT_UPDATES)
        .job_queue(None)
        .post_init(begin)
        .post_stop(end)
        .post_shutdown(close)
        .build()
    )
    voice.register(application)
    return application


async def introduce(application: Bot) -> None:
    """Tell Telegram the bot's commands and description in each language, and log its name."""
    try:
        # Without a code it is for everybody who has none of the other languages.
        for language in LANGUAGES:
            await _introduce_in(application, language, None if language == "en" else language)
    except TelegramError as error:
        logger.warning("the command menu and description were not set: %s", error)
    logger.info("@%s answers", application.bot.username)


async def _introduce_in(application: Bot, language: str, code: str | None) -> None:
    commands = [BotCommand(name, phrase(language, f"tg-command-{name}")) for name in MENU]
    await application.bot.set_my_commands(commands, language_code=code)
    await application.bot.set_my_description(phrase(language, "tg-description"), code)
    await application.bot.set_my_short_description(phrase(language, "tg-short-description"), code)
