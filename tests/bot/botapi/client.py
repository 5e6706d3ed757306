"""A plain client, to try the server out with."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.bot.botapi.marks import Json
from tests.bot.botapi.server import FakeBotApi

Steps = Callable[[FakeBotApi, Callable[..., Awaitable[Json]]], Awaitable[None]]


def conversation(steps: Steps, **options: Any) -> None:
    """Run `steps` with a server and a function that calls its methods."""

    async def run() -> None:
        async with FakeBotApi(**options) as api, httpx.AsyncClient(timeout=5) as client:

            async def call(method: str, token: str = api.token, **data: Any) -> Json:
                address = f"{api.url}/bot{token}/{method}"
                answered: Json = (await client.post(address, json=data)).json()
                return answered

            await steps(api, call)

    asyncio.run(run())


def error(code: int, description: str, **parameters: Any) -> Json:
    """Return the body of a refusal."""
    body: Json = {"ok": False, "error_code": code, "description": description}
    return body | ({"parameters": parameters} if parameters else {})


def bad(description: str) -> Json:
    """Return the body of a refusal 400."""
    return error(400, f"Bad Request: {description}")
