"""The stand-in Bot API behaves as the real one where the bot can see a difference."""

import asyncio

import httpx
import pytest

from tests.bot.fake_bot_api import ALREADY_SO, TOO_OLD, FakeBotApi, Reader, group
from tests.bot.telegram_text import Refused, clean, formatted, parse_html, utf16_slice

ANNA = Reader(1, "en")


def conversation(steps):
    """Run `steps` with a server and a function that calls its methods."""

    async def run():
        async with FakeBotApi() as api, httpx.AsyncClient() as client:

            async def call(method, token=api.token, **data):
                address = f"{api.url}/bot{token}/{method}"
                return (await client.post(address, data=data)).json()

            await steps(api, call)

    asyncio.run(run())


def error(code, description):
    return {"ok": False, "error_code": code, "description": description}


# HTML


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        pytest.param("a <b>b</b>", "a b", [("bold", 2, 1)], id="bold"),
        pytest.param("<b><i>x</i></b>", "x", [("bold", 0, 1), ("italic", 0, 1)], id="nested"),
        pytest.param("🐋<b>🐋</b>", "🐋🐋", [("bold", 2, 2)], id="utf-16"),
        pytest.param("&lt;&amp;&quot;&#x27;&#39;&nbsp;&", "<&\"''&nbsp;&", [], id="named-four"),
        pytest.param(
            "<blockquote expandable>x</blockquote>",
            "x",
            [("expandable_blockquote", 0, 1)],
            id="expandable",
        ),
        pytest.param(
            "<blockquote>a <blockquote>b</blockquote></blockquote>",
            "a b",
            [("blockquote", 0, 3)],
            id="no-quote-in-a-quote",
        ),
        pytest.param("<b></b>x", "x", [], id="empty"),
        pytest.param("  <b> x </b>  ", "x", [("bold", 0, 1)], id="trimmed"),
        pytest.param('<a href="javascript:x">t</a>', "t", [], id="javascript"),
        pytest.param('<a href="http://localhost">t</a>', "t", [], id="host-without-a-dot"),
        pytest.param('<a href="http://[">t</a>', "t", [], id="broken-address"),
        pytest.param("<a>t</a>", "t", [], id="no-address"),
        pytest.param("<b>x</>", "x", [("bold", 0, 1)], id="nameless-end"),
    ],
)
def test_html_becomes_text_and_entities(html, text, entities):
    plain, found = formatted(html, "HTML")
    assert plain == text
    assert [(each["type"], each["offset"], each["length"]) for each in found] == entities


def test_a_link_keeps_its_address():
    assert formatted('<a href="https://a.example/?b&amp;c=&quot;">t</a>', "HTML")[1] == [
        {"type": "text_link", "offset": 0, "length": 1, "url": 'https://a.example/?b&c="'}
    ]


@pytest.mark.parametrize(
    ("html", "told"),
    [
        pytest.param("я<x>", 'Unsupported start tag "x" at byte offset 2', id="unknown-tag"),
        pytest.param("</b>", "Unexpected end tag at byte offset 0", id="end-alone"),
        pytest.param(
            "<b><i>x</b>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
            id="crossed",
        ),
        pytest.param("<b>x", 'Can\'t find end tag corresponding to start tag "b"', id="open"),
        pytest.param("1 < 2", "Unclosed start tag at byte offset 2", id="bare-bracket"),
    ],
)
def test_wrong_html_is_refused(html, told):
    with pytest.raises(Refused) as refused:
        parse_html(html)
    assert str(refused.value) == f"can't parse entities: {told}"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("a\r\nb", "a\nb", id="carriage-return"),
        pytest.param("a\tb\x00c", "a b c", id="controls"),
        pytest.param("a\u2028\u202eb", "ab", id="separators-and-directions"),
        pytest.param("u\u030a", "u", id="ring"),
        pytest.param("\n x\u00a0y \n", "x\u00a0y", id="trimmed"),
    ],
)
def test_text_is_cleaned(text, stored):
    assert clean(text) == stored


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(" \n\u202e", "message text is empty", id="empty"),
        pytest.param("x" * 4097, "message is too long", id="long"),
    ],
)
def test_empty_and_long_texts_are_refused(text, told):
    with pytest.raises(Refused, match=told):
        formatted(text)


def test_the_longest_text_counts_without_its_markup():
    assert formatted("<b>" + "&lt;" * 4096 + "</b>", "HTML")[0] == "<" * 4096


def test_more_than_a_hundred_entities_are_dropped_silently():
    assert len(formatted("<b>x</b> " * 150, "HTML")[1]) == 100


def test_mentions_and_the_like_are_found_but_do_not_cross_the_edge_of_a_quote():
    text, entities = formatted(
        "<blockquote>@anna_b #tag /start a.example</blockquote>\n#cut<blockquote>off</blockquote>",
        "HTML",
    )
    found = [(each["type"], utf16_slice(text, each)) for each in entities]
    assert found == [
        ("blockquote", "@anna_b #tag /start a.example"),
        ("mention", "@anna_b"),
        ("hashtag", "#tag"),
        ("bot_command", "/start"),
        ("url", "a.example"),
        ("blockquote", "off"),
    ]


# Methods


