"""The bot as a process of its own, over a conversation that can be checked by eye."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bot.botapi import TOKEN, FakeBotApi
from tests.bot.telegram_world import LineFinder, articles_of

RUN = """
import sys
from pathlib import Path
from bot.telegram.app import run
from bot.telegram.settings import TelegramSettings, read_token
from index.errors import CitatError
from index.library import Library
from tests.bot.telegram_world import FREE, LineFinder
url, database, takes_s, stop_s = sys.argv[1:]
own = {**FREE, "flag_changes_days": 0}  # what the finder quotes is in no library
settings = TelegramSettings(api_base_url=url, stop_within_seconds=float(stop_s), **own)
Library.open(Path(database).parent, create=True).close()
finder = LineFinder()
finder.takes_s = float(takes_s)
try:
    run(finder, settings, Path(database), read_token(settings))
except CitatError as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(error.exit_code)
"""


class Process:
    """A running bot."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()

    def stop(self) -> None:
        """Ask it to stop."""
        self._process.send_signal(signal.SIGTERM)

    async def ended(self, timeout_s: float = 20) -> tuple[int, str]:
        """Wait for its end; return the exit code and what it has written."""
        _, written = await asyncio.wait_for(self._process.communicate(), timeout_s)
        code = self._process.returncode
        assert code is not None
        return code, written.decode()


@asynccontextmanager
async def process(token: str, *command: str) -> AsyncIterator[Process]:
    """Start a bot by this command; it is killed at the end if it still runs."""
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, "CITAT_TELEGRAM_TOKEN": token},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Process(bot)
    finally:
        if bot.returncode is None:
            bot.kill()
            await bot.communicate()


@asynccontextmanager
async def started(
    api: FakeBotApi,
    database: Path,
    *,
    takes_s: float = 0,
    stop_s: float = 5,
    token: str = TOKEN,
    url: str = "",
) -> AsyncIterator[Process]:
    """Start the bot; it is killed at the end if it still runs."""
    api.law.knows(articles_of(LineFinder()))
    arguments = (url or api.url, str(database), str(takes_s), str(stop_s))
    async with process(token, "-c", RUN, *arguments) as bot:
        yield bot
