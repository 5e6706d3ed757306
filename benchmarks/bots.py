"""The bot as a process of its own, against a Bot API server on loopback; for soak and load."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bot.botapi import TOKEN

QUESTIONS = (
    "what did Putin tell Netanyahu?",
    "какво каза Путин на Нетаняху?",
    "что Путин сказал Нетаньяху?",
    "what did the mayor say about the bridge?",
    "какво каза кметът за моста?",
    "who spoke of Gaza?",
)
"""Asked of the sample archive."""

_SETTINGS = """
[telegram]
open_to_all = true
questions_per_minute = 0
questions_per_hour = 0
chat_questions_per_minute = 0
pace_sends = false
api_base_url = "{url}"
"""
_ECHO = """
import sys
from telegram.ext import ApplicationBuilder, MessageHandler, filters
url, token = sys.argv[1:]
async def echo(update, context):
    await update.message.reply_text(update.message.text, do_quote=True)
application = ApplicationBuilder().token(token).base_url(f"{url}/bot").build()
application.add_handler(MessageHandler(filters.TEXT, echo))
application.run_polling()
"""
_STAND_IN = """
import sys
from pathlib import Path
from bot.telegram.app import run
from bot.telegram.settings import TelegramSettings
from tests.bot.telegram_world import LineFinder
url, database, token, limit = sys.argv[1:]
# What the finder quotes is in no library.
free = {"open_to_all": True, "pace_sends": False, "flag_changes_days": 0}
limits = dict.fromkeys(("questions_per_hour", "chat_questions_per_minute"), 0)
settings = TelegramSettings(
    api_base_url=url, questions_per_minute=int(limit), **free, **limits
)
run(LineFinder(), settings, Path(database), token)
"""
_STOP_S = 30


class Bot:
    """A running bot; what it logs goes to a file."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._log = log.open("ab")
        environment = {**os.environ, "CITAT_TELEGRAM_TOKEN": TOKEN}
        self.process = subprocess.Popen(command, env=environment, stderr=self._log)

    def kill(self) -> None:
        """End it as a power cut would, and wait for that."""
        self.process.kill()
        self.process.wait()
        self._log.close()

    def stop(self) -> int:
        """Ask it to stop; return its exit code."""
        self.process.terminate()
        code = self.process.wait(_STOP_S)
        self._log.close()
        return code

    def resident(self) -> float:
        """Return the resident memory in MiB; 0 where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return 0.0
        found = re.search(r"^VmRSS:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0


Starter = Callable[[Path, str, Path], Bot]
"""Starts a bot over a library, against a server, with a file for its log."""


def citat_bot(data: Path, url: str, log: Path) -> Bot:
    """Start `citat bot` over a library, as a newcomer would."""
    settings = data.parent / "bot.toml"
    settings.write_text(_SETTINGS.format(url=url))
    command = [
        sys.executable,
        "-m",
        "citat",
        "bot",
        "--config",
        str(settings),
        "--data",
        str(data),
    ]
    return Bot(command, log)


def stand_in_bot(data: Path, url: str, log: Path) -> Bot:
    """Start the bot over the tests' conversation, which quotes lines by their words: no model."""
    return _stand_in(data, url, log, 0)


def limited_bot(data: Path, url: str, log: Path) -> Bot:
    """Start the same, where nobody may ask more than ten questions a minute, the default."""
    return _stand_in(data, url, log, 10)


def _stand_in(data: Path, url: str, log: Path, limit: int) -> Bot:
    database = str(data / "library.db")
    return Bot([sys.executable, "-c", _STAND_IN, url, database, TOKEN, str(limit)], log)


def echo_bot(_data: Path, url: str, log: Path) -> Bot:
    """Start a bare bot of the same library (python-telegram-bot) that says what it hears."""
    return Bot([sys.executable, "-c", _ECHO, url, TOKEN], log)


@contextmanager
def running(bot: Bot) -> Iterator[Bot]:
    """Stop the bot at the end, by force after an error."""
    try:
        yield bot
    except BaseException:
        bot.kill()
        raise
    else:
        bot.stop()


def sample_archive(data: Path) -> None:
    """Take in the sample articles."""
    samples = Path(__file__).parent.parent / "samples"
    command = [sys.executable, "-m", "citat", "ingest", str(samples), "--data", str(data)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
