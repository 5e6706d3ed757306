"""What is old goes at start, and daily; what cannot be removed stops nothing."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.memory import Memory
from bot.telegram import retention
from bot.telegram.retention import Retention
from index.library import Library
from tests.bot.botapi import FakeBotApi
from tests.bot.telegram_world import ANNA, LineFinder, watching


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


async def until(holds):
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def test_at_start_questions_older_than_keep_days_are_forgotten(database):
    memory = Memory.open(database)
    now = datetime.now(UTC)
    old = memory.keep(ANNA.id, ANNA.id, "old", at=now - timedelta(days=8))
    new = memory.keep(ANNA.id, ANNA.id, "new", at=now - timedelta(days=6))

    async def life():
        async with FakeBotApi() as api, watching(api, database, LineFinder(), keep_days=7):
            await until(lambda: memory.get(old) is None)

    asyncio.run(life())
    assert memory.get(new) is not None
    memory.close()


def test_it_goes_on_day_by_day(monkeypatch):
    monkeypatch.setattr(retention, "EVERY_S", 0.01)
    moments: list[datetime] = []

    def purge(before: datetime) -> int:
        moments.append(before)
        return 0

    async def life():
        days = Retention(timedelta(days=30), [purge])
        days.start()
        await until(lambda: len(moments) >= 3)
        await days.stop()

    asyncio.run(life())
    assert all(datetime.now(UTC) - moment > timedelta(days=30) for moment in moments)
    assert moments == sorted(moments)


def test_a_store_in_trouble_keeps_no_other_from_it(caplog):
    removed: list[datetime] = []

    def broken(before: datetime) -> int:
        raise OSError("disk I/O error")

    def working(before: datetime) -> int:
        removed.append(before)
        return 1

    async def life():
        days = Retention(timedelta(days=1), [broken, working])
        days.start()
        await until(lambda: removed)
        await days.stop()

    asyncio.run(life())
    assert len(removed) == 1
    (error,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert error.getMessage() == "what is old could not be removed"
