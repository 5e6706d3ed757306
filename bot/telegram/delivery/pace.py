"""How many messages go out: so many in a while to each chat, so many at once to all."""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush

EVERYBODY = (25, 1.0)
"""Messages in so many seconds; Telegram asks for no more than about 30 a second."""

PRIVATE = (3, 3.0)
"""About one a second, but an answer and what belongs to it may follow at once."""

GROUP = (20, 60.0)

AT_ONCE = 8
"""More requests at once only cost more CPU time each (measured)."""


class Window:
    """At most so many in any period of so many seconds."""

    def __init__(self, most: int, period_s: float) -> None:
        self._times: deque[float] = deque(maxlen=most)
        self._period_s = period_s

    def wait(self, now: float) -> float:
        """Return after how many seconds the next one may go."""
        full = len(self._times) == self._times.maxlen
        return max(0.0, self._times[0] + self._period_s - now) if full else 0.0

    def take(self, at: float) -> None:
        """Note that one goes then."""
        self._times.append(at)

    def is_idle(self, now: float) -> bool:
        """Tell whether nothing that went matters any more."""
        return not self._times or self._times[-1] + self._period_s < now


class Line:
    """Where messages to all chats wait: the most urgent first, else in the order they came."""

    def __init__(self, window: Window | None) -> None:
        self._window = window
        self._free = AT_ONCE
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def place(self, urgency: int) -> AsyncIterator[None]:
        """Wait to be let through, the lowest number first, and hold one of the places."""
        ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (urgency, next(self._numbers), ticket))
        self._advance()
        try:
            await ticket
            yield
        finally:
            if not ticket.cancelled():
                self._free += 1
                self._advance()

    def _advance(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._free:
            ticket = self._waiting[0][2]
            if not ticket.cancelled():
                if self._window is not None:
                    if wait := self._window.wait(loop.time()):
                        self._timer = self._timer or loop.call_later(wait, self._ring)
                        return
                    self._window.take(loop.time())
                self._free -= 1
                ticket.set_result(None)
            heappop(self._waiting)

    def _ring(self) -> None:
        self._timer = None
        self._advance()
