"""What is kept of a reader in a chat is removed when they ask for it and confirm."""

import asyncio
import contextlib
import sqlite3
from dataclasses import replace

import pytest

from bot.phrases import LANGUAGES, phrase
from index.library import Library
from tests.bot.botapi import FakeBotApi, group
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    VERA,
    LineFinder,
    asks_to_forget,
    running,
    talking,
)


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


async def says(api, reader, text, **where):
    """Write, wait for the reply and return it, as it is then."""
    count = len(api.sent)
    api.says(reader, text, **where)
    return dict((await api.answers(count + 1))[-1])


async def toast(api, reader, message, data=None):
    """Press the message's button, or send other data; return what is shown for a moment."""
    [[button], *_] = message["reply_markup"]["inline_keyboard"]
    count = len(api.toasts)
    api.presses(reader, message, data or button["callback_data"])
    await api.until(lambda: len(api.toasts) > count)
    return api.toasts[-1].get("text")


def kept(database):
    """Return who is kept where: (chat, user) of each question and of each standing one."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return [
            sorted(connection.execute(f"select chat, user from {table}").fetchall())
            for table in ("asked", "watches")
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tap_deletes_what_is_kept_and_says_so_in_the_readers_language(database, language):
    reader = replace(ANNA, language=language)

    async def conversation():
        async with talking(database) as api:
            await says(api, reader, "whale?")
            await says(api, reader, "harbour?")
            await says(api, reader, "/watch harbour?")
            told = await says(api, reader, "/forget")
            assert kept(database) == [[(ANNA.id, ANNA.id)] * 2, [(ANNA.id, ANNA.id)]]
            assert await toast(api, reader, told) is None
            return told, api.now(told), await says(api, reader, "/forget")

    told, done, again = asyncio.run(conversation())
    assert told["text"] == asks_to_forget(language, 2, 1)
    [[button]] = told["reply_markup"]["inline_keyboard"]
    assert button["text"] == phrase(language, "tg-forget-button")
    assert done["text"] == phrase(language, "tg-forgotten")
    assert "reply_markup" not in done
    assert again["text"] == phrase(language, "tg-forget-nothing")
    assert "reply_markup" not in again
    assert kept(database) == [[], []]


def test_a_question_after_it_follows_nothing_and_old_buttons_are_stale(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            answer = await says(api, VERA, "harbour?")
            await toast(api, VERA, await says(api, VERA, "/forget"))
            [more], _ = answer["reply_markup"]["inline_keyboard"]
            assert await toast(api, VERA, answer, more["callback_data"]) == (
                phrase("ru", "tg-stale")
            )
            await says(api, VERA, "and the whale?", reply_to=answer)

    asyncio.run(conversation())
    assert finder.asked[-1] == ("and the whale?", ())


def test_in_a_group_only_the_readers_own_is_deleted_and_only_by_them(database):
    finder = LineFinder()
    chat = group()

    async def conversation():
        async with talking(database, finder) as api:
            await says(api, ANNA, "/ask whale?", chat=chat)
            await says(api, BORIS, "/ask harbour?", chat=chat)
            await says(api, ANNA, "/watch whale?", chat=chat)
            await says(api, BORIS, "/watch harbour?", chat=chat)
            await says(api, ANNA, "whale?")
            told = await says(api, ANNA, "/forget", chat=chat)
            assert told["text"] == asks_to_forget("en", 1, 1)
            assert await toast(api, BORIS, told) == phrase("bg", "tg-not-yours")
            assert len(kept(database)[0]) == 3
            assert await toast(api, ANNA, told) is None
            await says(api, BORIS, "/ask and the whale?", chat=chat)

    asyncio.run(conversation())
    group_, own = (chat["id"], BORIS.id), (ANNA.id, ANNA.id)
    assert kept(database) == [[group_, group_, own], [group_]]
    assert finder.asked[-1] == ("and the whale?", ("harbour?",))


def test_a_second_tap_says_that_it_is_so_already(database):
    async def conversation():
        async with talking(database) as api:
            await says(api, ANNA, "whale?")
            told = await says(api, ANNA, "/forget")
            await toast(api, ANNA, told)
            return await toast(api, ANNA, told), await toast(api, ANNA, told, "x:no-number")

    assert asyncio.run(conversation()) == (phrase("en", "tg-already"), phrase("en", "tg-stale"))


def test_questions_that_wait_for_their_answers_are_forgotten_too(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            await says(api, ANNA, "whale?")
            told = await says(api, ANNA, "/forget")
            finder.takes_s = 0.2
            for _ in range(2):
                api.says(ANNA, "harbour?")
            await api.until(lambda: len(finder.asked) == 2)
            await toast(api, ANNA, told)
            assert len(await api.answers(4)) == 4

    asyncio.run(conversation())
    assert kept(database) == [[], []]


def test_it_can_be_confirmed_after_a_restart(database):
    async def conversation():
        async with FakeBotApi() as api:
            async with running(api, database):
                await says(api, ANNA, "whale?")
                told = await says(api, ANNA, "/forget")
            async with running(api, database):
                assert await toast(api, ANNA, told) is None

    asyncio.run(conversation())
    assert kept(database) == [[], []]
