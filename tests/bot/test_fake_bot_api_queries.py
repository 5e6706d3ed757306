"""Presses on buttons and queries typed in other chats, as the real Bot API handles them."""

import pytest

from tests.bot.botapi import TOO_OLD, Reader
from tests.bot.botapi.client import bad, conversation

ANNA = Reader(1, "en")
BUTTON = {"text": "more", "callback_data": "m:1:2"}
KEYBOARD = {"inline_keyboard": [[{"text": "site", "url": "https://a.example"}], [BUTTON]]}


def article(number="1", text="words", **extra):
    content = {"message_text": text, "parse_mode": "HTML"}
    return {
        "type": "article",
        "id": number,
        "title": "Title",
        "input_message_content": content,
        **extra,
    }


# Presses


def test_a_press_is_answered_once_and_in_time():
    async def steps(api, call):
        api.says(ANNA, "question")
        sent = (await call("sendMessage", chat_id=1, text="x", reply_markup=KEYBOARD))["result"]
        press = api.clicks(ANNA, sent, "more")
        assert press == api.presses(ANNA, sent, "m:1:2") | {"id": press["id"]}
        assert (await call("answerCallbackQuery", callback_query_id=press["id"], text="ok"))["ok"]
        assert api.toasts[0]["text"] == "ok"
        stale = api.presses(ANNA, sent, "m:1:2", stale=True)
        for query in (press, stale):
            told = await call("answerCallbackQuery", callback_query_id=query["id"])
            assert told == bad(TOO_OLD)
        press = api.clicks(ANNA, sent, -1, row=1)
        told = await call("answerCallbackQuery", callback_query_id=press["id"], text="x" * 201)
        assert told == bad("MESSAGE_TOO_LONG")

    conversation(steps)


def test_a_press_below_a_deleted_message_tells_only_where_it_was():
    async def steps(api, call):
        api.says(ANNA, "question")
        sent = (await call("sendMessage", chat_id=1, text="x", reply_markup=KEYBOARD))["result"]
        api.deletes(sent)
        press = api.presses(ANNA, sent, "m:1:2")
        assert press["message"] == {
            "chat": ANNA.chat,
            "message_id": sent["message_id"],
            "date": 0,
        }

    conversation(steps)


# Inline queries


def test_results_are_shown_and_the_one_that_is_chosen_is_sent():
    async def steps(api, call):
        query = api.inline(ANNA, "whale", offset="10", chat_type="group")
        results = [article("1", "<b>a</b>"), article("2", "b", reply_markup=KEYBOARD)]
        told = await call(
            "answerInlineQuery", inline_query_id=query, results=results, is_personal=True
        )
        assert told["result"] is True
        assert [one["message"]["text"] for one in api.results(query)] == ["a", "b"]
        (answer,) = api.inline_answers
        assert (answer["cache_time"], answer["is_personal"]) == (300, True)
        plain, rich = (api.chooses(ANNA, query, number) for number in "12")
        place = {"inline_message_id": rich["inline_message_id"]}
        told = await call("editMessageText", **place, text="c", reply_markup=KEYBOARD)
        assert (told["result"], api.now(rich)["text"]) == (True, "c")
        told = await call(
            "editMessageText", inline_message_id=plain["inline_message_id"], text="c"
        )
        assert told == bad("MESSAGE_ID_INVALID")
        press = api.clicks(ANNA, rich, "more")
        assert press["inline_message_id"] == rich["inline_message_id"]
        given = (await call("getUpdates"))["result"]
        kinds = [list(update)[1] for update in given]
        assert kinds == ["inline_query", *["chosen_inline_result"] * 2, "callback_query"]
        assert given[1]["chosen_inline_result"]["query"] == "whale"
        assert api.sent == []  # they stand in chats that the bot does not see

    conversation(steps)


def test_an_inline_query_is_cut_and_answered_once_and_in_time():
    async def steps(api, call):
        query = api.inline(ANNA, "x" * 300)
        (update,) = (await call("getUpdates"))["result"]
        assert update["inline_query"]["query"] == "x" * 256
        stale = api.inline(ANNA, "x", stale=True)
        assert (await call("answerInlineQuery", inline_query_id=query, results=[]))["ok"]
        for late in (query, stale):
            told = await call("answerInlineQuery", inline_query_id=late, results=[])
            assert told == bad(TOO_OLD)

    conversation(steps)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param({}, "can't parse inline query results JSON object", id="no-results"),
        pytest.param(
            {"results": [article(str(number)) for number in range(51)]},
            "RESULTS_TOO_MUCH",
            id="51-results",
        ),
        pytest.param({"results": [article()] * 2}, "RESULT_ID_DUPLICATE", id="same-id"),
        pytest.param({"results": [article("")]}, "RESULT_ID_INVALID", id="no-id"),
        pytest.param({"results": [article("я" * 33)]}, "RESULT_ID_INVALID", id="66-bytes"),
        pytest.param(
            {"results": [article(type="dance")]}, "unsupported inline query result type", id="kind"
        ),
        pytest.param({"results": [article(title=" ")]}, "ARTICLE_TITLE_EMPTY", id="no-title"),
        pytest.param({"results": [article(text="")]}, "MESSAGE_EMPTY", id="no-text"),
        pytest.param({"results": [article(text="x" * 4097)]}, "message is too long", id="long"),
        pytest.param(
            {"results": [article(text="<x>")]},
            'can\'t parse entities: Unsupported start tag "x" at byte offset 0',
            id="markup",
        ),
        pytest.param({"results": [], "next_offset": "я" * 33}, "NEXT_OFFSET_INVALID", id="offset"),
        pytest.param(
            {"results": [], "button": {"text": "b", "start_parameter": "a b"}},
            "START_PARAM_INVALID",
            id="start-parameter",
        ),
        pytest.param({"results": [], "button": {"text": ""}}, "SWITCH_PM_TEXT_EMPTY", id="button"),
    ],
)
def test_wrong_results_are_refused(answer, told):
    async def steps(api, call):
        query = api.inline(ANNA, "whale")
        refused = await call("answerInlineQuery", inline_query_id=query, **answer)
        assert refused == bad(told)
        assert api.inline_answers == []

    conversation(steps)
