"""Who writes to the bot, and where."""

from dataclasses import dataclass

from tests.bot.botapi.marks import Json

BOT: Json = {
    "id": 123456789,
    "is_bot": True,
    "first_name": "Citat",
    "username": "citat_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}
TOKEN = "123456789:AAFakeTokenOfTheLoopbackServer-0123456"


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


def group(number: int = -1001, **extra: object) -> Json:
    """Return a group's chat; a forum if `is_forum` is told so."""
    return {"id": number, "type": "supergroup", "title": "Group", **extra}


def channel(number: int = -1002, **extra: object) -> Json:
    """Return a channel's chat."""
    return {"id": number, "type": "channel", "title": "Channel", **extra}
