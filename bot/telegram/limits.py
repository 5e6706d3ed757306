"""How much a user and a chat may ask: token buckets, and one notice for whoever asks more."""

import math
from dataclasses import dataclass

MINUTE_S = 60.0
HOUR_S = 3600.0

_FEW = 10_000
"""Buckets that are kept without a look at whether they are full again."""


@dataclass(slots=True)
class _Bucket:
    """What was left at a moment, and when a notice was last given."""

    left: float
    at: float
    told: float = -math.inf


class Limit:
    """At most so much in a period by each key, all at once or spread: a token bucket each."""

    def __init__(self, most: int, period_s: float) -> None:
        self._most = most
        self._period_s = period_s
        self._buckets: dict[int, _Bucket] = {}
        self._next_look = _FEW

    def wait(self, key: int, cost: float, now: float) -> float:
        """Return in how many seconds so much may be taken; 0 if it may be now."""
        missing = cost - self._left(self._bucket(key, now), now)
        return max(missing, 0) * self._period_s / self._most

    def take(self, key: int, cost: float, now: float) -> None:
        """Take so much from a bucket, which `wait` has found to hold it."""
        bucket = self._bucket(key, now)
        bucket.left, bucket.at = self._left(bucket, now) - cost, max(bucket.at, now)

    def is_news(self, key: int, now: float) -> bool:
        """Tell whether no notice was given for a period; from now on one was."""
        bucket = self._bucket(key, now)
        if now - bucket.told < self._period_s:
            return False
        bucket.told = now
        return True

    def _left(self, bucket: _Bucket, now: float) -> float:
        passed = max(now - bucket.at, 0)  # what is asked first may be heard of second
        return min(bucket.left + passed * self._most / self._period_s, self._most)

    def _bucket(self, key: int, now: float) -> _Bucket:
        if key not in self._buckets and len(self._buckets) >= self._next_look:
            self._forget_idle(now)
        return self._buckets.setdefault(key, _Bucket(self._most, now))

    def _forget_idle(self, now: float) -> None:
        """Drop the buckets of those who were silent for a period: new ones would be the same."""
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if now - max(bucket.at, bucket.told) < self._period_s
        }
        self._next_look = max(_FEW, 2 * len(self._buckets))


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Somebody asks too much: for how long to wait, and whether to say so or to be silent."""

    seconds: int
    is_news: bool


class Limits:
    """The limits of a user and those of a chat together; 0 means that there is none."""

    def __init__(self, *, user_minute: int, user_hour: int, chat_minute: int) -> None:
        user = ((user_minute, MINUTE_S), (user_hour, HOUR_S))
        self._of_user = [Limit(most, period_s) for most, period_s in user if most]
        self._of_chat = [Limit(chat_minute, MINUTE_S)] if chat_minute else []

    def take(self, user: int | None, chat: int | None, cost: float, now: float) -> TooMuch | None:
        """Take so much for a user in a chat from all limits, or from none and say why.

        A private chat has the id of its user: there only the user's limits count.
        """
        limits = [(limit, user) for limit in self._of_user if user is not None]
        limits += [(limit, chat) for limit in self._of_chat if chat not in {None, user}]
        waits = [(limit.wait(key, cost, now), limit, key) for limit, key in limits]
        longest, limit, key = max(waits, key=lambda one: one[0], default=(0.0, None, 0))
        if limit is not None and longest > 0:
            return TooMuch(math.ceil(longest), limit.is_news(key, now))
        for limit, key in limits:
            limit.take(key, cost, now)
        return None
