"""What goes wrong around the bot: its database, the clock, the readers, its watchmen."""

import asyncio
import contextlib
import json
import socket
import sqlite3
import time
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from bot import memory as memories
from bot.memory import Memory
from bot.phrases import phrase
from bot.telegram.delivery import clock, health, inbox, turns
from bot.telegram.delivery.health import Heartbeat, illness
from bot.telegram.delivery.inbox import Inbox
from bot.telegram.delivery.webhook import MOST_BYTES, secret_of
from bot.telegram.vitals import Vitals
from citat import cli
from index.errors import ConfigError, LibraryError
from tests.bot.botapi import TOKEN, FakeBotApi
from tests.bot.telegram_world import ANNA, VERA, LineFinder, built, quoted, talking

# The webhook


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
def hooked(database, port):
    """Run the bot with a webhook, and a client of its address."""

    def run(talk):
        async def life():
            url = f"http://127.0.0.1:{port}/telegram"
            async with (
                FakeBotApi() as api,
                built(api, database, webhook_url=url, webhook_port=port) as service,
                service.serving(),
                httpx.AsyncClient() as client,
            ):
                await api.until(lambda: api.called("setWebhook"))
                await asyncio.sleep(0.05)
                return await talk(api, client, url)

        return asyncio.run(life())

    return run


SECRET: Any = {"X-Telegram-Bot-Api-Secret-Token": secret_of(TOKEN)}


def test_f29_a_webhook_answers_questions_and_the_same_update_once(hooked):
    async def talk(api, client, url):
        api.says(ANNA, "harbour?")
        await api.answers(1)
        update = {"update_id": 1, "message": {"text": "harbour?"}}
        assert (await client.post(url, json=update, headers=SECRET)).status_code == 200
        await asyncio.sleep(0.1)
        assert (await client.get(url.replace("/telegram", "/health"))).status_code == 200
        return api.sent, api.called("setWebhook"), api.called("getUpdates")

    sent, (set_webhook,), polls = hooked(talk)
    assert len(sent) == 1
    assert set_webhook["secret_token"] == secret_of(TOKEN)
    assert TOKEN.partition(":")[2] not in set_webhook["secret_token"]
    assert polls == []


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param({"json": {"update_id": 5}}, 403, id="no-secret"),
        pytest.param(
            {"json": {"update_id": 5}, "headers": {next(iter(SECRET)): "guess"}},
            403,
            id="wrong-secret",
        ),
        pytest.param(
            {"json": {"update_id": 5}, "headers": {next(iter(SECRET)): "é".encode()}},
            403,
            id="odd-secret",
        ),
        pytest.param({"content": b"x" * (MOST_BYTES + 1), "headers": SECRET}, 413, id="huge-body"),
        pytest.param({"content": b"{", "headers": SECRET}, 400, id="no-json"),
        pytest.param({"json": {"update_id": 2**63}, "headers": SECRET}, 400, id="huge-number"),
        pytest.param({"content": b"[" * 100_000, "headers": SECRET}, 400, id="deep-json"),
        pytest.param({"json": {"message": {}}, "headers": SECRET}, 400, id="no-update"),
        pytest.param(
            {
                "content": b'{"update_id": 5}',
                "headers": {**SECRET, "Content-Type": "application/json; charset=utf-8"},
            },
            200,
            id="with-a-charset",
        ),
    ],
)
def test_f29_a_webhook_takes_only_what_telegram_sends(hooked, request_, status):
    async def talk(api, client, url):
        response = await client.post(url, **request_)
        assert (await client.get(url)).status_code == 405
        api.says(ANNA, "whale?")
        await api.answers(1)
        return response.status_code

    assert hooked(talk) == status


def test_f29_a_webhook_with_too_much_to_do_asks_telegram_to_come_again(hooked, monkeypatch):
    async def talk(api, client, url):
        monkeypatch.setattr(turns, "MOST_CHATS", 0)
        api.says(ANNA, "harbour?")
        await asyncio.sleep(0.2)
        assert (api.waiting, api.sent) == (1, [])
        monkeypatch.setattr(turns, "MOST_CHATS", 100)
        await api.answers(1)

    hooked(talk)


def test_f29_a_webhook_on_a_port_that_is_taken_names_the_setting(database, port):
    async def life():
        url = f"http://127.0.0.1:{port}/telegram"
        async with (
            FakeBotApi() as api,
            built(api, database, webhook_url=url, webhook_port=port) as service,
            service.serving() as taking,
        ):
            await taking

    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(ConfigError, match=f"webhook_port = {port}: cannot listen there"),
    ):
        asyncio.run(life())


