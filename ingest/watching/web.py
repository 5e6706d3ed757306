"""Asking hosts politely: by their robots.txt, one request at a time, and not when told to wait."""

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from protego import Protego

from index.errors import SourceError
from ingest.addresses import host as host_of
from ingest.fetch import NO_HEADERS, TEXT, Answer, FetchSettings, Unreachable, ask
from ingest.watching.clock import Clock
from ingest.watching.ledger import Host, Ledger
from ingest.watching.schedule import DAY_S, HOUR_S
from ingest.watching.settings import WatchSettings

ROBOT = "citat"
"""The name that robots.txt may speak to."""

ANYTHING = re.compile(".*", re.DOTALL)
SITEMAPS = re.compile(TEXT.pattern + "|application/(x-)?gzip|(application|binary)/octet-stream")

_ROBOTS_BYTES = 512 * 1024
"""Of robots.txt so much is read, as RFC 9309 has it."""
PATIENCE_S = 10 * 60.0
"""A request that would wait longer for its turn is put off; no Crawl-delay is taken for longer."""
_FAILURES_BORNE = 3
_FIRST_REST_S = 60.0
_LONGEST_REST_S = 6 * HOUR_S
_WAIT = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})

Work = Callable[..., Awaitable[Any]]
"""Runs a function, with its arguments, in the thread that the ledger belongs to."""


class Trouble(SourceError):
    """A host is not well, or wants to be left alone until `until`; the page may be all right."""

    def __init__(self, reason: str, until: float) -> None:
        super().__init__(reason)
        self.until = until


class Disallowed(SourceError):
    """The host's robots.txt asks to stay away from an address."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The last answer of a chain of redirects.

    `moved_to` is how far all of them were permanent: the address to ask from now on.
    """

    answer: Answer
    moved_to: str


class Web:
    """The hosts out there, as `ledger` remembers them."""

    def __init__(
        self,
        ledger: Ledger,
        work: Work,
        clock: Clock,
        fetching: FetchSettings,
        settings: WatchSettings,
    ) -> None:
        self._ledger = ledger
        self._work = work
        self._clock = clock
        self._fetching = fetching
        self._pause_s = settings.pause_seconds
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._rested: dict[str, float] = defaultdict(float)
        self._rules: dict[str, tuple[float, Protego]] = {}

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        types: re.Pattern[str] = TEXT,
    ) -> Reply:
        """Ask an address and go where it leads; the answer may be a refusal, but is whole.

        Raises:
            Trouble: the host does not answer as it should.
            Disallowed: its robots.txt says no.
            SourceError: what it answers is not taken.
        """
        moved_to, is_permanent = url, True
        for _ in range(self._fetching.max_redirects + 1):
            if not (await self._robots(url)).can_fetch(url, ROBOT):
                raise Disallowed("is not for robots: robots.txt of its host says so")
            answer = await self._asked(url, headers, types)
            if answer.location is None:
                return Reply(answer, moved_to)
            url = urljoin(url, answer.location)
            is_permanent = is_permanent and answer.status in _PERMANENT
            moved_to = url if is_permanent else moved_to
        raise SourceError(f"redirects more than {self._fetching.max_redirects} times")

    async def sitemaps(self, url: str) -> list[str]:
        """Return the sitemaps that the robots.txt of an address names."""
        return list((await self._robots(url)).sitemaps)

    async def _asked(self, url: str, headers: Mapping[str, str], types: re.Pattern[str]) -> Answer:
        """Ask once, when it is our turn; note how the host does."""
        async with self._turn(url) as host:
            try:
                answer = await ask(url, self._fetching, headers=headers, types=types)
            except Unreachable as error:
                raise await self._trouble(host, str(error)) from error
            if answer.status in _WAIT or answer.status >= 500:
                least = _FIRST_REST_S if answer.status in _WAIT else 0.0
                wait = self._told_to_wait(answer)
                raise await self._trouble(host, answer.reason, wait, least)
            if host.failures:
                await self._work(self._ledger.note_host, replace(host, failures=0))
        return answer

    @asynccontextmanager
    async def _turn(self, url: str) -> AsyncIterator[Host]:
        """Wait until a host may be asked; nobody else asks it meanwhile, not even after a kill."""
        name = host_of(url)
        async with self._turns[name]:
            host: Host = await self._work(self._ledger.host, name)
            wait = max(host.free_at, self._rested[name]) - self._clock.now()
            if wait > PATIENCE_S:
                raise Trouble("is on a host that is to be left alone for a while", host.free_at)
            if wait > 0:
                await self._clock.sleep(wait)
            host = replace(host, free_at=self._clock.now() + self._pause(url))
            await self._work(self._ledger.note_host, host)
            try:
                yield host
            finally:
                self._rested[name] = self._clock.now() + self._pause(url)

    def _pause(self, url: str) -> float:
        _, rules = self._rules.get(host_of(url), (0.0, None))
        delay = rules.crawl_delay(ROBOT) if rules is not None else None
        return max(self._pause_s, min(delay or 0.0, PATIENCE_S))

    async def _trouble(
        self, host: Host, reason: str, wait: float | None = None, least: float = 0.0
    ) -> Trouble:
        """Note that a host is not well; it is left alone as long as it says, else ever longer."""
        failures, now = host.failures + 1, self._clock.now()
        if wait is None:
            doublings = min(failures - _FAILURES_BORNE, 20)
            rest = min(_FIRST_REST_S * 2**doublings, _LONGEST_REST_S) if doublings >= 0 else 0.0
            wait = max(rest, least) * random.uniform(1, 1.2)  # noqa: S311 - no secret
        until = max(host.free_at, now + wait)
        await self._work(self._ledger.note_host, replace(host, failures=failures, free_at=until))
        return Trouble(reason, until)

    def _told_to_wait(self, answer: Answer) -> float | None:
        """Return the seconds of Retry-After, None where there is none."""
        told = answer.headers.get("retry-after", "").strip()
        if told.isdecimal():
            return min(float(told), DAY_S)
        try:
            until = parsedate_to_datetime(told).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return min(max(until - self._clock.now(), 0.0), DAY_S)

    async def _robots(self, url: str) -> Protego:
        """Return the rules for the host of an address; they are read once a day.

        As RFC 9309 has it, a host without them allows all, one that fails to answer nothing.
        """
        name, now = host_of(url), self._clock.now()
        until, rules = self._rules.get(name, (0.0, None))
        if rules is not None and now < until:
            return rules
        host: Host = await self._work(self._ledger.host, name)
        if host.robots is None or now >= host.robots_until:
            text = await self._robots_text(urljoin(url, "/robots.txt"))
            host = await self._work(self._ledger.host, name)
            host = replace(host, robots=text, robots_until=now + DAY_S)
            await self._work(self._ledger.note_host, host)
        self._rules[name] = (host.robots_until, Protego.parse(host.robots or ""))
        return self._rules[name][1]

    async def _robots_text(self, url: str) -> str:
        for _ in range(self._fetching.max_redirects + 1):
            answer = await self._asked(url, NO_HEADERS, ANYTHING)
            if answer.location is None:
                return answer.data[:_ROBOTS_BYTES].decode("utf-8", "replace")
            url = urljoin(url, answer.location)
        return ""  # as if there were none, which is how RFC 9309 takes a long way round
