"""The clock that the watcher goes by; a test brings its own, in which two weeks take seconds."""

import asyncio
import time
from collections.abc import Collection
from typing import Any, Protocol


class Clock(Protocol):
    """Tells the time and passes it, in seconds since 1970."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...

    async def wait(self, running: Collection[asyncio.Task[Any]], seconds: float) -> None:
        """Wait until one of the tasks is done, and no longer than so many seconds."""
        ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait(self, running: Collection[asyncio.Task[Any]], seconds: float) -> None:
        if running:
            await asyncio.wait(running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(seconds)
