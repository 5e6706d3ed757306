"""The bot against a Bot API server on loopback: updates in, exact message entities out."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.conversation import Conversation
from bot.memory import Memory
from bot.phrases import phrase
from bot.questions.only import ANYTHING
from bot.telegram import handlers
from bot.telegram.app import introduce
from index.library import Library
from index.records import Article
from index.search import Searcher
from tests.bot.botapi import FakeBotApi, group
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    CALL,
    HARBOUR,
    HOSTILE,
    VERA,
    LineFinder,
    built,
    lines,
    quoted,
    talking,
)


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


def buttons(message):
    """Return the labels of the buttons that turn the page."""
    rows = message.get("reply_markup", {"inline_keyboard": [[]]})["inline_keyboard"]
    return [button["text"] for button in rows[0] if button["callback_data"].startswith("m:")]


async def turn(api, answer, button=-1):
    """Press a button, wait for the other page and return it."""
    before = api.now(answer)["text"]
    api.clicks(ANNA, answer, button)
    await api.until(lambda: api.now(answer)["text"] != before)
    return api.now(answer)


# Quotes


def test_a_question_is_answered_with_the_exact_words_of_the_article(database):
    async def conversation():
        async with talking(database) as api:
            question = api.says(BORIS, "какво каза Путин на Нетаняху?")
            (answer,) = await api.answers(1)
        first, second = (CALL.words(quote.span) for quote in lines(CALL))
        source = "Вестник · 16 октомври 2023 г. · Путин говори с Нетаняху (vestnik.example)"
        assert answer["text"] == f"{first}\n{source}\n\n{second}\n{source}"
        assert quoted(answer) == [first, second]
        links = [entity["url"] for entity in answer["entities"] if "url" in entity]
        assert links == [quote.link for quote in lines(CALL)]
        assert answer["reply_to_message"]["message_id"] == question["message_id"]
        assert answer["link_preview_options"] == {
            "url": CALL.url,
            "prefer_small_media": True,
        }
        assert buttons(answer) == []

    asyncio.run(conversation())


def test_what_an_article_holds_stays_text_and_stays_whole(database):
    async def conversation():
        async with talking(database) as api:
            api.says(ANNA, "what does the whale say?")
            (answer,) = await api.answers(1)
        assert quoted(answer) == HOSTILE.text.split("\n")
        assert {entity["type"] for entity in answer["entities"]} == {
            "blockquote",
            "text_link",
            "mention",  # these four Telegram finds by itself
            "bot_command",
            "hashtag",
            "url",
        }
        assert '<i>Odd</i> · undated · </a><b>"Bold" & sons (odd.example)' in answer["text"]

    asyncio.run(conversation())


def test_of_several_sources_the_first_is_previewed(database):
    async def conversation():
        async with talking(database) as api:
            api.says(ANNA, "whale or Нетаняху?")
            (answer,) = await api.answers(1)
        assert answer["link_preview_options"]["url"] == CALL.url

    asyncio.run(conversation())


def test_a_quote_longer_than_a_message_goes_on_over_the_pages(database):
    line = " ".join(f"Sentence {number} has a long-winded 🐋 end." for number in range(300))
    article = Article("long", line, "Long", "Paper", "en")

    async def conversation():
        async with talking(database, LineFinder([article])) as api:
            api.says(ANNA, "what is long-winded?")
            (answer,) = await api.answers(1)
            found = quoted(answer)
            pages = int(buttons(answer)[0].rstrip(")").partition("/")[2])
            for page in range(2, pages + 1):
                turned = await turn(api, answer)
                found += quoted(turned)
                assert f"part {page} of {pages}" in turned["text"]
        assert pages > 4
        assert " ".join(found) == line
        assert len(api.sent) == 1

    asyncio.run(conversation())


def test_an_article_changed_in_between_is_not_shown(database):
    class Changing(LineFinder):
        """Its article changes between the search and the last look at it."""

        def ask(self, text, history=(), *, language=None, without=(), only=ANYTHING):
            answer = super().ask(text, history)
            self.articles["call"] = replace(CALL, text="Нещо друго.")
            return answer

    async def conversation():
        async with talking(database, Changing()) as api:
            api.says(BORIS, "Нетаняху?")
            (answer,) = await api.answers(1)
        assert answer["text"] == phrase("bg", "nothing-near")
        assert answer["entities"] == []

    asyncio.run(conversation())


# Silence and bad input


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "what did Ronaldo do?",
            phrase("en", "unknown-name", name="Ronaldo"),
            id="unknown-name",
        ),
        pytest.param("🐋🐋🐋", phrase("en", "not-a-question"), id="emoji-only"),
        pytest.param("why " * 1000, phrase("en", "too-long", limit=1000), id="endless"),
        pytest.param(
            'what of <b>&"x"?',
            phrase("en", "unknown-name", name='<b>&"x"'),
            id="markup",
        ),
        pytest.param("مرحبا بالعالم", phrase("en", "unknown-name", name="بالعالم"), id="rtl"),
        pytest.param("/ask", phrase("en", "tg-ask-empty"), id="ask-without-a-question"),
        pytest.param("@citat_bot", phrase("en", "tg-ask-empty"), id="mention-only"),
        pytest.param("/nonsense", phrase("en", "tg-help"), id="unknown-command"),
        pytest.param("/help", phrase("en", "tg-help"), id="help"),
        pytest.param(
            "/start a_1", phrase("en", "tg-start") + "\n\n" + phrase("en", "tg-help"), id="start"
        ),
        pytest.param(None, phrase("en", "tg-only-text"), id="a-picture"),
    ],
)
def test_everything_gets_a_polite_answer(database, text, told):
    async def conversation():
        async with talking(database) as api:
            extra: dict[str, Any] = {} if text else {"location": {"latitude": 1, "longitude": 2}}
            api.says(ANNA, text, **extra)
            (answer,) = await api.answers(1)
        assert answer["text"] == told
        assert not any(entity["type"] == "text_link" for entity in answer["entities"])

    asyncio.run(conversation())


def test_half_a_character_in_a_question_does_no_harm(database):
    async def conversation():
        async with talking(database) as api:
            said = api.says(ANNA, "whale ?")
            said["text"] = "whale \ud83d?"
            (answer,) = await api.answers(1)
        assert quoted(answer) == HOSTILE.text.split("\n")

    asyncio.run(conversation())


def test_edits_and_channel_posts_are_no_questions(database):
    async def conversation():
        async with talking(database) as api:
            for kind in ("edited_message", "channel_post", "edited_channel_post"):
                api.says(ANNA, "/ask about the harbour", kind=kind)
                api.says(ANNA, "the harbour?", kind=kind)
            api.says(ANNA, "whale?")
            await api.answers(1)
            await asyncio.sleep(0.1)
        assert [quoted(answer) for answer in api.sent] == [HOSTILE.text.split("\n")]

    asyncio.run(conversation())


@pytest.mark.parametrize(
    ("reader", "question", "language"),
    [
        pytest.param(VERA, "what did Ronaldo do?", "ru", id="the-reader's"),
        pytest.param(replace(ANNA, language="bg-BG"), "Ronaldo?", "bg", id="with-a-region"),
        pytest.param(replace(ANNA, language="de"), "Роналдо?", "bg", id="the-question's"),
        pytest.param(replace(ANNA, language=None), "Ronaldo?", "en", id="english"),
    ],
)
def test_the_bot_speaks_the_readers_language(database, reader, question, language):
    async def conversation():
        async with talking(database) as api:
            api.says(reader, question)
            (answer,) = await api.answers(1)
        name = "Роналдо" if "Роналдо" in question else "Ronaldo"
        told = {code: phrase(code, "unknown-name", name=name) for code in ("en", "bg", "ru")}
        # The stand-in takes the last word of five letters for a name.
        assert answer["text"] == told[language]

    asyncio.run(conversation())


# More quotes


def test_more_quotes_turn_the_pages_of_the_same_message(database):
    async def conversation():
        async with talking(database) as api:
            api.says(ANNA, "which ships are in the harbour?")
            (answer,) = await api.answers(1)
            seen = [(quoted(answer), buttons(answer))]
            for button in (-1, -1, 0):
                turned = await turn(api, answer, button)
                seen.append((quoted(turned), buttons(turned)))
        ships = HARBOUR.text.split("\n")
        assert seen == [
            (ships[:3], ["More quotes (1/3)"]),
            (ships[3:6], ["◀", "2/3", "▶"]),
            (ships[6:], ["◀", "3/3"]),
            (ships[3:6], ["◀", "2/3", "▶"]),
        ]
        assert len(api.sent) == 1
        assert len(api.toasts) == 3

    asyncio.run(conversation())


def test_pressing_the_page_that_is_shown_changes_nothing(database):
    async def conversation():
        async with talking(database) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            api.presses(
                ANNA,
                answer,
                answer["reply_markup"]["inline_keyboard"][0][0]["callback_data"].rpartition(":")[0]
                + ":1",
            )
            await api.until(lambda: api.called("editMessageText"))
            await asyncio.sleep(0.1)
        assert len(api.sent) == 1

    asyncio.run(conversation())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("m:999:2", id="forgotten-question"),
        pytest.param("m:999999999999999999:2", id="endless-number"),
        pytest.param("x", id="of-an-older-bot"),
    ],
)
def test_a_stale_button_is_answered_politely(database, data):
    async def conversation():
        async with talking(database) as api:
            api.says(VERA, "harbour?")
            (answer,) = await api.answers(1)
            api.presses(VERA, answer, data)
            await api.until(lambda: api.toasts)
        assert api.toasts[0]["text"] == phrase("ru", "tg-stale")
        assert not api.called("editMessageText")

    asyncio.run(conversation())


def test_a_press_shows_nothing_of_another_chat(database):
    async def conversation():
        async with talking(database) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            api.says(VERA, "harbour?")
            _, other = await api.answers(2)
            data = answer["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
            api.presses(VERA, other, data)
            await api.until(lambda: api.toasts)
        assert api.toasts[0]["text"] == phrase("ru", "tg-stale")
        assert not api.called("editMessageText")

    asyncio.run(conversation())


def test_an_answer_deleted_after_the_press_is_no_trouble(database, caplog):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            finder.takes_s = 0.1
            api.clicks(ANNA, answer)
            await api.until(lambda: api.toasts)
            del api.messages[ANNA.id, answer["message_id"]]
            await api.until(lambda: api.called("editMessageText"))
            api.says(ANNA, "whale?")
            await api.answers(1)

    asyncio.run(conversation())
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]


def test_a_press_that_telegram_finds_too_old_still_turns_the_page(database):
    async def conversation():
        async with talking(database) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            data = answer["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
            api.presses(ANNA, answer, data, stale=True)
            await api.until(lambda: "4." in api.now(answer)["text"])
        assert len(api.sent) == 1

    asyncio.run(conversation())


def test_the_archive_may_shrink_between_two_presses(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            finder.articles["harbour"] = replace(HARBOUR, text="The harbour is empty.")
            api.clicks(ANNA, answer)
            await api.until(lambda: quoted(api.now(answer)) == ["The harbour is empty."])
            assert buttons(api.now(answer)) == []
            del finder.articles["harbour"]
            api.presses(ANNA, answer, "m:1:2")
            await api.until(lambda: api.now(answer)["entities"] == [])
        assert api.now(answer)["text"] == phrase("en", "unknown-name", name="Harbour")

    asyncio.run(conversation())


# Earlier questions


def test_a_question_comes_with_the_last_three_of_its_chat(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            for number in range(1, 6):
                api.says(ANNA, f"harbour {number}?")
                await api.answers(number)
            api.says(VERA, "whale?")
            await api.answers(6)

    asyncio.run(conversation())
    assert finder.asked[4:] == [
        ("harbour 5?", ("harbour 2?", "harbour 3?", "harbour 4?")),
        ("whale?", ()),
    ]


def test_a_reply_to_an_answer_follows_that_answer(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "whale?")
            (whale,) = await api.answers(1)
            api.says(ANNA, "harbour?")
            await api.answers(2)
            api.says(ANNA, "and the harbour?", reply_to=whale)
            answer = (await api.answers(3))[-1]
            await asyncio.sleep(0.05)
            api.clicks(ANNA, answer)
            await api.until(lambda: "2/3" in buttons(api.now(answer)))
        assert answer["text"].startswith("understood as: whale? and the harbour?\n\nThe harbour")
        assert api.now(answer)["text"].startswith(
            "understood as: whale? and the harbour?\n\nThe harbour"
        )

    asyncio.run(conversation())
    assert finder.asked[2:] == [("and the harbour?", ("whale?",))] * 2


def test_a_reply_to_an_old_answer_binds_what_comes_after_it_too(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            for number, text in enumerate(("whale?", "and harbour one?", "harbour two?"), 1):
                api.says(ANNA, text)
                await api.answers(number)
            api.says(ANNA, "and harbour three?", reply_to=api.sent[1])
            await api.answers(4)
            api.says(ANNA, "and harbour four?")
            await api.answers(5)

    asyncio.run(conversation())
    thread = ("whale?", "and harbour one?")
    assert finder.asked[3:] == [
        ("and harbour three?", thread),
        ("and harbour four?", (*thread, "and harbour three?")),
    ]


def test_in_a_group_anyone_may_reply_to_an_old_answer(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "/ask whale?", chat=group())
            (whale,) = await api.answers(1)
            api.says(VERA, "/ask harbour?", chat=group())
            await api.answers(2)
            api.says(BORIS, "and the harbour?", chat=group(), reply_to=whale)
            await api.answers(3)
            api.says(BORIS, "@citat_bot and the whale?", chat=group(), reply_to=whale)
            await api.answers(4)

    asyncio.run(conversation())
    assert finder.asked[2:] == [
        ("and the harbour?", ("whale?",)),
        ("and the whale?", ("whale?",)),
    ]


def test_a_reply_to_a_message_that_is_not_remembered_stands_alone(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "/help")
            (told,) = await api.answers(1)
            api.says(ANNA, "whale?")
            await api.answers(2)
            api.says(ANNA, "and the harbour?", reply_to=told)
            await api.answers(3)

    asyncio.run(conversation())
    assert finder.asked[-1] == ("and the harbour?", ())


def test_in_a_forum_the_beginning_of_a_topic_is_nothing_to_reply_to(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            created = {"name": "Ships", "icon_color": 7322096}
            topic = api.says(ANNA, None, chat=group(), forum_topic_created=created)
            for number, text in enumerate(("/ask whale?", "/ask and the harbour?"), 1):
                api.says(ANNA, text, chat=group(), reply_to=topic)
                await api.answers(number)

    asyncio.run(conversation())
    assert finder.asked[-1] == ("and the harbour?", ("whale?",))


def test_after_half_an_hour_a_question_stands_alone(database):
    finder = LineFinder()
    memory = Memory.open(database)
    memory.keep(ANNA.id, ANNA.id, "whale?", at=datetime.now(UTC) - timedelta(minutes=31))
    memory.close()

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "harbour?")
            await api.answers(1)

    asyncio.run(conversation())
    assert finder.asked == [("harbour?", ())]


def test_what_is_no_question_is_not_followed(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "???")
            await api.answers(1)
            api.says(ANNA, "harbour?")
            await api.answers(2)

    asyncio.run(conversation())
    assert finder.asked[-1] == ("harbour?", ())


# Groups


def test_in_a_group_only_what_is_said_to_the_bot_is_answered(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            for text in (
                "harbour?",
                "harbour, @somebody_else?",
                "/ask@another_bot harbour?",
                "/unknown",
                "/ask harbour one?",
                "/ask@citat_bot\nharbour two?",
                "harbour three, @Citat_Bot ?",
            ):
                api.says(ANNA, text, chat=group())
                await asyncio.sleep(0.01)
            first, *_ = await api.answers(3)
            api.says(BORIS, "harbour four?", chat=group(), reply_to=first)
            answers = await api.answers(4)
        assert {answer["chat"]["id"] for answer in answers} == {group()["id"]}

    asyncio.run(conversation())
    assert [question for question, _ in finder.asked] == [
        "harbour one?",
        "harbour two?",
        "harbour three, ?",
        "harbour four?",
    ]


# Strangers


def test_a_stranger_is_told_once_and_with_the_id_to_allow(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder, open_to_all=False, allowed_users=(ANNA.id,)) as api:
            api.says(VERA, "/start")
            api.says(VERA, "harbour?")
            api.says(VERA, "harbour!", kind="edited_message")
            await api.answers(1)
            api.says(ANNA, "whale?")
            answers = await api.answers(2)
            api.presses(VERA, answers[1], "m:1:1")
            await api.until(lambda: api.toasts)
        refused = phrase("ru", "tg-stranger", id=VERA.id)
        assert answers[0]["text"] == refused
        assert (api.toasts[0]["text"], len(api.sent)) == (refused, 2)

    asyncio.run(conversation())
    assert [question for question, _ in finder.asked] == ["whale?"]


def test_a_strange_group_is_told_once_and_an_allowed_one_is_served(database):
    async def conversation():
        served, strange = group(-1), group(-2)
        async with talking(database, open_to_all=False, allowed_chats=(-1,)) as api:
            for chat in (strange, strange, served):
                api.says(ANNA, "/ask harbour?", chat=chat)
                await asyncio.sleep(0.05)
            told, answer = await api.answers(2)
        assert told["text"] == phrase("en", "tg-strange-group", id=-2)
        assert quoted(answer) == HARBOUR.text.split("\n")[:3]

    asyncio.run(conversation())


def test_a_stranger_who_blocked_the_bot_does_no_harm(database):
    async def conversation():
        async with talking(database, open_to_all=False, allowed_users=(ANNA.id,)) as api:
            api.fails("sendMessage", 403, "Forbidden: bot was blocked by the user")
            api.says(VERA, "harbour?")
            await api.until(lambda: api.called("sendMessage"))
            api.says(ANNA, "whale?")
            (answer,) = await api.answers(1)
        assert quoted(answer) == HOSTILE.text.split("\n")

    asyncio.run(conversation())


# Work and trouble


def test_a_long_search_shows_a_sign_and_holds_up_nobody(database, monkeypatch):
    monkeypatch.setattr(handlers, "TYPING_AFTER_S", 0.05)
    finder = LineFinder()
    finder.takes_s = 0.6

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "harbour?")
            await api.until(lambda: api.called("sendChatAction"))
            api.says(VERA, "/help")
            first, second = await api.answers(2)
        assert first["text"] == phrase("ru", "tg-help")
        assert quoted(second) == HARBOUR.text.split("\n")[:3]
        assert api.called("sendChatAction") == [{"chat_id": ANNA.id, "action": "typing"}]

    asyncio.run(conversation())
    assert finder.threads == {"telegram-answers_0"}


def test_a_quick_answer_needs_no_sign(database):
    async def conversation():
        async with talking(database) as api:
            api.says(ANNA, "harbour?")
            await api.answers(1)
        assert not api.called("sendChatAction")

    asyncio.run(conversation())


def test_a_chat_gets_its_answers_in_order(database):
    finder = LineFinder()
    finder.takes_s = 0.02

    async def conversation():
        async with talking(database, finder) as api:
            questions = [api.says(ANNA, f"harbour {number}?") for number in range(8)]
            answers = await api.answers(8)
        assert [answer["reply_to_message"]["message_id"] for answer in answers] == [
            question["message_id"] for question in questions
        ]

    asyncio.run(conversation())


def test_trouble_is_logged_and_told_by_its_number(database, caplog):
    finder = LineFinder()
    finder.breaks = ZeroDivisionError("a secret of ours")

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
        (record,) = [entry for entry in caplog.records if entry.levelno == logging.ERROR]
        number = record.getMessage().split()[1]
        assert answer["text"] == phrase("en", "tg-trouble", id=number)
        assert record.exc_info is not None
        assert record.exc_info[1] is finder.breaks

    asyncio.run(conversation())


def test_trouble_that_cannot_be_told_ends_there(database, caplog):
    async def conversation():
        async with talking(database) as api:
            api.fails("sendMessage", 400, "something new", times=2)
            api.says(ANNA, "harbour?")
            await api.until(lambda: len(api.called("sendMessage")) == 2)
            api.says(ANNA, "whale?")
            await api.answers(1)

    asyncio.run(conversation())
    assert [entry.levelname for entry in caplog.records if entry.name == handlers.__name__] == [
        "ERROR"
    ]


def test_a_reader_who_blocked_the_bot_is_no_trouble(database, caplog):
    async def conversation():
        async with talking(database) as api:
            api.fails("sendMessage", 403, "Forbidden: bot was blocked by the user")
            api.says(ANNA, "harbour?")
            await api.until(lambda: api.called("sendMessage"))
            api.says(VERA, "whale?")
            await api.answers(1)

    asyncio.run(conversation())
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]


def test_an_edit_that_fails_is_trouble(database, caplog):
    async def conversation():
        async with talking(database) as api:
            api.says(ANNA, "harbour?")
            (answer,) = await api.answers(1)
            api.fails("editMessageText", 400, "something new")
            api.clicks(ANNA, answer)
            _, told = await api.answers(2)
        assert told["text"].startswith(phrase("en", "tg-trouble", id=""))

    asyncio.run(conversation())


def test_a_question_deleted_meanwhile_is_still_answered(database):
    finder = LineFinder()
    finder.takes_s = 0.2

    async def conversation():
        async with talking(database, finder) as api:
            question = api.says(ANNA, "harbour?")
            await api.until(lambda: finder.asked)
            del api.messages[ANNA.id, question["message_id"]]
            (answer,) = await api.answers(1)
        assert "reply_to_message" not in answer

    asyncio.run(conversation())


def test_a_failure_outside_of_any_update_is_logged_with_its_reason(database, caplog):
    async def conversation():
        async with FakeBotApi() as api, built(api, database) as service:
            await service.application.process_error(None, ZeroDivisionError("in a task"))

    asyncio.run(conversation())
    (entry,) = [entry for entry in caplog.records if entry.name == handlers.__name__]
    assert entry.getMessage() == "a task of the bot failed"
    assert str(entry.exc_info[1]) == "in a task"


# Views


@pytest.mark.parametrize(
    "command", ["/said Нетаняху", "/who@citat_bot\nНетаняху", "/TIMELINE Нетаняху"]
)
def test_a_view_is_answered_with_the_exact_words_of_the_articles(database, command):
    async def conversation():
        async with talking(database) as api:
            api.says(BORIS, command)
            (answer,) = await api.answers(1)
        assert quoted(answer) == CALL.text.split("\n")[:1]
        label = "казва" if "said" in command else "за"
        assert answer["text"].startswith(f"{label} Нетаняху\n\n")

    asyncio.run(conversation())


def test_a_view_has_pages_and_is_nothing_to_follow_up(database):
    finder = LineFinder()

    async def conversation():
        async with talking(database, finder) as api:
            api.says(ANNA, "/said harbour")
            (answer,) = await api.answers(1)
            turned = await turn(api, answer)
            assert quoted(turned) == HARBOUR.text.split("\n")[3:6]
            assert buttons(turned) == ["◀", "2/3", "▶"]
            api.says(ANNA, "whale?")
            await api.answers(2)
            api.says(ANNA, "and the harbour?", reply_to=answer)
            await api.answers(3)

    asyncio.run(conversation())
    assert finder.asked[2:] == [("whale?", ()), ("and the harbour?", ())]


@pytest.mark.parametrize("command", ["/said", "/who", "/timeline", "/said since 2018"])
def test_a_view_of_nothing_says_how_it_is_asked_for(database, command):
    async def conversation():
        async with talking(database) as api:
            api.says(VERA, command)
            (answer,) = await api.answers(1)
        assert answer["text"] == phrase("ru", "tg-view-usage")

    asyncio.run(conversation())


def test_views_of_a_real_archive_say_who_speaks_to_whom(archive, encoder, tmp_path):
    desk = Conversation(Searcher(archive, encoder))

    async def conversation():
        async with talking(tmp_path / "chats.db", desk) as api:
            api.says(ANNA, "/said Путин to Netanyahu since 2023-10 until 2023")
            (said,) = await api.answers(1)
            api.says(BORIS, "/said Ронвелдо")
            _, unknown = await api.answers(2)
            api.says(VERA, "/who Керванский мост")
            *_, who = await api.answers(3)
        assert said["text"].startswith(
            "said by Владимир Путин · to Netanyahu · 2023-10-01 – 2023-12-31"
        )
        assert "\nВладимир Путин → Бенямин Нетаняху · reported\n" in said["text"]
        texts = [article.text for article in archive.articles()]
        for words in (*quoted(said), *quoted(who)):
            assert any(words in text for text in texts)
        assert unknown["text"].endswith(phrase("bg", "unknown-speaker", name="Ронвелдо"))
        assert " высказывани" in who["text"]

    asyncio.run(conversation())


# The menu


def test_the_menu_and_the_description_are_set_in_each_language(database):
    async def menu():
        async with FakeBotApi() as api, built(api, database) as service:
            await introduce(service.application)
            api.fails("setMyCommands", 429, "Too Many Requests", retry_after=3600)
            await introduce(service.application)
            return api.menu

    told = asyncio.run(menu())
    assert set(told) == {
        (kind, code)
        for kind in ("commands", "description", "short")
        for code in ("", "bg", "ru", "uk")
    }
    assert told["commands", "bg"] == [
        {"command": name, "description": phrase("bg", f"tg-command-{name}")}
        for name in [
            "ask",
            "said",
            "timeline",
            "who",
            "sources",
            "watch",
            "watches",
            "unwatch",
            "status",
            "lang",
            "privacy",
            "forget",
            "help",
        ]
    ]
