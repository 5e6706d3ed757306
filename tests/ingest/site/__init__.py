"""Outlets on this machine, with a clock that the test sets and a law that watches the watcher."""

import asyncio
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from tests.ingest.site.outlet import Answer, Outlet

START = 1_750_000_000.0
"""When each simulation begins: Sunday, 15 June 2025."""


class LawBroken(AssertionError):
    """The watcher was not polite."""


@dataclass(frozen=True)
class Request:
    """What was asked, when by the simulated clock, and what was answered."""

    at: float
    outlet: str
    path: str
    status: int
    conditional: bool


@dataclass
class _Host:
    """What the law knows of a host."""

    last: float = -1e9
    not_before: float = 0.0
    under_way: int = 0


@dataclass
class World:
    """The clock, the outlets and all that was asked of them."""

    now: float = START
    outlets: dict[str, Outlet] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    on_request: Callable[[], None] = lambda: None
    clock_url: str = ""
    _hosts: dict[str, _Host] = field(default_factory=lambda: defaultdict(_Host))

    def add(self, outlet: Outlet) -> Outlet:
        self.outlets[outlet.name] = outlet
        return outlet

    def asked(self, outlet: Outlet, path: str = "") -> list[Request]:
        """Return the requests to an outlet, to paths that begin so."""
        return [r for r in self.requests if r.outlet == outlet.name and r.path.startswith(path)]

    def judge(self) -> None:
        """Raise what has been done against the law."""
        if self.broken:
            raise LawBroken("\n".join(self.broken[:10]))

    @contextmanager
    def served(self) -> Iterator["World"]:
        """Serve the outlets, each at a port of its own, and the clock."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._serve(), loop).result()
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._close(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def _serve(self) -> None:
        self._runners: list[web.AppRunner] = []
        for outlet in self.outlets.values():
            outlet.url = await self._listen(partial(self._answer, outlet))
        self.clock_url = await self._listen(self._clock)

    async def _listen(self, handler: Callable[[web.Request], Any]) -> str:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        self._runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _close(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    async def _clock(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.now = max(self.now, float(await request.text()))
        return web.Response(text=repr(self.now))

    async def _answer(self, outlet: Outlet, request: web.Request) -> web.StreamResponse:
        host = self._hosts[outlet.name]
        self._check(outlet, host, request)
        host.last, host.under_way = self.now, host.under_way + 1
        try:
            answer = outlet.answer(str(request.rel_url), request.headers, self.now)
            conditional = bool({"If-None-Match", "If-Modified-Since"} & set(request.headers))
            self.requests.append(
                Request(self.now, outlet.name, request.path, answer.status, conditional)
            )
            if "Retry-After" in answer.headers:
                host.not_before = self.now + float(answer.headers["Retry-After"])
            self.on_request()
            return await self._send(answer, request)
        finally:
            host.under_way -= 1

    def _check(self, outlet: Outlet, host: _Host, request: web.Request) -> None:
        gap, path = self.now - host.last, request.path
        least = outlet.pause if path != "/robots.txt" and outlet.asked_twice else outlet.floor
        for wrong, what in (
            (gap < least - 1e-3, f"asked again after {gap:.2f} s"),
            (self.now < host.not_before - 1e-3, "asked before Retry-After was over"),
            (host.under_way > 0, "asked two things at once"),
            (not outlet.may_be_asked(path), "asked what robots.txt disallows"),
        ):
            if wrong:
                self.broken.append(f"{outlet.name}{path} at {self.now - START:.2f}: {what}")
        outlet.asked_twice = path != "/robots.txt"

    async def _send(self, answer: Answer, request: web.Request) -> web.StreamResponse:
        if answer.fault == "hang":
            await asyncio.sleep(30)
        if answer.fault == "drop" and request.transport is not None:
            request.transport.abort()
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def told(clock_url: str, moment: float | None = None) -> float:
    """Read the clock, or set it."""
    import urllib.request

    data = None if moment is None else repr(moment).encode()
    with urllib.request.urlopen(clock_url, data) as response:
        return float(json.loads(response.read()))
