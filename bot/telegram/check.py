"""What can be wrong is found before the bot is started: `citat bot --check`."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.addresses import domain
from bot.choosing import ChoiceSettings
from bot.telegram.settings import TOKEN_VARIABLE, TelegramSettings, read_token
from index.database import BUSY_MS, told
from index.encoder import Encoder
from index.errors import CitatError, ConfigError, LibraryError
from index.options import Options
from index.search import SearchSettings
from index.store import StoreSettings, open_store

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check has found: what is there, or what is wrong and what to do."""

    check: str
    ok: bool
    told: str


class Checks:
    """Goes through all that the bot needs; what one finds wrong, the next may find again."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each check, in the order in which a newcomer meets them."""
        for name, check in (
            ("settings", self._check_settings),
            ("token", self._check_token),
            ("webhook", self._check_webhook),
            ("database", self._check_database),
            ("model", self._check_model),
            ("index", self._check_index),
        ):
            try:
                yield Finding(name, ok=True, told=check())
            except CitatError as error:
                yield Finding(name, ok=False, told=str(error))

    def _check_settings(self) -> str:
        settings, config = self._settings, self._options.config
        for table, kind in (("answer", ChoiceSettings), ("search", SearchSettings)):
            config.table(table, kind)
        if settings.is_closed_to_all:
            raise ConfigError(
                "nobody may ask: list your numeric id in admins and those of others in"
                " allowed_users, in the [telegram] table; the bot tells strangers their id",
            )
        whose = "everybody" if settings.open_to_all else "who is listed"
        return f"{config.path or 'defaults'}: open to {whose}, admins {len(settings.admins)}"

    def _check_token(self) -> str:
        user = self._ask_telegram(Bot.get_me)
        inline = "on" if user.supports_inline_queries else "off (/setinline at @BotFather)"
        return f"@{user.username}, inline mode {inline}"

    def _check_webhook(self) -> str:
        info, own = self._ask_telegram(Bot.get_webhook_info), self._settings.webhook_url
        if info.url not in {"", own}:
            raise ConfigError(
                f"updates go to {domain(info.url) or info.url}: another program serves this bot;"
                " stop that one first, or make a bot of its own for each at @BotFather",
            )
        where = domain(own) or own or "none"
        return f"{where}, updates waiting {info.pending_update_count}"

    def _check_database(self) -> str:
        with self._options.library() as library:
            counts, path = library.counts(), library.path
        with (
            told(path),
            contextlib.closing(
                sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
            ) as connection,
        ):
            connection.execute("begin immediate")  # fails where it cannot be written
        if not counts["articles"]:
            raise LibraryError(f"{path} holds no article: add some with: citat ingest PATH")
        return f"{path}, articles {counts['articles']}"

    def _check_model(self) -> str:
        self._encoder.encode_queries(["?"])
        return self._encoder.identity

    def _check_index(self) -> str:
        with self._options.library() as library:
            library.claim_encoder(self._encoder.identity)
            storing = self._options.config.table("store", StoreSettings)
            store = open_store(storing, library, self._encoder.dimension)
            indexed, sentences = len(store), library.counts()["sentences"]
            store.close()
        if indexed != sentences:
            raise LibraryError(
                f"the index holds {indexed} sentences, the library {sentences}: something is"
                " being taken in just now, or run: citat reindex",
            )
        return f"sentences {sentences}, dimensions {self._encoder.dimension}"

    @property
    def _settings(self) -> TelegramSettings:
        return self._options.config.table("telegram", TelegramSettings)

    @cached_property
    def _encoder(self) -> Encoder:
        return self._options.encoder()

    def _ask_telegram(self, question: Callable[[Bot], Awaitable[Result]]) -> Result:
        """Ask the Bot API; its errors are told without the token, which some of them hold."""
        settings = self._settings
        server, token = settings.api_base_url.rstrip("/"), read_token(settings)

        async def asked() -> Result:
            async with Bot(token, base_url=f"{server}/bot") as bot:
                return await question(bot)

        try:
            return asyncio.run(asked())
        except InvalidToken:
            raise ConfigError(
                f"{server} rejects the bot token: check {TOKEN_VARIABLE} or the token file, or"
                " get a new token from @BotFather",
            ) from None
        except TelegramError as error:
            raise ConfigError(
                f"{server} does not answer as it should ({type(error).__name__}): check the"
                " network and api_base_url",
            ) from None
