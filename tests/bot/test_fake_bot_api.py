"""The stand-in Bot API behaves as the real one where the bot can see a difference."""

import ast
import inspect
import re
from pathlib import Path

import pytest
import telegram

from tests.bot.botapi import ALREADY_SO, METHODS, Reader, channel, group
from tests.bot.botapi.client import bad, conversation, error
from tests.bot.botapi.people import BOT

ANNA = Reader(1, "en")
BOTS_CODE = Path(__file__).parents[2] / "bot" / "telegram"


def row(**button):
    return {"inline_keyboard": [[{"text": "b", **button}]]}


# Requests


def test_a_wrong_token_and_an_unknown_method_are_refused():
    async def steps(api, call):
        assert await call("getMe", token="1:wrong") == error(401, "Unauthorized")
        assert await call("getMe", token="no-token") == error(404, "Not Found")
        assert (await call("GETME"))["result"]["username"] == "citat_bot"
        assert await call("makeCoffee") == error(404, "Not Found")
        assert api.law.violations == ["there is no method makeCoffee"]
        api.law.violations.clear()

    conversation(steps)


def test_every_method_that_the_bot_calls_is_known():
    called = set()
    for path in BOTS_CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                called.update(_methods_behind(node.attr))
    assert {"sendMessage", "editMessageText", "answerCallbackQuery"} <= called
    assert called <= set(METHODS)


def _methods_behind(name):
    """Which methods of the Bot API a call of python-telegram-bot by this name may lead to."""
    if name in {"copy", "delete", "close"}:  # of dictionaries, databases and the like too
        return
    if inspect.iscoroutinefunction(getattr(telegram.Bot, name, None)) and "_" in name:
        yield _camel(name)
    for kind in (telegram.Message, telegram.CallbackQuery, telegram.InlineQuery, telegram.Chat):
        told = inspect.getdoc(getattr(kind, name, None)) or ""
        if shortcut := re.search(r"await \w+(?:\.get_bot\(\))?\.(\w+)\(", told):
            yield _camel(shortcut[1])


def _camel(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


# Sending


def test_a_message_is_sent_to_a_chat_that_is_known():
    async def steps(api, call):
        assert await call("sendMessage", chat_id=1, text="x") == bad("chat not found")
        api.says(ANNA, "question")
        sent = (await call("sendMessage", chat_id=1, text="<b>x</b>", parse_mode="HTML"))["result"]
        assert (sent["text"], sent["from"], sent["chat"]) == ("x", BOT, ANNA.chat)
        assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 1}]
        api.posts(channel(-7, username="news"), "post")
        assert (await call("sendMessage", chat_id="@news", text="x"))["result"]["chat"]["id"] == -7
        assert len(api.sent) == 1  # a channel's post is the channel's

    conversation(steps)


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        pytest.param(row(callback_data="я" * 33), "BUTTON_DATA_INVALID", id="66-bytes"),
        pytest.param(row(callback_data=""), "BUTTON_DATA_INVALID", id="no-data"),
        pytest.param(
            row(url="http://localhost"),
            "inline keyboard button URL 'http://localhost' is invalid: Wrong HTTP URL",
            id="address",
        ),
        pytest.param(row(copy_text={"text": "x" * 257}), "BUTTON_COPY_TEXT_INVALID", id="copy"),
        pytest.param(
            row(switch_inline_query="x" * 257), "SWITCH_INLINE_QUERY_TOO_LONG", id="query"
        ),
        pytest.param(
            row(switch_inline_query_chosen_chat={"query": "x" * 257}),
            "SWITCH_INLINE_QUERY_TOO_LONG",
            id="query-in-a-chosen-chat",
        ),
        pytest.param(row(dance=True), "BUTTON_TYPE_INVALID", id="unknown"),
        pytest.param(row(), "text buttons are unallowed in the inline keyboard", id="nothing"),
        pytest.param(
            row(url="a.example", callback_data="x"),
            "inline keyboard button must have exactly one action",
            id="two-things",
        ),
        pytest.param(
            {"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]},
            "button text must be non-empty",
            id="no-label",
        ),
        pytest.param(
            {"inline_keyboard": [[{"text": "b", "callback_data": "x"}] * 9]},
            "reply markup is too long",
            id="nine-in-a-row",
        ),
        pytest.param(
            {"inline_keyboard": [[{"text": "b", "callback_data": "x"}]] * 101},
            "reply markup is too long",
            id="101-buttons",
        ),
        pytest.param({"buttons": []}, "object expected as reply markup", id="no-keyboard"),
    ],
)
def test_a_wrong_keyboard_is_refused(markup, told):
    async def steps(api, call):
        api.says(ANNA, "question")
        assert await call("sendMessage", chat_id=1, text="x", reply_markup=markup) == bad(told)
        assert api.sent == []

    conversation(steps)


