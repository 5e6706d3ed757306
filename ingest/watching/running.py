"""Running the watcher for a command: its library, its thread, its signals."""

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any

from index.errors import SourceError
from index.options import Options
from index.store import StoreSettings, open_store
from ingest.drafts import Skipped
from ingest.fetch import FetchSettings
from ingest.pipeline import IngestSettings, Report
from ingest.watching.clock import SystemClock
from ingest.watching.finding import Finder, Found
from ingest.watching.ledger import Ledger
from ingest.watching.lock import alone
from ingest.watching.settings import WatchSettings
from ingest.watching.watcher import Watched, Watcher
from ingest.watching.web import Web


def settings_of(options: Options) -> Watched:
    """Return the tables of the configuration that the watcher goes by."""
    return Watched(
        options.config.table("watch", WatchSettings),
        options.config.table("fetch", FetchSettings),
        options.config.table("ingest", IngestSettings),
    )


def watch(options: Options, *, once: bool, show: Callable[[Report, int], None] | None) -> Report:
    """Watch the feeds of a library until a signal ends it, or `once`; return what came in.

    `show` is told, after each visit, what came in and how many pages wait.

    Raises:
        LibraryError: another watcher is running, or the library cannot be written.
    """
    storing = options.config.table("store", StoreSettings)
    with Ledger.open(options.data, create=True) as ledger, alone(options.data):
        encoder = options.encoder()
        ledger.claim_encoder(encoder.identity)
        with ThreadPoolExecutor(1) as thread:
            watcher = Watcher(ledger, encoder, thread, settings_of(options))
            asyncio.run(_until_stopped(watcher, once=once, show=show))
        with closing(open_store(storing, ledger, encoder.dimension)) as store:
            store.save()
    return watcher.report


def look_at(options: Options, urls: Iterable[str]) -> Iterator[list[Found] | Skipped]:
    """Look at one address after the other, and tell what can be watched there, or why nothing.

    Nothing is noted but when their hosts were asked.

    Raises:
        LibraryError: the library cannot be opened or written.
    """
    settings, clock = settings_of(options), SystemClock()
    with Ledger.open(options.data, create=True) as ledger, ThreadPoolExecutor(1) as thread:

        async def work(function: Callable[..., Any], *arguments: Any) -> Any:
            return await asyncio.get_running_loop().run_in_executor(thread, function, *arguments)

        async def look(url: str) -> list[Found]:
            web = Web(ledger, work, clock, settings.fetch, settings.watch)
            return await Finder(web, ledger, settings.fetch, clock.now()).find(url)

        for url in urls:
            try:
                yield asyncio.run(look(url))
            except SourceError as error:
                yield Skipped(url, str(error))


async def _until_stopped(
    watcher: Watcher, *, once: bool, show: Callable[[Report, int], None] | None
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows; there Ctrl-C interrupts
            loop.add_signal_handler(number, watcher.stop)
    await watcher.run(once=once, show=show)
