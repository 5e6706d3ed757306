"""The token stays out of every log, and starting and stopping say what they should."""

import asyncio
import io
import json
import logging
import os
import signal
import sys
from contextlib import suppress
from datetime import datetime

import pytest

from bot.phrases import LANGUAGES
from bot.telegram import logs
from bot.telegram.app import UPDATES
from tests.bot.botapi import TOKEN, FakeBotApi
from tests.bot.telegram_world import ANNA, LineFinder, articles_of, talking

SECRET = TOKEN.partition(":")[2]

LOUD = ("httpx", "httpcore", "telegram", "asyncio")

DEBUG = """
import logging
from bot.telegram import logs
quiet = logs.set_up
def loud(*arguments, **options):
    quiet(*arguments, **options)
    for name in ("", "httpx", "httpcore", "telegram", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
logs.set_up = loud
"""

RUN = """
import logging, sys
from pathlib import Path
from bot.telegram.app import run
from bot.telegram.settings import TelegramSettings, read_token
from index.errors import CitatError
from index.library import Library
from tests.bot.telegram_world import LineFinder
settings = TelegramSettings(
    api_base_url=sys.argv[1], open_to_all=True, log_format=sys.argv[3], flag_changes_days=0
)
Library.open(Path(sys.argv[2]).parent, create=True).close()
try:
    run(LineFinder(), settings, Path(sys.argv[2]), read_token(settings))
except CitatError as error:
    sys.exit(f"Error: {error}")
"""


@pytest.fixture
def log(as_json):
    """A log set up as the running bot does it; all is put back afterwards."""
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook
    stream = io.StringIO()
    logs.set_up(TOKEN, stream, as_json=as_json)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def as_json():
    return False


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_f30_a_whole_conversation_at_debug_level_never_shows_the_token(log, tmp_path):
    for name in ("", *LOUD):
        logging.getLogger(name).setLevel(logging.DEBUG)
    finder = LineFinder()

    async def conversation():
        async with talking(tmp_path / "library.db", finder) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            api.clicks(ANNA, answer)
            await api.until(lambda: "2/3" in str(api.now(answer)["reply_markup"]))
            finder.breaks = RuntimeError(f"cannot reach {api.url}/bot{TOKEN}/sendMessage")
            api.says(ANNA, "whale?")
            await api.answers(2)

    asyncio.run(conversation())
    written = log.getvalue()
    assert "HTTP Request: POST" in written
    assert "Traceback" in written
    assert "<token>" in written
    assert SECRET not in written


def test_requests_are_not_logged_unless_asked_for(log, tmp_path):
    async def conversation():
        async with talking(tmp_path / "library.db") as api:
            api.says(ANNA, "harbour?")
            await api.answers(1)

    asyncio.run(conversation())
    assert "HTTP Request" not in log.getvalue()


@pytest.mark.parametrize("as_json", [True])
def test_an_answer_is_one_line_of_json_with_ids_and_figures_and_no_words(log, tmp_path):
    async def conversation():
        async with talking(tmp_path / "library.db") as api:
            asked = [api.says(ANNA, "harbour?"), api.says(ANNA, "yesterday?")]
            await api.answers(2)
            await api.seen()
            return [message["message_id"] for message in asked]

    harbour, yesterday = asyncio.run(conversation())
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    answers = [line for line in lines if line["event"] == "answered"]
    assert all(datetime.fromisoformat(line.pop("at")).tzinfo for line in answers)
    assert all(0 <= line.pop("ms") < 5000 for line in answers)
    same = {"level": "INFO", "logger": "bot.telegram.journal", "event": "answered"}
    of_anna = {"chat": ANNA.id, "user": ANNA.id}
    assert answers == [
        {**same, **of_anna, "message": harbour, "outcome": "answered", "quotes": 7},
        {**same, **of_anna, "message": yesterday, "outcome": "unknown-name", "quotes": 0},
    ]
    assert "harbour" not in log.getvalue().lower()
    assert "yesterday" not in log.getvalue().lower()


def test_for_people_the_figures_stand_behind_the_event(log):
    logs.note(logging.getLogger("here"), logging.WARNING, "answered", chat=-7, ms=12)
    assert log.getvalue().endswith("WARNING here: answered chat=-7 ms=12\n")


