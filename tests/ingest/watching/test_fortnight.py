"""Two weeks of watching end with exactly what the outlets say, however often it is killed."""

import multiprocessing
import os
import random
import signal
import threading

import pytest

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


def told_versions(world):
    return {
        "\n".join(text)
        for outlet in world.outlets.values()
        for story in outlet.stories
        for _, text in story.versions
    }


def test_a_watcher_that_is_killed_twenty_times_misses_nothing(tmp_path):
    data, world = tmp_path / "data", fortnight(1)
    with world.served():
        add_feeds(data, world)
        live(data, world.clock_url, START + WEEKS, SETTINGS)
    world.judge()
    print(len(world.requests))
    got, want = stored(data, world), expected(world)
    print({k for k in want if k not in got}, {k for k in got if k not in want}, [k for k in got if k in want and got[k]!=want[k]])
    assert got == want
