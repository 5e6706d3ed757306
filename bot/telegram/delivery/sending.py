"""Messages out: each failure is answered by what it means for the message.

What Telegram has certainly not taken is sent again; what it may have taken is sent again once at
most, or not at all; what it refuses is not. Flood control stops the one chat that it names. Which
failure shows as what was measured on python-telegram-bot 22.8.
"""

import asyncio
import html
import logging
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from typing import Any, cast

import httpx
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.telegram.delivery.pace import EVERYBODY, GROUP, PRIVATE, Line, Window
from bot.telegram.delivery.turns import TURN, Turn
from bot.telegram.vitals import Vitals

logger = logging.getLogger(__name__)

LONGEST_WAIT_S = 60.0
"""A chat that Telegram closes for longer is put on hold."""

NO_FIGURE_S = 5.0
"""The wait when Telegram asks for one and does not say how long."""

OUTAGE_S = 30.0
"""How long a chat is on hold when a message could not be brought to Telegram at all."""

PAUSE_S = 0.5
"""Before the first repetition; doubled before each next one."""

MOST_CHATS = 1000
"""Chats whose pace is remembered before the quiet ones are forgotten."""

Result = bool | dict[str, Any] | list[dict[str, Any]]
Call = Callable[..., Coroutine[Any, Any, Result]]
Moved = Callable[[int, int], Awaitable[None]]


class OnHold(TelegramError):
    """A chat cannot be written to for a while; what it asked is answered afterwards."""


class Remedy(Enum):
    """What to do about a message that failed, and how often."""

    WAIT = auto()
    AGAIN = auto()
    ONCE = auto()
    PLAIN = auto()
    FOLLOW = auto()
    NONE = auto()


_MOST = {
    Remedy.WAIT: 5,
    Remedy.AGAIN: 3,
    Remedy.ONCE: 1,
    Remedy.PLAIN: 1,
    Remedy.FOLLOW: 1,
    Remedy.NONE: 0,
}


def remedy(error: TelegramError) -> Remedy:
    """Return what an error asks for."""
    match error:
        case RetryAfter():
            return Remedy.WAIT
        case ChatMigrated():
            return Remedy.FOLLOW
        case BadRequest():
            return Remedy.PLAIN if "can't parse" in error.message.lower() else Remedy.NONE
        case NetworkError() if "too many requests" in error.message.lower():
            return Remedy.WAIT
        case NetworkError():
            return _remedy_on_the_way(error.__cause__)
    return Remedy.NONE


def _remedy_on_the_way(cause: BaseException | None) -> Remedy:
    match cause:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Remedy.AGAIN
        case httpx.TimeoutException():  # most likely it has arrived
            return Remedy.NONE
        case httpx.HTTPError():  # dropped: before or after it was taken, nobody can tell
            return Remedy.ONCE
    return Remedy.AGAIN  # the server itself says that it failed


@dataclass(slots=True)
class _Chat:
    window: Window
    closed_until: float = 0.0


@dataclass(slots=True)
class _Message:
    """One message on its way, with the failures it has met."""

    chat: int
    endpoint: str
    data: dict[str, Any]
    turn: Turn | None
    met: Counter[Remedy] = field(default_factory=Counter)

    @property
    def answers(self) -> Turn | None:
        """The turn in whose own chat it puts a new message."""
        own = self.turn is not None and self.turn.received.chat == self.chat
        return self.turn if own and self.is_new else None

    @property
    def is_new(self) -> bool:
        return self.endpoint.startswith("send")

    @property
    def urgency(self) -> int:
        """Answers come before edits, and both before what nobody waits for."""
        if self.turn is None:
            return 2
        return 0 if self.is_new else 1


