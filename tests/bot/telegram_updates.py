"""One update of each kind that Telegram knows, as somebody in some chat causes it."""

from typing import Any

from telegram import Update

from tests.bot.botapi import TOKEN, Json, Reader

DATE = 1_800_000_000
BOT = {
    "id": int(TOKEN.partition(":")[0]),
    "is_bot": True,
    "first_name": "Citat",
    "username": "citat_bot",
}


def of_each_kind(reader: Reader, chat: Json, number: int = 1) -> dict[str, Json]:
    """Return raw updates by their kind; the bot is mentioned wherever there are words."""
    user = reader.user
    words = {"text": "@citat_bot harbour?", "entities": [mention()]}
    message = {"message_id": number, "date": DATE, "chat": chat, "from": user, **words}
    post = {"message_id": number, "date": DATE, "chat": {**chat, "type": "channel"}, **words}
    reaction: list[Json] = [{"type": "emoji", "emoji": "👍"}]
    price = {"currency": "XTR", "total_amount": 1, "invoice_payload": "p"}
    address = dict.fromkeys(
        ("country_code", "state", "city", "street_line1", "street_line2", "post_code"), "x"
    )
    boost = {"boost_id": "b", "source": {"source": "premium", "user": user}}
    kinds: dict[str, Any] = {
        "message": message,
        "edited_message": {**message, "edit_date": DATE},
        "channel_post": post,
        "edited_channel_post": {**post, "edit_date": DATE},
        "business_message": {**message, "business_connection_id": "c"},
        "edited_business_message": {**message, "business_connection_id": "c", "edit_date": DATE},
        "guest_message": {**message, "guest_query_id": "g"},
        "inline_query": {"id": "1", "from": user, "query": "harbour", "offset": ""},
        "chosen_inline_result": {"result_id": "1", "from": user, "query": "harbour"},
        "callback_query": {
            "id": "1",
            "from": user,
            "chat_instance": "1",
            "data": "m:1:1",
            "message": {**message, "from": BOT},
        },
        "shipping_query": {
            "id": "1",
            "from": user,
            "invoice_payload": "p",
            "shipping_address": address,
        },
        "pre_checkout_query": {"id": "1", "from": user, **price},
        "poll": {
            "id": "1",
            "question": "?",
            "options": [],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        },
        "poll_answer": {
            "poll_id": "1",
            "user": user,
            "option_ids": [0],
            "option_persistent_ids": ["0"],
        },
        "my_chat_member": membership(reader, chat),
        "chat_member": membership(reader, chat),
        "chat_join_request": {
            "chat": chat,
            "from": user,
            "date": DATE,
            "user_chat_id": reader.id,
        },
        "chat_boost": {
            "chat": chat,
            "boost": {**boost, "add_date": DATE, "expiration_date": DATE},
        },
        "removed_chat_boost": {"chat": chat, **boost, "remove_date": DATE},
        "message_reaction": {
            "chat": chat,
            "message_id": 1,
            "user": user,
            "date": DATE,
            "old_reaction": [],
            "new_reaction": reaction,
        },
        "message_reaction_count": {
            "chat": chat,
            "message_id": 1,
            "date": DATE,
            "reactions": [{"type": reaction[0], "total_count": 1}],
        },
        "business_connection": {
            "id": "c",
            "user": user,
            "user_chat_id": reader.id,
            "date": DATE,
            "can_reply": True,
            "is_enabled": True,
        },
        "deleted_business_messages": {
            "business_connection_id": "c",
            "chat": chat,
            "message_ids": [1],
        },
        "purchased_paid_media": {"from": user, "paid_media_payload": "p"},
        "managed_bot": {"user": user, "bot": BOT},
    }
    assert set(kinds) == set(map(str, Update.ALL_TYPES))
    return {kind: {"update_id": number, kind: content} for kind, content in kinds.items()}


def membership(reader: Reader, chat: Json, status: str = "member") -> Json:
    """Return what Telegram says when somebody brings the bot into a chat, or out of it."""
    before = "left" if status == "member" else "member"
    return {
        "chat": chat,
        "from": reader.user,
        "date": DATE,
        "old_chat_member": {"user": BOT, "status": before},
        "new_chat_member": {"user": BOT, "status": status, "until_date": 0},
    }


def mention() -> Json:
    return {"type": "mention", "offset": 0, "length": 10}
