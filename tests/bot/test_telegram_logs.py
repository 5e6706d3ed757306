"""The token stays out of every log, and starting and stopping say what they should."""

import asyncio
import io
import logging
import os
import signal
import sys
from contextlib import suppress

import pytest

from bot.phrases import LANGUAGES
from bot.telegram import logs
from bot.telegram.app import UPDATES
from tests.bot.botapi import TOKEN, FakeBotApi
from tests.bot.telegram_world import ANNA, LineFinder, articles_of, talking

SECRET = TOKEN.partition(":")[2]

RUN = """
import logging, sys
from pathlib import Path
from bot.telegram.app import run
from bot.telegram.settings import TelegramSettings, read_token
from index.errors import CitatError
from index.library import Library
from tests.bot.telegram_world import LineFinder
settings = TelegramSettings(api_base_url=sys.argv[1], open_to_all=True)
Library.open(Path(sys.argv[2]).parent, create=True).close()
try:
    run(LineFinder(), settings, Path(sys.argv[2]), read_token(settings))
except CitatError as error:
    sys.exit(f"Error: {error}")
"""


@pytest.fixture
def log():
    """A log set up as the running bot does it; all is put back afterwards."""
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook
    stream = io.StringIO()
    logs.set_up(TOKEN, stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_whole_conversation_at_debug_level_never_shows_the_token(log, tmp_path):
    for name in ("", "httpx", "httpcore", "telegram", "asyncio"):
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


def test_an_uncaught_error_is_printed_without_the_token(log):
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


async def _started(api, database, token):
    environment = {**os.environ, "CITAT_TELEGRAM_TOKEN": token}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RUN,
        api.url,
        str(database),
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