@pytest.mark.parametrize("as_json", [True])
def test_a_traceback_stays_on_its_line_of_json(log):
    try:
        int(TOKEN)
    except ValueError:
        logging.getLogger("here").exception("broken %s", "off")
    line = json.loads(log.getvalue())
    assert (line["event"], line["level"]) == ("broken off", "ERROR")
    assert line["traceback"].endswith("base 10: '<token>'")


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_f30_an_uncaught_error_is_printed_without_the_token(log):
    with pytest.raises(ValueError) as raised:
        int(f"https://api.telegram.org/bot{TOKEN}/getMe")
    sys.excepthook(raised.type, raised.value, raised.tb)
    assert "Traceback" in log.getvalue()
    assert "https://api.telegram.org/bot<token>/getMe" in log.getvalue()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        pytest.param("odd-token in a log", "<token> in a log", id="this-one"),
        pytest.param(f"/bot{TOKEN}/getMe", "/bot<token>/getMe", id="any-other"),
        pytest.param(TOKEN.replace(":", "%3A"), "<token>", id="in-an-address"),
        pytest.param("at 12:30, 1234567:8", "at 12:30, 1234567:8", id="no-token"),
    ],
)
def test_tokens_are_hidden(text, hidden):
    assert logs.redacted(text, "odd-token") == hidden


async def _started(api, database, token, *, code=RUN, log_format="text"):
    environment = {**os.environ, "CITAT_TELEGRAM_TOKEN": token}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        api.url,
        str(database),
        log_format,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_running_bot_answers_and_stops_at_a_signal(tmp_path):
    async def life():
        async with FakeBotApi(articles=articles_of(LineFinder())) as api:
            bot = await _started(api, tmp_path / "library.db", TOKEN)
            api.says(ANNA, "harbour?")
            with suppress(TimeoutError):
                await api.until(lambda: len(api.sent) == 1, timeout_s=20)
            bot.send_signal(signal.SIGTERM)
            _, written = await asyncio.wait_for(bot.communicate(), 10)
            return api, bot.returncode, written.decode()

    api, code, written = asyncio.run(life())
    assert code == 0, written
    assert len(api.sent) == 1
    assert len(api.menu) == 3 * len(LANGUAGES)
    assert api.called("getUpdates")[0]["allowed_updates"] == list(UPDATES)
    assert "@citat_bot answers" in written
    assert "HTTP Request" not in written


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_f30_a_whole_run_at_debug_level_never_shows_the_token(tmp_path, log_format):
    """Start, answers, refusals and outages of all kinds, and the end."""

    async def life():
        async with FakeBotApi() as api:
            api.fails("setMyCommands", 400, "BOT_COMMAND_INVALID")
            api.fails("getUpdates", 502, "Bad Gateway", after=1)
            api.fails("sendMessage", 403, "Forbidden: bot was blocked by the user")
            api.fails("sendMessage", 400, "can't parse entities", after=1)
            bot = await _started(
                api, tmp_path / "library.db", TOKEN, code=DEBUG + RUN, log_format=log_format
            )
            for question in ("yesterday?", "tomorrow?", "/status", "/start"):
                api.says(ANNA, question)
            with suppress(TimeoutError):
                await api.until(lambda: len(api.sent) >= 2, timeout_s=20)
            bot.send_signal(signal.SIGTERM)
            _, written = await asyncio.wait_for(bot.communicate(), 10)
            return bot.returncode, written.decode()

    code, written = asyncio.run(life())
    assert code == 0, written
    assert "HTTP Request: POST" in written
    assert "/bot<token>/getUpdates" in written
    assert SECRET not in written


def test_f30_a_token_that_is_rejected_is_not_shown_at_debug_level_either(tmp_path):
    rejected = TOKEN.replace("Fake", "Fade")

    async def life():
        async with FakeBotApi() as api:
            bot = await _started(api, tmp_path / "library.db", rejected, code=DEBUG + RUN)
            _, written = await asyncio.wait_for(bot.communicate(), 20)
            return written.decode()

    written = asyncio.run(life())
    assert "rejects the bot token" in written
    assert rejected.partition(":")[2] not in written


def test_a_rejected_token_is_one_clear_line_without_the_token(tmp_path):
    rejected = TOKEN.replace("Fake", "Fade")

    async def life():
        async with FakeBotApi() as api:
            bot = await _started(api, tmp_path / "library.db", rejected)
            _, written = await asyncio.wait_for(bot.communicate(), 20)
            return api.url, bot.returncode, written.decode()

    url, code, written = asyncio.run(life())
    told = (
        f"Error: {url} rejects the bot token: check CITAT_TELEGRAM_TOKEN or the token file, or get"
        " a new token from @BotFather\n"
    )
    assert code == 1
    assert written.endswith(told)
    assert rejected not in written
