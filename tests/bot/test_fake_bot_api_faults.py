"""Faults on purpose, flood control, and the server as a thread and a process of its own."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.bot.botapi import TOKEN, Json, Reader, group
from tests.bot.botapi.client import conversation, error
from tests.bot.botapi.flood import Flood
from tests.bot.botapi.refusals import Refused
from tests.bot.botapi.threaded import serving

ANNA = Reader(1, "en")
ROOT = Path(__file__).parents[2]


# Faults


def test_a_method_fails_as_often_as_it_is_told_to():
    async def steps(api, call):
        api.fails("getMe", 429, "Too Many Requests: retry after 3", times=2, retry_after=3)
        failed = error(429, "Too Many Requests: retry after 3", retry_after=3)
        assert [await call("getMe") for _ in range(2)] == [failed, failed]
        assert (await call("getMe"))["ok"]

    conversation(steps)


def test_a_method_fails_for_some_calls_only():
    async def steps(api, call):
        for reader in (ANNA, Reader(2)):
            api.says(reader, "question")
        api.fails("sendMessage", 400, "no", times=float("inf"), after=1, match={"chat_id": 2})
        api.fails("*", 500, "Internal Server Error", match=lambda data: data.get("text") == "b")
        told = [
            (await call("sendMessage", chat_id=chat, text=text))["ok"]
            for chat, text in [(2, "a"), (2, "a"), (1, "a"), (1, "b"), (1, "b")]
        ]
        assert told == [True, False, True, False, True]
        assert (await call("sendMessage", chat_id=2, text="a"))["description"] == "Bad Request: no"
        api.faults.clear()
        assert (await call("sendMessage", chat_id=2, text="a"))["ok"]

    conversation(steps)


def test_a_fault_by_chance_falls_on_some_calls():
    async def steps(api, call):
        api.fails("getMe", 500, "no", times=float("inf"), chance=0.5)
        told = [(await call("getMe"))["ok"] for _ in range(40)]
        assert 5 < sum(told) < 35

    conversation(steps)


def test_a_server_in_between_may_answer_with_anything():
    async def steps(api, call):
        api.garbles("getMe", "<html>502</html>", 502)
        api.garbles("getMe", b"\xff{", content_type="application/json")
        async with httpx.AsyncClient() as client:
            page = await client.get(f"{api.url}/bot{api.token}/getMe")
            rubbish = await client.get(f"{api.url}/bot{api.token}/getMe")
        assert (page.status_code, page.text) == (502, "<html>502</html>")
        assert (rubbish.status_code, rubbish.content) == (200, b"\xff{")

    conversation(steps)


@pytest.mark.parametrize("applied", [False, True])
def test_a_connection_is_cut_before_or_after_the_call_took_effect(applied):
    async def steps(api, call):
        api.says(ANNA, "question")
        api.drops("sendMessage", applied=applied)
        with pytest.raises(httpx.RemoteProtocolError):
            await call("sendMessage", chat_id=1, text="x")
        assert len(api.sent) == applied
        assert (await call("sendMessage", chat_id=1, text="x"))["ok"]

    conversation(steps)


@pytest.mark.parametrize("applied", [False, True])
def test_a_call_hangs_before_or_after_it_took_effect(applied):
    async def steps(api, call):
        api.says(ANNA, "question")
        api.hangs("sendMessage", applied=applied)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(call("sendMessage", chat_id=1, text="x"), 0.1)
        assert len(api.sent) == applied

    conversation(steps)


@pytest.mark.parametrize("applied", [False, True])
def test_a_call_is_answered_late(applied):
    async def steps(api, call):
        api.says(ANNA, "question")
        api.delays("sendMessage", 0.2, applied=applied)
        late = asyncio.create_task(call("sendMessage", chat_id=1, text="x"))
        await asyncio.sleep(0.1)
        assert len(api.sent) == applied
        assert (await late)["ok"]
        assert len(api.sent) == 1

    conversation(steps)


# Flood control


def sent_at(flood, chat, moments):
    """At which of these moments, in seconds, a message may be sent."""
    went = []
    for moment in moments:
        with suppress(Refused):
            flood.check(chat, moment)
            went.append(moment)
    return went


def test_a_reader_gets_a_message_a_second_and_bursts_of_a_few():
    assert sent_at(Flood(strict=True), 1, range(200)) == list(range(200))
    assert sent_at(Flood(strict=True), 1, [0.0] * 6 + [4.9, 5.1]) == [0.0] * 5 + [5.1]


def test_a_group_gets_twenty_messages_a_minute():
    assert sent_at(Flood(strict=True), -1, range(0, 60, 2)) == list(range(0, 40, 2))


def test_all_together_get_thirty_a_second():
    flood = Flood(strict=True)
    went = [chat for chat in range(1, 60) if sent_at(flood, chat, [0.0])]
    assert len(went) == 30
    assert sent_at(flood, 99, [0.5, 1.1]) == [1.1]


def test_nothing_is_too_much_unless_the_server_is_strict():
    assert len(sent_at(Flood(), 1, [0.0] * 99)) == 99


def test_a_strict_server_refuses_and_tells_how_long_to_wait():
    async def steps(api, call):
        api.says(ANNA, "question", chat=group(-5))
        told = [await call("sendMessage", chat_id=-5, text="x") for _ in range(21)]
        assert [each["ok"] for each in told] == [True] * 20 + [False]
        wait_s = told[-1]["parameters"]["retry_after"]
        assert 50 < wait_s <= 60
        refused = f"Too Many Requests: retry after {wait_s}"
        assert told[-1] == error(429, refused, retry_after=wait_s)
        assert len(api.sent) == 20

    conversation(steps, strict_flood=True)


# Long runs


def test_a_server_that_keeps_little_forgets_the_oldest():
    async def steps(api, call):
        shown: list[Json] = []
        api.world.on_shown = shown.append
        for number in range(30):
            api.says(ANNA, "question")
            sent = await call("sendMessage", chat_id=1, text=str(number))
            assert sent["ok"]
        assert len(api.messages) == 10
        assert len(api.calls) <= 20
        assert api.counts["sendMessage"] == 30
        assert [message["text"] for message in shown] == [str(number) for number in range(30)]

    conversation(steps, keep=10)


def test_a_server_runs_in_a_thread():
    with serving() as beside:
        beside.do(lambda api: api.says(ANNA, "question"))
        address = f"{beside.url}/bot{beside.do(lambda api: api.token)}"
        assert len(httpx.get(f"{address}/getUpdates?limit=5").json()["result"]) == 1
        httpx.post(f"{address}/sendMessage", data={"chat_id": 1, "text": "12"})
        assert beside.do(lambda api: api.sent[0]["text"]) == "12"


def test_a_server_in_a_thread_fails_at_its_end_too():
    with pytest.raises(AssertionError, match="a broken law"), serving() as beside:
        beside.do(lambda api: api.law.violations.append("a broken law"))
    with pytest.raises(ZeroDivisionError), serving():
        raise ZeroDivisionError


@pytest.fixture
def library(tmp_path):
    path = tmp_path / "library.db"
    with sqlite3.connect(path) as database:
        database.execute("create table articles (text)")
        database.execute("insert into articles values ('the whale says')")
    database.close()
    return path


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("words", ["whale", "snail"])
def test_a_server_runs_as_a_process_and_is_controlled_over_http(library, words):
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.botapi", "--library", str(library), "--keep", "100"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()

    def control(verb, **data):
        return httpx.post(f"{url}/control/{verb}", json=data).json()

    anna = {"id": 1, "language": "en"}
    question = control("says", reader=anna, text="question")
    edited = control("edits", reader=anna, message=question, text="questions")
    control("fault", method="sendMessage", status=500, description="no")
    quote = f"<blockquote>{words}</blockquote>"
    data = {"chat_id": 1, "text": quote, "parse_mode": "HTML"}
    told = [httpx.post(f"{url}/bot{TOKEN}/sendMessage", json=data).status_code for _ in "ab"]
    (message,) = control("sent")
    control("presses", reader=anna, message=message, data="m:1:1", stale=True)
    control("inline", reader=anna, query="whale")
    control("repeats", **control("update", poll={}))
    state = control("state")
    process.send_signal(signal.SIGTERM)
    _, broken = process.communicate(timeout=10)
    assert (edited["text"], told, message["text"]) == ("questions", [500, 200], words)
    assert (state["waiting"], state["counts"]) == (5, {"sendMessage": 2})
    assert process.returncode == (words == "snail")
    assert ("quotes what none of 1 stored articles holds: 'snail'" in broken) == (words == "snail")
