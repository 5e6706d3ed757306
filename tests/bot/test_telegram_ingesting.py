"""Addresses that an admin sends are taken in beside the bot, and nothing else is."""

import asyncio
import sys
from contextlib import asynccontextmanager

import pytest

from bot.cli import _ingest_command
from bot.phrases import phrase
from bot.telegram import ingesting
from index.config import Config
from index.library import Library
from index.options import Options
from tests.bot.botapi import FakeBotApi
from tests.bot.site import served
from tests.bot.telegram_world import ANNA, LineFinder, talking, watching

STUB = """
import json, os, sys, time
assert not [name for name in os.environ if name.startswith("CITAT_TELEGRAM_TOKEN")]
print("a warning", file=sys.stderr)
{}
"""


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


@pytest.fixture
def site():
    with served() as address:
        yield address


def program(*lines):
    """A command that stands in for `citat ingest`."""
    return [sys.executable, "-c", STUB.format("\n".join(lines))]


def citat(database, config=None):
    """The command that `citat bot` uses."""
    return _ingest_command(Options(Config.read(config), database.parent, as_json=False))


@asynccontextmanager
async def owned(database, command):
    async with talking(database, admins=(ANNA.id,), ingest=command) as api:
        yield api


async def ended(api, message, timeout_s=60):
    """Wait until a message about a run is the last one."""
    reading = ("Reading",)
    await api.until(lambda: not api.now(message)["text"].startswith(reading), timeout_s)
    return api.now(message)["text"]


def test_an_address_is_taken_in_while_others_are_answered(database, site, tmp_path):
    config = tmp_path / "own-network.toml"
    config.write_text("[fetch]\nallow_private = true\n")

    async def conversation():
        async with owned(database, citat(database, config)) as api:
            api.says(ANNA, f"/ingest {site}")
            (sign,) = await api.answers(1)
            assert sign["text"] == phrase("en", "tg-ingest-begun", url=site)
            api.says(ANNA, "harbour?")
            await api.answers(2)
            return await ended(api, sign)

    told = phrase("en", "tg-ingest-done", added=1, updated=0, unchanged=0, skipped=0)
    assert asyncio.run(conversation()) == told
    with Library.open(database.parent) as library:
        assert [(article.title, article.url) for article in library.articles()] == [
            ("Ferry", site)
        ]


def test_an_address_of_the_own_network_is_refused(database, site):
    async def conversation():
        async with owned(database, citat(database)) as api:
            api.says(ANNA, f"/ingest {site}")
            return await ended(api, (await api.answers(1))[0])

    told = asyncio.run(conversation())
    assert told.startswith(
        phrase("en", "tg-ingest-done", added=0, updated=0, unchanged=0, skipped=1)
    )
    assert "127.0.0.1 is a private address" in told
    with Library.open(database.parent) as library:
        assert library.counts()["articles"] == 0


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "/etc/passwd",
        "-",
        "--help",
        "file:///etc/passwd",
        "ftp://a.example",
        "http://a b",
        "a.example",
    ],
)
def test_only_an_address_of_the_web_is_taken_in(database, typed):
    async def conversation():
        async with owned(database, program("sys.exit('was run')")) as api:
            api.says(ANNA, f"/ingest {typed}")
            return (await api.answers(1))[0]["text"]

    assert asyncio.run(conversation()) == phrase("en", "tg-ingest-usage")


def test_how_far_it_is_is_told_in_the_same_message(database, monkeypatch):
    monkeypatch.setattr(ingesting, "PROGRESS_EVERY_S", 0.0)
    done = {"seen": 7, "added": 5, "updated": 2}

    async def conversation():
        command = program(
            f"print({done!r}.__repr__().replace(chr(39), chr(34)), file=sys.stderr)",
            "sys.stderr.flush()",
            "time.sleep(60)",
        )
        async with owned(database, command) as api:
            api.says(ANNA, "/ingest https://feed.example/")
            (sign,) = await api.answers(1)
            await api.until(lambda: "so far" in api.now(sign)["text"])
            far = api.now(sign)["text"]
            api.says(ANNA, "/ingest https://other.example/")
            api.says(ANNA, "/ingest stop")
            _, busy, idle = await api.answers(3)
            return far, busy["text"], api.now(sign)["text"], idle["text"]

    assert asyncio.run(conversation()) == (
        phrase("en", "tg-ingest-progress", **done),
        phrase("en", "tg-ingest-busy"),
        phrase("en", "tg-ingest-stopped"),
        phrase("en", "tg-ingest-idle"),
    )


def test_why_a_run_failed_is_told(database):
    async def conversation():
        async with owned(database, program("sys.exit('Error: the disk is full')")) as api:
            api.says(ANNA, "/ingest https://feed.example/")
            return await ended(api, (await api.answers(1))[0])

    assert asyncio.run(conversation()) == phrase(
        "en", "tg-ingest-failed", reason="Error: the disk is full"
    )


def test_of_many_skipped_articles_the_first_are_named(database):
    skipped = [{"origin": f"page {number}", "reason": "is empty"} for number in range(9)]
    report = {"added": 1, "updated": 0, "unchanged": 0, "skipped": skipped}

    async def conversation():
        async with owned(
            database, program(f"print(json.dumps({report!r}))", "sys.exit(1)")
        ) as api:
            api.says(ANNA, "/ingest https://feed.example/")
            return await ended(api, (await api.answers(1))[0])

    first, *named = asyncio.run(conversation()).split("\n")
    assert first == phrase("en", "tg-ingest-done", added=1, updated=0, unchanged=0, skipped=9)
    assert named == [f"• page {number}: is empty" for number in range(5)]


def test_a_bot_that_stops_ends_the_run_and_says_so(database):
    async def life():
        async with FakeBotApi() as api:
            async with watching(
                api, database, LineFinder(), admins=(ANNA.id,), ingest=program("time.sleep(60)")
            ):
                api.says(ANNA, "/ingest https://feed.example/")
                await api.answers(1)
            return api.sent[0]["text"]

    assert asyncio.run(life()) == phrase("en", "tg-ingest-stopped")
