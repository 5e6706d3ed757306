"""The running bot: built from its parts, told to Telegram, serving until it is stopped."""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from telegram import BotCommand
from telegram.error import TelegramError
from telegram.ext import ApplicationBuilder
from telegram.request import HTTPXRequest

from bot.conversation import Conversation
from bot.phrases import LANGUAGES, phrase
from bot.telegram import logs
from bot.telegram.backstage import Backstage
from bot.telegram.delivery.lock import alone
from bot.telegram.delivery.sending import Sending
from bot.telegram.delivery.service import Service
from bot.telegram.handlers import Bot, Voice
from bot.telegram.settings import TelegramSettings
from bot.telegram.stores import Stores
from bot.telegram.vitals import Vitals
from bot.watches.news import Newsreader

logger = logging.getLogger(__name__)

UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
"""The kinds of update that are asked for; channel posts are no questions."""

MENU = (
    "ask",
    "said",
    "timeline",
    "who",
    "sources",
    "watch",
    "watches",
    "unwatch",
    "status",
    "lang",
    "privacy",
    "forget",
    "help",
)
"""The commands, in the order in which they are listed."""

READ_TIMEOUT_S = 20
"""Longer than the default: a send that timed out may have been delivered after all."""

CONNECTIONS = 32
"""More than there are messages on their way at once: there are typing signs and toasts too."""


def run(
    conversation: Conversation,
    settings: TelegramSettings,
    database_path: Path,
    token: str,
    ingest: Sequence[str] = (),
) -> None:
    """Answer questions in Telegram until SIGINT or SIGTERM.

    `ingest` is the command that takes in an address behind it and prints a report in JSON.

    Raises:
        AnotherRuns: another bot works in the same data directory.
        TokenRejected: Telegram keeps rejecting the token.
        AnotherPolls: another program takes the bot's updates.
        LibraryError: the database cannot keep the questions.
    """
    logs.set_up(token, as_json=settings.log_format == "json")
    folder, vitals = database_path.parent, Vitals()
    with (
        alone(folder),
        Stores.open(database_path) as stores,
        contextlib.closing(
            Backstage.open(settings, database_path, vitals, stores, ingest=ingest)
        ) as backstage,
    ):
        newsreader = Newsreader(conversation, stores.watches)
        application = build(newsreader, settings, stores, token, backstage)
        service = Service(
            application,
            stores,
            settings,
            vitals,
            kinds=UPDATES,
            allows=backstage.gate.allows_ids,
        )
        asyncio.run(_until_signal(service, folder, settings.stop_within_seconds))


async def _until_signal(service: Service, folder: Path, limit_s: float) -> None:
    """Serve until a signal comes, and end in order; after a second one, at once."""
    life = asyncio.create_task(service.run(folder))

    def stop() -> None:
        # Whatever hangs, be it a thread, the process ends in time: the inbox has what is not done.
        if life.cancelling():
            os._exit(0)
        last = threading.Timer(limit_s, os._exit, [0])
        last.daemon = True
        last.start()
        life.cancel()

    with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C cancels by itself
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
    with contextlib.suppress(asyncio.CancelledError):
        await life


def build(
    newsreader: Newsreader,
    settings: TelegramSettings,
    stores: Stores,
    token: str,
    backstage: Backstage,
) -> Bot:
    """Return the bot, ready to be run; it closes what it opened, but not what it is given."""
    # "Retry after" as a timedelta, as it is going to be: the older form warns each time.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    vitals, voice = backstage.vitals, Voice(newsreader, settings, stores, backstage)

    async def count_error(_update: object, _context: object) -> None:
        vitals.count("errors")

    async def begin(application: Bot) -> None:
        backstage.start()
        _ = application.create_task(introduce(application))
        voice.start(application.bot)

    async def end(_application: Bot) -> None:
        await voice.stop()
        await backstage.stop()

    async def close(_application: Bot) -> None:
        await asyncio.to_thread(voice.close)  # it waits for the search under way

    application: Bot = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{settings.api_base_url.rstrip('/')}/bot")
        .request(
            HTTPXRequest(
                connection_pool_size=CONNECTIONS,
                read_timeout=READ_TIMEOUT_S,
                httpx_kwargs={"event_hooks": {"response": [vitals.clock.hear]}},
            )
        )
        .rate_limiter(Sending(vitals, voice.move, paced=settings.pace_sends))
        .updater(None)
        .job_queue(None)
        .post_init(begin)
        .post_stop(end)
        .post_shutdown(close)
        .build()
    )
    voice.register(application)
    application.add_error_handler(count_error)
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
