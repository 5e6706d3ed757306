"""The server in a thread of its own, for tests and benchmarks that are not asynchronous."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar

from tests.bot.botapi.server import FakeBotApi

Result = TypeVar("Result")


class Beside:
    """A server that runs in another thread; `do` reaches it there."""

    def __init__(self, api: FakeBotApi, loop: asyncio.AbstractEventLoop) -> None:
        self.url = api.url
        self._api = api
        self._loop = loop

    def do(self, action: Callable[[FakeBotApi], Result]) -> Result:
        """Run an action in the server's thread and return its result."""

        async def run() -> Result:
            return action(self._api)

        return _waited(run(), self._loop)


@contextmanager
def serving(**options: Any) -> Iterator[Beside]:
    """Run a server with these options of `FakeBotApi` in a thread.

    Raises:
        AssertionError: at the end, if the bot has broken the law.
    """
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="bot-api")
    thread.start()
    try:
        api = _waited(FakeBotApi(**options).__aenter__(), loop)
        try:
            yield Beside(api, loop)
        except BaseException as error:
            _waited(api.__aexit__(type(error), error, None), loop)
            raise
        _waited(api.__aexit__(None, None, None), loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _waited(work: Coroutine[Any, Any, Result], loop: asyncio.AbstractEventLoop) -> Result:
    return asyncio.run_coroutine_threadsafe(work, loop).result()