def test_a_keyboard_is_kept_without_empty_rows():
    async def steps(api, call):
        api.says(ANNA, "question")
        button = {"text": "b", "callback_data": "x" * 64}
        markup = {"inline_keyboard": [[], [button]]}
        sent = await call("sendMessage", chat_id=1, text="x", reply_markup=markup)
        assert sent["result"]["reply_markup"] == {"inline_keyboard": [[button]]}
        sent = await call("sendMessage", chat_id=1, text="x", reply_markup={"force_reply": True})
        assert "reply_markup" not in sent["result"]

    conversation(steps)


# Replies


def test_a_reply_holds_what_it_answers_but_no_chain_of_replies():
    async def steps(api, call):
        question = api.says(ANNA, "question", chat=group(-5))
        bound = {"message_id": question["message_id"]}
        sent = (await call("sendMessage", chat_id=-5, text="5", reply_parameters=bound))["result"]
        assert sent["reply_to_message"] == question
        bound = {"message_id": sent["message_id"]}
        sent = (await call("sendMessage", chat_id=-5, text="6", reply_parameters=bound))["result"]
        assert "reply_to_message" not in sent["reply_to_message"]

    conversation(steps)


def test_a_reply_to_a_deleted_question_needs_leave_to_go_without_it():
    async def steps(api, call):
        question = api.says(ANNA, "question")
        api.deletes(question)
        bound = {"message_id": question["message_id"]}
        refused = await call("sendMessage", chat_id=1, text="x", reply_parameters=bound)
        assert refused == bad("message to be replied not found")
        bound["allow_sending_without_reply"] = True
        sent = await call("sendMessage", chat_id=1, text="x", reply_parameters=bound)
        assert "reply_to_message" not in sent["result"]

    conversation(steps)


@pytest.mark.parametrize(
    ("quote", "position"),
    [
        pytest.param("whale say", 4, id="part"),
        pytest.param("<b>say</b>s", 10, id="markup"),
        pytest.param("Whale", None, id="other-case"),
        pytest.param("x" * 1025, None, id="too-long"),
    ],
)
def test_a_quote_of_the_question_is_an_exact_part_of_it(quote, position):
    async def steps(api, call):
        question = api.says(ANNA, "the whale says " + "x" * 2000)
        bound = {
            "message_id": question["message_id"],
            "quote": quote,
            "quote_parse_mode": "HTML",
        }
        sent = await call("sendMessage", chat_id=1, text="x", reply_parameters=bound)
        if position is None:
            assert sent == bad("QUOTE_TEXT_INVALID")
        else:
            assert sent["result"]["quote"]["position"] == position

    conversation(steps)


def test_a_reply_may_refer_to_another_chat():
    async def steps(api, call):
        post = api.posts(channel(-7, username="news"), "post")
        api.says(ANNA, "question")
        bound = {"chat_id": "@news", "message_id": post["message_id"]}
        sent = await call("sendMessage", chat_id=1, text="x", reply_parameters=bound)
        assert sent["result"]["external_reply"]["chat"]["id"] == -7
        bound["message_id"] += 100
        sent = await call("sendMessage", chat_id=1, text="x", reply_parameters=bound)
        assert sent == bad("message to be replied not found")

    conversation(steps)


def test_an_answer_stays_in_its_topic():
    async def steps(api, call):
        forum = group(-5, is_forum=True)
        question = api.says(ANNA, "question", chat=forum, thread=3)
        told = await call("sendMessage", chat_id=-5, text="x", message_thread_id=4)
        assert told == bad("message thread not found")
        bound = {"message_id": question["message_id"]}
        for where in ({"message_thread_id": 3}, {"reply_parameters": bound}):
            sent = await call("sendMessage", chat_id=-5, text="x", **where)
            assert sent["result"]["message_thread_id"] == 3

    conversation(steps)


# Editing and deleting


