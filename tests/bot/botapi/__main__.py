"""The server as a process of its own: prints its address, ends at SIGINT or SIGTERM."""

import asyncio
import signal
import sys
from pathlib import Path

import click

from tests.bot.botapi.control import control
from tests.bot.botapi.law import stored_in
from tests.bot.botapi.people import TOKEN
from tests.bot.botapi.server import FakeBotApi


@click.command("python -m tests.bot.botapi")
@click.option("--port", default=0, help="The port on 127.0.0.1; 0: any.")
@click.option("--token", default=TOKEN, show_default=True, help="The only token that is known.")
@click.option(
    "--library",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The library.db whose articles may be quoted.",
)
@click.option("--keep", type=int, help="How many calls and messages to remember; all if not set.")
@click.option("--strict-flood", is_flag=True, help="Refuse what is too much with 429.")
@click.option("--strict-polls", is_flag=True, help="Slow down polls for the same offset.")
def main(port: int, token: str, library: Path | None, keep: int | None, **strict: bool) -> None:
    """Serve the Bot API on loopback, and the readers' side under /control/."""
    api = FakeBotApi(
        token, articles=stored_in(library) if library else (), port=port, keep=keep, **strict
    )
    control(api)
    try:
        asyncio.run(_serve(api))
    except AssertionError as broken:
        sys.exit(str(broken))


async def _serve(api: FakeBotApi) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with api:
        click.echo(api.url)
        await stopped.wait()


main()
