"""What the server knows: chats, messages, open queries, the bot's menu."""

import itertools
import time
from collections.abc import Callable, Iterable
from typing import Any

from tests.bot.botapi.flood import Flood
from tests.bot.botapi.keyboards import checked_markup
from tests.bot.botapi.law import Articles, Law
from tests.bot.botapi.marks import Json
from tests.bot.botapi.people import BOT
from tests.bot.botapi.refusals import Refused
from tests.bot.botapi.text import formatted
from tests.bot.botapi.updates import Updates
from tests.bot.botapi.webhook import Webhook


class Kept(list[Any]):
    """A list that keeps its last `most` entries, and up to as many again before it forgets."""

    def __init__(self, most: int | None = None) -> None:
        super().__init__()
        self._most = most

    def append(self, entry: Any) -> None:
        super().append(entry)
        if self._most is not None and len(self) > 2 * self._most:
            del self[: -self._most]


class World:
    """The state that the readers' side and the bot's methods share."""

    def __init__(
        self,
        articles: Articles | Iterable[str] = (),
        *,
        keep: int | None = None,
        strict_flood: bool = False,
        strict_polls: bool = False,
    ) -> None:
        self.keep = keep
        self.law = Law(articles)
        self.flood = Flood(strict=strict_flood)
        self.updates = Updates(strict_polls=strict_polls)
        self.webhook = Webhook(self.updates)
        self.numbers = itertools.count(1)
        self.chats: dict[int, Json] = {}
        self.closed: dict[int, Refused] = {}
        self.threads: set[tuple[int, int]] = set()
        self.messages: dict[tuple[int, int], Json] = {}
        self.inline_messages: dict[str, Json] = {}
        self.queries: dict[str, Json] = {}
        self.inline_answers: list[Json] = Kept(keep)
        self.toasts: list[Json] = Kept(keep)
        self.drafts: dict[tuple[int, int], Json] = {}
        self.reactions: dict[tuple[int, int], list[Json]] = {}
        self.menu: dict[tuple[str, ...], Any] = {}
        self.on_shown: Callable[[Json], None] | None = None

    def open(self, query: Json) -> Json:
        """Keep a callback or inline query, which can be answered once."""
        self.queries[query["id"]] = query
        self._forget(self.queries)
        return query

    def message(self, chat: Json, author: Json, content: Json) -> Json:
        """Put a message into a chat."""
        self.chats[chat["id"]] = chat
        sender = {"sender_chat": chat} if chat["type"] == "channel" else {"from": author}
        message: Json = {
            "message_id": next(self.numbers),
            "date": int(time.time()),
            "chat": chat,
            **sender,
            **content,
        }
        if "message_thread_id" in message:
            self.threads.add((chat["id"], message["message_thread_id"]))
        self.messages[chat["id"], message["message_id"]] = message
        self._forget(self.messages)
        return message

    def inline_message(self, message: Json) -> Json:
        """Keep a message that only its inline id tells the bot."""
        self.inline_messages[message["inline_message_id"]] = message
        self._forget(self.inline_messages)
        return message

    def shown(self, message: Json) -> Json:
        """Tell whoever listens that the bot has sent or edited a message; return it."""
        if self.on_shown is not None:
            self.on_shown(message)
        return message

    def chat(self, chat_id: object) -> Json:
        """Return a chat that the bot may act in.

        Raises:
            Refused: it is unknown, has gone elsewhere, or wants nothing of the bot.
        """
        found = self.chats.get(chat_id) if isinstance(chat_id, int) else self._named(chat_id)
        if found is None:
            raise Refused("chat not found")
        if found["id"] in self.closed:
            raise self.closed[found["id"]]
        return found

    def found(self, chat_id: int, message_id: int) -> Json | None:
        """Return a message as it is now, if it is there."""
        return self.messages.get((chat_id, message_id))

    def content(self, method: str, data: Json) -> Json:
        """Return the fields of a message that a bot describes in `data`, checked.

        Raises:
            Refused: the text or the keyboard is not one that can be sent.
        """
        text, entities = formatted(
            str(data.get("text", "")), data.get("parse_mode"), data.get("entities") or ()
        )
        content: Json = {"text": text, "entities": entities}
        markup = checked_markup(data["reply_markup"]) if data.get("reply_markup") else None
        if markup is not None:
            content["reply_markup"] = markup
        if "link_preview_options" in data:
            content["link_preview_options"] = data["link_preview_options"]
        self.law.check(method, text, entities)
        return content

    def _named(self, name: object) -> Json | None:
        chats = self.chats.values()
        return next((chat for chat in chats if f"@{chat.get('username', '')}" == name), None)

    def _forget(self, kept: dict[Any, Any]) -> None:
        while self.keep is not None and len(kept) > self.keep:
            del kept[next(iter(kept))]


def from_bot(message: Json) -> bool:
    """Tell whether the bot wrote a message: by itself, or through somebody who chose a result."""
    author = message.get("from") or message.get("via_bot") or {}
    return bool(author.get("id") == BOT["id"])
