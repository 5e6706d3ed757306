"""Whose turn it is: the updates of a chat one after another, those of several chats at once.

Each chat with work has a task of its own, so that no chat waits for another's slow question; the
intake stops asking for more while there are many of them. A turn ends at a deadline. A chat that
cannot be written to, by Telegram's flood control or for lack of a connection, is put on hold: what
it asked stays in the inbox until then.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from telegram import ReplyParameters, Update
from telegram.error import TelegramError
from telegram.ext import Application

from bot.phrases import phrase
from bot.telegram.chosen import CHOSEN
from bot.telegram.delivery.inbox import Inbox, Json, Received
from bot.telegram.render import reader_language
from bot.telegram.settings import TelegramSettings
from bot.telegram.stores import Stores
from bot.telegram.vitals import Vitals

logger = logging.getLogger(__name__)

MOST_TRIES = 5
"""An update that was worked on at the end of so many processes is taken for their end's reason.

Fewer would condemn some that were only there when a machine was switched off and on again.
"""

MOST_CHATS = 100
"""With so many chats at work no more updates are asked for: Telegram keeps them."""

MOST_WAITING = 1000
"""... nor with so many updates in memory, if a few chats flood."""

AFTER_HOLD_S = 300
"""What is older than this when a chat can be written to again is to be asked anew."""

Lane = tuple[int, int]


@dataclass(slots=True)
class Turn:
    """The update that is being worked on: what is sent meanwhile is sent for it."""

    received: Received
    inbox: Inbox
    deadline: asyncio.Timeout | None = None
    hold_s: float = 0
    """How long its chat cannot be written to: then the update is not done."""

    async def sending(self) -> None:
        """Note that a message is on its way."""
        await noted(self.inbox.sending, self.received.id)

    async def sent(self, message: int) -> None:
        """Note that a message has arrived."""
        await noted(self.inbox.sent, self.received.id, message)

    def extend(self, seconds: float) -> None:
        """Put off the deadline: waiting for Telegram is nobody's slowness."""
        if self.deadline is not None and not self.deadline.expired():
            when = self.deadline.when()
            self.deadline.reschedule(None if when is None else when + seconds)


TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)


