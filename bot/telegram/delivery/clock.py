"""The time as Telegram has it: the age of a question does not hang on this machine's clock."""

import contextlib
import time
from email.utils import parsedate_to_datetime

import httpx


class Clock:
    """Telegram's clock, read off its responses; this machine's until the first of them."""

    def __init__(self) -> None:
        self._ahead_s: float | None = None

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return time.time() if self._ahead_s is None else time.monotonic() + self._ahead_s

    async def hear(self, response: httpx.Response) -> None:
        """Set the clock by a response; made to be a hook of httpx."""
        with contextlib.suppress(
            KeyError, ValueError
        ):  # some proxies give no date, or a wrong one
            told = parsedate_to_datetime(response.headers["date"])
            self._ahead_s = told.timestamp() - time.monotonic()
