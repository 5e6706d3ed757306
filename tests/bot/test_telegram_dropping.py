"""Buttons that ask again without a part of what was understood, over the sample archive."""

import asyncio
from dataclasses import replace

import pytest
from telegram.constants import ChatID

from bot.phrases import phrase
from tests.bot.fake_bot_api import FakeBotApi, Reader, group
from tests.bot.telegram_world import ANNA, BORIS, VERA, quoted, running, talking

DATED = "what did Putin tell Netanyahu in 2020?"
FRESH = phrase("en", "tg-fresh")


@pytest.fixture
def bot(own_archive, archive, conversation):
    """Run the bot over a copy of the archive; again, on a server that already runs."""
    database = own_archive / archive.path.name
    return lambda api=None: (
        running(api, database, conversation) if api else talking(database, conversation)
    )


def buttons(message):
    """Return the buttons that ask again, each with what it sends."""
    rows = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    listed = [(button["text"], button["callback_data"]) for row in rows for button in row]
    return {text: data for text, data in listed if data[:2] in {"d:", "f:"}}


async def asks(api, reader, question, **where):
    """Ask and return the answer, as it is then."""
    count = len(api.sent)
    api.says(reader, question, **where)
    return dict((await api.answers(count + 1))[-1])


async def taps(api, reader, answer, button):
    """Press the button and return what the message has become."""
    before = dict(api.now(answer))
    api.presses(reader, answer, buttons(before)[button])
    await api.until(lambda: api.now(answer) != before)
    return dict(api.now(answer))


def understood(message):
    return message["text"].partition("\n\n")[0]


@pytest.mark.parametrize(
    ("reader", "labels"),
    [
        pytest.param(ANNA, ["said by Putin", "to Netanyahu"], id="en"),
        pytest.param(BORIS, ["казва Putin", "на Netanyahu"], id="bg"),
        pytest.param(VERA, ["говорит Putin", "кому: Netanyahu"], id="ru"),
        pytest.param(replace(VERA, language="uk"), ["каже Putin", "кому: Netanyahu"], id="uk"),
    ],
)
def test_each_filter_has_a_button_in_the_readers_language(bot, reader, labels):
    async def talk():
        async with bot() as api:
            return await asks(api, reader, DATED)

    shown = [f"✕ {label}" for label in (*labels, "2020-01-01 – 2020-12-31")]
    assert list(buttons(asyncio.run(talk()))) == shown


def test_a_tap_asks_again_without_the_filter_in_the_same_message(bot, archive):
    async def talk():
        async with bot() as api:
            silent = await asks(api, ANNA, DATED)
            return silent, await taps(api, ANNA, silent, "✕ 2020-01-01 – 2020-12-31"), api.sent

    silent, answer, sent = asyncio.run(talk())
    assert quoted(silent) == []
    assert understood(answer) == "said by Putin · to Netanyahu"
    assert list(buttons(answer)) == ["✕ said by Putin", "✕ to Netanyahu"]
    assert quoted(answer)
    texts = [article.text for article in archive.articles()]
    assert all(any(words in text for text in texts) for words in quoted(answer))
    assert sent == [answer]


def test_filters_are_dropped_one_after_another_on_every_page(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, "what did Putin tell Netanyahu?")
            first = await taps(api, ANNA, answer, "✕ to Netanyahu")
            api.clicks(ANNA, answer)
            await api.until(lambda: api.now(answer)["text"] != first["text"])
            second = dict(api.now(answer))
            return first, second, await taps(api, ANNA, answer, "✕ said by Putin")

    first, second, bare = asyncio.run(talk())
    assert understood(first) == understood(second) == "said by Putin"
    assert buttons(first) == buttons(second)
    assert quoted(first) != quoted(second)
    assert not bare["text"].startswith("said by")
    assert buttons(bare) == {}


def test_a_second_tap_on_the_same_button_changes_nothing_and_says_so(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, DATED)
            data = buttons(answer)["✕ to Netanyahu"]
            for _ in range(2):
                api.presses(ANNA, answer, data)
            await api.until(lambda: len(api.toasts) == 2)
            return api.now(answer), api.sent, [toast.get("text") for toast in api.toasts]

    answer, sent, toasts = asyncio.run(talk())
    assert understood(answer) == "said by Putin · 2020-01-01 – 2020-12-31"
    assert sent == [answer]
    assert toasts == [None, phrase("en", "tg-already")]


def test_two_buttons_pressed_at_once_drop_both_filters(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, DATED)
            for data in list(buttons(answer).values())[1:]:
                api.presses(ANNA, answer, data)
            await api.until(lambda: len(buttons(api.now(answer))) == 1)
            return api.now(answer)

    assert understood(asyncio.run(talk())) == "said by Putin"


def test_a_follow_up_can_be_asked_on_its_own(bot):
    async def talk():
        async with bot() as api:
            await asks(api, ANNA, "what did Putin tell Netanyahu?")
            answer = await asks(api, ANNA, "and about Iran?")
            return answer, await taps(api, ANNA, answer, FRESH)

    leaning, alone = asyncio.run(talk())
    assert understood(leaning) == "understood as: what did Putin tell Netanyahu about Iran?"
    assert list(buttons(leaning)) == [
        "✕ said by Putin",
        "✕ to Netanyahu",
        "✕ about Iran",
        FRESH,
    ]
    assert "understood as" not in alone["text"]
    assert buttons(alone) == {}


