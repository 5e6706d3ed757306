"""The methods that send, edit, delete and mark messages."""

import time
from asyncio import get_running_loop

from tests.bot.botapi.marks import Json
from tests.bot.botapi.people import BOT
from tests.bot.botapi.refusals import ALREADY_SO, Refused
from tests.bot.botapi.text import formatted
from tests.bot.botapi.world import World, from_bot

QUOTE_LIMIT = 1024
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
REACTIONS = set(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐"
    "🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡"
)


def send_message(world: World, data: Json) -> Json:
    content = world.content("sendMessage", data)
    chat = world.chat(data.get("chat_id"))
    content |= _thread(world, chat, data.get("message_thread_id"))
    content |= _reply(world, chat, data.get("reply_parameters"))
    world.flood.check(chat["id"], get_running_loop().time())
    return world.shown(world.message(chat, BOT, content))


def edit_message_text(world: World, data: Json) -> Json | bool:
    content = world.content("editMessageText", data)
    message = _editable(world, data)
    _change(message, content, ("text", "entities", "reply_markup"))
    world.shown(message)
    return True if "inline_message_id" in data else message


def edit_message_reply_markup(world: World, data: Json) -> Json | bool:
    message = _editable(world, data)
    described = {"text": message["text"], "reply_markup": data.get("reply_markup")}
    markup = world.content("editMessageReplyMarkup", described).get("reply_markup")
    _change(message, {"reply_markup": markup} if markup else {}, ("reply_markup",))
    return True if "inline_message_id" in data else message


def delete_message(world: World, data: Json) -> bool:
    chat = world.chat(data.get("chat_id"))
    message = world.found(chat["id"], int(data["message_id"]))
    if message is None:
        raise Refused("message to delete not found")
    if not from_bot(message) and chat["type"] != "private":
        raise Refused("message can't be deleted")
    del world.messages[chat["id"], message["message_id"]]
    return True


def delete_messages(world: World, data: Json) -> bool:
    """Delete those that are there; a hundred at most."""
    numbers = data.get("message_ids", [])
    if not 1 <= len(numbers) <= 100:
        raise Refused("too many message identifiers specified" if numbers else "no messages")
    for number in numbers:
        if world.found(world.chat(data.get("chat_id"))["id"], number) is not None:
            delete_message(world, {**data, "message_id": number})
    return True


def send_chat_action(world: World, data: Json) -> bool:
    chat = world.chat(data.get("chat_id"))
    _thread(world, chat, data.get("message_thread_id"))
    if data.get("action") not in ACTIONS:
        raise Refused("wrong parameter action in request")
    return True


def set_message_reaction(world: World, data: Json) -> bool:
    chat = world.chat(data.get("chat_id"))
    place = chat["id"], int(data["message_id"])
    if place not in world.messages:
        raise Refused("message to react not found")
    reactions = data.get("reaction") or []
    if len(reactions) > 1:
        raise Refused("REACTIONS_TOO_MANY")
    for reaction in reactions:
        if reaction.get("emoji", "").rstrip("\ufe0f") not in REACTIONS:
            raise Refused("REACTION_INVALID")
    world.reactions[place] = reactions
    return True


def send_message_draft(world: World, data: Json) -> bool:
    """Show what is being written; without a text the reader sees that the bot thinks."""
    chat = world.chat(data.get("chat_id"))
    if chat["type"] != "private":
        raise Refused("drafts can be sent to private chats only")
    if not data.get("draft_id"):
        raise Refused("draft_id must be non-zero")
    content = world.content("sendMessageDraft", data) if data.get("text") else {"text": ""}
    world.drafts[chat["id"], data["draft_id"]] = content
    return True


def _thread(world: World, chat: Json, thread: int | None) -> Json:
    if thread is None:
        return {}
    if (chat["id"], thread) not in world.threads:
        raise Refused("message thread not found")
    return {"message_thread_id": thread, "is_topic_message": True}


def _reply(world: World, chat: Json, reply: Json | None) -> Json:
    """Return what a reply adds to a message; another chat's message is only referred to."""
    if reply is None:
        return {}
    other = reply.get("chat_id", chat["id"]) != chat["id"]
    place = world.chat(reply["chat_id"]) if other else chat
    answered = world.found(place["id"], int(reply["message_id"]))
    if answered is None:
        if reply.get("allow_sending_without_reply") and not other:
            return {}
        raise Refused("message to be replied not found")
    added = _quote(answered, reply)
    if other:
        origin = {"type": "channel", "date": answered["date"], "chat": place}
        where = {"message_id": answered["message_id"]}
        return added | {"external_reply": {"origin": origin | where, "chat": place, **where}}
    shown = {name: value for name, value in answered.items() if name != "reply_to_message"}
    thread = {"message_thread_id", "is_topic_message"}.intersection(answered)
    return added | {"reply_to_message": shown} | {name: answered[name] for name in thread}


def _quote(answered: Json, reply: Json) -> Json:
    if not reply.get("quote"):
        return {}
    mode, entities = reply.get("quote_parse_mode"), reply.get("quote_entities") or ()
    quote, _ = formatted(reply["quote"], mode, entities)
    position = answered.get("text", "").find(quote)
    if position < 0 or len(quote) > QUOTE_LIMIT:
        raise Refused("QUOTE_TEXT_INVALID")
    return {"quote": {"text": quote, "position": position, "is_manual": True}}


def _editable(world: World, data: Json) -> Json:
    if "inline_message_id" in data:
        found = world.inline_messages.get(str(data["inline_message_id"]))
        if found is None:
            raise Refused("MESSAGE_ID_INVALID")
        return found
    chat = world.chat(data.get("chat_id"))
    message = world.found(chat["id"], int(data["message_id"]))
    if message is None:
        raise Refused("message to edit not found")
    if not from_bot(message):
        raise Refused("message can't be edited")
    world.flood.check(chat["id"], get_running_loop().time())
    return message


def _change(message: Json, content: Json, compared: tuple[str, ...]) -> None:
    if all(message.get(name) == content.get(name) for name in compared):
        raise Refused(ALREADY_SO)
    message.pop("reply_markup", None)
    if "text" in content:
        message.pop("link_preview_options", None)
    message |= {**content, "edit_date": int(time.time())}


METHODS = {
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "sendChatAction": send_chat_action,
    "setMessageReaction": set_message_reaction,
    "sendMessageDraft": send_message_draft,
}
