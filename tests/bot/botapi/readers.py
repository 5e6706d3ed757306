"""The readers' side: what people do in their clients, and what reaches the bot of it."""

import time
from typing import Any

from tests.bot.botapi.marks import Json
from tests.bot.botapi.people import BOT, Reader
from tests.bot.botapi.refusals import BLOCKED, KICKED, UPGRADED, Refused
from tests.bot.botapi.text import formatted
from tests.bot.botapi.world import World

_FILE = {"file_id": "AgAD", "file_unique_id": "AQAD", "file_size": 1000}
SENT: dict[str, Any] = {
    "photo": [{**_FILE, "width": 90, "height": 60}],
    "voice": {**_FILE, "duration": 3},
    "document": {**_FILE, "file_name": "article.pdf"},
    "sticker": {
        **_FILE,
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": "👍",
    },
    "location": {"latitude": 42.7, "longitude": 23.3},
    "contact": {"phone_number": "+359000000", "first_name": "Somebody"},
}
"""What a message holds that is no text."""


class Readers:
    """What readers do; each method puts the update that the bot gets of it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def says(
        self,
        reader: Reader,
        text: str | None,
        *,
        chat: Json | None = None,
        reply_to: Json | None = None,
        kind: str = "message",
        thread: int | None = None,
        **extra: Any,
    ) -> Json:
        """A reader writes `text` (or sends something else, in `extra`); return the message."""
        content = dict(extra)
        if thread is not None:
            content |= {"message_thread_id": thread, "is_topic_message": True}
        message = self.world.message(chat or reader.chat, reader.user, content)
        if text is not None:
            message["text"], entities = formatted(text)
            if entities:
                message["entities"] = entities
        if reply_to is not None:
            message["reply_to_message"] = reply_to
        self.update({kind: message})
        return message

    def sends(self, reader: Reader, what: str, **extra: Any) -> Json:
        """A reader sends a photo, voice, sticker or the like (see `SENT`)."""
        return self.says(reader, None, **{what: SENT[what]}, **extra)

    def posts(self, channel: Json, text: str, **extra: Any) -> Json:
        """A channel publishes a text."""
        nobody = Reader(0)
        return self.says(nobody, text, chat=channel, kind="channel_post", **extra)

    def edits(self, reader: Reader, message: Json, text: str) -> Json:
        """A reader changes the text of a message; return the message as it is now."""
        edited = {**self.now(message), "edit_date": int(time.time())}
        if "from" in edited:
            edited["from"] = reader.user
        edited.pop("entities", None)
        edited["text"], entities = formatted(text)
        if entities:
            edited["entities"] = entities
        self.world.messages[message["chat"]["id"], message["message_id"]] = edited
        channel = message["chat"]["type"] == "channel"
        self.update({"edited_channel_post" if channel else "edited_message": edited})
        return edited

    def deletes(self, message: Json) -> None:
        """A reader deletes a message; the bot is not told."""
        del self.world.messages[message["chat"]["id"], message["message_id"]]

    def clicks(self, reader: Reader, message: Json, button: int | str = -1, row: int = 0) -> Json:
        """A reader presses a button, by its place or by its label; return the callback query."""
        rows = self.now(message)["reply_markup"]["inline_keyboard"]
        if isinstance(button, str):
            pressed = next(one for each in rows for one in each if one["text"] == button)
        else:
            pressed = rows[row][button]
        return self.presses(reader, message, pressed["callback_data"])

    def presses(self, reader: Reader, message: Json, data: str, *, stale: bool = False) -> Json:
        """A reader's client sends this callback data, whether or not a button holds it."""
        query: Json = {"id": self._number(), "from": reader.user, "chat_instance": "1"}
        if "inline_message_id" in message:
            query["inline_message_id"] = message["inline_message_id"]
        else:
            place = message["chat"]["id"], message["message_id"]
            gone = {"chat": message["chat"], "message_id": message["message_id"], "date": 0}
            query["message"] = self.world.messages.get(place, gone)
        query["data"] = data
        if not stale:
            self.world.open(query)
        self.update({"callback_query": query})
        return query

    def inline(
        self,
        reader: Reader,
        query: str,
        *,
        offset: str = "",
        chat_type: str | None = None,
        stale: bool = False,
    ) -> str:
        """A reader types `@bot query` in any chat; return the id of the inline query."""
        typed: Json = {
            "id": self._number(),
            "from": reader.user,
            "query": query[:256],
            "offset": offset,
        }
        if chat_type is not None:
            typed["chat_type"] = chat_type
        if not stale:
            self.world.open(typed)
        self.update({"inline_query": typed})
        return str(typed["id"])

    def results(self, query: str) -> list[Json]:
        """What the bot answered to an inline query; `message` in each is what it would send."""
        return list(self._answer_to(query)["results"])

    def chooses(self, reader: Reader, query: str, result: str) -> Json:
        """A reader sends a result; return the message, which only its inline id tells the bot."""
        chosen = next(one for one in self.results(query) if str(one["id"]) == result)
        number = self._number()
        message = {"inline_message_id": number, "via_bot": BOT, **chosen["message"]}
        told = {"result_id": result, "from": reader.user, "query": self._answer_to(query)["query"]}
        if "reply_markup" in message:  # only then the bot can do anything with it
            self.world.inline_message(message)
            told["inline_message_id"] = number
        self.update({"chosen_inline_result": told})
        return message

    def reacts(self, reader: Reader, message: Json, *emoji: str) -> None:
        """A reader sets reactions; the bot learns it only where it asked for such updates."""
        self.update(
            {
                "message_reaction": {
                    "chat": message["chat"],
                    "message_id": message["message_id"],
                    "user": reader.user,
                    "date": int(time.time()),
                    "old_reaction": [],
                    "new_reaction": [{"type": "emoji", "emoji": one} for one in emoji],
                }
            }
        )

    def blocks(self, reader: Reader) -> None:
        """A reader blocks the bot."""
        self.world.closed[reader.id] = Refused(BLOCKED, 403)
        self._membership(reader, reader.chat, "member", "kicked")

    def unblocks(self, reader: Reader) -> None:
        """A reader wants the bot again."""
        self.world.closed.pop(reader.id, None)
        self._membership(reader, reader.chat, "kicked", "member")

    def adds(self, reader: Reader, chat: Json) -> None:
        """A reader adds the bot to a group."""
        self.world.chats[chat["id"]] = chat
        self.world.closed.pop(chat["id"], None)
        self._membership(reader, chat, "left", "member")

    def kicks(self, reader: Reader, chat: Json) -> None:
        """A reader removes the bot from a group."""
        self.world.closed[chat["id"]] = Refused(KICKED, 403)
        self._membership(reader, chat, "member", "kicked")

    def upgrades(self, reader: Reader, chat: Json, number: int) -> Json:
        """A group becomes a supergroup with this id; return its chat."""
        new = {**chat, "id": number, "type": "supergroup"}
        self.says(reader, None, chat=chat, migrate_to_chat_id=number)
        self.says(reader, None, chat=new, migrate_from_chat_id=chat["id"])
        self.world.closed[chat["id"]] = Refused(UPGRADED, migrate_to_chat_id=number)
        return new

    def update(self, update: Json) -> Json:
        """Put any update at the end of the queue; return it with its number."""
        return self.world.updates.put(update)

    def repeats(self, update: Json) -> None:
        """The server gives an update once more, as it does when it does not know better."""
        self.world.updates.repeat(update)

    def now(self, message: Json) -> Json:
        """The message as it is now, edits included."""
        if "inline_message_id" in message:
            return self.world.inline_messages[message["inline_message_id"]]
        return self.world.messages[message["chat"]["id"], message["message_id"]]

    def _answer_to(self, query: str) -> Json:
        answers: list[Json] = self.world.inline_answers
        return next(answer for answer in answers if str(answer["inline_query_id"]) == query)

    def _number(self) -> str:
        return str(next(self.world.numbers))

    def _membership(self, reader: Reader, chat: Json, old: str, new: str) -> None:
        until = {"until_date": 0}
        self.update(
            {
                "my_chat_member": {
                    "chat": chat,
                    "from": reader.user,
                    "date": int(time.time()),
                    "old_chat_member": {"user": BOT, "status": old, **until},
                    "new_chat_member": {"user": BOT, "status": new, **until},
                }
            }
        )