def test_a_filter_that_a_follow_up_took_over_is_not_told_any_more(bot):
    async def talk():
        async with bot() as api:
            await asks(api, ANNA, "what did Putin tell Netanyahu?")
            answer = await asks(api, ANNA, "and about Iran?")
            return await taps(api, ANNA, answer, "✕ to Netanyahu")

    assert understood(asyncio.run(talk())) == "understood as: what did Putin tell about Iran?"


def test_later_questions_lean_on_what_is_meant_now(bot):
    async def talk():
        async with bot() as api:
            asked = await asks(api, ANNA, DATED)
            await taps(api, ANNA, asked, "✕ to Netanyahu")
            next_one = await asks(api, ANNA, "and about Iran?")
            await asks(api, ANNA, "who repaired the bridge?")
            reply = await asks(api, ANNA, "and about Gaza?", reply_to=asked)
            await taps(api, ANNA, reply, FRESH)
            return next_one, reply, await asks(api, ANNA, "when?")

    next_one, reply, when = asyncio.run(talk())
    meant = "understood as: what did Putin tell about {} in 2020? · 2020-01-01 – 2020-12-31"
    assert understood(next_one) in {
        meant.format("Iran"),
        meant.format("Iran").replace(" about Iran in 2020", " in 2020 about Iran"),
    }
    assert understood(reply).replace("Gaza", "Iran") == understood(next_one)
    assert "Putin" not in understood(when)


def test_in_a_group_only_who_asked_drops_a_filter(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, f"/ask {DATED}", chat=group())
            for data in buttons(answer).values():
                api.presses(BORIS, answer, data)
            await api.until(lambda: len(api.toasts) == 3)
            assert api.now(answer) == answer
            return api.toasts, await taps(api, ANNA, answer, "✕ to Netanyahu")

    toasts, answer = asyncio.run(talk())
    assert {toast["text"] for toast in toasts[:3]} == {phrase("bg", "tg-not-yours")}
    assert understood(answer) == "said by Putin · 2020-01-01 – 2020-12-31"


def test_what_an_unnamed_administrator_asked_anybody_may_change(bot):
    nobody = Reader(ChatID.ANONYMOUS_ADMIN, name="Group")

    async def talk():
        async with bot() as api:
            answer = await asks(api, nobody, f"/ask {DATED}", chat=group())
            return await taps(api, ANNA, answer, "✕ to Netanyahu")

    assert understood(asyncio.run(talk())) == "said by Putin · 2020-01-01 – 2020-12-31"


def test_a_standing_question_is_put_as_it_is_meant_now(bot):
    async def talk():
        async with bot() as api:
            answer = await asks(api, ANNA, DATED)
            await taps(api, ANNA, answer, "✕ 2020-01-01 – 2020-12-31")
            return await asks(api, ANNA, "/watch", reply_to=answer)

    told = phrase("en", "tg-watch-added", id=1, question="what did Putin tell Netanyahu?")
    assert asyncio.run(talk())["text"].startswith(told)


def test_buttons_and_replies_outlast_a_restart(bot):
    async def talk():
        async with FakeBotApi() as api:
            async with bot(api):
                asked = await asks(api, ANNA, DATED)
                await asks(api, ANNA, "who repaired the bridge?")
            async with bot(api):
                await taps(api, ANNA, asked, "✕ to Netanyahu")
            async with bot(api):
                return (
                    await taps(api, ANNA, asked, "✕ 2020-01-01 – 2020-12-31"),
                    await asks(api, ANNA, "and about Iran?", reply_to=asked),
                )

    bare, reply = asyncio.run(talk())
    assert understood(bare) == "said by Putin"
    assert understood(reply) == "understood as: what did Putin tell about Iran?"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("d:999:period", id="forgotten-question"),
        pytest.param("f:999", id="forgotten-follow-up"),
        pytest.param("d:1:everything", id="no-filter"),
        pytest.param("d:2:speaker", id="of-another-message"),
    ],
)
def test_a_stale_button_is_answered_politely(bot, data):
    async def talk():
        async with bot() as api:
            answer = await asks(api, VERA, DATED)
            await asks(api, VERA, DATED)
            api.presses(VERA, answer, data)
            await api.until(lambda: api.toasts)
            return api.toasts, api.called("editMessageText")

    toasts, edits = asyncio.run(talk())
    assert [toast["text"] for toast in toasts] == [phrase("ru", "tg-stale")]
    assert edits == []


def test_what_cannot_be_dropped_stays(bot):
    """A press from before the answer changed may name what is now the whole question."""

    async def talk():
        async with bot() as api:
            await asks(api, ANNA, "what did Putin tell Netanyahu?")
            answer = await asks(api, ANNA, "and about Iran?")
            stale = buttons(answer)["✕ about Iran"]
            alone = await taps(api, ANNA, answer, FRESH)
            api.presses(ANNA, answer, stale)
            await api.until(lambda: len(api.toasts) == 2)
            return alone, api.now(answer), api.toasts[-1]["text"]

    alone, now, toast = asyncio.run(talk())
    assert now == alone
    assert toast == phrase("en", "tg-already")
