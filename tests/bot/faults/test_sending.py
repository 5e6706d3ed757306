"""What goes wrong when an answer is sent: it arrives, and it arrives once."""

import asyncio
import logging
import time

import httpx
import pytest
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot.memory import Memory
from bot.phrases import phrase
from bot.telegram import app
from bot.telegram.delivery import sending, turns
from bot.telegram.delivery.pace import Line, Window
from bot.telegram.delivery.sending import Remedy, remedy
from tests.bot.botapi import FakeBotApi, group
from tests.bot.telegram_world import ANNA, HARBOUR, VERA, LineFinder, built, quoted, talking

SHIPS = HARBOUR.text.split("\n")[:3]


def errors(caplog):
    """Return the errors that the bot itself has logged; the library logs what it cannot read."""
    return [
        entry.getMessage()
        for entry in caplog.records
        if entry.levelno >= logging.ERROR and entry.name.startswith("bot.")
    ]


async def one_answer(api):
    """Ask; return all that has arrived when the bot has nothing left to do."""
    api.says(ANNA, "harbour?")
    await api.answers(1)
    await api.seen()
    await asyncio.sleep(0.3)
    return api.sent


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda api: api.fails("sendMessage", 500, "Internal", 3), id="500"),
        pytest.param(lambda api: api.garbles("sendMessage", "<html>", 502, 3), id="502-html"),
        pytest.param(lambda api: api.drops("sendMessage"), id="dropped-once"),
    ],
)
def test_f16_what_telegram_has_not_taken_is_sent_again(database, caplog, fault):
    async def talk():
        async with talking(database) as api:
            fault(api)
            return await one_answer(api)

    (answer,) = asyncio.run(talk())
    assert quoted(answer) == SHIPS
    assert errors(caplog) == []


def test_f16_a_refused_connection_is_tried_again():
    async def refused():
        async with FakeBotApi() as api:
            url = api.url
        request = HTTPXRequest()
        try:
            await request.post(f"{url}/bot/sendMessage")
        except TelegramError as error:
            return error
        finally:
            await request.shutdown()

    error = asyncio.run(refused())
    assert error is not None
    assert remedy(error) is Remedy.AGAIN


def test_f16_an_answer_that_cannot_be_brought_to_telegram_waits_until_it_can(database, caplog):
    async def talk():
        async with talking(database) as api:
            api.fails("sendMessage", 500, "Internal", 9)  # two rounds and a bit
            return await one_answer(api)

    (answer,) = asyncio.run(talk())
    assert quoted(answer) == SHIPS
    assert errors(caplog) == []


def test_f17_what_was_dropped_is_sent_again_once_at_most(database):
    async def talk():
        async with talking(database) as api:
            api.drops("sendMessage", 9, applied=True, match=lambda data: "ship" in data["text"])
            return await one_answer(api)

    answers = [message for message in asyncio.run(talk()) if quoted(message)]
    assert len(answers) == 2


def test_f17_what_hangs_is_not_sent_again(database, monkeypatch):
    monkeypatch.setattr(app, "READ_TIMEOUT_S", 0.2)

    async def talk():
        async with talking(database) as api:
            api.hangs("sendMessage", applied=True)
            return await one_answer(api)

    assert [quoted(message) for message in asyncio.run(talk()) if quoted(message)] == [SHIPS]


def test_f18_flood_control_of_one_chat_delays_no_other(database):
    async def talk():
        async with talking(database) as api:
            api.fails(
                "sendMessage", 429, "Too Many Requests", match={"chat_id": ANNA.id}, retry_after=1
            )
            start = time.monotonic()
            api.says(ANNA, "harbour?")
            await api.until(lambda: api.called("sendMessage"))
            api.says(VERA, "whale?")
            await api.answers(1)
            other = time.monotonic() - start
            await api.answers(2)
            return other, time.monotonic() - start, api.sent

    other, own, sent = asyncio.run(talk())
    assert other < 0.8
    assert own >= 1
    assert [message["chat"]["id"] for message in sent] == [VERA.id, ANNA.id]


def test_f18_a_chat_closed_for_an_hour_holds_up_no_other(database, caplog):
    async def talk():
        async with talking(database) as api:
            api.fails(
                "sendMessage",
                429,
                "Too Many Requests",
                match={"chat_id": ANNA.id},
                retry_after=3600,
            )
            for text in ("harbour?", "whale?", "/help"):
                api.says(ANNA, text)
            await api.until(lambda: api.called("sendMessage"))
            api.says(VERA, "whale?")
            await api.answers(1)
            await api.seen()
            return len(api.called("sendMessage")), api.sent

    calls, (other,) = asyncio.run(talk())
    assert other["chat"]["id"] == VERA.id
    assert calls == 2  # the chat that is closed is not tried again
    assert f"chat {ANNA.id} is on hold for 3600 s" in caplog.text
    assert errors(caplog) == []


def test_f18_after_a_long_wait_new_questions_are_answered_and_old_ones_asked_for_again(
    database, monkeypatch
):
    monkeypatch.setattr(sending, "LONGEST_WAIT_S", 0.5)

    async def talk():
        async with talking(database) as api:
            api.fails("sendMessage", 429, "Too Many Requests", retry_after=1)
            old = api.says(ANNA, "whale?")
            old["date"] -= turns.AFTER_HOLD_S + 60
            await api.until(lambda: api.called("sendMessage"))
            api.says(ANNA, "harbour?")
            return await api.answers(2)

    told = {message["text"]: quoted(message) for message in asyncio.run(talk())}
    assert phrase("en", "tg-away") in told
    assert SHIPS in told.values()


