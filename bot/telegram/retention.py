"""What was kept of readers goes after a time: at start, and daily while the bot runs."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.telegram.logs import note

logger = logging.getLogger(__name__)

EVERY_S = 24 * 3600.0

Purge = Callable[[datetime], int]
"""Removes what is older than a moment, and returns how much it removed; from any thread."""


class Retention:
    """Purges every store of what is older than it may be."""

    def __init__(self, keep: timedelta, purges: Sequence[Purge]) -> None:
        self._keep = keep
        self._purges = purges
        self._stopping = asyncio.Event()
        self._days: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Purge now and from now on."""
        self._days = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """End the rounds; a purge under way is finished first."""
        self._stopping.set()
        if self._days is not None:
            await self._days

    async def _go_on(self) -> None:
        while not self._stopping.is_set():
            await self._round(datetime.now(UTC) - self._keep)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), EVERY_S)

    async def _round(self, before: datetime) -> None:
        for purge in self._purges:
            try:
                removed = await asyncio.to_thread(purge, before)
            except Exception:  # one store in trouble keeps no other; tomorrow it may do better
                logger.exception("what is old could not be removed")
            else:
                note(logger, logging.INFO, "removed what is old", pieces=removed)
