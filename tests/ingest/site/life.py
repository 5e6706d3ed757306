"""A life of the watcher, in a process of its own if need be, by the clock of the site."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Encoder, Vectors
from ingest.fetch import FetchSettings
from ingest.pipeline import Report
from ingest.watching.ledger import Ledger
from ingest.watching.settings import WatchSettings
from ingest.watching.watcher import Watched, Watcher
from tests.conftest import toy_vector
from tests.ingest.site import told

FETCH = FetchSettings(allow_private=True, timeout_seconds=2)


class ToyEncoder:
    """Vectors that depend on the text and nothing else: the real ones take their time."""

    identity = "toy"
    dimension = 16

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        empty = np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([toy_vector(text) for text in texts]) if texts else empty

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def word_vectors(self, words: Sequence[str]) -> Vectors:
        return self.encode_passages(words)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


class SiteClock:
    """The clock of the site: time passes when nothing is under way, and then at once."""

    def __init__(self, url: str, end: float, at_end: Callable[[], None]) -> None:
        self._url = url
        self._end = end
        self._at_end = at_end
        self._now = told(url)

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now = told(self._url, self._now + seconds)

    async def wait(self, running: Collection[asyncio.Task[Any]], seconds: float) -> None:
        if running:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        else:
            await self.sleep(min(max(seconds, 0.001), max(self._end - self._now, 0.0)))
        if self._now >= self._end:
            self._at_end()
        await asyncio.sleep(0)


def live(
    data: Path,
    clock_url: str,
    end: float,
    settings: WatchSettings,
    encoder: Encoder | None = None,
) -> Report:
    """Watch until the site's clock shows `end`."""

    async def watch() -> Report:
        clock = SiteClock(clock_url, end, lambda: watcher.stop())  # noqa: PLW0108 - it is made below
        watcher = Watcher(
            ledger,
            encoder or ToyEncoder(),
            thread,
            Watched(settings, FETCH),
            clock,
            look_s=1e9,
        )
        await watcher.run()
        return watcher.report

    with Ledger.open(data, create=True) as ledger, ThreadPoolExecutor(1) as thread:
        return asyncio.run(watch())
