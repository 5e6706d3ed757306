"""Two weeks of watching end with exactly what the outlets say, however often it is killed."""

import multiprocessing
import os
import random
import signal
import threading

from index.library import Library
from ingest.watching.ledger import Ledger
from ingest.watching.settings import WatchSettings
from tests.ingest.site import START
from tests.ingest.site.fortnight import WEEKS, expected, fortnight
from tests.ingest.site.life import live

KILLS = 20
SOURCES = {
    "Courier": "/feed.xml",
    "Herald": "/feed.xml",
    "Gazette": "/news.xml",
    "Tribune": "/feed.xml",
}
SETTINGS = WatchSettings()


def add_feeds(data, world):
    with Ledger.open(data, create=True) as ledger:
        for outlet in world.outlets.values():
            ledger.add_feed(outlet.url + SOURCES[outlet.name], START, backfill=1)


def stored(data, world):
    """Return the text of each article by outlet and path; an article twice is an error."""
    names = {outlet.url: outlet.name for outlet in world.outlets.values()}
    found = {}
    with Library.open(data) as library:
        for article in library.articles():
            url = str(article.url)
            base = next(base for base in names if url.startswith(base + "/"))
            place = names[base], url.removeprefix(base)
            assert place not in found, f"{place} is there twice"
            found[place] = article.text
    return found


def shown_by(world):
    """Return all texts that the outlets ever showed."""
    return {
        "\n".join(text)
        for outlet in world.outlets.values()
        for story in outlet.stories
        for _, text in story.versions
    }


class Executioner:
    """Kills a life of the watcher a moment after it has asked for something, so many times."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self.process: multiprocessing.process.BaseProcess | None = None
        self.kills = 0
        self._draw()

    def request(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0 and self.kills < KILLS and self.process is not None:
                pid = self.process.pid
                threading.Timer(
                    self._dice.uniform(0, 0.05), os.kill, (pid, signal.SIGKILL)
                ).start()
                self.kills += 1

    def watches_over(self, process) -> None:
        with self._lock:
            self.process = process
            self._draw()

    def _draw(self) -> None:
        self._left = self._dice.randint(1, 120)


def test_a_watcher_that_is_killed_twenty_times_misses_nothing(tmp_path):
    data, world, executioner = tmp_path / "data", fortnight(1), Executioner(2)
    lives = multiprocessing.get_context("forkserver")
    lives.set_forkserver_preload(["tests.ingest.site.warmed"])
    world.on_request = executioner.request
    with world.served():
        add_feeds(data, world)
        while world.now < START + WEEKS:
            arguments = (data, world.clock_url, START + WEEKS, SETTINGS)
            process = lives.Process(target=live, args=arguments)
            process.start()
            executioner.watches_over(process)
            process.join()
            assert process.exitcode in {0, -signal.SIGKILL}
    assert executioner.kills == KILLS
    world.judge()
    assert stored(data, world) == expected(world)
    with Library.open(data) as library:
        assert library.rows("pragma integrity_check") == [("ok",)]
        assert {article.text for article in library.articles()} <= shown_by(world)