class Sending(BaseRateLimiter[int]):
    """Brings messages to Telegram; what is sent to no chat goes through as it is."""

    def __init__(self, vitals: Vitals, moved: Moved, *, paced: bool = True) -> None:
        self._vitals = vitals
        self._moved = moved
        self._paced = paced
        self._line = Line(Window(*EVERYBODY) if paced else None)
        self._chats: dict[int, _Chat] = {}

    async def initialize(self) -> None:
        """Do nothing."""

    async def shutdown(self) -> None:
        """Do nothing."""

    async def process_request(
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,  # noqa: ARG002
    ) -> Result:
        """Send, and do what a failure asks for.

        Raises:
            OnHold: the chat cannot be written to now.
            TelegramError: any other failure that cannot be mended.
        """
        chat = data.get("chat_id")
        if not isinstance(chat, int):
            return await callback(*args, **kwargs)
        if endpoint == "sendChatAction":
            return await callback(*args, **kwargs) if self._is_free(chat) else True
        message = _Message(chat, endpoint, data, TURN.get())
        answered = message.answers
        result = await self._deliver(message, callback, kwargs)
        self._vitals.count("answers" if message.turn is not None else "news")
        if answered is not None:
            await answered.sent(cast("dict[str, Any]", result)["message_id"])
        return result

    async def _deliver(self, message: _Message, call: Call, kwargs: dict[str, Any]) -> Result:
        while True:
            await self._pace(message)
            try:
                async with self._line.place(message.urgency):
                    if message.answers is not None:
                        await message.answers.sending()
                    return await call(message.endpoint, message.data, **kwargs)
            except TelegramError as error:
                await self._mend(message, error)

    async def _mend(self, message: _Message, error: TelegramError) -> None:
        """Make ready for another try, or raise what cannot be mended."""
        what = remedy(error)
        message.met[what] += 1
        if what is Remedy.WAIT:
            self._close(message.chat, _seconds(error))
        if message.turn is None and what is not Remedy.PLAIN:
            raise error  # who sends news counts for itself, and waits in its own way
        if message.met[what] > _MOST[what]:
            if what in {Remedy.AGAIN, Remedy.WAIT}:
                raise self._on_hold(message, OUTAGE_S) from error
            raise error
        self._vitals.count("retries")
        match what:
            case Remedy.AGAIN | Remedy.ONCE:
                pause = PAUSE_S * 2 ** (message.met[what] - 1)
                await _wait(message, pause * random.uniform(1, 1.5))  # noqa: S311 - no secret
            case Remedy.PLAIN:
                logger.error("a message of ours was no HTML: %s", error)
                message.data = _plain(message.data)
            case Remedy.FOLLOW:
                await self._follow(message, cast("ChatMigrated", error).new_chat_id)

    async def _pace(self, message: _Message) -> None:
        """Wait until the chat may be written to."""
        loop = asyncio.get_running_loop()
        chat = self._chat(message.chat)
        while (closed := chat.closed_until - loop.time()) > 0:
            if message.turn is None:
                raise RetryAfter(int(closed) + 1)
            if closed > LONGEST_WAIT_S:
                raise self._on_hold(message, closed)
            await _wait(message, closed)
        if self._paced and (wait := chat.window.wait(loop.time())):
            chat.window.take(loop.time() + wait)
            await _wait(message, wait)
        elif self._paced:
            chat.window.take(loop.time())

    def _on_hold(self, message: _Message, seconds: float) -> OnHold:
        if message.turn is not None and message.turn.received.chat == message.chat:
            message.turn.hold_s = seconds
        return OnHold(f"chat {message.chat} cannot be written to for {seconds:.0f} s")

    def _is_free(self, chat: int) -> bool:
        """Tell whether a sign that nobody misses may go at once."""
        now, state = asyncio.get_running_loop().time(), self._chat(chat)
        return state.closed_until <= now and not state.window.wait(now)

    def _close(self, chat: int, seconds: float) -> None:
        self._vitals.count("floods")
        logger.warning("Telegram takes nothing to chat %s for %.0f s", chat, seconds)
        self._chat(chat).closed_until = asyncio.get_running_loop().time() + seconds

    async def _follow(self, message: _Message, chat: int) -> None:
        """Send to the group that the chat has become, which takes its settings with it."""
        logger.info("group %s is now %s", message.chat, chat)
        await self._moved(message.chat, chat)
        message.data = {**message.data, "chat_id": chat}
        message.chat = chat

    def _chat(self, chat: int) -> _Chat:
        if chat not in self._chats:
            if len(self._chats) >= MOST_CHATS:
                self._forget_quiet_ones()
            self._chats[chat] = _Chat(Window(*(PRIVATE if chat > 0 else GROUP)))
        return self._chats[chat]

    def _forget_quiet_ones(self) -> None:
        now = asyncio.get_running_loop().time()
        for chat, state in list(self._chats.items()):
            if state.closed_until < now and state.window.is_idle(now):
                del self._chats[chat]


async def _wait(message: _Message, seconds: float) -> None:
    if message.turn is not None:
        message.turn.extend(seconds)
    await asyncio.sleep(seconds)


def _seconds(error: TelegramError) -> float:
    if not isinstance(error, RetryAfter):
        return NO_FIGURE_S
    told = error.retry_after
    return told.total_seconds() if isinstance(told, timedelta) else float(told)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return a message without its markup; what is read stays."""
    bare = {name: value for name, value in data.items() if name != "parse_mode"}
    return bare | {"text": html.unescape(re.sub(r"<[^>]*>", "", str(data.get("text", ""))))}
