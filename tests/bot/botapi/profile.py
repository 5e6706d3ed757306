"""The methods about the bot itself: its name, its menu, its chats."""

import re
from collections.abc import Callable
from functools import partial

from tests.bot.botapi.marks import Json
from tests.bot.botapi.people import BOT
from tests.bot.botapi.refusals import Refused
from tests.bot.botapi.world import World

COMMANDS = 100


def get_me(_world: World, _data: Json) -> Json:
    return BOT


def set_my_commands(world: World, data: Json) -> bool:
    commands = data.get("commands")
    if not isinstance(commands, list):
        raise Refused("can't parse commands JSON object")
    if len(commands) > COMMANDS:
        raise Refused("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise Refused("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise Refused("BOT_COMMAND_DESCRIPTION_INVALID")
    world.menu[_place("commands", data)] = commands
    return True


def get_my_commands(world: World, data: Json) -> object:
    return world.menu.get(_place("commands", data), [])


def delete_my_commands(world: World, data: Json) -> bool:
    world.menu.pop(_place("commands", data), None)
    return True


def leave_chat(world: World, data: Json) -> bool:
    chat = world.chat(data.get("chat_id"))
    if chat["type"] == "private":
        raise Refused("chat is a private chat")
    del world.chats[chat["id"]]
    return True


def get_chat(world: World, data: Json) -> Json:
    unknown = {"accent_color_id": 0, "max_reaction_count": 11}
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    accepted = dict.fromkeys((*gifts, "gifts_from_channels"), False)
    return world.chat(data.get("chat_id")) | unknown | {"accepted_gift_types": accepted}


def get_chat_member(world: World, data: Json) -> Json:
    world.chat(data.get("chat_id"))
    user = {"id": data["user_id"], "is_bot": False, "first_name": "Member"}
    return {"status": "member", "user": user}


def done(_world: World, _data: Json) -> bool:
    return True


def _set(kind: str, field: str, limit: int, world: World, data: Json) -> bool:
    value = str(data.get(field, ""))
    if len(value) > limit:
        raise Refused(f"{field.upper()}_TOO_LONG")
    world.menu[_place(kind, data)] = value
    return True


def _get(kind: str, field: str, world: World, data: Json) -> Json:
    return {field: world.menu.get(_place(kind, data), "")}


def _place(kind: str, data: Json) -> tuple[str, ...]:
    """Return where something is kept: by language, and by scope where it is not the default."""
    code = str(data.get("language_code") or "")
    if not re.fullmatch(r"(?:[a-z]{2})?", code):
        raise Refused("invalid language code specified")
    scope = data.get("scope") or {"type": "default"}
    parts = [str(part) for part in scope.values()]
    return (kind, code) if parts == ["default"] else (kind, code, *parts)


METHODS: dict[str, Callable[[World, Json], object]] = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": partial(_set, "name", "name", 64),
    "getMyName": partial(_get, "name", "name"),
    "setMyDescription": partial(_set, "description", "description", 512),
    "getMyDescription": partial(_get, "description", "description"),
    "setMyShortDescription": partial(_set, "short", "short_description", 120),
    "getMyShortDescription": partial(_get, "short", "short_description"),
    "leaveChat": leave_chat,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "close": done,
    "logOut": done,
}
