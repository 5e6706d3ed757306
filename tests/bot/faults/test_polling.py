"""What goes wrong when updates are asked for: nothing of it ends the bot silently."""

import asyncio
import json
import logging
import time

import httpx
import pytest

from bot.telegram.delivery import health, intake
from bot.telegram.delivery.errors import AnotherPolls, AnotherRuns, TokenRejected
from bot.telegram.delivery.inbox import Inbox
from bot.telegram.delivery.intake import LONGEST_PAUSE_S, Backoff, Refused
from bot.telegram.delivery.lock import alone
from tests.bot.botapi import TOKEN, FakeBotApi
from tests.bot.faults.processes import started
from tests.bot.telegram_world import ANNA, HOSTILE, VERA, built, talking

SECRET = TOKEN.partition(":")[2]


def trouble(caplog, level=logging.ERROR):
    return [entry.getMessage() for entry in caplog.records if entry.levelno >= level]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda api: api.fails("getUpdates", 500, "Internal", 5), id="500"),
        pytest.param(
            lambda api: api.garbles("getUpdates", "<html>Bad Gateway", 502, 5), id="502-html"
        ),
        pytest.param(lambda api: api.garbles("getUpdates", "garbage", 200, 5), id="garbage"),
        pytest.param(lambda api: api.garbles("getUpdates", "[1]", 200, 5), id="no-object"),
        pytest.param(
            lambda api: api.garbles("getUpdates", '{"ok": true}', 200, 5), id="no-result"
        ),
        pytest.param(lambda api: api.drops("getUpdates", 5), id="dropped"),
    ],
)
def test_f01_failed_polls_are_waited_out(database, caplog, fault):
    async def talk():
        async with FakeBotApi() as api:
            fault(api)
            api.says(ANNA, "whale?")
            async with built(api, database) as service, service.serving():
                await api.answers(1)
                assert service.vitals.counts["failed_polls"] == 5

    asyncio.run(talk())
    assert trouble(caplog) == []


def test_f01_pauses_grow_up_to_half_a_minute():
    backoff = Backoff("https://api.example")
    pauses = [backoff.after(Refused(502, "Bad Gateway")) for _ in range(40)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S
    assert backoff.reset()
    assert backoff.after(httpx.ReadError("")) == intake.FIRST_PAUSE_S


def test_f02_a_poll_too_many_is_made_good_by_waiting(database):
    async def talk():
        async with FakeBotApi() as api:
            api.fails("getUpdates", 429, "Too Many Requests: retry after 1", retry_after=1)
            api.says(ANNA, "whale?")
            start = time.monotonic()
            async with built(api, database) as service, service.serving():
                await api.answers(1)
            return time.monotonic() - start

    assert asyncio.run(talk()) >= 1


def test_f03_a_silent_server_is_left_after_the_time_of_a_poll(database, monkeypatch):
    monkeypatch.setattr(intake, "POLL_S", 1)
    monkeypatch.setattr(intake, "LATE_S", -0.5)

    async def talk():
        async with FakeBotApi() as api:
            api.hangs("getUpdates")
            api.says(ANNA, "whale?")
            async with built(api, database) as service, service.serving():
                await api.answers(1)

    asyncio.run(talk())


def test_f04_one_rejection_of_the_token_is_no_reason_to_stop(database):
    async def talk():
        async with FakeBotApi() as api:
            api.fails("getUpdates", 401, "Unauthorized")
            api.fails("getUpdates", 404, "Not Found")
            api.says(ANNA, "whale?")
            async with built(api, database) as service, service.serving():
                await api.answers(1)
                api.fails("getUpdates", 401, "Unauthorized", intake.REJECTIONS - 1)
                api.says(ANNA, "harbour?")
                await api.answers(2)

    asyncio.run(talk())


def test_f04_a_token_that_stays_rejected_ends_the_bot_and_is_named_but_not_shown(database):
    async def talk():
        async with FakeBotApi() as api, built(api, database) as service:
            api.fails("getUpdates", 401, "Unauthorized", 99)
            async with service.serving() as taking:
                await taking

    with pytest.raises(TokenRejected, match="CITAT_TELEGRAM_TOKEN or the token file") as raised:
        asyncio.run(talk())
    assert raised.value.exit_code == 3
    assert SECRET not in str(raised.value)


def test_f04_a_token_rejected_at_the_start_ends_the_process_with_its_own_code(database):
    async def life():
        async with (
            FakeBotApi() as api,
            started(api, database, token=TOKEN.replace("Fake", "Fade")) as bot,
        ):
            return await bot.ended()

    code, written = asyncio.run(life())
    assert code == 3
    assert "rejects the bot token: check CITAT_TELEGRAM_TOKEN" in written
    assert SECRET.replace("Fake", "Fade") not in written


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"message": {"text": "no chat, no date"}}, id="fields-missing"),
        pytest.param({"message": {"chat": 1, "from": [], "date": "today"}}, id="wrong-types"),
        pytest.param({"callback_query": {"id": "1", "from": {"id": 1}}}, id="no-chat-instance"),
    ],
)
def test_f05_an_update_that_cannot_be_read_is_set_aside_and_logged_once(database, caplog, update):
    async def talk():
        async with talking(database) as api:
            poison = api.update(update)
            api.says(ANNA, "whale?")
            await api.answers(1)
            await api.seen()
            assert len(api.called("getUpdates")) < 5
            return poison

    poison = asyncio.run(talk())
    (line,) = trouble(caplog)
    assert line.startswith(f"update {poison['update_id']} is set aside: ")
    inbox = Inbox.open(database)
    assert [kept.raw for kept in inbox.poisoned()] == [poison]
    inbox.close()


