"""`citat bot --check`: each thing that can be wrong is found before the start, with its cure."""

import asyncio
import json
import threading
from concurrent.futures import Future

import httpx
import pytest
from click.testing import CliRunner

import citat
from index.library import Library
from tests.bot.botapi import TOKEN, FakeBotApi
from tests.conftest import entry_of

pytestmark = pytest.mark.usefixtures("encoder_loaded_once")

CHECKS = ["settings", "token", "webhook", "database", "model", "index"]


@pytest.fixture
def api():
    """The server, in a loop of its own: the command has one too."""
    started: Future[FakeBotApi] = Future()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve():
        async with FakeBotApi() as server:
            started.set_result(server)
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    yield started.result(5)
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


@pytest.fixture
def check(api, tmp_path, monkeypatch, own_archive):
    """Run the check; return the exit code and each finding by its name."""
    monkeypatch.setenv("CITAT_TELEGRAM_TOKEN", TOKEN)

    def run(*options, telegram="admins = [7]", more="", server=api.url):
        config = tmp_path / "citat.toml"
        config.write_text(f"[telegram]\napi_base_url = '{server}'\n{telegram}\n{more}\n")
        common = ["--config", str(config), "--data", str(own_archive), *options]
        result = CliRunner().invoke(citat.cli, ["bot", "--check", "--json", *common])
        assert TOKEN.partition(":")[2] not in result.output
        findings = json.loads(result.stdout)
        assert [finding["check"] for finding in findings] == CHECKS
        return result.exit_code, {
            finding["check"]: (finding["ok"], finding["told"]) for finding in findings
        }

    return run


def test_all_is_well(check, archive):
    code, findings = check()
    assert code == 0
    assert {ok for ok, _ in findings.values()} == {True}
    assert findings["token"][1].startswith("@citat_bot, inline mode o")
    assert findings["webhook"][1] == "none, updates waiting 0"
    counts = archive.counts()
    assert findings["database"][1].endswith(f"library.db, articles {counts['articles']}")
    assert findings["index"][1].startswith(f"sentences {counts['sentences']}, dimensions ")


def test_it_prints_a_line_each(api, own_archive, monkeypatch):
    monkeypatch.delenv("CITAT_TELEGRAM_TOKEN", raising=False)
    result = CliRunner().invoke(citat.cli, ["bot", "--check", "--data", str(own_archive)])
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert [line.split()[:2] for line in lines] == [
        ["settings", "failed"],
        ["token", "failed"],
        ["webhook", "failed"],
        ["database", "ok"],
        ["model", "ok"],
        ["index", "ok"],
    ]
    assert "nobody may ask: list your numeric id in admins" in lines[0]
    assert "no Telegram bot token: set the environment variable CITAT_TELEGRAM_TOKEN" in lines[1]


def test_a_wrong_setting_is_named(check):
    code, findings = check(telegram="quotes_per_message = 99")
    assert code == 1
    assert findings["settings"] == (
        False,
        "[telegram] quotes_per_message = 99 should lie between 1 and 20",
    )
    assert findings["index"][0]


def test_a_rejected_token_is_told_without_it(check, api, monkeypatch):
    monkeypatch.setenv("CITAT_TELEGRAM_TOKEN", TOKEN.replace("Fake", "Fade"))
    code, findings = check()
    assert code == 1
    told = f"{api.url} rejects the bot token: check CITAT_TELEGRAM_TOKEN or the token file"
    assert findings["token"][1].startswith(told)


def test_a_server_that_cannot_be_reached_is_told(check):
    code, findings = check(server="http://127.0.0.1:9")
    assert code == 1
    told = "http://127.0.0.1:9 does not answer as it should (NetworkError): check the network"
    assert findings["token"][1].startswith(told)
    assert findings["index"][0]


def test_another_program_that_is_sent_the_updates_is_told(check, api):
    webhook = {"url": "https://other.example/secret-path"}
    httpx.post(f"{api.url}/bot{TOKEN}/setWebhook", data=webhook).raise_for_status()
    code, findings = check()
    assert (code, findings["webhook"][0]) == (1, False)
    assert "updates go to other.example: another program serves this bot" in findings["webhook"][1]
    assert "secret-path" not in findings["webhook"][1]


def test_a_webhook_of_its_own_is_as_it_should_be(check, api):
    webhook = {"url": "https://own.example/secret-path"}
    httpx.post(f"{api.url}/bot{TOKEN}/setWebhook", data=webhook).raise_for_status()
    _, findings = check(telegram=f"admins = [7]\nwebhook_url = '{webhook['url']}'")
    assert findings["webhook"] == (True, "own.example, updates waiting 0")


def test_an_archive_that_is_missing_or_empty_is_told(check, tmp_path):
    _, findings = check("--data", str(tmp_path / "none"))
    assert "make one with: citat ingest PATH" in findings["database"][1]
    Library.open(tmp_path / "empty", create=True).close()
    _, findings = check("--data", str(tmp_path / "empty"))
    assert "holds no article: add some with: citat ingest PATH" in findings["database"][1]


def test_a_model_that_is_missing_is_told(check):
    code, findings = check(more="[encoder]\nmodel = '/no/such/model'")
    assert code == 1
    assert (findings["model"][0], findings["index"][0]) == (False, False)
    assert "/no/such/model" in findings["model"][1]


def test_vectors_of_another_model_are_told(check, tmp_path):
    folder = tmp_path / "other"
    with Library.open(folder, create=True) as library:
        library.claim_encoder("another")
        library.write([entry_of("a", "One sentence.")])
    code, findings = check("--data", str(folder))
    assert code == 1
    assert "this library was made with the encoder another" in findings["index"][1]
    assert "citat reindex" in findings["index"][1]
