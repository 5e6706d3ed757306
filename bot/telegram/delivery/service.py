"""The bot's life: start, even while Telegram cannot be reached; serve; stop in time."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn, Protocol

from telegram import Bot
from telegram.error import TelegramError
from telegram.ext import Application

from bot.telegram.delivery.health import Heartbeat, notify
from bot.telegram.delivery.intake import Backoff, Polling, refused
from bot.telegram.delivery.turns import Turns
from bot.telegram.settings import TelegramSettings
from bot.telegram.stores import Stores
from bot.telegram.vitals import Vitals
from index.errors import ConfigError

logger = logging.getLogger(__name__)

DRAIN_SHARE = 0.7
"""Of the time for stopping: the rest is for what comes after the last answer."""


class Intake(Protocol):
    """Takes updates in until it is cancelled."""

    async def run(self) -> NoReturn: ...


class Service:
    """Serves an application its updates of these kinds; `allows` is as of `Turns`."""

    def __init__(
        self,
        application: Application[Any, Any, Any, Any, Any, Any],
        stores: Stores,
        settings: TelegramSettings,
        vitals: Vitals,
        *,
        kinds: Sequence[str],
        allows: Callable[[int, int], bool],
    ) -> None:
        self.application = application
        self._settings = settings
        self.vitals = vitals
        self.inbox = stores.inbox
        self._turns = Turns(application, stores, settings, vitals, allows)
        self._intake: Intake
        if settings.webhook_url:
            self._intake = _webhook(application.bot, settings, self._turns, vitals, kinds)
        else:
            self._intake = Polling(
                settings.api_base_url.rstrip("/"),
                application.bot.token,
                self._turns,
                vitals,
                kinds=kinds,
            )

    async def run(self, folder: Path) -> None:
        """Serve until it is cancelled, with a heartbeat in this data directory.

        Raises:
            TokenRejected: Telegram keeps rejecting the token.
            AnotherPolls: another instance takes the updates.
        """
        heart = asyncio.create_task(Heartbeat(folder, self.vitals, version("citat")).run())
        application = self.application
        try:
            await self._reach_telegram()
            async with self.serving() as intake:
                await _called(application.post_init, application)
                await intake
        finally:
            notify("STOPPING=1")
            await _called(application.post_stop, application)
            await application.shutdown()
            await _called(application.post_shutdown, application)
            heart.cancel()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[asyncio.Task[Any]]:
        """Serve an initialized application; yield the intake, which ends only by an error."""
        await self.application.start()
        await self._turns.replay()
        intake = asyncio.create_task(self._intake.run())
        try:
            yield intake
        finally:
            intake.cancel()
            await asyncio.wait({intake})
            await self._turns.drain(self._settings.stop_within_seconds * DRAIN_SHARE)
            await self.application.stop()

    async def _reach_telegram(self) -> None:
        """Wait until Telegram tells who the bot is."""
        backoff = Backoff(self._settings.api_base_url)
        while True:
            try:
                await self.application.initialize()
                if not self._settings.webhook_url:
                    await self.application.bot.delete_webhook(drop_pending_updates=False)
            except TelegramError as error:
                pause = backoff.after(refused(error))
                logger.warning("no Telegram for %.1f s: %s", pause, type(error).__name__)
                await asyncio.sleep(pause)
            else:
                return


def _webhook(
    bot: Bot, settings: TelegramSettings, turns: Turns, vitals: Vitals, kinds: Sequence[str]
) -> Intake:
    try:
        from bot.telegram.delivery.webhook import Webhook
    except ImportError as error:
        raise ConfigError(
            "[telegram] webhook_url needs a server: pip install '.[webhook]' in citat's repository"
        ) from error
    return Webhook(bot, settings, turns, vitals, kinds=kinds)


async def _called(hook: Any, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    if hook is not None:
        await hook(application)
