"""How the running bot is doing, in figures: for its health, its owner and its metrics."""

import time
from collections import Counter

from bot.telegram.delivery.clock import Clock


class Vitals:
    """Counts of what has happened since the start, and how long Telegram was not heard.

    Names in `counts`: "updates" taken in, "answers" (messages and edits for an update), "news"
    (others), "errors" in handlers, "floods" (429 of Telegram), "retries" of messages, "late" (past
    the deadline), "poisoned" (set aside), "replayed" at the start, "polls" that succeeded and
    "failed_polls".
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.counts: Counter[str] = Counter()
        self.waiting = 0
        """Updates that are taken in and not done."""
        self.last_poll: float | None = None
        """When Telegram was last heard, by the monotonic clock, in seconds; None: not yet.

        While the bot has its hands full it does not poll: then, when it last finished an update.
        """

    def count(self, name: str, by: int = 1) -> None:
        """Add to one of the counts."""
        self.counts[name] += by

    def heard(self) -> None:
        """Note that Telegram was heard just now."""
        self.last_poll = time.monotonic()

    def poll_age(self) -> float | None:
        """Return for how many seconds Telegram was not heard; None: not since the start."""
        return None if self.last_poll is None else time.monotonic() - self.last_poll
