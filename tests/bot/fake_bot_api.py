"""A Bot API server on loopback: enough of Telegram to talk to the bot as its readers do.

`FakeBotApi.says` and `clicks` are the readers' side, `sent` and `calls` show what the bot did,
`fails` makes a method fail. Behaviour and error texts follow the real server where the bot can
see a difference: long polling, confirmation by offset, one poller at a time, HTML and limits.
"""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.bot.telegram_text import Refused, formatted

TOKEN = "123456789:AAFakeTokenOfTheLoopbackServer-0123456"
BOT = {
    "id": 123456789,
    "is_bot": True,
    "first_name": "Citat",
    "username": "citat_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
ALREADY_SO = (
    "message is not modified: specified new message content and reply markup are exactly the"
    " same as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

Json = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """Somebody who writes to the bot; the private chat has the same id."""

    id: int
    language: str | None = None
    name: str = "Reader"

    @property
    def user(self) -> Json:
        user = {"id": self.id, "is_bot": False, "first_name": self.name}
        return user | ({"language_code": self.language} if self.language else {})

    @property
    def chat(self) -> Json:
        return {"id": self.id, "type": "private", "first_name": self.name}


@dataclass(frozen=True)
class Call:
    """One request of the bot."""

    method: str
    data: Json


@dataclass
class Fault:
    """The answer that a method gives instead of its own, `times` times, `after` so many calls."""

    method: str
    status: int
    description: str
    times: int = 1
    after: int = 0
    parameters: Json = field(default_factory=dict)


def group(number: int = -1001) -> Json:
    """Return a group's chat."""
    return {"id": number, "type": "supergroup", "title": "Group"}


class FakeBotApi:
    """The server; use it as an asynchronous context manager."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.calls: list[Call] = []
        self.messages: dict[tuple[int, int], Json] = {}
        self.menu: dict[tuple[str, str], Any] = {}
        self.toasts: list[Json] = []
        self._faults: list[Fault] = []
        self._updates: deque[Json] = deque()
        self._numbers = itertools.count(1)
        self._arrived = asyncio.Event()
        self._poller = 0
        self._chats: dict[int, Json] = {}
        self._presses: set[str] = set()

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._poller += 1  # a poll that still waits goes home
        self._wake()
        await self._runner.cleanup()

    # The readers' side.

    def says(
        self,
        reader: Reader,
        text: str | None,
        *,
        chat: Json | None = None,
        reply_to: Json | None = None,
        kind: str = "message",
        **extra: Any,
    ) -> Json:
        """A reader writes `text` (or sends something else, in `extra`); return the message."""
        message = self._message(chat or reader.chat, reader.user, extra)
        if text is not None:
            message["text"], entities = formatted(text)
            if entities:
                message["entities"] = entities
        if reply_to is not None:
            message["reply_to_message"] = reply_to
        self.update({kind: message})
        return message

    def clicks(self, reader: Reader, message: Json, button: int = -1) -> Json:
        """A reader presses a button of the message's only row; return the callback query."""
        row = self.now(message)["reply_markup"]["inline_keyboard"][0]
        return self.presses(reader, message, row[button]["callback_data"])

    def presses(self, reader: Reader, message: Json, data: str, *, stale: bool = False) -> Json:
        """A reader's client sends this callback data, whether or not a button holds it."""
        query: Json = {
            "id": str(next(self._numbers)),
            "from": reader.user,
            "message": self.now(message),
            "chat_instance": "1",
            "data": data,
        }
        if not stale:
            self._presses.add(query["id"])
        self.update({"callback_query": query})
        return query

    def update(self, update: Json) -> None:
        """Put any update at the end of the queue."""
        self._updates.append({"update_id": next(self._numbers), **update})
        self._wake()

    # What a test looks at.

    def fails(
        self,
        method: str,
        status: int,
        description: str,
        times: int = 1,
        *,
        after: int = 0,
        **parameters: Any,
    ) -> None:
        """Let the next calls of a method fail, but for the first few."""
        self._faults.append(Fault(method, status, description, times, after, parameters))

    @property
    def sent(self) -> list[Json]:
        """The bot's messages as they are now, oldest first."""
        return [message for message in self.messages.values() if message["from"] == BOT]

    @property
    def waiting(self) -> int:
        """Updates that are not confirmed yet."""
        return len(self._updates)

    def now(self, message: Json) -> Json:
        """The message as it is now, edits included."""
        return self.messages[message["chat"]["id"], message["message_id"]]

    def called(self, method: str) -> list[Json]:
        """What a method was called with, in order."""
        return [call.data for call in self.calls if call.method == method]

    async def until(self, holds: Callable[[], object], timeout_s: float = 5) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(timeout_s):
            while not holds():  # noqa: ASYNC110 - what a test waits for may be anything
                await asyncio.sleep(0.005)

    async def answers(self, count: int) -> list[Json]:
        """Wait for so many messages of the bot and return them all."""
        await self.until(lambda: len(self.sent) >= count)
        return self.sent

    async def seen(self) -> None:
        """Wait until the bot has confirmed all updates and has had time to act on them."""
        await self.until(lambda: not self._updates)
        await asyncio.sleep(0.1)

    # The server's side.

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _refusal(401, "Unauthorized")
        data = {key: _decoded(key, str(value)) for key, value in (await request.post()).items()}
        self.calls.append(Call(method, data))
        for fault in self._faults:
            if fault.method == method and fault.after > 0:
                fault.after -= 1
            elif fault.method == method and fault.times > 0:
                fault.times -= 1
                return _refusal(fault.status, fault.description, fault.parameters)
        handler = getattr(self, f"_on_{method.lower()}", None)
        if handler is None:
            return _refusal(404, "Not Found")
        try:
            result = handler(data)
            result = await result if asyncio.iscoroutine(result) else result
        except Refused as error:
            status, _, description = str(error).rpartition("|")
            return _refusal(int(status or 400), description)
        return web.json_response({"ok": True, "result": result})

    async def _on_getupdates(self, data: Json) -> list[Json]:
        self._poller += 1
        mine = self._poller
        self._wake()
        while self._updates and self._updates[0]["update_id"] < data.get("offset", 0):
            self._updates.popleft()
        deadline = asyncio.get_running_loop().time() + min(data.get("timeout", 0), 50)
        while not self._updates and asyncio.get_running_loop().time() < deadline:
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._arrived.wait()
            except TimeoutError:
                break
            if mine != self._poller:
                raise Refused(
                    "409|Conflict: terminated by other getUpdates request; make sure that only"
                    " one bot instance is running",
                )
        asked_for = data.get("allowed_updates") or []
        waiting = [
            update
            for update in self._updates
            if not asked_for or any(kind in update for kind in asked_for)
        ]
        return waiting[: data.get("limit", 100)]

    def _on_getme(self, _data: Json) -> Json:
        return BOT

    def _on_deletewebhook(self, _data: Json) -> bool:
        return True

    def _on_sendchataction(self, data: Json) -> bool:
        self._chat(data)
        return True

    def _on_sendmessage(self, data: Json) -> Json:
        chat, content = self._chat(data), _content(data)
        reply = data.get("reply_parameters")
        if reply is not None:
            answered = self.messages.get((chat["id"], reply["message_id"]))
            if answered is not None:
                content["reply_to_message"] = answered
            elif not reply.get("allow_sending_without_reply"):
                raise Refused("message to be replied not found")
        return self._message(chat, BOT, content)

    def _on_editmessagetext(self, data: Json) -> Json:
        content = _content(data)
        message = self.messages.get((data["chat_id"], data["message_id"]))
        if message is None or message["from"] != BOT:
            raise Refused("message to edit not found")
        same = ("text", "entities", "reply_markup")
        if all(message.get(name) == content.get(name) for name in same):
            raise Refused(ALREADY_SO)
        for name in ("reply_markup", "link_preview_options", "entities"):
            message.pop(name, None)
        message |= {**content, "edit_date": message["date"] + 1}
        return message

    def _on_editmessagereplymarkup(self, data: Json) -> Json:
        message = self.messages.get((data["chat_id"], data["message_id"]))
        if message is None or message["from"] != BOT:
            raise Refused("message to edit not found")
        if message.get("reply_markup") == data["reply_markup"]:
            raise Refused(ALREADY_SO)
        _check_buttons(data["reply_markup"])
        message |= {"reply_markup": data["reply_markup"], "edit_date": message["date"] + 1}
        return message

    def _on_answercallbackquery(self, data: Json) -> bool:
        if str(data["callback_query_id"]) not in self._presses:
            raise Refused(TOO_OLD)
        self._presses.remove(str(data["callback_query_id"]))
        self.toasts.append(data)
        return True

    def _on_setmycommands(self, data: Json) -> bool:
        self.menu["commands", data.get("language_code", "")] = data["commands"]
        return True

    def _on_setmydescription(self, data: Json) -> bool:
        self.menu["description", data.get("language_code", "")] = data["description"]
        return True

    def _on_setmyshortdescription(self, data: Json) -> bool:
        self.menu["short", data.get("language_code", "")] = data["short_description"]
        return True

    def _message(self, chat: Json, author: Json, content: Json) -> Json:
        self._chats[chat["id"]] = chat
        message: Json = {
            "message_id": next(self._numbers),
            "date": 1_800_000_000,
            "chat": chat,
            "from": author,
            **content,
        }
        self.messages[chat["id"], message["message_id"]] = message
        return message

    def _chat(self, data: Json) -> Json:
        if data["chat_id"] not in self._chats:
            raise Refused("chat not found")
        return self._chats[data["chat_id"]]

    def _wake(self) -> None:
        self._arrived.set()


def _content(data: Json) -> Json:
    """Return the fields of a message, checked as the server checks them."""
    text, entities = formatted(str(data.get("text", "")), data.get("parse_mode"))
    content: Json = {"text": text, "entities": entities}
    if "reply_markup" in data:
        _check_buttons(data["reply_markup"])
        content["reply_markup"] = data["reply_markup"]
    if "link_preview_options" in data:
        content["link_preview_options"] = data["link_preview_options"]
    return content


def _check_buttons(markup: Json) -> None:
    for button in itertools.chain(*markup["inline_keyboard"]):
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refused("BUTTON_DATA_INVALID")


def _decoded(name: str, value: str) -> Any:
    """Undo what a client does to values that are no text: it sends them as JSON."""
    if name in {"text", "description", "short_description"}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _refusal(status: int, description: str, parameters: Json | None = None) -> web.Response:
    if status == 400:
        description = f"Bad Request: {description}"
    body = {"ok": False, "error_code": status, "description": description}
    return web.json_response(
        body | ({"parameters": parameters} if parameters else {}), status=status
    )
