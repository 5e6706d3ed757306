"""Many questions at once: memory stays bounded, order is kept, nobody waits for a slow other."""

import asyncio
import itertools
from collections import defaultdict

import pytest

from bot.phrases import phrase
from bot.telegram.delivery import turns
from tests.bot.botapi import FakeBotApi, Reader
from tests.bot.telegram_world import ANNA, VERA, LineFinder, built, quoted, talking


def test_f13_a_burst_is_answered_in_order_while_the_backlog_stays_at_telegram(
    database, monkeypatch
):
    monkeypatch.setattr(turns, "MOST_CHATS", 10)
    readers = [Reader(7100 + number, "en") for number in range(150)]
    most_tasks = 0

    async def life():
        nonlocal most_tasks
        async with FakeBotApi() as api:
            asked = defaultdict(list)
            for number in range(600):
                reader = readers[number % len(readers)]
                asked[reader.id].append(api.says(reader, f"/help {number}")["message_id"])
            async with built(api, database) as service, service.serving():
                before = len(asyncio.all_tasks())
                await api.until(lambda: api.sent)
                assert api.waiting >= 400
                while len(api.sent) < 600:
                    most_tasks = max(most_tasks, len(asyncio.all_tasks()) - before)
                    assert service.vitals.waiting <= 110
                    await asyncio.sleep(0.02)
            found = defaultdict(list)
            for message in api.sent:
                found[message["chat"]["id"]].append(message["reply_to_message"]["message_id"])
            assert found == asked

    asyncio.run(life())
    assert most_tasks < 300  # a few for each chat at work, and those of the server itself


async def overtaken(api, reader, flooder, count=20):
    """Let a reader ask one question after another; return how often it was behind the flooder.

    For each question: how many answers to the flooder came before its own. Counted and not timed,
    for other programs share the machine.
    """
    behind = []
    for number in range(count):
        before = len(told_to(flooder, api))
        said = api.says(reader, f"whale {number}?")
        await api.until(
            lambda said=said: any(
                message.get("reply_to_message", {}).get("message_id") == said["message_id"]
                for message in told_to(reader, api)
            ),
            timeout_s=10,
        )
        behind.append(len(told_to(flooder, api)) - before)
    return behind


def told_to(reader, api):
    return [message for message in api.sent if message["chat"]["id"] == reader.id]


def test_f14_a_flooding_reader_is_told_once_and_changes_nothing_for_others(database):
    finder = LineFinder()
    finder.takes_s = 0.02

    async def flood(api):
        for number in itertools.count():
            api.says(VERA, f"harbour {number}?")
            await asyncio.sleep(0.05)

    async def life():
        async with talking(database, finder, questions_per_hour=10, admins=(ANNA.id,)) as api:
            flooding = asyncio.create_task(flood(api))
            await api.until(lambda: len(told_to(VERA, api)) > 10)
            behind = await overtaken(api, ANNA, VERA)
            flooding.cancel()
            return behind, told_to(VERA, api)

    behind, told = asyncio.run(life())
    assert [bool(quoted(one)) for one in told] == [True] * 10 + [False]
    assert told[-1]["text"] in {phrase("ru", "tg-too-much", seconds=s) for s in range(361)}
    assert sum(behind) == 0


def test_f14_a_flood_without_limits_holds_up_nobody_else(database):
    finder = LineFinder()
    finder.takes_s = 0.02

    async def life():
        async with talking(database, finder) as api:
            for number in range(400):
                api.says(VERA, f"harbour {number}?")
            return await overtaken(api, ANNA, VERA)

    # Behind the answer under way and the next, not behind all 400 of them.
    assert max(asyncio.run(life())) <= 3


def test_f15_a_slow_model_delays_no_command_and_no_poll(database):
    finder = LineFinder()
    finder.takes_s = 2

    async def life():
        async with talking(database, finder, stop_within_seconds=0.1) as api:
            for number in range(30):
                api.says(Reader(7200 + number, "en"), "harbour?")
            await api.seen()
            for number in range(1, 8):
                api.says(VERA, "/help")
                told = (await api.answers(number))[-1]
                assert told["text"] == phrase("ru", "tg-help")
            assert len(api.called("getUpdates")) >= 2

    asyncio.run(life())  # seven times help, and not one answer of the model among them


def test_f35_an_error_handler_that_fails_ends_there(database):
    finder = LineFinder()
    finder.breaks = ZeroDivisionError("in the search")

    async def broken(_update, _context):
        raise RuntimeError("in the error handler")

    async def life():
        async with FakeBotApi() as api, built(api, database, finder) as service:
            service.application.error_handlers.clear()
            service.application.add_error_handler(broken)
            async with service.serving():
                api.says(ANNA, "harbour?")
                await api.until(lambda: finder.asked)
                finder.breaks = None
                api.says(ANNA, "whale?")
                await api.answers(1)

    asyncio.run(life())


@pytest.mark.parametrize("chat", [7001, -1001])
def test_each_chat_has_its_pace(chat):
    from bot.telegram.delivery.pace import GROUP, PRIVATE, Window

    window = Window(*(PRIVATE if chat > 0 else GROUP))
    now, times = 100.0, []
    for _ in range(60):
        now += window.wait(now)
        window.take(now)
        times.append(now)
    most, period_s = PRIVATE if chat > 0 else GROUP
    assert all(
        later - earlier >= period_s for earlier, later in zip(times, times[most:], strict=False)
    )
    assert times[most - 1] == 100.0
