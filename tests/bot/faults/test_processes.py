"""Processes that are killed or stopped: every question is answered, and hardly any twice."""

import asyncio
import os
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

from bot.phrases import phrase
from bot.telegram.delivery.inbox import Inbox
from bot.telegram.delivery.turns import MOST_TRIES
from tests.bot.botapi import TOKEN, FakeBotApi, Reader, stored_in
from tests.bot.faults.processes import process, started
from tests.bot.telegram_world import ANNA, BORIS, HARBOUR, LineFinder, built, quoted, talking

READERS = [Reader(7100 + number, "en") for number in range(8)]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")


def ask(api, count):
    """Let the readers ask in turn; return the numbers of the questions by chat."""
    asked = defaultdict(list)
    for number in range(count):
        reader = READERS[number % len(READERS)]
        asked[reader.id].append(api.says(reader, f"harbour {number}?")["message_id"])
    return asked


def answered(api):
    """Return the numbers of the questions that are answered, by chat, in order."""
    found = defaultdict(list)
    for message in api.sent:
        found[message["chat"]["id"]].append(message["reply_to_message"]["message_id"])
    return found


def test_f08_a_killed_bot_answers_afterwards_what_it_has_taken_in(database):
    async def life():
        async with FakeBotApi() as api:
            async with started(api, database, takes_s=0.05) as bot:
                asked = ask(api, 28)
                await api.until(lambda: len(api.sent) >= 3, timeout_s=20)
                bot.kill()
                await bot.ended()
            assert api.waiting < 28  # Telegram has forgotten what was taken in
            before = len(api.sent)
            async with started(api, database):
                await api.until(
                    lambda: (
                        answered(api).keys() == asked.keys()
                        and all(set(answered(api)[chat]) == set(asked[chat]) for chat in asked)
                    ),
                    timeout_s=20,
                )
                await api.seen()
            assert before < 28
            return asked, answered(api)

    asked, found = asyncio.run(life())
    doubled = Counter(number for chat in found.values() for number in chat)
    assert sum(times - 1 for times in doubled.values()) <= 1  # one worker: one in a send
    for chat, numbers in asked.items():
        assert list(dict.fromkeys(found[chat])) == numbers


def test_f08_what_ends_the_process_every_time_is_set_aside_and_the_reader_told(database, caplog):
    inbox = Inbox.open(database)

    async def life():
        async with FakeBotApi() as api:
            killer = api.says(ANNA, "harbour?")
            inbox.put(api.world.updates.waiting)
            for _ in range(MOST_TRIES):
                inbox.begin(api.world.updates.waiting[0]["update_id"])
            async with built(api, database) as service, service.serving():
                api.says(ANNA, "whale?")
                return killer, await api.answers(2)

    killer, (told, answer) = asyncio.run(life())
    (poison,) = inbox.poisoned()
    inbox.close()
    assert poison.raw["message"]["text"] == killer["text"]
    assert told["text"] == phrase("en", "tg-trouble", id=poison.id)
    assert quoted(answer)
    assert f"update {poison.id} is set aside" in caplog.text


def test_f08_what_was_answered_and_not_noted_as_done_is_not_answered_again(database):
    inbox = Inbox.open(database)

    async def life():
        async with FakeBotApi() as api:
            api.says(ANNA, "harbour?")
            inbox.put(api.world.updates.waiting)
            inbox.begin(1)
            inbox.sending(1)
            inbox.sent(1, 77)
            async with built(api, database) as service, service.serving():
                api.says(ANNA, "whale?")
                await api.answers(1)
                await api.seen()
            assert len(api.sent) == 1

    asyncio.run(life())
    assert inbox.waiting() == []
    inbox.close()


def test_f09_the_same_update_twice_is_answered_once(database):
    async def life():
        async with FakeBotApi() as api:
            async with built(api, database) as service, service.serving():
                api.says(ANNA, "harbour?")
                update = api.world.updates.waiting[-1]
                api.repeats(update)
                await api.answers(1)
                api.repeats(update)
                await api.seen()
            async with built(api, database) as service, service.serving():  # after a restart too
                api.repeats(update)
                api.says(ANNA, "whale?")
                await api.answers(2)
                await api.seen()
            return api.sent

    first, second = asyncio.run(life())
    assert quoted(first) == HARBOUR.text.split("\n")[:3]
    assert quoted(second) != quoted(first)


