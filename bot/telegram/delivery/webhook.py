"""Updates in, by webhook: each is in the inbox before Telegram hears that it came.

Meant to stand behind a proxy that speaks TLS. What is not from Telegram is refused by the secret
that Telegram repeats with every update; while there is too much to do Telegram is asked to come
again later, so that its queue stays there.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import sqlite3
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot
from telegram.error import TelegramError

from bot.telegram.delivery.health import LONGEST_SILENCE_S
from bot.telegram.delivery.intake import Backoff, is_update, refused
from bot.telegram.delivery.turns import Turns
from bot.telegram.settings import TelegramSettings
from bot.telegram.vitals import Vitals
from index.errors import ConfigError

logger = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024
"""Telegram's largest updates have some tens of kilobytes."""

LOOK_EVERY_S = 30.0
"""How often Telegram is asked whether it can deliver: that is how it is known to be there."""

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name


def secret_of(token: str) -> str:
    """Return what only Telegram and this bot know, without giving the token away."""
    return hmac.new(token.encode(), b"citat webhook", hashlib.sha256).hexdigest()


class Webhook:
    """A server on the address that Telegram's updates are passed on to."""

    def __init__(
        self,
        bot: Bot,
        settings: TelegramSettings,
        turns: Turns,
        vitals: Vitals,
        *,
        kinds: Sequence[str],
    ) -> None:
        self._bot = bot
        self._settings = settings
        self._turns = turns
        self._vitals = vitals
        self._kinds = kinds
        self._secret = secret_of(bot.token)
        self._backoff = Backoff(settings.api_base_url)

    async def run(self) -> NoReturn:
        """Serve until it is cancelled; the webhook stays set, so that Telegram keeps trying.

        Raises:
            ConfigError: the address cannot be listened on.
            TokenRejected: the token was rejected several times in a row.
        """
        server = web.Application(client_max_size=MOST_BYTES)
        server.router.add_post(urlsplit(self._settings.webhook_url).path or "/", self._receive)
        server.router.add_get("/health", self._tell_health)
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        try:
            listen, port = self._settings.webhook_listen, self._settings.webhook_port
            try:
                await web.TCPSite(runner, listen, port).start()
            except OSError as error:
                raise ConfigError(
                    f"[telegram] webhook_listen = {listen!r}, webhook_port = {port}:"
                    f" cannot listen there: {error.strerror}"
                ) from error
            await self._keep_set()
        finally:
            await runner.cleanup()

    async def _keep_set(self) -> NoReturn:
        """Set the webhook, and look after it."""
        is_set = False
        while True:
            pause = LOOK_EVERY_S
            try:
                if not is_set:
                    is_set = await self._bot.set_webhook(
                        self._settings.webhook_url,
                        secret_token=self._secret,
                        allowed_updates=self._kinds,
                    )
                told = await self._bot.get_webhook_info()
            except TelegramError as error:
                pause = self._backoff.after(refused(error))
                logger.warning("Telegram does not speak of the webhook: %s", error)
            else:
                self._backoff.reset()
                self._vitals.heard()
                is_set = told.url == self._settings.webhook_url
                if told.pending_update_count and told.last_error_message:
                    logger.warning("Telegram cannot deliver: %s", told.last_error_message)
            await asyncio.sleep(pause)

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return web.Response(status=403)
        try:
            update = json.loads(await request.text())
        except (ValueError, LookupError, RecursionError):  # LookupError: an unknown encoding
            return web.Response(status=400)
        if not is_update(update):
            return web.Response(status=400)
        if self._turns.is_full:
            return web.Response(status=503)
        try:
            await self._turns.take_in([update])
        except sqlite3.Error as error:
            logger.error("an update was not taken in: %s", error)  # noqa: TRY400
            return web.Response(status=503)
        self._vitals.count("updates")
        self._vitals.heard()
        return web.Response()

    async def _tell_health(self, _request: web.Request) -> web.Response:
        age = self._vitals.poll_age()
        return web.Response(status=503 if age is None or age > LONGEST_SILENCE_S else 200)