# The database and the archive


def test_f31_while_the_database_is_locked_telegram_keeps_the_questions(database, monkeypatch):
    monkeypatch.setattr(inbox, "_BUSY_TIMEOUT_S", 0.05)

    async def talk():
        async with FakeBotApi() as api, built(api, database) as service, service.serving():
            other = sqlite3.connect(database, isolation_level=None)
            other.execute("begin immediate")
            api.says(ANNA, "harbour?")
            await api.until(lambda: service.vitals.counts["failed_polls"] >= 2)
            polled = service.vitals.last_poll
            assert api.waiting == 1
            await asyncio.sleep(0.2)
            assert service.vitals.last_poll == polled  # which turns the health red in time
            other.execute("rollback")
            other.close()
            await api.answers(1)

    asyncio.run(talk())


def test_f31_while_the_disk_is_full_telegram_keeps_the_questions(database):
    async def talk():
        async with FakeBotApi() as api, built(api, database) as service, service.serving():
            kept = service.inbox._connection
            (pages,) = kept.execute("pragma page_count").fetchone()
            kept.execute(f"pragma max_page_count = {pages}")
            for number in range(60):
                api.says(ANNA, f"harbour {number}? " + "x" * 900)
            await api.until(lambda: service.vitals.counts["failed_polls"] >= 2)
            assert api.waiting == 60
            assert api.sent == []
            kept.execute("pragma max_page_count = 1000000")
            await api.until(lambda: len(api.sent) == 60, timeout_s=20)

    asyncio.run(talk())


def test_f31_what_was_answered_while_the_database_was_locked_is_not_answered_again(
    database, monkeypatch
):
    class Locked(LineFinder):
        """Lets another program lock the database while it answers."""

        def ask(self, *arguments, **options):
            other.execute("begin immediate")
            return super().ask(*arguments, **options)

    async def talk():
        async with (
            FakeBotApi() as api,
            built(api, database, Locked()) as service,
            service.serving(),
        ):
            api.says(ANNA, "harbour?")
            await api.answers(1)
            await asyncio.sleep(0.5)  # in which it cannot be noted
            assert service.inbox.waiting()
            other.execute("rollback")
            api.says(VERA, "/help")
            await api.answers(2)
            await api.seen()
            assert service.inbox.waiting() == []

    monkeypatch.setattr(inbox, "_BUSY_TIMEOUT_S", 0.05)
    monkeypatch.setattr(memories, "_BUSY_TIMEOUT_S", 0.05)
    other = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    asyncio.run(talk())
    other.close()


def test_f31_what_was_kept_is_answered_even_if_nothing_old_can_be_removed(database, monkeypatch):
    def locked(*_):
        raise sqlite3.OperationalError("database is locked")

    async def talk():
        async with talking(database) as api:
            api.says(ANNA, "harbour?")
            await api.answers(1)

    monkeypatch.setattr(inbox.Inbox, "_purge_done", locked)
    asyncio.run(talk())


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(LibraryError("the library cannot be read"), id="index"),
        pytest.param(RuntimeError("the model cannot be loaded"), id="model"),
        pytest.param(sqlite3.OperationalError("database is locked"), id="database"),
    ],
)
def test_f31_without_the_archive_the_answer_is_polite(database, error):
    finder = LineFinder()
    finder.breaks = error

    async def talk():
        async with talking(database, finder) as api:
            api.says(ANNA, "harbour?")
            (told,) = await api.answers(1)
            return told["text"]

    assert asyncio.run(talk()).startswith(phrase("en", "tg-trouble", id=""))


# The clock


def test_f32_after_an_outage_each_chat_is_told_once_to_ask_again(database):
    async def talk():
        async with FakeBotApi() as api:
            for reader in (ANNA, VERA, ANNA):
                api.says(reader, "harbour?")["date"] -= 23 * 3600
            fresh = api.says(ANNA, "whale?")
            async with built(api, database) as service, service.serving():
                await api.answers(3)
                await api.seen()
            return fresh, api.sent

    fresh, sent = asyncio.run(talk())
    told = {(message["chat"]["id"], message["text"]) for message in sent if not quoted(message)}
    assert told == {
        (ANNA.id, phrase("en", "tg-away")),
        (VERA.id, phrase("ru", "tg-away")),
    }
    (answer,) = [message for message in sent if quoted(message)]
    assert answer["reply_to_message"]["message_id"] == fresh["message_id"]


