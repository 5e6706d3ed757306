"""What is kept of readers is found again after a group moves, and goes when it is to go."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.phrases import phrase
from bot.questions.only import Only
from bot.reviews.report import Report, State, Why
from bot.telegram.stores import Stores
from index.library import Library
from tests.bot.botapi import FakeBotApi
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    LineFinder,
    asks,
    buttons,
    talking,
    toast,
    watching,
)

CHAT = -1001
OUTLET = "Port & Tide"


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


def unreadable(number, reader, chat):
    """An update that is no question: it is set aside as it came."""
    return {
        "update_id": number,
        "message": {"message_id": number, "chat": {"id": chat}, "from": {"id": reader.id}},
    }


def set_aside(stores, *updates):
    for received in stores.inbox.put(updates):
        stores.inbox.poison(received.id)


def report(**more):
    return replace(Report("harbour?", (), (), Why.MISSING, "en"), **more)


def test_what_could_not_be_read_is_forgotten_with_the_rest(database):
    with Stores.open(database) as stores:
        set_aside(
            stores,
            unreadable(1, ANNA, CHAT),
            unreadable(2, BORIS, CHAT),
            unreadable(3, ANNA, ANNA.id),
        )
        stores.forget(CHAT, ANNA.id)
        assert [received.id for received in stores.inbox.poisoned()] == [2, 3]


def test_a_reader_of_whom_nothing_else_is_kept_can_have_it_forgotten(database):
    with Stores.open(database) as stores:
        set_aside(stores, unreadable(10**6, ANNA, ANNA.id))

    async def conversation():
        async with talking(database) as api:
            return await asks(api, ANNA, "/forget")

    assert asyncio.run(conversation())["text"] == phrase("en", "tg-forget-nothing")
    with Stores.open(database) as stores:
        assert stores.inbox.poisoned() == []


def test_at_start_all_that_is_older_than_keep_days_goes(database):
    long_ago = datetime.now(UTC) - timedelta(days=8)
    with Stores.open(database) as stores:
        stores.memory.keep(ANNA.id, ANNA.id, "old", at=long_ago)
        stores.reports.add(report(at=long_ago))
        set_aside(stores, unreadable(10**6, ANNA, ANNA.id))
        stores.inbox._rows("update inbox set done_at = ?", [int(long_ago.timestamp())])

        async def life():
            async with FakeBotApi() as api, watching(api, database, LineFinder(), keep_days=7):
                await api.until(
                    lambda: (
                        not (
                            stores.inbox.poisoned()
                            or stores.reports.waiting()
                            or stores.memory.count(ANNA.id, ANNA.id)
                        )
                    )
                )

        asyncio.run(life())


def test_what_is_kept_of_a_group_follows_it(database):
    with Stores.open(database) as stores:
        stores.memory.keep(CHAT, ANNA.id, "harbour?")
        stores.memory.speak(CHAT, "uk")
        stores.reports.add(report(chat=CHAT, user=ANNA.id))
        stores.move(CHAT, CHAT - 1)
        assert stores.count(CHAT, ANNA.id) == {"questions": 0, "standing": 0, "reports": 0}
        assert stores.count(CHAT - 1, ANNA.id) == {"questions": 1, "standing": 0, "reports": 1}
        assert stores.memory.language(CHAT) is None
    with Stores.open(database) as stores:
        assert stores.memory.language(CHAT - 1) == "uk"


def test_a_report_tells_what_the_answer_was_narrowed_to(database):
    async def conversation():
        finder = LineFinder()
        async with talking(database, finder) as api:
            answer = await asks(api, ANNA, "harbour whale?")
            (only,) = [data for data in buttons(answer).values() if data.startswith("n:")]
            api.presses(ANNA, answer, only)
            await api.until(lambda: OUTLET in "".join(buttons(api.now(answer))))
            narrowed = buttons(api.now(answer))
            (key,) = [data for text, data in narrowed.items() if OUTLET in text]
            await toast(api, ANNA, answer, key)
            await toast(api, ANNA, answer, "w:1:1:topic")

    asyncio.run(conversation())
    with Stores.open(database) as stores:
        (told,) = stores.reports.of(*State)
        assert told.only == Only(outlet=OUTLET)
        assert not stores.reports.add(told)
        assert stores.reports.add(replace(told, only=Only())), "another answer"
