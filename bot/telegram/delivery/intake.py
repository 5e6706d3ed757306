"""Updates in, by long polling: each batch is in the inbox before Telegram may forget it.

Telegram forgets a batch when the next one is asked for, so a batch that cannot be kept is simply
asked for again. Every failure is waited out but two: a token that is rejected several times in a
row, and another instance that polls too.
"""

import asyncio
import json
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, NoReturn

import httpx
from telegram.error import InvalidToken, TelegramError

from bot.telegram.delivery.errors import AnotherPolls, TokenRejected
from bot.telegram.delivery.inbox import Json
from bot.telegram.delivery.turns import Turns
from bot.telegram.settings import TOKEN_VARIABLE
from bot.telegram.vitals import Vitals

logger = logging.getLogger(__name__)

REJECTIONS = 5
"""So many in a row, over eight seconds, are no passing trouble of Telegram's."""

CONFLICTS, CONFLICT_PERIOD_S = 3, 60.0
"""More than so many in this time: an old instance would have stopped by now."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
"""The pause after a failure; it grows by half with each next one."""

POLL_S = 30
"""How long Telegram may wait for something to tell."""

LATE_S = 10.0
"""How much later than asked for the answer to a long poll may come."""

NO_FIGURE_S = 5.0
"""The wait when Telegram asks for one and does not say how long."""


class Refused(Exception):
    """Telegram's server did not do what was asked."""

    def __init__(self, status: int, description: str, retry_after: float = 0) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.retry_after = retry_after


class Backoff:
    """Pauses that grow with each failure in a row, and doubts that become certainty."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._pause = 0.0
        self._rejections = 0
        self._conflicts: deque[float] = deque(maxlen=CONFLICTS + 1)

    def reset(self) -> bool:
        """Start afresh after a success; tell whether there was a failure before it."""
        was_failing = self._pause > 0
        self._pause, self._rejections = 0.0, 0
        return was_failing

    def after(self, error: Exception) -> float:
        """Return for how many seconds to pause.

        Raises:
            TokenRejected: the token was rejected several times in a row.
            AnotherPolls: another instance goes on polling.
        """
        status = error.status if isinstance(error, Refused) else 0
        self._rejections = self._rejections + 1 if status in {401, 404} else 0
        if self._rejections >= REJECTIONS:
            raise TokenRejected(
                f"{self._api_url} rejects the bot token: check {TOKEN_VARIABLE} or the token file,"
                " or get a new token from @BotFather"
            )
        if status == 409:
            self._note_conflict(error)
        self._pause = min(self._pause * 1.5 or FIRST_PAUSE_S, LONGEST_PAUSE_S)
        if status == 429 and isinstance(error, Refused):
            return error.retry_after or NO_FIGURE_S
        return self._pause

    def _note_conflict(self, error: Exception) -> None:
        now = time.monotonic()
        self._conflicts.append(now)
        full = len(self._conflicts) == self._conflicts.maxlen
        if full and now - self._conflicts[0] < CONFLICT_PERIOD_S:
            raise AnotherPolls(
                "another program takes this bot's updates: stop it, or give one of the two a token"
                f" of its own ({error})"
            )


class Polling:
    """Asks Telegram for updates, for ever."""

    def __init__(
        self,
        api_url: str,
        token: str,
        turns: Turns,
        vitals: Vitals,
        *,
        kinds: Sequence[str],
    ) -> None:
        self._address = f"{api_url}/bot{token}/getUpdates"
        self._turns = turns
        self._vitals = vitals
        self._kinds = json.dumps(list(kinds))
        self._backoff = Backoff(api_url)
        self._offset = 0

    async def run(self) -> NoReturn:
        """Take updates in until it is cancelled.

        Raises:
            TokenRejected: the token was rejected several times in a row.
            AnotherPolls: another instance goes on polling.
        """
        async with httpx.AsyncClient(
            timeout=httpx.Timeout(10, read=POLL_S + LATE_S),
            event_hooks={"response": [self._vitals.clock.hear]},
        ) as client:
            while True:
                await self._turns.room()
                try:
                    await self._take_in(await self._poll(client))
                except (Refused, httpx.HTTPError, sqlite3.Error) as error:
                    await self._wait_out(error)
                else:
                    if self._backoff.reset():
                        logger.info("updates come in again")

    async def _poll(self, client: httpx.AsyncClient) -> list[Json]:
        data = {"timeout": POLL_S, "allowed_updates": self._kinds}
        if self._offset:
            data["offset"] = self._offset
        response = await client.post(self._address, data=data)
        body = _read(response)
        if not body.get("ok") or not isinstance(body.get("result"), list):
            parameters = body.get("parameters")
            pause = parameters.get("retry_after") if isinstance(parameters, dict) else None
            raise Refused(response.status_code, str(body.get("description", "")), pause or 0)
        return [update for update in body["result"] if is_update(update)]

    async def _take_in(self, updates: list[Json]) -> None:
        if updates:
            await self._turns.take_in(updates)
            # Only now: asking for what follows is what makes Telegram forget these.
            self._offset = updates[-1]["update_id"] + 1
        await self._turns.note_done()
        self._vitals.count("polls")
        self._vitals.count("updates", len(updates))
        self._vitals.heard()

    async def _wait_out(self, error: Exception) -> None:
        pause = self._backoff.after(error)
        self._vitals.count("failed_polls")
        logger.warning("no updates for %.1f s: %s %s", pause, type(error).__name__, error)
        await asyncio.sleep(pause)


def refused(error: TelegramError) -> Exception:
    """Return a rejected token, as the library tells of it, as what `Backoff` counts."""
    return Refused(401, "Unauthorized") if isinstance(error, InvalidToken) else error


def is_update(update: Any) -> bool:
    """Tell whether it has what every update has, a number that a database takes."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return type(number) is int and 0 <= number < 2**63


def _read(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError as error:
        raise Refused(response.status_code, "no JSON") from error
    if not isinstance(body, dict):
        raise Refused(response.status_code, "no JSON object")
    return body