def test_f05_what_has_no_number_is_passed_over(database):
    async def talk():
        async with FakeBotApi() as api:
            api.garbles("getUpdates", json.dumps({"ok": True, "result": [1, {"message": {}}]}))
            api.says(ANNA, "whale?")
            async with built(api, database) as service, service.serving():
                await api.answers(1)

    asyncio.run(talk())


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"moon_landing": {"crew": 3}}, id="kind"),
        pytest.param({"moon_landing": "soon"}, id="kind-of-no-object"),
        pytest.param({}, id="no-kind"),
    ],
)
def test_f06_an_unknown_kind_of_update_is_passed_over(database, caplog, update):
    async def talk():
        async with talking(database) as api:
            api.update(update)
            api.says(ANNA, "whale?")
            await api.answers(1)

    asyncio.run(talk())
    assert trouble(caplog) == []


def test_f06_unknown_fields_and_entities_do_no_harm(database, caplog):
    async def talk():
        async with talking(database) as api:
            unknown = {"type": "moon", "offset": 0, "length": 5}
            said = api.says(ANNA, "whale?", crew=3)
            said["entities"] = [unknown]
            await api.answers(1)

    asyncio.run(talk())
    assert trouble(caplog) == []


def test_f07_a_short_conflict_is_waited_out(database):
    async def talk():
        async with FakeBotApi() as api:
            api.fails("getUpdates", 409, "Conflict: terminated", intake.CONFLICTS)
            api.says(ANNA, "whale?")
            async with built(api, database) as service, service.serving():
                await api.answers(1)

    asyncio.run(talk())


def test_f07_a_conflict_that_goes_on_ends_the_bot_with_its_own_code(database):
    async def talk():
        async with FakeBotApi() as api, built(api, database) as service:
            api.fails("getUpdates", 409, "Conflict: terminated by other getUpdates request", 99)
            async with service.serving() as taking:
                await taking

    with pytest.raises(AnotherPolls, match="another program takes this bot's updates") as raised:
        asyncio.run(talk())
    assert raised.value.exit_code == 4


def test_f07_a_second_bot_in_the_same_directory_is_refused(tmp_path):
    with (
        alone(tmp_path),
        pytest.raises(AnotherRuns, match="another bot is running on"),
        alone(tmp_path),
    ):
        pass
    with alone(tmp_path):  # it is free again
        pass


def test_f12_a_bot_that_starts_offline_waits_and_then_serves(database):
    async def life():
        async with FakeBotApi() as api:
            port = int(api.url.rpartition(":")[2])
        async with started(api, database, url=f"http://127.0.0.1:{port}") as bot:
            await api.until((database.parent / health.FILE).exists, timeout_s=20)
            await asyncio.sleep(0.5)
            async with FakeBotApi(port=port, articles=[HOSTILE.text]) as api:
                api.says(VERA, "whale?")
                await api.until(lambda: api.sent, timeout_s=20)
                bot.stop()
                return await bot.ended()

    code, written = asyncio.run(life())
    assert code == 0, written
    assert "no Telegram for" in written


def test_f12_a_bot_that_is_offline_can_be_stopped(database):
    async def life():
        async with FakeBotApi() as api:
            pass
        async with started(api, database) as bot:
            await api.until((database.parent / health.FILE).exists, timeout_s=20)
            bot.stop()
            return await bot.ended(5)

    code, written = asyncio.run(life())
    assert code == 0, written
