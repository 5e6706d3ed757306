"""Flood control: how many messages a bot may send, as far as Telegram tells."""

from collections import defaultdict, deque
from math import ceil

from tests.bot.botapi.refusals import Refused

PRIVATE = ((5, 5.0), (60, 60.0))
GROUP = ((20, 60.0),)
OVERALL = ((30, 1.0),)
"""At most so many messages in so many seconds; one a second to a reader, in short bursts more."""

Windows = tuple[tuple[int, float], ...]


class Flood:
    """Counts what is sent and refuses what is too much; a refused message does not count."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self._sent: defaultdict[int | None, deque[float]] = defaultdict(deque)

    def check(self, chat: int, now_s: float) -> None:
        """Count a message to this chat.

        Raises:
            Refused: the bot must wait; 429 with the whole seconds to do so.
        """
        if not self.strict:
            return
        windows = GROUP if chat < 0 else PRIVATE
        wait_s = max(self._wait_s(chat, windows, now_s), self._wait_s(None, OVERALL, now_s))
        if wait_s > 0:
            seconds = max(ceil(wait_s), 1)
            raise Refused(f"Too Many Requests: retry after {seconds}", 429, retry_after=seconds)
        self._sent[chat].append(now_s)
        self._sent[None].append(now_s)

    def _wait_s(self, chat: int | None, windows: Windows, now_s: float) -> float:
        sent = self._sent[chat]
        while sent and sent[0] <= now_s - max(length_s for _, length_s in windows):
            sent.popleft()
        waits = [sent[-most] + length_s - now_s for most, length_s in windows if len(sent) >= most]
        return max(waits, default=0)
