"""Deliveries to the bot's webhook, repeated until it takes them."""

import asyncio
import re
import time
from collections import defaultdict
from urllib.parse import urlsplit

import aiohttp

from tests.bot.botapi.marks import Json
from tests.bot.botapi.refusals import WEBHOOK_CAME, Refused
from tests.bot.botapi.updates import Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_PORTS = {80, 88, 443, 8443}
_LOCAL = {"127.0.0.1", "localhost"}
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 1.0


class Webhook:
    """One address that gets all updates, each chat's in order and several chats at once."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self._data: Json = {}
        self._error: Json = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def set(self, data: Json) -> bool:
        """Answer `setWebhook`: what waits already is delivered too, unless it is dropped.

        Raises:
            Refused: Telegram would not deliver to this address.
        """
        if not data.get("url"):
            return await self.delete(data)
        _check(data)
        await self._stop()
        self._data, self._error = data, {}
        self._turns: defaultdict[object, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free = asyncio.Semaphore(int(data.get("max_connections", 40)))
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        self._updates.allow(data.get("allowed_updates"))
        if data.get("drop_pending_updates"):
            self._updates.waiting.clear()
        self._updates.end_polls(WEBHOOK_CAME)
        self._updates.on_arrival = self._arrived
        for update in list(self._updates.waiting):
            self._arrived(update)
        return True

    async def delete(self, data: Json) -> bool:
        """Answer `deleteWebhook`."""
        await self._stop()
        if data.get("drop_pending_updates"):
            self._updates.waiting.clear()
        return True

    def info(self) -> Json:
        """Answer `getWebhookInfo`."""
        info = {
            "url": self._data.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.waiting),
        }
        told = {"max_connections", "allowed_updates"}.intersection(self._data)
        return info | self._error | {name: self._data[name] for name in told}

    async def _stop(self) -> None:
        if not self._data:
            return
        self._data, self._updates.on_arrival = {}, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def _arrived(self, update: Json) -> None:
        task = asyncio.create_task(self._deliver(update))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, update: Json) -> None:
        pause_s = _FIRST_PAUSE_S
        async with self._turns[_chat(update)]:
            while True:
                async with self._free:
                    error = await self._post(update)
                if error is None:
                    break
                self._error = {"last_error_date": int(time.time()), "last_error_message": error}
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        if update in self._updates.waiting:
            self._updates.waiting.remove(update)

    async def _post(self, update: Json) -> str | None:
        """Deliver an update, on loopback only; return what went wrong."""
        if urlsplit(self._data["url"]).hostname not in _LOCAL:
            return "Connection refused"
        secret = self._data.get("secret_token")
        headers = {SECRET_HEADER: secret} if secret else {}
        try:
            async with self._session.post(
                self._data["url"], json=update, headers=headers, allow_redirects=False
            ) as response:
                if 200 <= response.status < 300:
                    return None
                return f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            return "Read timeout expired"
        except aiohttp.ClientError:
            return "Connection refused"


def _check(data: Json) -> None:
    """Hold an address against Telegram's rules; loopback is free, as for a server of one's own."""
    try:
        parts = urlsplit(str(data["url"]))
        local, port = parts.hostname in _LOCAL, parts.port
    except ValueError:
        raise Refused("bad webhook: invalid webhook URL specified") from None
    if not local and parts.scheme != "https":
        raise Refused("bad webhook: An HTTPS URL must be provided for webhook")
    if not local and (port or 443) not in _PORTS:
        raise Refused(
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        )
    if not re.fullmatch(r"[\w-]{0,256}", str(data.get("secret_token", "")), re.ASCII):
        raise Refused("secret token contains unallowed characters")


def _chat(update: Json) -> object:
    """Return what an update is about: updates about the same are delivered one by one."""
    (content,) = (value for name, value in update.items() if name != "update_id")
    if not isinstance(content, dict):
        return None
    message = content.get("message", content)
    return message.get("chat", content.get("from", {})).get("id")
