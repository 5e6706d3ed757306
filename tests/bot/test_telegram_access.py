"""Who gets through the gate, and how much of what they send."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from telegram import Update
from telegram.ext import TypeHandler

from bot.phrases import phrase
from bot.telegram.bans import Bans
from index.library import Library
from tests.bot.botapi import FakeBotApi, group
from tests.bot.telegram_updates import DATE, membership, of_each_kind
from tests.bot.telegram_world import ANNA, BORIS, VERA, LineFinder, built, running, talking

KINDS = list(of_each_kind(ANNA, ANNA.chat))


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


@asynccontextmanager
async def guarded(database, finder=None, **settings):
    """The bot without polling, and what of it gets through the gate."""
    through: list[Update] = []

    async def witness(update, _context):
        through.append(update)

    async with (
        FakeBotApi() as api,
        built(api, database, finder, **{"open_to_all": False, **settings}) as service,
    ):
        application = service.application
        application.add_handler(TypeHandler(Update, witness), group=1)

        async def come(raw):
            update = Update.de_json(raw, application.bot)
            assert update is not None
            through.clear()
            await application.process_update(update)
            return bool(through)

        yield api, come


# Strangers


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="closed-to-all"),
        pytest.param({"allowed_users": (ANNA.id,), "allowed_chats": (-1,)}, id="open-to-others"),
    ],
)
def test_f28_no_update_of_a_stranger_gets_through(database, kind, settings):
    finder = LineFinder()

    async def knocking():
        async with guarded(database, finder, **settings) as (api, come):
            passed = await come(of_each_kind(VERA, group())[kind])
            return passed, len(api.called("sendMessage"))

    passed, told = asyncio.run(knocking())
    assert not passed
    assert finder.asked == []
    assert told <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_f28_nor_does_one_of_the_banned_who_are_told_nothing(database, kind):
    async def knocking():
        bans = Bans.open(database)
        bans.add(VERA.id)
        bans.add(group()["id"])
        bans.close()
        async with guarded(database, open_to_all=True) as (api, come):
            passed = await come(of_each_kind(VERA, group())[kind])
            return passed, {call.method for call in api.calls} - {"getMe", "leaveChat"}

    passed, told = asyncio.run(knocking())
    assert passed is (kind == "poll")  # which says neither who nor where
    assert told == set()


def test_f28_a_stranger_finds_no_results_inline_but_the_way_in(database):
    async def typing():
        async with guarded(database) as (api, come):
            await come(of_each_kind(VERA, VERA.chat)["inline_query"])
            return api.called("answerInlineQuery")

    (answer,) = asyncio.run(typing())
    assert answer["results"] == []
    assert answer["button"] == {
        "text": phrase("ru", "tg-stranger-inline"),
        "start_parameter": "inline",
    }


def test_f28_a_stranger_in_a_group_may_not_press_what_somebody_allowed_has_asked(database):
    finder = LineFinder()

    async def pressing():
        place = group(-7)
        async with talking(database, finder, open_to_all=False, allowed_users=(ANNA.id,)) as api:
            api.says(ANNA, "/ask harbour?", chat=place)
            (answer,) = await api.answers(1)
            before = dict(api.now(answer))
            api.clicks(VERA, answer)
            await api.until(lambda: api.toasts)
            assert api.now(answer) == before
            return api.toasts

    (toast,) = asyncio.run(pressing())
    assert toast["text"] == phrase("ru", "tg-strange-group", id=-7)
    assert toast["show_alert"]


def test_f28_a_gate_that_fails_stays_shut(database, monkeypatch, caplog):
    def broken(*_arguments, **_blanks):
        raise KeyError("no such phrase")

    monkeypatch.setattr("bot.telegram.access.phrase", broken)

    async def knocking():
        async with guarded(database) as (_, come):
            return await come(of_each_kind(VERA, VERA.chat)["message"])

    assert not asyncio.run(knocking())
    assert "the gate failed at update 1" in caplog.text


def test_an_admin_is_let_in_without_being_listed_twice(database):
    async def coming():
        async with guarded(database, admins=(ANNA.id,)) as (_, come):
            return await come(of_each_kind(ANNA, group())["message"])

    assert asyncio.run(coming())


# Groups


@pytest.mark.parametrize(
    ("reader", "settings", "stays"),
    [
        pytest.param(VERA, {}, False, id="by-a-stranger"),
        pytest.param(ANNA, {"allowed_users": (ANNA.id,)}, True, id="by-a-reader"),
        pytest.param(ANNA, {"admins": (ANNA.id,)}, True, id="by-an-admin"),
        pytest.param(VERA, {"allowed_chats": (-1001,)}, True, id="into-an-allowed-group"),
        pytest.param(VERA, {"open_to_all": True}, True, id="open-to-all"),
    ],
)
def test_f28_a_closed_bot_leaves_groups_into_which_strangers_bring_it(
    database, reader, settings, stays
):
    async def bringing():
        async with talking(database, **{"open_to_all": False, **settings}) as api:
            api.update({"my_chat_member": membership(reader, group())})
            await api.seen()
            return api.called("sendMessage"), api.called("leaveChat")

    told, left = asyncio.run(bringing())
    assert [call["chat_id"] for call in left] == ([] if stays else [-1001])
    texts = [call["text"] for call in told]
    assert texts == ([] if stays else [phrase("ru", "tg-strange-group", id=-1001)])


def test_a_bot_that_is_sent_away_goes_without_a_word(database):
    async def sending_away():
        async with talking(database, open_to_all=False) as api:
            api.update({"my_chat_member": membership(VERA, group(), "kicked")})
            api.update({"my_chat_member": membership(VERA, VERA.chat, "kicked")})
            await api.seen()
            return [
                call.method for call in api.calls if call.method in {"sendMessage", "leaveChat"}
            ]

    assert asyncio.run(sending_away()) == []


# Limits


def too_much(language, seconds):
    """What somebody is told who has to wait so long, or what is left of it on a busy machine."""
    return {phrase(language, "tg-too-much", seconds=left) for left in range(1, seconds + 1)}


def test_who_asks_too_much_is_told_once_and_then_nothing(database):
    finder = LineFinder()

    async def flood():
        async with talking(database, finder, questions_per_minute=3) as api:
            for _ in range(8):
                api.says(ANNA, "whale?")
            await api.seen()
            api.says(BORIS, "Нетаняху?")
            await api.until(lambda: len(finder.asked) == 4)
            return await api.answers(5)

    told = [message["text"] for message in asyncio.run(flood())]
    assert sum(text in too_much("en", 20) for text in told) == 1
    assert len(finder.asked) == 4


def test_what_waited_for_the_bot_was_not_asked_at_once(database):
    async def after_an_outage():
        async with guarded(database, open_to_all=True, questions_per_minute=1) as (_, come):
            raw = of_each_kind(ANNA, ANNA.chat)["message"]
            return [
                await come({**raw, "message": {**raw["message"], "date": DATE + 60 * minute}})
                for minute in (0, 1, 2, 2)
            ]

    assert asyncio.run(after_an_outage()) == [True, True, True, False]


def test_admins_may_ask_as_much_as_they_like(database):
    finder = LineFinder()

    async def flood():
        async with talking(database, finder, admins=(ANNA.id,), questions_per_minute=1) as api:
            for _ in range(4):
                api.says(ANNA, "whale?")
            await api.answers(4)

    asyncio.run(flood())
    assert len(finder.asked) == 4


def test_a_group_has_a_limit_of_its_own(database):
    async def flood():
        async with talking(database, chat_questions_per_minute=2) as api:
            for reader in (ANNA, BORIS, VERA):
                api.says(reader, "/ask whale?", chat=group())
                await api.seen()
            api.says(VERA, "whale?")
            return await api.answers(4)

    told = [message["text"] for message in asyncio.run(flood())]
    assert sum(text in too_much("ru", 30) for text in told) == 1


def test_what_is_not_said_to_the_bot_counts_for_nothing(database):
    finder = LineFinder()

    async def chatter():
        async with talking(database, finder, questions_per_minute=1) as api:
            for _ in range(5):
                api.says(ANNA, "nice weather", chat=group())
                api.says(ANNA, "/roll@other_bot", chat=group())
            await api.seen()
            api.says(ANNA, "@citat_bot whale?", chat=group())
            return await api.answers(1)

    assert len(asyncio.run(chatter())) == 1
    assert len(finder.asked) == 1


@pytest.mark.parametrize(
    ("kind", "free"),
    [("message", 1), ("edited_message", 1), ("callback_query", 4), ("inline_query", 8)],
)
def test_f28_every_kind_of_question_counts(database, kind, free):
    async def many():
        async with guarded(database, open_to_all=True, questions_per_minute=1) as (_, come):
            return [await come(of_each_kind(ANNA, ANNA.chat)[kind]) for _ in range(10)]

    assert asyncio.run(many()) == [True] * free + [False] * (10 - free)


def test_a_button_pressed_too_often_does_not_look_as_if_it_were_at_work(database):
    async def pressing():
        async with talking(database, questions_per_minute=1) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            for _ in range(3):
                api.clicks(ANNA, answer)
            await api.until(lambda: len(api.toasts) == 3)
            return [toast.get("text") for toast in api.toasts]

    told, *others = asyncio.run(pressing())
    assert told in too_much("en", 15)
    assert others == [None, None]


# Bans


def test_bans_are_kept(database):
    for banned in (False, True):
        bans = Bans.open(database)
        assert bans.holds(7) is banned
        assert bans.add(7) is not banned
        assert bans.holds(None, 7)
        bans.close()
    bans = Bans.open(database)
    assert [id_ for id_, _ in bans.all()] == [7]
    assert bans.remove(7)
    assert not bans.remove(7)
    assert not bans.holds(7, None)
    bans.close()


def test_a_banned_reader_hears_nothing_until_the_ban_ends(database):
    finder = LineFinder()

    async def conversation(api):
        async with running(api, database, finder, admins=(ANNA.id,)):
            api.says(ANNA, f"/ban {BORIS.id}")
            await api.answers(1)
            api.says(BORIS, "Нетаняху?")
            await api.seen()
            banned = len(finder.asked)
            api.says(ANNA, "/banned")
            api.says(ANNA, f"/unban {BORIS.id}")
            await api.answers(3)
            api.says(BORIS, "Нетаняху?")
            return banned, await api.answers(4)

    async def life():
        async with FakeBotApi() as api:
            return await conversation(api)

    banned, said = asyncio.run(life())
    assert banned == 0
    assert said[0]["text"] == phrase("en", "tg-banned", id=BORIS.id)
    assert said[1]["text"].startswith(f"{BORIS.id}  ")
    assert said[2]["text"] == phrase("en", "tg-unbanned", id=BORIS.id)
    assert len(finder.asked) == 1