class Turns:
    """The updates that wait in memory, by chat; hands each to the application in its turn.

    `allows` tells whether a user may use the bot in a chat: nobody else is told anything.
    """

    def __init__(
        self,
        application: Application[Any, Any, Any, Any, Any, Any],
        stores: Stores,
        settings: TelegramSettings,
        vitals: Vitals,
        allows: Callable[[int, int], bool],
    ) -> None:
        self._chosen = stores.memory.language
        self._allows = allows
        self._process = application.process_update
        self._bot = application.bot
        self._inbox = stores.inbox
        self._vitals = vitals
        self._deadline_s = settings.answer_deadline_seconds
        self._answer_within_s = settings.answer_within_minutes * 60
        self._lanes: dict[Lane, deque[Received]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[int, asyncio.TimerHandle] = {}
        self._told_away: set[int] = set()
        self._suspects = asyncio.Lock()
        self._door = asyncio.Lock()
        self._finished = asyncio.Event()
        self._stopping = False
        self._undone: set[int] = set()  # what is done, and the inbox could not be told

    @property
    def is_full(self) -> bool:
        """Tell whether enough is waiting."""
        return len(self._lanes) >= MOST_CHATS or self._vitals.waiting >= MOST_WAITING

    async def room(self) -> None:
        """Wait until more updates may be taken in."""
        while self.is_full:
            self._finished.clear()
            await self._finished.wait()
            self._vitals.heard()

    async def replay(self) -> None:
        """Take up what the last process left; what has ended several of them is set aside."""
        for id_ in await asyncio.to_thread(self._inbox.in_doubt):
            logger.warning("update %s may be answered twice: it was being answered", id_)
        left = await asyncio.to_thread(self._inbox.waiting)
        for received in left:
            if received.tries >= MOST_TRIES:
                await self._set_aside(received, "it was at work when the bot ended")
                await self._tell(received, "tg-trouble", id=received.id)
        again = [one for one in left if one.tries < MOST_TRIES]
        self._vitals.count("replayed", len(again))
        self._add(again)

    async def take_in(self, updates: Iterable[Json]) -> None:
        """Keep updates in the inbox, and let those that are new wait for their turns.

        Raises:
            sqlite3.Error: nothing was kept.
        """
        async with self._door:
            self._add(await asyncio.to_thread(self._inbox.put, updates))

    def _add(self, updates: Iterable[Received]) -> None:
        for received in updates:
            if self._stopping or received.chat in self._held:
                continue  # the inbox has it
            self._vitals.waiting += 1
            if received.lane in self._lanes:
                self._lanes[received.lane].append(received)
                continue
            self._lanes[received.lane] = deque([received])
            task = asyncio.create_task(self._serve(received.lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self, limit_s: float) -> None:
        """Let the turns under way end, but no longer than this; the inbox has what else waits."""
        self._stopping = True
        for timer in self._held.values():
            timer.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=limit_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.note_done()

    async def _serve(self, lane: Lane) -> None:
        """Work off what a chat asks, in its order."""
        queue = self._lanes[lane]
        try:
            while queue and not self._stopping:
                try:
                    await self._take(queue[0])
                except Exception:  # a bug: the chat's next update must not wait for a restart
                    self._vitals.count("errors")
                    logger.exception("update %s failed", queue[0].id)
                queue.popleft()
                self._vitals.waiting -= 1
                self._finished.set()
        finally:
            self._vitals.waiting -= len(queue)
            del self._lanes[lane]
            self._finished.set()

    async def _take(self, received: Received) -> None:
        if received.chat in self._held:
            return
        if received.answered or (received.tries and "inline_query" in received.raw):
            await self._done(received)
            return
        if self._is_older(received, self._answer_within_s):
            await self._tell_away([received])
            return
        try:
            update = Update.de_json(received.raw, self._bot)
        except Exception as error:  # noqa: BLE001 - whatever it is, no other update shall suffer
            await self._set_aside(received, f"{type(error).__name__} when it was read")
            return
        # What may have ended a process is worked on alone, so that no other gets into suspicion.
        async with self._suspects if received.tries else contextlib.nullcontext():
            await self._work_on(received, update)

    async def _work_on(self, received: Received, update: Update) -> None:
        turn = Turn(received, self._inbox)
        await noted(self._inbox.begin, received.id)
        token = TURN.set(turn)
        try:
            async with asyncio.timeout(self._deadline_s) as turn.deadline:
                await self._process(update)
        except TimeoutError:
            self._vitals.count("late")
            # Without its trace, which would show the waiting and not the reason.
            logger.error("update %s is given up after %s s", received.id, self._deadline_s)  # noqa: TRY400
            turn.deadline = None
            await self._tell(received, "tg-late")
        except asyncio.CancelledError:
            self._inbox.put_back(received.id)
            raise
        finally:
            turn.deadline = None  # a task that a handler left behind may still send
            TURN.reset(token)
        if turn.hold_s:
            await self._hold(received, turn.hold_s)
        else:
            self._told_away.discard(received.chat)
            await self._done(received)

    async def _hold(self, received: Received, seconds: float) -> None:
        """Forget a chat's updates until it can be written to again; the inbox has them."""
        logger.warning("chat %s is on hold for %.0f s", received.chat, seconds)
        await noted(self._inbox.put_back, received.id)
        queue = self._lanes[received.lane]
        while len(queue) > 1:
            queue.pop()
            self._vitals.waiting -= 1
        loop = asyncio.get_running_loop()
        self._held[received.chat] = loop.call_later(seconds, self._end_hold, received.chat)

    def _end_hold(self, chat: int) -> None:
        task = asyncio.create_task(self._resume(chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _resume(self, chat: int) -> None:
        """Answer what a chat asked shortly ago; ask it to ask again what is older."""
        async with self._door:
            del self._held[chat]
            kept = await asyncio.to_thread(self._inbox.waiting, chat)
            left = [one for one in kept if one.id not in self._undone]
            old = [one for one in left if self._is_older(one, AFTER_HOLD_S)]
            self._add([one for one in left if one not in old])
        if old:
            await self._tell_away(old)

    def _is_older(self, received: Received, seconds: float) -> bool:
        asked_at = received.asked_at
        return asked_at is not None and self._vitals.clock.now() - asked_at > seconds

    async def _tell_away(self, missed: list[Received]) -> None:
        """Say once in a chat that its old questions should be asked again."""
        received = missed[-1]
        if received.chat not in self._told_away and _is_spoken_to(received):
            self._told_away.add(received.chat)
            await self._tell(received, "tg-away")
        for one in missed:
            await self._done(one)

    async def _tell(self, received: Received, key: str, **blanks: object) -> None:
        """Say something to whoever wrote or pressed; what cannot be said is only logged."""
        if not received.chat or not self._allows(received.sender, received.chat):
            return
        CHOSEN.set(self._chosen(received.chat, received.sender))
        language = reader_language(received.user.get("language_code"), "en")
        number = received.message.get("message_id")
        reply = ReplyParameters(number, allow_sending_without_reply=True) if number else None
        token = TURN.set(TURN.get() or Turn(received, self._inbox))
        try:
            await self._bot.send_message(
                received.chat, phrase(language, key, **blanks), reply_parameters=reply
            )
        except TelegramError as error:
            logger.warning("chat %s was not told %r: %s", received.chat, key, error)
        finally:
            TURN.reset(token)

    async def _set_aside(self, received: Received, why: str) -> None:
        self._vitals.count("poisoned")
        logger.error("update %s is set aside: %s", received.id, why)
        await noted(self._inbox.poison, received.id)

    async def _done(self, received: Received) -> None:
        self._undone.add(received.id)
        await self.note_done()

    async def note_done(self) -> None:
        """Tell the inbox what is done, and what it could not be told before."""
        ids = sorted(self._undone)
        if not ids:
            return
        try:
            await asyncio.to_thread(self._inbox.done, ids)
        except sqlite3.Error as error:
            logger.error("the inbox cannot be written: %s", error)  # noqa: TRY400 - one line is enough
        else:
            self._undone.difference_update(ids)


async def noted(note: Callable[..., None], *values: object) -> None:
    """Write something into the inbox; if that fails the turn goes on all the same."""
    try:
        await asyncio.to_thread(note, *values)
    except sqlite3.Error as error:
        logger.error("the inbox cannot be written: %s", error)  # noqa: TRY400 - one line is enough


def _is_spoken_to(received: Received) -> bool:
    """Tell whether an old message was meant for the bot: in a group, only if it is a command."""
    text = received.message.get("text")
    return received.chat > 0 or (isinstance(text, str) and text.startswith("/"))
