"""What the bot tells of itself: its outlets, its language, what it keeps."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.memory import Memory
from bot.phrases import LANGUAGES, phrase
from bot.shelf import Outlet
from bot.telegram.app import MENU
from bot.telegram.telling import MOST_OUTLETS
from tests.bot.botapi import FakeBotApi, Reader, group
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    VERA,
    LineFinder,
    asks,
    buttons,
    running,
    talking,
    taps,
)


@pytest.fixture
def database(tmp_path):
    return tmp_path / "chats.db"


class Shelves(LineFinder):
    """Knows these outlets."""

    held: list[Outlet]

    def outlets(self):
        return self.held


def test_the_outlets_are_listed_with_their_newest_day(database):
    shelves = Shelves()
    shelves.held = [
        Outlet("Herald <b>", 21, datetime(2024, 3, 1, tzinfo=UTC)),
        Outlet("Вестник", 1, None),
    ]

    async def talk():
        async with talking(database, shelves) as api:
            return await asks(api, ANNA, "/sources"), await asks(api, VERA, "/sources")

    english, russian = asyncio.run(talk())
    assert english["text"] == (
        "The archive holds 22 articles of these outlets:\n\n"
        "Herald <b>: 21 articles, the newest of 1 March 2024\n"
        "Вестник: 1 article"
    )
    assert "Herald <b>: 21 статья, последняя 1 марта 2024 г." in russian["text"]


def test_many_outlets_fit_into_one_message(database):
    shelves = Shelves()
    shelves.held = [Outlet(f"Paper {n} " + "x" * 300, 2, None) for n in range(MOST_OUTLETS + 5)]

    async def talk():
        async with talking(database, shelves) as api:
            return await asks(api, ANNA, "/sources")

    told = asyncio.run(talk())["text"]
    assert told.endswith("… and 5 more outlets")
    assert len(told) <= 4096


def test_an_empty_archive_has_no_outlets(database):
    shelves = Shelves()
    shelves.held = []

    async def talk():
        async with talking(database, shelves) as api:
            return await asks(api, BORIS, "/sources")

    assert asyncio.run(talk())["text"] == phrase("bg", "empty-library")


# Languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chosen_language_is_spoken_from_then_on(database, language):
    reader = Reader(ANNA.id, "de")

    async def talk():
        async with FakeBotApi() as api:
            async with running(api, database):
                asked = await asks(api, reader, "/lang")
                told = await taps(api, reader, asked, phrase(language, "name"))
                helped = await asks(api, reader, "/help")
            async with running(api, database):
                return asked, told, helped, await asks(api, reader, "harbour?")

    asked, told, helped, answer = asyncio.run(talk())
    names = [phrase(code, "name") for code in LANGUAGES]
    assert list(buttons(asked)) == [*names, phrase("en", "tg-lang-own")]
    assert told["text"] == phrase(language, "tg-lang-set")
    assert helped["text"] == phrase(language, "tg-help")
    assert phrase(language, "show-undated") in answer["text"]
    assert phrase(language, "tg-context") in buttons(answer)


def test_the_language_of_a_chat_can_be_given_back(database):
    async def talk():
        async with talking(database) as api:
            asked = await asks(api, ANNA, "/lang")
            await taps(api, ANNA, asked, phrase("ru", "name"))
            asked = await asks(api, ANNA, "/lang")
            told = await taps(api, ANNA, asked, phrase("ru", "tg-lang-own"))
            return told, await asks(api, ANNA, "/help")

    told, helped = asyncio.run(talk())
    assert told["text"] == phrase("en", "tg-lang-unset")
    assert helped["text"] == phrase("en", "tg-help")


def test_in_a_group_the_language_of_the_group_goes_before_that_of_the_reader(database):
    async def talk():
        async with talking(database) as api:
            own = await asks(api, ANNA, "/lang")
            await taps(api, ANNA, own, phrase("uk", "name"))
            before = await asks(api, ANNA, "/help", chat=group())
            of_all = await asks(api, BORIS, "/lang", chat=group())
            await taps(api, BORIS, of_all, phrase("ru", "name"))
            return before, await asks(api, ANNA, "/help", chat=group()), api

    before, after, _ = asyncio.run(talk())
    assert before["text"] == phrase("uk", "tg-help")
    assert after["text"] == phrase("ru", "tg-help")


def test_the_worker_speaks_the_chosen_language_too(database):
    """A standing question is put in the thread that searches."""

    async def talk():
        async with talking(database) as api:
            asked = await asks(api, ANNA, "/lang")
            await taps(api, ANNA, asked, phrase("bg", "name"))
            return await asks(api, ANNA, "/watch")

    assert asyncio.run(talk())["text"] == phrase("bg", "tg-watch-empty")


def test_a_forgotten_reader_has_no_language_of_their_own(database):
    async def talk():
        async with talking(database) as api:
            asked = await asks(api, ANNA, "/lang")
            await taps(api, ANNA, asked, phrase("ru", "name"))
            forget = await asks(api, ANNA, "/forget")
            await taps(api, ANNA, forget, phrase("ru", "tg-forget-button"))
            return await asks(api, ANNA, "/help")

    assert asyncio.run(talk())["text"] == phrase("en", "tg-help")
    memory = Memory.open(database)
    assert memory.language(ANNA.id) is None
    memory.close()


# What is kept


@pytest.mark.parametrize("reader", [ANNA, BORIS, VERA], ids=lambda reader: reader.language)
def test_what_is_kept_is_told_with_its_time(database, reader):
    async def talk():
        async with talking(database, flag_changes_days=7) as api:
            return await asks(api, reader, "/privacy")

    language = str(reader.language)
    days, shown = (phrase(language, "tg-days", count=count) for count in (30, 7))
    told = asyncio.run(talk())["text"]
    assert told == phrase(language, "tg-privacy", days=days, shown=shown)
    assert "/forget" in told


def test_every_command_of_the_menu_is_understood(database):
    async def talk():
        async with talking(database) as api:
            return [await asks(api, ANNA, f"/{command}") for command in MENU if command != "help"]

    told = [answer["text"] for answer in asyncio.run(talk())]
    assert phrase("en", "tg-help") not in told
