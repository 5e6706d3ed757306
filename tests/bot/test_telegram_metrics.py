"""Figures of the running bot, as Prometheus reads them."""

import asyncio
import errno
import socket
import time
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.telegram.metrics import Metrics
from bot.telegram.vitals import Vitals
from index.errors import ConfigError
from index.library import Library
from tests.bot.botapi import FakeBotApi
from tests.bot.telegram_world import ANNA, VERA, LineFinder, watching


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


def read(port):
    """Return the figures by name and labels."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_running_bot_tells_its_figures(own_archive, archive, port):
    async def life():
        database = own_archive / "library.db"
        async with (
            FakeBotApi() as api,
            watching(
                api,
                database,
                LineFinder(),
                open_to_all=False,
                allowed_users=(ANNA.id,),
                metrics_port=port,
            ),
        ):
            api.says(ANNA, "harbour?")
            api.says(ANNA, "yesterday?")
            api.says(ANNA, "whale?")
            api.says(VERA, "whale?")
            await api.answers(4)
            await api.seen()
            return await asyncio.to_thread(read, port)

    figures = asyncio.run(life())
    assert figures["citat_answers_total answered"] == 2
    assert figures["citat_answers_total unknown-name"] == 1
    assert figures["citat_answer_seconds_count"] == 3
    assert figures["citat_answer_seconds_bucket +Inf"] == 3
    assert figures["citat_refused_total"] == 1
    assert figures["citat_errors_total"] == 0
    assert figures["citat_articles"] == archive.counts()["articles"]
    with pytest.raises(ConnectionRefusedError):  # the port is free again
        read(port)


def test_queue_and_silence_of_telegram_are_told_as_they_are(port):
    vitals = Vitals()
    vitals.waiting = 3
    with Metrics(vitals, lambda: 5).serve(port):
        assert read(port)["citat_queue"] == 3
        assert "citat_poll_age_seconds" not in read(port)
        vitals.last_poll = time.monotonic() - 100
        assert 100 <= read(port)["citat_poll_age_seconds"] < 110


def test_at_other_addresses_of_the_machine_nothing_is_told(port):
    with Metrics(Vitals(), lambda: 5).serve(port), socket.socket() as reader:
        assert reader.connect_ex(("127.0.0.2", port)) == errno.ECONNREFUSED


def test_a_port_that_is_taken_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"metrics_port = {number} cannot be used"):
            Metrics(Vitals(), lambda: 5).serve(number)


def test_without_a_port_nothing_is_served(database):
    async def life():
        async with FakeBotApi() as api, watching(api, database, LineFinder()):
            await api.until(lambda: api.called("setMyCommands"))

    asyncio.run(life())