def test_f10_a_bot_stopped_under_load_loses_nothing_and_doubles_nothing(database):
    async def life():
        async with FakeBotApi() as api:
            async with started(api, database, takes_s=0.05) as bot:
                asked = ask(api, 60)
                await api.until(lambda: len(api.sent) >= 3, timeout_s=20)
                bot.stop()
                code, written = await bot.ended(10)
                assert code == 0, written
                assert 3 <= len(api.sent) < 60
            async with started(api, database) as bot:
                await api.until(lambda: len(api.sent) == 60, timeout_s=20)
                await api.seen()
                bot.stop()
                await bot.ended(10)
            return asked, answered(api)

    asked, found = asyncio.run(life())
    assert found == asked


def test_f11_a_bot_that_hangs_stops_in_time_and_answers_after_the_next_start(database):
    async def life():
        async with FakeBotApi() as api:
            async with started(api, database, takes_s=600, stop_s=2) as bot:
                api.says(ANNA, "harbour?")
                await api.until(lambda: api.called("sendChatAction"), timeout_s=20)
                bot.stop()
                code, written = await bot.ended(8)
                assert code == 0, written
                assert api.sent == []
            async with started(api, database):
                await api.until(lambda: api.sent, timeout_s=20)
            return api.sent

    (answer,) = asyncio.run(life())
    assert quoted(answer) == HARBOUR.text.split("\n")[:3]


def test_f11_a_second_signal_ends_a_bot_that_hangs_at_once(database):
    async def life():
        async with FakeBotApi() as api, started(api, database, takes_s=600, stop_s=60) as bot:
            api.says(ANNA, "harbour?")
            await api.until(lambda: api.called("sendChatAction"), timeout_s=20)
            bot.stop()
            await asyncio.sleep(0.3)
            bot.stop()
            code, _ = await bot.ended(5)
            return code

    assert asyncio.run(life()) == 0
    inbox = Inbox.open(database)
    assert [kept.message["text"] for kept in inbox.waiting()] == ["harbour?"]
    inbox.close()


def test_f11_an_answer_that_takes_too_long_is_given_up_and_the_reader_told(database):
    finder = LineFinder()
    finder.takes_s = 1

    async def life():
        async with talking(database, finder, answer_deadline_seconds=0.2) as api:
            asked = api.says(ANNA, "harbour?")
            (told,) = await api.answers(1)
            finder.takes_s = 0
            await asyncio.sleep(1)
            api.says(ANNA, "whale?")
            _, answer = await api.answers(2)
        assert told["text"] == phrase("en", "tg-late")
        assert told["reply_to_message"]["message_id"] == asked["message_id"]
        assert quoted(answer)

    asyncio.run(life())


def test_f07_f34_the_command_runs_one_bot_tells_its_health_and_stops(own_archive, tmp_path):
    config = tmp_path / "config.toml"
    command = ["citat.py", "bot", "--config", str(config), "--data", str(own_archive)]

    def health():
        return subprocess.run(
            [sys.executable, *command, "--health"], check=False, capture_output=True
        ).returncode

    async def life():
        async with FakeBotApi(articles=stored_in(own_archive / "library.db")) as api:
            config.write_text(f'[telegram]\napi_base_url = "{api.url}"\nopen_to_all = true\n')
            assert await asyncio.to_thread(health) == 1
            async with process(TOKEN, *command) as bot:
                api.says(BORIS, "какво каза Путин на Нетаняху?")
                await api.until(lambda: api.sent, timeout_s=60)
                assert await asyncio.to_thread(health) == 0
                async with process(TOKEN, *command) as second:
                    refused = await second.ended(60)
                bot.stop()
                return refused, await bot.ended(), api.sent

    (refused, told), (code, written), (answer,) = asyncio.run(life())
    assert refused == 1
    assert "Error: another bot is running on" in told
    assert code == 0, written
    assert quoted(answer)
