"""What the owner of the bot can see and do in their chat, and what readers see of it."""

import asyncio
import re
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pytest

from bot.dates import date_in_words
from bot.phrases import phrase
from bot.telegram.bans import Bans
from index.library import Library
from ingest.watching.ledger import Ledger
from tests.bot.botapi import group
from tests.bot.telegram_world import ANNA, BORIS, VERA, LineFinder, asks, talking, toast


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


async def said_to(api, reader, *texts, **where):
    """Say one text after the other; return what is answered to each."""
    answers = []
    for text in texts:
        count = len(api.sent)
        api.says(reader, text, **where)
        answers.append((await api.answers(count + 1))[-1]["text"])
    return answers


def test_readers_are_told_how_large_and_how_new_the_archive_is(archive, own_archive):
    async def conversation():
        async with talking(own_archive / "library.db") as api:
            return await said_to(api, ANNA, "/status")

    newest = next(archive.articles(limit=1))
    date = date_in_words(newest.published, "en")
    count = archive.counts()["articles"]
    told = f"Articles in the archive: {count}.\nNewest: {date}, {newest.source}"
    assert asyncio.run(conversation()) == [told]


def test_of_an_empty_archive_there_is_little_to_say(database):
    async def conversation():
        async with talking(database) as api:
            return await said_to(api, ANNA, "/status")

    assert asyncio.run(conversation()) == ["Articles in the archive: 0."]


def test_admins_are_told_besides_how_the_bot_is_doing(archive, own_archive):
    async def conversation():
        async with talking(own_archive / "library.db", admins=(ANNA.id,)) as api:
            await said_to(api, BORIS, "Нетаняху?", "вчера?")
            (told,) = await said_to(api, ANNA, "/status")
            return told

    told = asyncio.run(conversation())
    assert told.startswith("Articles in the archive: ")
    assert f"sentences {archive.counts()['sentences']}" in told
    assert archive.encoder in told
    assert f"citat {version('citat')}, running for 0.0 h" in told
    assert "Questions answered: 2 (answered 1, unknown-name 1)" in told
    # What waits may be the command itself, and what is just being noted as done.
    assert re.search("Waiting: [0-3]; errors: 0; put off by Telegram: 0", told)


def test_admins_are_told_how_many_reported_answers_wait(database):
    async def conversation():
        async with talking(database, admins=(ANNA.id,)) as api:
            answer = await asks(api, BORIS, "harbour?")
            await toast(api, BORIS, answer, "w:1:1:topic")
            return [await said_to(api, reader, "/status") for reader in (ANNA, BORIS)]

    (owner,), (reader,) = asyncio.run(conversation())
    assert phrase("en", "wrong-waiting", count=1) in owner
    assert phrase("bg", "wrong-waiting", count=1) not in reader


def test_admins_are_told_how_the_feeds_do_and_readers_are_not(database):
    now = time.time()
    with Ledger.open(database.parent) as ledger:
        told: dict[str, dict[str, Any]] = {
            "Courier": {"succeeded": now - 9 * 3600},
            "Herald": {"failures": 3, "problem": "answered 500"},
            "Gazette": {"due": None, "problem": "answered 410 Gone"},
            "Tribune": {"due": now - 7200},
            "Echo": {"succeeded": now - 86400, "newest": now - 9 * 86400, "habit": 3600.0},
        }
        for name, more in told.items():
            ledger.add_feed(f"https://{name}.example/feed", now, name=name, **more)

    async def conversation():
        async with talking(database, admins=(ANNA.id,)) as api:
            return [await said_to(api, reader, "/status") for reader in (ANNA, BORIS)]

    (owner,), (reader,) = asyncio.run(conversation())
    date = date_in_words(datetime.fromtimestamp(now - 9 * 86400, UTC), "en")
    assert [
        phrase("en", "tg-status-feeds", count=5, ailing=4, hours=9.0),
        phrase("en", "tg-feed-stopped", name="Gazette", problem="answered 410 Gone"),
        phrase("en", "tg-feed-failing", name="Herald", failures=3, problem="answered 500"),
        phrase("en", "tg-feed-overdue", name="Tribune"),
        phrase("en", "tg-feed-silent", name="Echo", date=date),
    ] == owner.splitlines()[3:8]
    assert "Herald" not in reader


def test_in_a_group_an_admin_is_a_reader_like_others(database):
    async def conversation():
        async with talking(database, admins=(ANNA.id,)) as api:
            told = await said_to(api, ANNA, "/status", chat=group())
            api.says(ANNA, "/ban 5", chat=group())
            await api.seen()
            return told, len(api.sent)

    assert asyncio.run(conversation()) == (["Articles in the archive: 0."], 1)
    bans = Bans.open(database)
    assert bans.all() == []
    bans.close()


@pytest.mark.parametrize("command", ["/ban 5", "/unban 5", "/banned", "/ingest http://a.example"])
def test_readers_find_no_command_of_the_owner(database, command):
    async def conversation():
        async with talking(database, admins=(ANNA.id,), ingest=["false"]) as api:
            return await said_to(api, BORIS, command)

    assert asyncio.run(conversation()) == [phrase("bg", "tg-help")]


def test_bans_are_made_listed_and_ended(database):
    async def conversation():
        async with talking(database, admins=(VERA.id,)) as api:
            return await said_to(
                api, VERA, "/banned", "/ban 5", "/ban -100", "/banned", "/unban 5", "/unban 5"
            )

    nobody, one, other, listed, ended, again = asyncio.run(conversation())
    assert nobody == phrase("ru", "tg-banned-nobody")
    assert (one, other) == (phrase("ru", "tg-banned", id=5), phrase("ru", "tg-banned", id=-100))
    assert re.sub(r"  .*", "", listed) == "-100\n5"
    assert (ended, again) == (
        phrase("ru", "tg-unbanned", id=5),
        phrase("ru", "tg-not-banned", id=5),
    )


@pytest.mark.parametrize("typed", ["", "@anna", "5 6", "0", "9" * 19, "٥"])
def test_a_ban_needs_a_numeric_id(database, typed):
    async def conversation():
        async with talking(database, admins=(ANNA.id,)) as api:
            return await said_to(api, ANNA, f"/ban {typed}")

    assert asyncio.run(conversation()) == [phrase("en", "tg-ban-usage")]


def test_an_admin_is_not_banned_by_mistake(database):
    async def conversation():
        async with talking(database, LineFinder(), admins=(ANNA.id,)) as api:
            return await said_to(api, ANNA, f"/ban {ANNA.id}")

    assert asyncio.run(conversation()) == [phrase("en", "tg-ban-admin", id=ANNA.id)]
