"""Taking in an address that an admin sends: a run of `citat ingest` beside the bot.

A process of its own shares neither the bot's interpreter nor its memory, so that no page, however
large or odd, holds up or brings down the answers; and it may be ended at any instant, for what it
has stored stays stored and the next run goes on. The running bot sees new articles by itself.
"""

import asyncio
import contextlib
import json
import logging
import os
import re
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from typing import Any, cast

from telegram import LinkPreviewOptions, Message, Update
from telegram.error import TelegramError
from telegram.ext import CommandHandler, ContextTypes, filters

from bot.phrases import phrase
from bot.telegram.logs import note
from bot.telegram.remarks import bound_to, own_language, say
from bot.telegram.settings import TOKEN_FILE_VARIABLE, TOKEN_VARIABLE

logger = logging.getLogger(__name__)

STOP = "stop"
"""Behind /ingest instead of an address: ends the run."""

PROGRESS_EVERY_S = 3.0
"""Edits of one message; Telegram takes about one a second in a chat."""

MOST_REASONS = 5
_LONGEST_REASON = 300
_LONGEST_LINE = 2**20

# Nothing else reaches the command line: neither a path of this machine nor an option.
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class Ingesting:
    """Runs `command` with an address behind it, one at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._run: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def handlers(self, owners: filters.BaseFilter) -> list[CommandHandler[Any, Any]]:
        """Return the handler of the command, for those whom the filter lets through."""
        return [CommandHandler("ingest", self.ingest, owners)]

    async def ingest(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Begin to take in an address, or end what was begun; the chat is told how it goes."""
        message, language = cast("Message", update.message), own_language(update)
        wanted = " ".join((message.text or "").split()[1:])
        if wanted == STOP:
            await self.stop()
            await say(message, phrase(language, "tg-ingest-idle"))
        elif not _ADDRESS.fullmatch(wanted):
            await say(message, phrase(language, "tg-ingest-usage"))
        elif self._run is not None and not self._run.done():
            await say(message, phrase(language, "tg-ingest-busy"))
        else:
            self._stopping.clear()
            self._run = asyncio.create_task(self._take_in(wanted, message, language))

    async def stop(self) -> None:
        """End the run, if there is one, and wait until its chat has been told."""
        self._stopping.set()
        if self._run is not None:
            await asyncio.wait({self._run})

    async def _take_in(self, url: str, message: Message, language: str) -> None:
        begun = phrase(language, "tg-ingest-begun", url=url)
        try:
            sign = await message.reply_text(
                begun,
                reply_parameters=bound_to(message),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            told = await self._result(url, sign, language)
            await sign.edit_text(told, link_preview_options=LinkPreviewOptions(is_disabled=True))
        except TelegramError as error:
            note(logger, logging.WARNING, "an /ingest is not told", error=type(error).__name__)
        except Exception:  # a task of its own: nobody else would hear of it
            logger.exception("an /ingest failed")

    async def _result(self, url: str, sign: Message, language: str) -> str:
        """Run the command and return what to say in the end."""
        started = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *self._command,
            url,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            env=_without_token(os.environ),
            limit=_LONGEST_LINE,
        )
        ending = asyncio.create_task(self._end_in_time(process))
        try:
            report, complaint = await asyncio.gather(
                cast("asyncio.StreamReader", process.stdout).read(),
                _follow(process, sign, language),
            )
            code = await process.wait()
        finally:
            ending.cancel()
            _terminate(process)
        note(
            logger,
            logging.INFO,
            "ingested",
            chat=sign.chat_id,
            exit_code=code,
            seconds=round(time.monotonic() - started, 1),
        )
        if self._stopping.is_set():
            return phrase(language, "tg-ingest-stopped")
        if not report:
            return phrase(language, "tg-ingest-failed", reason=complaint)
        return _in_words(json.loads(report), language)

    async def _end_in_time(self, process: Process) -> None:
        await self._stopping.wait()
        _terminate(process)


async def _follow(process: Process, sign: Message, language: str) -> str:
    """Show the progress that the process tells; return its last line that is no progress."""
    complaint, shown = "", time.monotonic()
    async for line in cast("asyncio.StreamReader", process.stderr):
        progress = _progress(line)
        if progress is None:
            complaint = line.decode("utf-8", "replace").strip() or complaint
        elif time.monotonic() - shown >= PROGRESS_EVERY_S:
            shown = time.monotonic()
            with contextlib.suppress(TelegramError):  # the next one will do
                await sign.edit_text(phrase(language, "tg-ingest-progress", **progress))
    return complaint[:_LONGEST_REASON]


def _progress(line: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(line)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _terminate(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            process.terminate()


def _in_words(report: Mapping[str, Any], language: str) -> str:
    skipped = report["skipped"]
    counts = {name: report[name] for name in ("added", "updated", "unchanged")}
    told = phrase(language, "tg-ingest-done", **counts, skipped=len(skipped))
    reasons = (f"• {one['origin']}: {one['reason']}" for one in skipped[:MOST_REASONS])
    return "\n".join([told, *(reason[:_LONGEST_REASON] for reason in reasons)])


def _without_token(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that has no business with the token."""
    secret = {TOKEN_VARIABLE, TOKEN_FILE_VARIABLE}
    return {name: value for name, value in environment.items() if name not in secret}
