"""What the bot does by itself, again and again, until it is stopped."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)


class Rounds:
    """Calls something every so many seconds; a call that fails is logged, and the next is made."""

    def __init__(self, what: str, every_s: float) -> None:
        self._what = what
        self._every_s = every_s
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def stopping(self) -> bool:
        """Whether the round under way should end early."""
        return self._stopping.is_set()

    def start(self, call: Callable[[], Awaitable[None]]) -> None:
        """Begin now."""
        self._task = asyncio.create_task(self._go_on(call))

    async def stop(self) -> None:
        """End; a round under way is finished first."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _go_on(self, call: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping:
            try:
                await call()
            except Exception:  # nobody would start them again, and the next one may do better
                logger.exception("a round of %s ended early", self._what)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every_s)