def test_f32_after_an_outage_the_language_that_a_chat_has_chosen_is_spoken(database):
    async def talk():
        async with FakeBotApi() as api:
            api.says(ANNA, "harbour?")["date"] -= 23 * 3600
            with contextlib.closing(Memory.open(database)) as memory:
                memory.speak(ANNA.id, "uk")
            async with built(api, database) as service, service.serving():
                (told,) = await api.answers(1)
                return told["text"]

    assert asyncio.run(talk()) == phrase("uk", "tg-away")


def test_f32_after_an_outage_a_stranger_is_told_nothing(database):
    async def talk():
        async with FakeBotApi() as api:
            api.says(VERA, "harbour?")["date"] -= 23 * 3600
            async with built(api, database, open_to_all=False) as service, service.serving():
                await api.seen()
                await api.until(lambda: not service.inbox.waiting())
                return api.sent

    assert asyncio.run(talk()) == []


@pytest.mark.parametrize("years", [-30, 30])
def test_f32_a_clock_that_goes_wrong_makes_no_question_old(database, monkeypatch, years):
    wrong = SimpleNamespace(
        time=lambda: time.time() + years * 365 * 86400, monotonic=time.monotonic
    )
    monkeypatch.setattr(clock, "time", wrong)

    async def talk():
        async with talking(database) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            return answer

    assert quoted(asyncio.run(talk()))


def test_f33_a_question_deleted_meanwhile_is_answered_all_the_same(database):
    finder = LineFinder()
    finder.takes_s = 0.2

    async def talk():
        async with talking(database, finder) as api:
            said = api.says(ANNA, "harbour?")
            await api.until(lambda: finder.asked)
            api.deletes(said)
            (answer,) = await api.answers(1)
            return answer

    answer = asyncio.run(talk())
    assert quoted(answer)
    assert "reply_to_message" not in answer


# Health


def test_f34_the_bot_is_well_on_a_quiet_night_and_ill_when_telegram_is_not_heard(tmp_path):
    vitals = Vitals()
    beat = Heartbeat(tmp_path, vitals, "1.0")
    assert illness(tmp_path) == "no bot has run here"
    vitals.heard()
    beat._beat(0.1)
    assert illness(tmp_path) is None
    vitals.last_poll = time.monotonic() - 91
    beat._beat(0.1)
    assert illness(tmp_path) == "Telegram was not heard for 91 s"
    vitals.heard()
    beat._beat(6)
    assert illness(tmp_path) == "the bot was stuck for 6 s"


def test_f34_a_bot_that_is_gone_is_not_well(tmp_path):
    beat = {"written": time.time() - 60, "poll_age": 0, "lag": 0}
    (tmp_path / health.FILE).write_text(json.dumps(beat))
    assert illness(tmp_path) == "the bot has not been heard of for 60 s"
    (tmp_path / health.FILE).write_text("{")
    assert str(illness(tmp_path)).startswith("the file bot.health cannot be read")


def test_f34_the_command_says_it_by_its_exit_code(tmp_path):
    command = ["bot", "--health", "--data", str(tmp_path)]
    assert CliRunner().invoke(cli, command).exit_code == 1
    vitals = Vitals()
    vitals.heard()
    Heartbeat(tmp_path, vitals, "1.0")._beat(0)
    well = CliRunner().invoke(cli, command)
    assert (well.exit_code, well.stdout) == (0, "The bot is well.\n")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets")
def test_f34_systemd_is_told_while_the_bot_is_well(tmp_path, monkeypatch):
    monkeypatch.setattr(health, "EVERY_S", 0.01)
    vitals = Vitals()
    vitals.heard()

    async def beat():
        async with asyncio.timeout(0.2):
            await Heartbeat(tmp_path, vitals, "1.0").run()

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with pytest.raises(TimeoutError):
            asyncio.run(beat())
        assert [systemd.recv(99) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


# The inbox


def test_what_is_done_is_blanked_and_known_for_some_days(database, monkeypatch):
    kept = Inbox.open(database)
    update = {"update_id": 5, "message": {"text": "secret", "chat": {"id": 1}, "date": 2}}
    assert [one.id for one in kept.put([update])] == [5]
    kept.done([5])
    assert kept.put([update]) == []
    assert "secret" not in str(kept._rows("select * from inbox", []))
    later = time.time() + inbox.KEEP_DONE_S + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    kept.put([])
    assert [one.id for one in kept.put([update])] == [5]
    kept.close()