def test_a_wrong_token_and_an_unknown_method_are_refused():
    async def steps(_api, call):
        assert await call("getMe", token="1:wrong") == error(401, "Unauthorized")
        assert await call("makeCoffee") == error(404, "Not Found")
        assert (await call("getMe"))["result"]["username"] == "citat_bot"
        assert (await call("deleteWebhook"))["result"] is True

    conversation(steps)


def test_updates_are_given_again_until_they_are_confirmed():
    async def steps(api, call):
        api.says(ANNA, "one")
        api.says(ANNA, "/two")
        first, second = (await call("getUpdates"))["result"]
        assert second["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 4}]
        assert (await call("getUpdates", limit=1))["result"] == [first]
        assert (await call("getUpdates", offset=second["update_id"]))["result"] == [second]
        assert api.waiting == 1
        assert (await call("getUpdates", allowed_updates='["callback_query"]'))["result"] == []
        assert (await call("getUpdates", offset=second["update_id"] + 1))["result"] == []
        await api.seen()

    conversation(steps)


def test_a_poll_waits_for_an_update_but_not_for_ever():
    async def steps(api, call):
        poll = asyncio.create_task(call("getUpdates", timeout=5))
        await api.until(lambda: api.calls)
        api.says(ANNA, "one")
        assert len((await poll)["result"]) == 1
        poll = await call("getUpdates", timeout=0.05, offset=99)
        assert poll["result"] == []

    conversation(steps)


def test_a_second_poll_ends_the_first():
    async def steps(api, call):
        first = asyncio.create_task(call("getUpdates", timeout=5))
        await api.until(lambda: api.calls)
        assert (await call("getUpdates"))["ok"]
        assert (await first)["error_code"] == 409

    conversation(steps)


def test_messages_are_sent_edited_and_replied_to():
    async def steps(api, call):
        assert await call("sendMessage", chat_id=1, text="x") == error(
            400, "Bad Request: chat not found"
        )
        question = api.says(ANNA, "question", chat=group(-5))
        bound = f'{{"message_id": {question["message_id"]}}}'
        sent = (await call("sendMessage", chat_id=-5, text="5", reply_parameters=bound))["result"]
        assert (sent["text"], sent["reply_to_message"]) == ("5", question)
        place = {"chat_id": -5, "message_id": sent["message_id"]}
        edited = await call("editMessageText", **place, text="<b>6</b>", parse_mode="HTML")
        assert edited["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 1}]
        assert api.now(sent)["text"] == "6"
        again = await call("editMessageText", **place, text="<b>6</b>", parse_mode="HTML")
        assert again == error(400, f"Bad Request: {ALREADY_SO}")
        theirs = {"chat_id": -5, "message_id": question["message_id"]}
        assert await call("editMessageText", **theirs, text="x") == error(
            400, "Bad Request: message to edit not found"
        )
        assert (await call("sendChatAction", chat_id=-5, action="typing"))["result"] is True

    conversation(steps)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param({"text": ""}, "message text is empty", id="no-text"),
        pytest.param(
            {"text": "x", "reply_parameters": '{"message_id": 99}'},
            "message to be replied not found",
            id="no-question",
        ),
        pytest.param(
            {
                "text": "x",
                "reply_markup": '{"inline_keyboard": [[{"text": "b", "callback_data": "%s"}]]}'
                % ("я" * 33),
            },
            "BUTTON_DATA_INVALID",
            id="button-of-66-bytes",
        ),
    ],
)
def test_a_wrong_message_is_refused(data, told):
    async def steps(api, call):
        api.says(ANNA, "question")
        assert await call("sendMessage", chat_id=1, **data) == error(400, f"Bad Request: {told}")

    conversation(steps)


def test_a_reply_to_a_deleted_question_needs_leave_to_go_without_it():
    async def steps(api, call):
        api.says(ANNA, "question")
        bound = '{"message_id": 99, "allow_sending_without_reply": true}'
        sent = await call("sendMessage", chat_id=1, text="x", reply_parameters=bound)
        assert "reply_to_message" not in sent["result"]

    conversation(steps)


def test_a_press_is_answered_once_and_in_time():
    async def steps(api, call):
        api.says(ANNA, "question")
        markup = '{"inline_keyboard": [[{"text": "b", "callback_data": "m:1:2"}]]}'
        sent = await call("sendMessage", chat_id=1, text="x", reply_markup=markup)
        press = api.clicks(ANNA, sent["result"])
        assert press["data"] == "m:1:2"
        assert (await call("answerCallbackQuery", callback_query_id=press["id"]))["ok"]
        stale = api.presses(ANNA, sent["result"], "m:1:2", stale=True)
        for query in (press, stale):
            answered = await call("answerCallbackQuery", callback_query_id=query["id"])
            assert answered == error(400, f"Bad Request: {TOO_OLD}")

    conversation(steps)


def test_a_method_fails_as_often_as_it_is_told_to():
    async def steps(api, call):
        api.fails("getMe", 429, "Too Many Requests: retry after 3", times=2, retry_after=3)
        failed = error(429, "Too Many Requests: retry after 3") | {
            "parameters": {"retry_after": 3}
        }
        assert [await call("getMe") for _ in range(2)] == [failed, failed]
        assert (await call("getMe"))["ok"]

    conversation(steps)
