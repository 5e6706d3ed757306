"""The server itself: requests in, answers or faults out, and what a test looks at."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.bot.botapi import messages, profile, queries
from tests.bot.botapi.faults import Ending, Fault, Faults, Match
from tests.bot.botapi.law import Articles
from tests.bot.botapi.marks import Json
from tests.bot.botapi.people import TOKEN
from tests.bot.botapi.readers import Readers
from tests.bot.botapi.refusals import Refused
from tests.bot.botapi.world import Kept, World, from_bot

METHODS: dict[str, Callable[[World, Json], object]] = {
    "getUpdates": lambda world, data: world.updates.poll(data),
    "setWebhook": lambda world, data: world.webhook.set(data),
    "deleteWebhook": lambda world, data: world.webhook.delete(data),
    "getWebhookInfo": lambda world, _data: world.webhook.info(),
    **messages.METHODS,
    **queries.METHODS,
    **profile.METHODS,
}
"""All methods that the server knows, as Telegram writes their names."""

_BY_NAME = {name.lower(): method for name, method in METHODS.items()}
_STRINGS = {
    "action",
    "callback_query_id",
    "description",
    "inline_message_id",
    "inline_query_id",
    "language_code",
    "name",
    "next_offset",
    "parse_mode",
    "secret_token",
    "short_description",
    "text",
    "url",
}
"""Parameters that are text even where they look like JSON."""


@dataclass(frozen=True)
class Call:
    """One request of the bot."""

    method: str
    data: Json


class FakeBotApi(Readers):
    """The server; use it as an asynchronous context manager.

    It fails at its end if the bot has quoted what none of the `articles` holds, or has called a
    method that there is not. With `keep` it remembers only so many calls and messages.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        articles: Articles | Iterable[str] = (),
        port: int = 0,
        keep: int | None = None,
        strict_flood: bool = False,
        strict_polls: bool = False,
    ) -> None:
        world = World(articles, keep=keep, strict_flood=strict_flood, strict_polls=strict_polls)
        super().__init__(world)
        self.token = token
        self.law = world.law
        self.calls: list[Call] = Kept(keep)
        self.counts: Counter[str] = Counter()
        self.messages, self.menu = world.messages, world.menu
        self.toasts, self.inline_answers = world.toasts, world.inline_answers
        self.faults = Faults()
        self.application = web.Application()
        self.application.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._port = port
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self.application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._closing.set()
        self.world.updates.end_polls(None)
        await self.world.webhook.delete({})
        await self._runner.cleanup()
        self.law.uphold(error)

    # Faults: for the next calls of a method, but for the first few; see `Fault`.

    def fails(
        self,
        method: str,
        status: int,
        description: str,
        times: float = 1,
        *,
        after: int = 0,
        match: Match | None = None,
        chance: float = 1,
        **parameters: Any,
    ) -> None:
        """Let a method refuse."""
        self.faults.add(
            Fault(
                method, status, description, times, after, parameters, match=match, chance=chance
            )
        )

    def garbles(
        self, method: str, body: str | bytes, status: int = 200, times: float = 1, **fault: Any
    ) -> None:
        """Let a method answer with anything at all."""
        self.faults.add(Fault(method, status, times=times, ending=Ending.BODY, body=body, **fault))

    def drops(self, method: str, times: float = 1, *, applied: bool = False, **fault: Any) -> None:
        """Cut the connection instead of answering; `applied`: after the call took effect."""
        self.faults.add(Fault(method, times=times, ending=Ending.DROP, applied=applied, **fault))

    def hangs(self, method: str, times: float = 1, *, applied: bool = False, **fault: Any) -> None:
        """Answer nothing until the client gives up."""
        self.faults.add(Fault(method, times=times, ending=Ending.HANG, applied=applied, **fault))

    def delays(self, method: str, delay_s: float, times: float = 1, **fault: Any) -> None:
        """Take a call late; `applied`: take it at once and answer late."""
        self.faults.add(Fault(method, times=times, ending=Ending.ANSWER, delay_s=delay_s, **fault))

    # What a test looks at.

    @property
    def sent(self) -> list[Json]:
        """The bot's messages as they are now, oldest first."""
        return [message for message in self.messages.values() if from_bot(message)]

    @property
    def waiting(self) -> int:
        """Updates that are not confirmed yet."""
        return len(self.world.updates.waiting)

    def called(self, method: str) -> list[Json]:
        """What a method was called with, in order."""
        return [call.data for call in self.calls if call.method == method]

    async def until(self, holds: Callable[[], object], timeout_s: float = 5) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(timeout_s):
            while not holds():  # noqa: ASYNC110 - what a test waits for may be anything
                await asyncio.sleep(0.005)

    async def answers(self, count: int) -> list[Json]:
        """Wait for so many messages of the bot and return them all."""
        await self.until(lambda: len(self.sent) >= count)
        return self.sent

    async def seen(self) -> None:
        """Wait until the bot has confirmed all updates and has had time to act on them."""
        await self.until(lambda: not self.waiting)
        await asyncio.sleep(0.1)

    # The server's side.

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        if ":" not in token:
            return _refusal(Refused("Not Found", 404))
        if token != self.token:
            return _refusal(Refused("Unauthorized", 401))
        data = await _parameters(request)
        self.calls.append(Call(method, data))
        self.counts[method] += 1
        fault = self.faults.of(method.lower(), data)
        if fault is None:
            return await self._answer(method, data)
        return await self._with(fault, request, method, data)

    async def _answer(self, method: str, data: Json) -> web.Response:
        handler = _BY_NAME.get(method.lower())
        if handler is None:
            self.law.violations.append(f"there is no method {method}")
            return _refusal(Refused("Not Found", 404))
        try:
            result = handler(self.world, data)
            result = await result if asyncio.iscoroutine(result) else result
        except Refused as refused:
            return _refusal(refused)
        return web.json_response({"ok": True, "result": result})

    async def _with(
        self, fault: Fault, request: web.Request, method: str, data: Json
    ) -> web.StreamResponse:
        answer = await self._answer(method, data) if fault.applied else None
        if fault.delay_s:
            await self._pause(fault.delay_s)
        match fault.ending:
            case Ending.ANSWER:
                return answer or await self._answer(method, data)
            case Ending.REFUSAL:
                return _refusal(Refused(fault.description, fault.status, **fault.parameters))
            case Ending.BODY:
                body = fault.body.encode() if isinstance(fault.body, str) else fault.body
                return web.Response(
                    status=fault.status, body=body, content_type=fault.content_type
                )
            case Ending.HANG:
                await self._closing.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return


async def _parameters(request: web.Request) -> Json:
    """Return what a method is called with, in whichever of the ways that Telegram takes."""
    if request.content_type == "application/json":
        given: Json = await request.json()
        return given
    values = {**request.query, **await request.post()}
    return {name: _decoded(name, str(value)) for name, value in values.items()}


def _decoded(name: str, value: str) -> Any:
    """Undo what a client does to values that are no text: it sends them as JSON."""
    if name in _STRINGS:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _refusal(refused: Refused) -> web.Response:
    body = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.status)
