"""The updates that wait for the bot, and the rules by which it gets them."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Sequence

from tests.bot.botapi.marks import Json
from tests.bot.botapi.refusals import OTHER_POLLER, WEBHOOK_IS_SET, Refused

LONGEST_POLL_S = 50
"""A client may ask for more; the server does not wait longer."""

ONLY_IF_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
KINDS = ONLY_IF_ASKED | {
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
}


class Updates:
    """The queue: each update stays until a later offset confirms it or a webhook takes it."""

    def __init__(self, *, strict_polls: bool = False) -> None:
        self.strict_polls = strict_polls
        self.waiting: deque[Json] = deque()
        self.on_arrival: Callable[[Json], None] | None = None
        self._numbers = itertools.count(1)
        self._refused = set(ONLY_IF_ASKED)
        self._again: deque[Json] = deque()
        self._arrived = asyncio.Event()
        self._poller = 0
        self._end: str | None = OTHER_POLLER
        self._last_offset: int | None = None
        self._last_poll_s = 0.0

    def put(self, update: Json) -> Json:
        """Put an update at the end of the queue, unless the bot wants none of its kind."""
        update = {"update_id": next(self._numbers), **update}
        if not self._refused.intersection(update):
            self.waiting.append(update)
            self._tell(update)
        return update

    def repeat(self, update: Json) -> None:
        """Give an update once more, whether or not it was confirmed."""
        if self.on_arrival is None:
            self._again.append(update)
        self._tell(update)

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Set the kinds that are kept from now on: none named means all but the special ones.

        None leaves it as it was. Kinds that nobody knows yet are always kept.
        """
        if kinds is not None:
            self._refused = KINDS.difference(kinds) if kinds else set(ONLY_IF_ASKED)

    def end_polls(self, told: str | None) -> None:
        """End the poll that waits: with an error 409, or with no updates."""
        self._poller += 1
        self._end = told
        self._arrived.set()

    async def poll(self, data: Json) -> list[Json]:
        """Answer `getUpdates`.

        Raises:
            Refused: updates go to a webhook, or another poll has come meanwhile.
        """
        if self.on_arrival is not None:
            raise Refused(WEBHOOK_IS_SET, 409)
        self.end_polls(OTHER_POLLER)
        mine = self._poller
        self.allow(data.get("allowed_updates"))
        offset = int(data.get("offset", 0))
        limit, timeout_s = self._bounds(data, offset)
        self._confirm(offset)
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not self.waiting and not self._again:
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._arrived.wait()
            except TimeoutError:
                break
            if mine != self._poller:
                if self._end is None:
                    break
                raise Refused(self._end, 409)
        given = [*self._again, *self.waiting]
        self._again.clear()
        return given[:limit]

    def _bounds(self, data: Json, offset: int) -> tuple[int, float]:
        """Return how many updates to give and how long to wait for one, in seconds.

        The real server slows a client down that asks twice for the same offset.
        """
        limit = min(max(int(data.get("limit", 100)), 1), 100)
        timeout_s = min(max(float(data.get("timeout", 0)), 0), LONGEST_POLL_S)
        now = asyncio.get_running_loop().time()
        if self.strict_polls and offset == self._last_offset:
            since = now - self._last_poll_s
            timeout_s = max(timeout_s, 3) if since < 3 else timeout_s
            limit = 1 if since < 0.5 else limit
        self._last_offset, self._last_poll_s = offset, now
        return limit, timeout_s

    def _confirm(self, offset: int) -> None:
        """Forget what lies before the offset; a negative one counts from the end."""
        if offset < 0:
            first = max(len(self.waiting) + offset, 0)
            offset = self.waiting[first]["update_id"] if self.waiting else 0
        while self.waiting and self.waiting[0]["update_id"] < offset:
            self.waiting.popleft()

    def _tell(self, update: Json) -> None:
        self._arrived.set()
        if self.on_arrival is not None:
            self.on_arrival(update)