def test_an_edit_changes_the_text_and_drops_the_buttons_unless_they_are_given_again():
    async def steps(api, call):
        api.says(ANNA, "question")
        markup = row(callback_data="x")
        sent = (await call("sendMessage", chat_id=1, text="5", reply_markup=markup))["result"]
        place = {"chat_id": 1, "message_id": sent["message_id"]}
        edited = await call("editMessageText", **place, text="<b>6</b>", parse_mode="HTML")
        assert edited["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 1}]
        assert "reply_markup" not in api.now(sent)
        again = await call("editMessageText", **place, text="<b>6</b>", parse_mode="HTML")
        assert again == bad(ALREADY_SO)
        await call("editMessageReplyMarkup", **place, reply_markup=markup)
        assert (api.now(sent)["text"], api.now(sent)["reply_markup"]) == ("6", markup)

    conversation(steps)


def test_only_messages_of_the_bot_can_be_edited():
    async def steps(api, call):
        question = api.says(ANNA, "question")
        place = {"chat_id": 1, "message_id": question["message_id"]}
        assert await call("editMessageText", **place, text="x") == bad("message can't be edited")
        place["message_id"] = 99
        told = await call("editMessageText", **place, text="x")
        assert told == bad("message to edit not found")
        told = await call("editMessageText", inline_message_id="9", text="x")
        assert told == bad("MESSAGE_ID_INVALID")

    conversation(steps)


def test_messages_are_deleted_but_not_those_of_others_in_a_group():
    async def steps(api, call):
        sent, told = [], []
        for chat in (ANNA.chat, group(-5)):
            question = api.says(ANNA, "question", chat=chat)
            sent.append((await call("sendMessage", chat_id=chat["id"], text="x"))["result"])
            place = {"chat_id": chat["id"], "message_id": question["message_id"]}
            told.append(await call("deleteMessage", **place))
        assert told == [{"ok": True, "result": True}, bad("message can't be deleted")]
        numbers = [message["message_id"] for message in sent]
        assert (await call("deleteMessages", chat_id=-5, message_ids=[*numbers, 99]))["ok"]
        gone = await call("deleteMessage", chat_id=-5, message_id=numbers[1])
        assert gone == bad("message to delete not found")
        assert not (await call("deleteMessages", chat_id=-5, message_ids=[]))["ok"]
        assert api.sent == [sent[0]]

    conversation(steps)


# Signs, reactions, drafts


def test_a_sign_is_shown_if_there_is_such_a_sign():
    async def steps(api, call):
        api.says(ANNA, "question")
        assert (await call("sendChatAction", chat_id=1, action="typing"))["result"] is True
        told = await call("sendChatAction", chat_id=1, action="thinking")
        assert told == bad("wrong parameter action in request")

    conversation(steps)


def test_a_bot_sets_one_reaction_of_those_that_there_are():
    async def steps(api, call):
        number = api.says(ANNA, "question")["message_id"]
        place = {"chat_id": 1, "message_id": number}
        eyes, whale = ({"type": "emoji", "emoji": emoji} for emoji in "👀🐋")
        assert (await call("setMessageReaction", **place, reaction=[eyes]))["ok"]
        assert api.world.reactions[1, number] == [eyes]
        told = [
            await call("setMessageReaction", **place, reaction=[whale]),
            await call("setMessageReaction", **place, reaction=[eyes, eyes]),
            await call("setMessageReaction", chat_id=1, message_id=99, reaction=[eyes]),
        ]
        assert told == [
            bad("REACTION_INVALID"),
            bad("REACTIONS_TOO_MANY"),
            bad("message to react not found"),
        ]

    conversation(steps)


def test_a_draft_is_shown_in_private_only_and_is_no_message():
    async def steps(api, call):
        api.says(ANNA, "question")
        api.says(ANNA, "question", chat=group(-5))
        for text in ("", "so f"):
            assert (await call("sendMessageDraft", chat_id=1, draft_id=7, text=text))["ok"]
            assert api.world.drafts[1, 7]["text"] == text
        assert not (await call("sendMessageDraft", chat_id=-5, draft_id=7, text="x"))["ok"]
        assert not (await call("sendMessageDraft", chat_id=1, draft_id=0, text="x"))["ok"]
        assert api.sent == []

    conversation(steps)


# Chats


def test_a_chat_that_wants_nothing_of_the_bot_refuses_it_and_says_so():
    async def steps(api, call):
        api.says(ANNA, "question")
        api.says(ANNA, "question", chat=group(-5))
        api.blocks(ANNA)
        api.kicks(ANNA, group(-5))
        assert await call("sendMessage", chat_id=1, text="x") == error(
            403, "Forbidden: bot was blocked by the user"
        )
        assert await call("sendMessage", chat_id=-5, text="x") == error(
            403, "Forbidden: bot was kicked from the supergroup chat"
        )
        api.unblocks(ANNA)
        api.adds(ANNA, group(-5))
        for chat in (1, -5):
            assert (await call("sendMessage", chat_id=chat, text="x"))["ok"]
        changes = [
            (update["my_chat_member"]["chat"]["id"], update["my_chat_member"]["new_chat_member"])
            for update in (await call("getUpdates"))["result"]
            if "my_chat_member" in update
        ]
        assert [(chat, member["status"]) for chat, member in changes] == [
            (1, "kicked"),
            (-5, "kicked"),
            (1, "member"),
            (-5, "member"),
        ]

    conversation(steps)


def test_a_group_that_became_a_supergroup_tells_its_new_id():
    async def steps(api, call):
        old = {"id": -5, "type": "group", "title": "Group"}
        api.says(ANNA, "question", chat=old)
        new = api.upgrades(ANNA, old, -1005)
        refused = await call("sendMessage", chat_id=-5, text="x")
        assert refused == error(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=-1005,
        )
        assert (await call("sendMessage", chat_id=-1005, text="x"))["result"]["chat"] == new

    conversation(steps)


def test_the_bot_leaves_groups_but_not_people():
    async def steps(api, call):
        api.says(ANNA, "question")
        api.adds(ANNA, group(-5))
        assert (await call("leaveChat", chat_id=-5))["result"] is True
        assert await call("sendMessage", chat_id=-5, text="x") == bad("chat not found")
        assert not (await call("leaveChat", chat_id=1))["ok"]
        assert (await call("getChat", chat_id=1))["result"]["first_name"] == "Reader"
        member = await call("getChatMember", chat_id=1, user_id=1)
        assert member["result"]["status"] == "member"

    conversation(steps)


# The bot's own page


def test_the_menu_is_kept_by_language_and_scope():
    async def steps(api, call):
        commands = [{"command": "ask", "description": "Ask"}]
        assert (await call("setMyCommands", commands=commands, language_code="bg"))["ok"]
        groups = {"type": "all_group_chats"}
        assert (await call("setMyCommands", commands=[], scope=groups))["ok"]
        assert api.menu == {
            ("commands", "bg"): commands,
            ("commands", "", "all_group_chats"): [],
        }
        assert (await call("getMyCommands", language_code="bg"))["result"] == commands
        assert (await call("deleteMyCommands", language_code="bg"))["ok"]
        assert (await call("getMyCommands", language_code="bg"))["result"] == []

    conversation(steps)


@pytest.mark.parametrize(
    ("commands", "told"),
    [
        pytest.param([{"command": "Ask", "description": "x"}], "BOT_COMMAND_INVALID", id="case"),
        pytest.param(
            [{"command": "ask", "description": ""}],
            "BOT_COMMAND_DESCRIPTION_INVALID",
            id="no-description",
        ),
        pytest.param(
            [{"command": "ask", "description": "x"}] * 101, "BOT_COMMANDS_TOO_MUCH", id="101"
        ),
        pytest.param("ask", "can't parse commands JSON object", id="no-list"),
    ],
)
def test_a_wrong_menu_is_refused(commands, told):
    async def steps(_api, call):
        assert await call("setMyCommands", commands=commands) == bad(told)

    conversation(steps)


@pytest.mark.parametrize(
    ("what", "field", "limit"),
    [
        ("Name", "name", 64),
        ("Description", "description", 512),
        ("ShortDescription", "short_description", 120),
    ],
)
def test_descriptions_are_kept_by_language_and_have_a_limit(what, field, limit):
    async def steps(_api, call):
        assert (await call(f"setMy{what}", **{field: "x" * limit}, language_code="bg"))["ok"]
        told = await call(f"getMy{what}", language_code="bg")
        assert told["result"] == {field: "x" * limit}
        assert (await call(f"getMy{what}"))["result"] == {field: ""}
        assert not (await call(f"setMy{what}", **{field: "x" * (limit + 1)}))["ok"]
        told = await call(f"setMy{what}", **{field: "x"}, language_code="bul")
        assert told == bad("invalid language code specified")

    conversation(steps)