def test_f19_flood_control_without_a_figure_is_waited_out(database, monkeypatch):
    monkeypatch.setattr(sending, "NO_FIGURE_S", 0.2)

    async def talk():
        async with talking(database) as api:
            api.fails("sendMessage", 429, "Too Many Requests")
            return await one_answer(api)

    assert [quoted(message) for message in asyncio.run(talk())] == [SHIPS]


@pytest.mark.parametrize(
    ("status", "description"),
    [
        pytest.param(403, "Forbidden: bot was blocked by the user", id="blocked"),
        pytest.param(403, "Forbidden: bot was kicked from the supergroup chat", id="kicked"),
        pytest.param(400, "chat not found", id="chat-not-found"),
    ],
)
def test_f20_who_cannot_be_written_to_is_tried_no_further(database, status, description):
    async def talk():
        async with talking(database) as api:
            mine = {"chat_id": ANNA.id}
            api.fails("sendMessage", status, description, 99, match=mine)
            api.says(ANNA, "harbour?")
            await api.until(lambda: api.called("sendMessage"))
            api.says(VERA, "whale?")
            await api.answers(1)
            await api.seen()
            return [data for data in api.called("sendMessage") if data["chat_id"] == ANNA.id]

    assert len(asyncio.run(talk())) <= 2  # the answer, and the word that it did not work


def test_f20_an_answer_follows_a_group_that_has_become_another(database):
    old, finder = group(-12), LineFinder()
    finder.takes_s = 0.2

    async def talk():
        async with talking(database, finder) as api:
            api.says(ANNA, "/ask whale?", chat=old)
            await api.answers(1)
            api.says(ANNA, "/watch whale", chat=old)
            await api.answers(2)
            asked = api.says(ANNA, "/ask and the harbour?", chat=old)
            await api.until(lambda: len(finder.asked) == 3)
            new = api.upgrades(ANNA, old, -1000000000012)
            *_, answer = await api.answers(3)
            assert asked["chat"]["id"] == -12
            assert answer["chat"] == new
            api.says(ANNA, "/ask and a ship?", chat=new)
            await api.answers(4)
            api.says(ANNA, "/watches", chat=new)
            *_, listed = await api.answers(5)
            return answer, listed

    answer, listed = asyncio.run(talk())
    assert quoted(answer) == SHIPS
    assert "whale" in listed["text"]
    assert finder.asked[-1] == ("and a ship?", ("whale?", "and the harbour?"))
    memory = Memory.open(database)
    assert memory.count(-12, ANNA.id) == 0
    memory.close()


def test_f21_an_answer_that_is_no_html_is_sent_as_plain_text_and_reported(database, caplog):
    async def talk():
        async with talking(database) as api:
            api.fails("sendMessage", 400, "can't parse entities: unclosed tag at byte offset 7")
            api.says(ANNA, "whale?")
            return (await api.answers(1))[0]

    answer = asyncio.run(talk())
    assert 'Whale says a < b > c & "d" </blockquote>' in answer["text"]
    assert quoted(answer) == []
    assert errors(caplog) == [
        "a message of ours was no HTML: Can't parse entities: unclosed tag at byte offset 7"
    ]


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        pytest.param(httpx.ConnectTimeout(""), Remedy.AGAIN, id="never-connected"),
        pytest.param(httpx.PoolTimeout(""), Remedy.AGAIN, id="no-free-connection"),
        pytest.param(httpx.ReadTimeout(""), Remedy.NONE, id="no-answer"),
        pytest.param(httpx.RemoteProtocolError(""), Remedy.ONCE, id="dropped"),
        pytest.param(httpx.ReadError(""), Remedy.ONCE, id="reset"),
    ],
)
def test_f17_what_is_unclear_is_repeated_less_than_what_is_clear(cause, expected):
    for kind in (NetworkError, TimedOut):
        error = kind("")
        error.__cause__ = cause
        assert remedy(error) is expected


def test_a_sign_of_typing_is_left_out_while_the_chat_is_closed(database):
    finder = LineFinder()
    finder.takes_s = 0.6

    async def talk():
        async with talking(database, finder) as api:
            api.fails("sendMessage", 429, "Too Many Requests", retry_after=2)
            api.says(ANNA, "/help")
            await api.until(lambda: api.called("sendMessage"))
            api.says(VERA, "harbour?")
            await api.answers(2)
            return api.called("sendChatAction")

    assert {sign["chat_id"] for sign in asyncio.run(talk())} == {VERA.id}


def test_the_most_urgent_goes_first():
    async def life():
        line, went = Line(Window(1, 0.02)), []

        async def go(urgency):
            async with line.place(urgency):
                went.append(urgency)

        await asyncio.gather(*(go(urgency) for urgency in (0, 2, 1, 2, 0)))
        return went

    assert asyncio.run(life()) == [0, 0, 1, 2, 2]


def test_who_stops_waiting_in_line_takes_no_place():
    async def life():
        line = Line(Window(1, 0.05))

        async def go():
            async with line.place(0):
                await asyncio.sleep(0)

        waiting = [asyncio.create_task(go()) for _ in range(20)]
        await asyncio.sleep(0)
        for task in waiting[1:]:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.wait_for(asyncio.gather(*(go() for _ in range(3))), 1)

    asyncio.run(life())


def test_a_chat_is_written_to_at_its_pace(database):
    async def talk():
        async with (
            FakeBotApi(strict_flood=True) as api,
            built(api, database, pace_sends=True) as service,
            service.serving(),
        ):
            start = time.monotonic()
            for _ in range(5):
                api.says(ANNA, "/help")
            await api.answers(5)
            return time.monotonic() - start, service.vitals.counts["floods"]

    taken, floods = asyncio.run(talk())
    assert 2.9 < taken < 5
    assert floods == 0
