"""The commands of the bot's owner: its state, and who is banned. Readers see a short state."""

import asyncio
import re
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, cast

from telegram import Message, Update
from telegram.ext import CommandHandler, ContextTypes, filters

from bot.dates import date_in_words
from bot.phrases import phrase
from bot.telegram.archive import Archive, State
from bot.telegram.bans import Bans
from bot.telegram.metrics import outcomes
from bot.telegram.remarks import own_language, say
from bot.telegram.vitals import Vitals
from index.feeds import Feed, ailing

_ID = re.compile(r"-?\d{1,18}", re.ASCII)
_MOST_BANS_SHOWN = 100
_MOST_FEEDS_SHOWN = 10


class Owning:
    """What admins may do, in their private chats; in groups they are readers like others.

    `reports` tells how many reported answers wait.
    """

    def __init__(
        self,
        admins: Collection[int],
        archive: Archive,
        bans: Bans,
        vitals: Vitals,
        reports: Callable[[], int],
    ) -> None:
        self._reports = reports
        self._admins = admins
        self._archive = archive
        self._bans = bans
        self._vitals = vitals
        self._started = time.monotonic()

    def handlers(
        self, fresh: filters.BaseFilter, owners: filters.BaseFilter
    ) -> list[CommandHandler[Any, Any]]:
        """Return the handlers: one command for readers, then those for admins alone."""
        return [
            CommandHandler("status", self.whole_status, owners),
            CommandHandler("status", self.status, fresh),
            CommandHandler("ban", self.ban, owners),
            CommandHandler("unban", self.unban, owners),
            CommandHandler("banned", self.banned, owners),
        ]

    async def status(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say how much is in the archive, and how new it is."""
        state = await asyncio.to_thread(self._archive.state)
        await say(_message(update), _size_and_age(state, own_language(update)))

    async def whole_status(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say besides how the bot itself is doing."""
        state, language = await asyncio.to_thread(self._archive.state), own_language(update)
        waiting = await asyncio.to_thread(self._reports)
        told = (
            _size_and_age(state, language),
            _index(state, language),
            *_feeds(state, language, self._vitals.clock.now()),
            self._doing(language),
            phrase(language, "wrong-waiting", count=waiting),
        )
        await say(_message(update), "\n".join(told))

    async def ban(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Hear no more of a user or a chat."""
        id_ = _id(update)
        if id_ is None:
            await _answer(update, "tg-ban-usage")
        elif id_ in self._admins:
            await _answer(update, "tg-ban-admin", id=id_)
        else:
            await asyncio.to_thread(self._bans.add, id_)
            await _answer(update, "tg-banned", id=id_)

    async def unban(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Listen to a user or a chat again."""
        id_ = _id(update)
        if id_ is None:
            await _answer(update, "tg-ban-usage")
            return
        was_there = await asyncio.to_thread(self._bans.remove, id_)
        await _answer(update, "tg-unbanned" if was_there else "tg-not-banned", id=id_)

    async def banned(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """List who is banned, and since when."""
        language, bans = own_language(update), await asyncio.to_thread(self._bans.all)
        if not bans:
            await _answer(update, "tg-banned-nobody")
            return
        shown = [f"{id_}  {date_in_words(at, language)}" for id_, at in bans[:_MOST_BANS_SHOWN]]
        more = ["…"] * (len(bans) > len(shown))
        await say(_message(update), "\n".join([*shown, *more]))

    def _doing(self, language: str) -> str:
        counts, age = self._vitals.counts, self._vitals.poll_age()
        answers = outcomes(self._vitals)
        return phrase(
            language,
            "tg-status-bot",
            version=version("citat"),
            hours=round((time.monotonic() - self._started) / 3600, 1),
            answers=sum(answers.values()),
            outcomes=", ".join(f"{name} {count}" for name, count in answers.items()) or "—",
            waiting=self._vitals.waiting,
            errors=counts["errors"],
            floods=counts["floods"],
            poll_age="—" if age is None else round(age),
        )


def _size_and_age(state: State, language: str) -> str:
    told = phrase(language, "repl-articles", count=state.counts["articles"])
    if state.newest is None:
        return told
    date = date_in_words(state.newest.published, language)
    newest = phrase(language, "tg-status-newest", date=date, outlet=state.newest.source)
    return f"{told}\n{newest}"


def _index(state: State, language: str) -> str:
    return phrase(
        language,
        "tg-status-index",
        sentences=state.counts["sentences"],
        statements=state.counts["statements"],
        generation=state.generation,
        encoder=state.encoder or "—",
    )


def _feeds(state: State, language: str, now: float) -> list[str]:
    """Say how the feeds do that are watched, and which of them somebody should look after."""
    ill = ailing(state.feeds, now)
    read = [feed.succeeded for feed in state.feeds if feed.succeeded is not None]
    if not state.feeds:
        return []
    if not read:
        summary = phrase(language, "tg-status-feeds-unread", count=len(state.feeds))
    else:
        hours = round(max(now - max(read), 0) / 3600, 1)
        summary = phrase(
            language, "tg-status-feeds", count=len(state.feeds), ailing=len(ill), hours=hours
        )
    return [summary, *(_ailing(feed, language, now) for feed in ill[:_MOST_FEEDS_SHOWN])]


def _ailing(feed: Feed, language: str, now: float) -> str:
    newest = datetime.fromtimestamp(feed.newest, UTC) if feed.newest else None
    return phrase(
        language,
        f"tg-feed-{feed.condition(now)}",
        name=feed.name or feed.url,
        problem=feed.problem,
        failures=feed.failures,
        date=date_in_words(newest, language),
    )


async def _answer(update: Update, key: str, **blanks: object) -> None:
    await say(_message(update), phrase(own_language(update), key, **blanks))


def _id(update: Update) -> int | None:
    """Return the id behind a command, if that is all there is."""
    wanted = (_message(update).text or "").split()[1:]
    if len(wanted) == 1 and _ID.fullmatch(wanted[0]) and int(wanted[0]):
        return int(wanted[0])
    return None


def _message(update: Update) -> Message:
    return cast("Message", update.message)  # the handlers' filters see to it
