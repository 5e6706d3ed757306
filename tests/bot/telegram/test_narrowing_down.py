"""One tap narrows an answer to an outlet, a speaker or a week; another takes it back."""

import asyncio

import pytest

from bot.phrases import phrase
from tests.bot.botapi import FakeBotApi, group
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    asks,
    buttons,
    quoted,
    running,
    talking,
    taps,
    toast,
)

BRIDGE = "what was said about the bridge?"
ONLY, BACK = phrase("en", "tg-only"), phrase("en", "tg-back")


@pytest.fixture
def bot(tmp_path, conversation):
    """Run the bot over the samples; again, on a server that already runs."""
    database = tmp_path / "chats.db"
    return lambda api=None: (
        running(api, database, conversation) if api else talking(database, conversation)
    )


def first(message, start):
    return next(label for label in buttons(message) if label.startswith(start))


@pytest.mark.parametrize("kind", ["+ in ", "+ said by ", "+ 20"])
def test_a_tap_narrows_the_answer_in_place_and_another_takes_it_back(bot, kind):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, BRIDGE)
            chooser = await taps(api, ANNA, answer, ONLY)
            label = first(chooser, kind)
            narrowed = await taps(api, ANNA, chooser, label)
            dropped = first(narrowed, label.replace("+", "✕"))
            return answer, label, narrowed, await taps(api, ANNA, narrowed, dropped), api.sent

    answer, label, narrowed, whole, sent = asyncio.run(talk())
    assert label.removeprefix("+ ").rstrip("…") in narrowed["text"].partition("\n\n")[0]
    assert quoted(narrowed)
    assert whole["text"] == answer["text"]
    assert sent == [whole]


def test_the_list_of_narrowings_leads_back(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, BRIDGE)
            chooser = await taps(api, ANNA, answer, ONLY)
            return answer, chooser, await taps(api, ANNA, chooser, BACK)

    answer, chooser, back = asyncio.run(talk())
    assert chooser["text"] == answer["text"]
    assert all(label.startswith("+ ") for label in list(buttons(chooser))[:-1])
    assert back["reply_markup"] == answer["reply_markup"]


def test_a_narrowing_outlasts_a_restart_and_holds_on_every_page(bot):
    async def talk():
        async with FakeBotApi() as api:
            async with bot(api):
                answer = await asks(api, ANNA, BRIDGE)
                chooser = await taps(api, ANNA, answer, ONLY)
                narrowed = await taps(api, ANNA, chooser, first(chooser, "+ in "))
            async with bot(api):
                context = await taps(api, ANNA, narrowed, phrase("en", "tg-context"))
                return narrowed, await taps(api, ANNA, context, BACK)

    narrowed, back = asyncio.run(talk())
    assert back["text"] == narrowed["text"]


def test_narrowing_twice_is_narrowing_once(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, BRIDGE)
            chooser = await taps(api, ANNA, answer, ONLY)
            data = buttons(chooser)[first(chooser, "+ in ")]
            for _ in range(2):
                api.presses(ANNA, answer, data)
            await api.until(lambda: len(api.toasts) == 3)
            return [one.get("text") for one in api.toasts], api.now(answer)

    toasts, now = asyncio.run(talk())
    assert toasts == [None, None, phrase("en", "tg-already")]
    assert quoted(now)


def test_in_a_group_only_who_asked_narrows(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, f"/ask {BRIDGE}", chat=group())
            chooser = await taps(api, BORIS, answer, phrase("en", "tg-only"))
            data = next(d for d in buttons(chooser).values() if d.count(":") == 3)
            return await toast(api, BORIS, answer, data)

    assert asyncio.run(talk()) == phrase("bg", "tg-not-yours")


def test_a_standing_question_watches_what_can_be_said_in_words(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, BRIDGE)
            chooser = await taps(api, ANNA, answer, ONLY)
            await taps(api, ANNA, chooser, first(chooser, "+ said by "))
            return await asks(api, ANNA, "/watch", reply_to=answer)

    told = phrase("en", "tg-watch-added", id=1, question=BRIDGE)
    assert asyncio.run(talk())["text"] == f"{told}\n\nabout the bridge"
