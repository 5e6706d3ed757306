"""Edited questions, other kinds of messages, topics, and what is nobody's question (F27)."""

import asyncio

import pytest

from bot.phrases import phrase
from bot.telegram.app import UPDATES
from tests.bot.botapi import BOT, group
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    CALL,
    HARBOUR,
    LineFinder,
    asks,
    quoted,
    talking,
)


@pytest.fixture
def database(tmp_path):
    return tmp_path / "chats.db"


def question_of(api, answer):
    return api.messages[answer["chat"]["id"], answer["reply_to_message"]["message_id"]]


def test_f27_an_edited_question_is_answered_in_place_of_the_old_answer(database):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "harbour?")
            api.edits(ANNA, question_of(api, answer), "съболезнования?")
            await api.until(lambda: api.now(answer) != answer)
            await api.seen()
            return api.sent

    (answer,) = asyncio.run(talk())
    assert quoted(answer) == [CALL.text.split("\n")[1]]


def test_f27_later_questions_follow_the_edited_one(database):
    finder = LineFinder()

    async def talk():
        async with talking(database, finder) as api:
            answer = await asks(api, ANNA, "harbour?")
            api.edits(ANNA, question_of(api, answer), "whale?")
            await api.until(lambda: api.now(answer) != answer)
            await asks(api, ANNA, "and Нетаняху?")

    asyncio.run(talk())
    assert finder.asked[-1] == ("and Нетаняху?", ("whale?",))


@pytest.mark.parametrize(
    ("text", "edited", "asked"),
    [
        pytest.param("/ask harbour?", "/ask whale?", "whale?", id="ask"),
        pytest.param("@citat_bot harbour?", "@citat_bot whale?", "whale?", id="mention"),
        pytest.param("/said harbour", "/said  whale", "whale", id="view"),
        pytest.param("/ask harbour?", "whale?", "whale?", id="no-longer-a-command"),
    ],
)
def test_f27_in_a_group_what_was_answered_is_answered_anew(database, text, edited, asked):
    finder = LineFinder()

    async def talk():
        async with talking(database, finder) as api:
            answer = await asks(api, ANNA, text, chat=group())
            api.edits(ANNA, question_of(api, answer), edited)
            await api.until(lambda: api.now(answer) != answer)
            return api.sent

    assert len(asyncio.run(talk())) == 1
    assert finder.asked[-1] == (asked, ())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("harbour?", id="the-same"),
        pytest.param("/help", id="another-command"),
        pytest.param("/ask", id="nothing"),
        pytest.param("/unknown whale", id="unknown-command"),
    ],
)
def test_f27_an_edit_that_asks_nothing_new_changes_nothing(database, text):
    finder = LineFinder()

    async def talk():
        async with talking(database, finder) as api:
            answer = await asks(api, ANNA, "harbour?")
            api.edits(ANNA, question_of(api, answer), text)
            await api.seen()
            return answer, api.sent

    answer, sent = asyncio.run(talk())
    assert sent == [answer]
    assert len(finder.asked) == 1


def test_f27_an_edited_message_that_was_never_answered_is_let_alone(database):
    async def talk():
        async with talking(database) as api:
            channel = {"id": -5, "type": "channel", "title": "Channel"}
            api.says(ANNA, "harbour?", kind="channel_post", chat=channel)
            message = api.says(ANNA, "nothing for bots", chat=group())
            api.edits(ANNA, message, "@citat_bot harbour?")
            await api.seen()
            return api.sent

    assert asyncio.run(talk()) == []


def test_f27_an_answer_that_was_deleted_is_not_sent_again(database):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "harbour?")
            question = question_of(api, answer)
            del api.messages[ANNA.id, answer["message_id"]]
            api.edits(ANNA, question, "whale?")
            await api.until(lambda: api.called("editMessageText"))
            await api.seen()
            return api.sent

    assert asyncio.run(talk()) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 1}}, id="voice"
        ),
        pytest.param(
            {
                "sticker": {
                    "file_id": "s",
                    "file_unique_id": "s",
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                }
            },
            id="sticker",
        ),
        pytest.param(
            {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]},
            id="photo",
        ),
        pytest.param({"location": {"longitude": 1, "latitude": 1}}, id="location"),
    ],
)
def test_f27_what_is_no_text_is_told_so_in_private_and_let_alone_in_groups(database, content):
    async def talk():
        async with talking(database) as api:
            told = api.says(ANNA, None, **content)
            await api.answers(1)
            api.says(ANNA, None, chat=group(), **content)
            await api.seen()
            return told, api.sent

    told, (answer,) = asyncio.run(talk())
    assert answer["text"] == phrase("en", "tg-only-text")
    assert answer["reply_to_message"]["message_id"] == told["message_id"]


@pytest.mark.parametrize("text", ["\u2060", "…", "a" * 4096, "harbour " * 500])
def test_f27_a_question_of_nothing_or_of_a_whole_message_gets_one_polite_answer(database, text):
    async def talk():
        async with talking(database) as api:
            api.says(ANNA, text)
            return await api.answers(1)

    (answer,) = asyncio.run(talk())
    assert answer["text"]
    assert quoted(answer) == []


def test_f27_other_kinds_of_updates_are_not_even_asked_for(database):
    kinds = {"message", "edited_message", "callback_query", "inline_query", "my_chat_member"}
    assert set(UPDATES) == kinds

    async def talk():
        async with talking(database) as api:
            message = {**api.says(ANNA, "/help"), "text": "harbour?"}
            await api.answers(1)
            for kind in ("channel_post", "business_message", "guest_message"):
                api.update({kind: message})
            await asyncio.sleep(0.2)
            return api.sent

    assert len(asyncio.run(talk())) == 1


def test_what_the_bots_inline_results_put_into_a_chat_is_no_question(database):
    async def talk():
        async with talking(database) as api:
            api.says(ANNA, HARBOUR.text, via_bot=BOT)
            api.says(ANNA, "harbour @citat_bot", chat=group(), via_bot=BOT)
            await api.seen()
            return api.sent

    assert asyncio.run(talk()) == []


def test_in_a_topic_the_answer_stays_in_the_topic(database):
    async def talk():
        async with talking(database) as api:
            forum = {**group(), "is_forum": True}
            where = {"message_thread_id": 77, "is_topic_message": True}
            for text in ("/ask harbour?", "/said harbour", "/help", "/sources", "/lang"):
                await asks(api, ANNA, text, chat=forum, **where)
            return api.called("sendMessage")

    assert {call.get("message_thread_id") for call in asyncio.run(talk())} == {77}


def test_in_a_group_nothing_is_said_to_what_is_not_addressed_to_the_bot(database):
    async def talk():
        async with talking(database) as api:
            chat = group()
            theirs = api.says(BORIS, "harbour?", chat=chat)
            for text in ("harbour?", "/unknown", "/start@other_bot", "@other_bot harbour?", "hi"):
                api.says(ANNA, text, chat=chat)
            api.says(ANNA, "harbour?", chat=chat, reply_to=theirs)
            api.says(ANNA, None, chat=chat, new_chat_title="Harbour")
            await api.seen()
            return api.sent

    assert asyncio.run(talk()) == []
