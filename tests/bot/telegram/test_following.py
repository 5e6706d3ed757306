"""Messages follow the articles they quote, end to end: a flag where words are gone, once."""

import asyncio
import json
import logging
import os
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from bot.dates import date_in_words
from bot.phrases import LANGUAGES, phrase
from bot.telegram import following
from bot.telegram.shown import ShownMessages
from index.entries import Entry
from index.library import Library
from index.records import Article
from tests.bot.botapi import TOKEN, FakeBotApi, group, stored_in, utf16_slice
from tests.bot.faults.processes import process
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    LineFinder,
    asks,
    buttons,
    lines,
    quoted,
    taps,
    toast,
    watching,
)
from tests.conftest import toy_vector

BRIDGE = Article(
    id="bridge",
    text="The mayor opened the bridge.\nThe bridge cost nine million.",
    title="A bridge for everybody",
    source="Herald",
    language="en",
    url="https://herald.example/bridge",
    published=datetime(2024, 5, 2, 9, 30, tzinfo=UTC),
)
FERRY = Article(
    id="ferry",
    text="The ferry sails until the bridge is open.",
    title="The last ferry",
    source="Tide",
    language="en",
    url="https://tide.example/ferry",
)
OPENED, COST = BRIDGE.text.split("\n")
CORRECTED = replace(BRIDGE, text=f"{OPENED}\nIt cost ten million.", title="A bridge, corrected")
SHORTENED = replace(BRIDGE, text=OPENED)
CONTEXT = phrase("en", "tg-context")


class Desk(LineFinder):
    """Quotes the lines of a library that outlets print into."""

    def __init__(self, library):
        self.library = library
        super().__init__()

    @property
    def articles(self):
        with Library.open(self.library.path.parent) as library:
            found = library.articles_of(library.article_ids())
            return dict(sorted(found.items()))

    @articles.setter
    def articles(self, given):
        """Those that the finder begins with are not printed."""

    def prints(self, *articles):
        """An outlet prints articles, or edited ones under the same ids."""
        self.library.write([entry(article) for article in articles])

    def withdraws(self, *ids):
        self.library.remove(ids)


FOLLOWED = """
select 1 from shown_quotes q join articles a on a.id = q.article and a.version = q.version
where not q.due
"""
"""Once it is noted what was shown, and found where it stands now."""


def entry(article):
    quotes = lines(article)
    return Entry.of(
        article,
        content_hash=article.version,
        sentences=[(one.span.start, one.span.end) for one in quotes],
        vectors=np.stack([toy_vector(one.text) for one in quotes]),
        passages=[(0, len(quotes))],
    )


@pytest.fixture
def desk(library):
    desk = Desk(library)
    desk.prints(BRIDGE, FERRY)
    return desk


@pytest.fixture(autouse=True)
def quick_rounds(monkeypatch):
    monkeypatch.setattr(following, "EVERY_S", 0.02)
    monkeypatch.setattr(following, "QUIET_S", 0.1)


@asynccontextmanager
async def world(desk, **settings):
    """A running bot over the desk."""
    async with FakeBotApi() as api, watching(api, desk.library.path, desk, **settings):
        yield api


def edits(api):
    return api.called("editMessageText")


async def edited(api, count=1):
    """Wait for so many edits and for some rounds more; there are no others."""
    await api.until(lambda: len(edits(api)) >= count)
    await some_rounds()
    assert len(edits(api)) == count


async def some_rounds():
    await asyncio.sleep(0.25)


def flag(state, language="en"):
    """Return how it is told that words are gone since today."""
    today = date_in_words(datetime.now(UTC), language)
    return phrase(language, f"tg-flag-{state}", date=today)


def followed(desk):
    """Return the chats and users of all messages that are followed."""
    return desk.library.rows("select chat, user from shown_messages order by id")


def all_of(message):
    """Return all that a client gets of a message, but for what it replies to."""
    shown = {name: value for name, value in message.items() if name != "reply_to_message"}
    return json.dumps(shown, ensure_ascii=False)


# What is told


def test_a_quote_whose_words_are_changed_is_flagged_where_it_was_shown(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "bridge?")
            assert quoted(answer) == [OPENED, COST, FERRY.text]
            desk.prints(CORRECTED)
            await edited(api)
            assert api.sent == [api.now(answer)]
            return answer, api.now(answer)

    answer, now = asyncio.run(conversation())
    assert quoted(now) == [OPENED, FERRY.text]
    assert flag("changed") in now["text"]
    assert "nine million" not in all_of(now)
    assert "ten million" not in all_of(now)
    origin = "Herald · 2 May 2024 · A bridge, corrected (herald.example)"
    assert f"{flag('changed')}\n{origin}" in now["text"]
    assert now["reply_markup"] == answer["reply_markup"]


def test_of_a_withdrawn_article_no_word_is_left_in_the_message(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            assert quoted(answer) == [COST]
            desk.withdraws("bridge")
            await edited(api)
            return api.now(answer)

    now = asyncio.run(conversation())
    assert quoted(now) == []
    assert now["text"].startswith(f"{flag('withdrawn')}\nHerald · 2 May 2024 · herald.example")
    assert now["link_preview_options"] == {"is_disabled": True}
    for words in (COST, "million", BRIDGE.title, ":~:text="):
        assert words not in all_of(now)
    links = [one["url"] for one in now["entities"] if one["type"] == "text_link"]
    assert links == [BRIDGE.url]
    assert CONTEXT not in buttons(now)


def test_words_that_still_stand_are_no_case_for_a_flag(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "bridge?")
            desk.prints(replace(BRIDGE, text=f"Corrected at noon.\n{BRIDGE.text}", title="New"))
            await api.until(lambda: desk.library.rows(FOLLOWED))
            await some_rounds()
            assert edits(api) == []
            desk.prints(replace(BRIDGE, text=f"Corrected at noon and later.\n{COST}"))
            await edited(api)
            return api.now(answer)

    now = asyncio.run(conversation())
    assert quoted(now) == [COST, FERRY.text]
    assert now["text"].count("⚠") == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["changed", "withdrawn"])
def test_a_flag_speaks_the_language_of_the_answer(language, state, desk):
    reader = replace(ANNA, language=language)

    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, reader, "million?")
            if state == "changed":
                desk.prints(CORRECTED)
            else:
                desk.withdraws("bridge")
            await edited(api)
            return api.now(answer)["text"]

    assert asyncio.run(conversation()).startswith(flag(state, language))


def test_what_is_changed_and_later_withdrawn_is_told_twice(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            desk.prints(CORRECTED)
            await edited(api, 1)
            assert CORRECTED.title in api.now(answer)["text"]
            desk.prints(replace(CORRECTED, text="Changed again."))
            await some_rounds()
            desk.withdraws("bridge")
            await edited(api, 2)
            return api.now(answer)

    now = asyncio.run(conversation())
    assert now["text"].startswith(flag("withdrawn"))
    assert CORRECTED.title not in all_of(now)


def test_words_that_come_back_are_shown_again(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "bridge?")
            desk.prints(CORRECTED)
            await edited(api, 1)
            desk.prints(BRIDGE)
            await edited(api, 2)
            return answer, api.now(answer)

    answer, now = asyncio.run(conversation())
    assert {**now, "edit_date": 0} == {**answer, "edit_date": 0}


# Where it was shown


def test_a_quote_of_another_page_is_told_below_the_page_that_stands_there(desk):
    async def conversation():
        async with world(desk, quotes_per_message=1) as api:
            answer = await asks(api, ANNA, "bridge?")
            second = await taps(api, ANNA, answer, phrase("en", "tg-more", page=1, pages=3))
            assert quoted(second) == [COST]
            third = await taps(api, ANNA, answer, "▶")
            desk.prints(SHORTENED)
            await edited(api, 3)
            return third, api.now(answer)

    third, now = asyncio.run(conversation())
    assert now["text"].startswith(f"{third['text']}\n\n{flag('changed')}\nHerald · ")
    assert quoted(now) == [FERRY.text]
    assert now["reply_markup"] == third["reply_markup"]


def test_what_was_told_goes_with_the_page(desk):
    async def conversation():
        async with world(desk, quotes_per_message=1) as api:
            answer = await asks(api, ANNA, "bridge?")
            await taps(api, ANNA, answer, phrase("en", "tg-more", page=1, pages=3))
            desk.prints(SHORTENED)
            await edited(api, 2)
            assert "⚠" in api.now(answer)["text"]
            await taps(api, ANNA, answer, "◀")
            desk.prints(replace(SHORTENED, text=f"{OPENED} "))
            await some_rounds()
            return api.now(answer)

    now = asyncio.run(conversation())
    assert quoted(now) == [OPENED]
    assert "⚠" not in now["text"]


def test_a_quote_in_its_context_is_flagged_too(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            opened = await taps(api, ANNA, answer, CONTEXT)
            assert quoted(opened) == [BRIDGE.text]
            desk.withdraws("bridge")
            await edited(api, 2)
            return api.now(answer)

    now = asyncio.run(conversation())
    assert now["text"].startswith(flag("withdrawn"))
    assert now["text"].count("⚠") == 1
    assert list(buttons(now)) == [phrase("en", "tg-back")]
    assert "million" not in all_of(now)


def test_buttons_that_name_quotes_by_their_words_lose_those_that_are_gone(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "bridge?")
            await taps(api, ANNA, answer, CONTEXT)
            desk.withdraws("bridge")
            await edited(api, 2)
            return api.now(answer)

    now = asyncio.run(conversation())
    assert list(buttons(now)) == [phrase("en", "tg-back")]
    assert "million" not in all_of(now)
    assert quoted(now) == [FERRY.text]


def test_a_quote_that_a_link_opened_is_flagged(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            opened = await taps(api, ANNA, answer, CONTEXT)
            link = buttons(opened)[phrase("en", "tg-copy-link")]
            shown = await asks(api, BORIS, f"/start {link.partition('?start=')[2]}")
            desk.prints(CORRECTED)
            await edited(api, 3)
            return api.now(shown)["text"]

    assert asyncio.run(conversation()).startswith(flag("changed", "bg"))


def test_the_quotes_of_a_view_keep_what_stands_around_them(desk):
    async def conversation():
        async with world(desk) as api:
            listed = await asks(api, ANNA, "/timeline bridge")
            desk.withdraws("ferry")
            await edited(api)
            return listed, api.now(listed)

    listed, now = asyncio.run(conversation())
    head = listed["text"].partition("\n\n")[0]
    assert now["text"].startswith(f"{head}\n\n")
    assert quoted(now) == [OPENED, COST]
    assert now["text"].endswith(
        f"{flag('withdrawn')}\nTide · undated · tide.example (tide.example)"
    )


def test_an_answer_to_an_edited_question_is_followed_as_it_is_then(desk):
    async def conversation():
        async with world(desk) as api:
            count = len(api.sent)
            asked = api.says(ANNA, "million?")
            answer = dict((await api.answers(count + 1))[-1])
            await asyncio.sleep(0.1)
            api.edits(ANNA, asked, "ferry?")
            await api.until(lambda: quoted(api.now(answer)) == [FERRY.text])
            desk.withdraws("ferry")
            await edited(api, 2)
            return api.now(answer)["text"]

    assert asyncio.run(conversation()).startswith(flag("withdrawn"))


def test_in_a_topic_of_a_group_the_message_stays_where_it_is(desk):
    forum = {**group(), "is_forum": True}

    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "/ask million?", chat=forum, thread=17)
            desk.prints(CORRECTED)
            await edited(api)
            return answer, api.now(answer), edits(api)

    answer, now, [call] = asyncio.run(conversation())
    assert (call["chat_id"], call["message_id"]) == (forum["id"], answer["message_id"])
    assert now["message_thread_id"] == 17
    assert now["text"].startswith(flag("changed"))


# Once


def test_what_changed_while_the_bot_was_off_is_told_when_it_starts_and_once(desk):
    async def conversation():
        async with FakeBotApi() as api:
            async with watching(api, desk.library.path, desk):
                answer = await asks(api, ANNA, "million?")
            desk.prints(CORRECTED)
            async with watching(api, desk.library.path, desk):
                await edited(api)
            async with watching(api, desk.library.path, desk):
                await some_rounds()
            return edits(api), api.now(answer)["text"]

    calls, text = asyncio.run(conversation())
    assert len(calls) == 1
    assert text.startswith(flag("changed"))


def test_an_edit_whose_answer_is_lost_is_made_again_and_changes_nothing(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            api.drops("editMessageText", applied=True)
            desk.prints(CORRECTED)
            await edited(api, 2)
            return api.now(answer)["text"]

    assert asyncio.run(conversation()).startswith(flag("changed"))


RUN = """
import sys
from pathlib import Path
from bot.telegram import following
from bot.telegram.app import run
from bot.telegram.settings import TelegramSettings
from index.library import Library
from tests.bot.telegram.test_following import Desk
from tests.bot.telegram_world import FREE
url, token, folder = sys.argv[1:]
following.EVERY_S = 0.05
library = Library.open(Path(folder))
run(Desk(library), TelegramSettings(api_base_url=url, **FREE), library.path, token)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_bot_that_is_killed_during_an_edit_makes_it_again_and_no_more(desk):
    folder = str(desk.library.path.parent)

    async def conversation():
        async with FakeBotApi(articles=stored_in(desk.library.path)) as api:
            async with process(TOKEN, "-c", RUN, api.url, TOKEN, folder) as bot:
                api.says(ANNA, "million?")
                await api.until(lambda: api.sent, 30)
                [answer] = map(dict, api.sent)
                await api.until(lambda: followed(desk), 30)
                api.hangs("editMessageText", applied=True)
                desk.prints(CORRECTED)
                await api.until(lambda: edits(api), 30)
                bot.kill()
                await bot.ended()
            flagged = api.now(answer)
            assert flagged["text"].startswith(flag("changed"))
            async with process(TOKEN, "-c", RUN, api.url, TOKEN, folder):
                await api.until(lambda: len(edits(api)) == 2, 30)
                await api.until(
                    lambda: not desk.library.rows("select 1 from shown_quotes where due"), 30
                )
                await some_rounds()
            assert len(edits(api)) == 2
            assert api.now(answer) == flagged

    asyncio.run(conversation())


def test_an_article_that_changes_before_its_quote_is_noted_is_flagged(desk, monkeypatch):
    render = desk.verified

    def late(answer):
        shown = render(answer)
        desk.withdraws("bridge")
        return shown

    async def conversation():
        async with world(desk) as api:
            api.law.knows([BRIDGE.text])
            monkeypatch.setattr(desk, "verified", late)
            answer = await asks(api, ANNA, "million?")
            await edited(api)
            return api.now(answer)["text"]

    assert asyncio.run(conversation()).startswith(flag("withdrawn"))


def test_a_page_that_is_turned_during_an_edit_is_what_stands_there_in_the_end(desk):
    async def conversation():
        async with world(desk, quotes_per_message=1) as api:
            answer = await asks(api, ANNA, "bridge?")
            more = buttons(answer)[phrase("en", "tg-more", page=1, pages=3)]
            api.delays("editMessageText", 0.3)
            desk.prints(replace(BRIDGE, text=COST))
            await api.until(lambda: len(edits(api)) == 1)
            api.presses(ANNA, answer, more)
            await api.until(lambda: len(edits(api)) == 3)
            await some_rounds()
            return edits(api), api.now(answer)

    calls, now = asyncio.run(conversation())
    assert len(calls) == 3
    assert quoted(now) == [FERRY.text]
    assert flag("changed") in now["text"]


# Trouble


@pytest.mark.parametrize(
    ("status", "description"),
    [
        pytest.param(400, "Bad Request: message can't be edited", id="old"),
        pytest.param(403, "Forbidden: bot was blocked by the user", id="blocked"),
    ],
)
def test_what_cannot_be_edited_is_logged_once_and_left(status, description, desk, caplog):
    async def conversation():
        async with world(desk) as api:
            await asks(api, ANNA, "million?")
            api.fails("editMessageText", status, description, times=9)
            desk.prints(CORRECTED)
            await edited(api)

    asyncio.run(conversation())
    warnings = [one for one in caplog.records if "cannot be flagged" in one.getMessage()]
    assert len(warnings) == 1
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_a_message_that_its_reader_has_deleted_is_let_go(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            api.deletes(answer)
            desk.prints(CORRECTED)
            await edited(api)

    asyncio.run(conversation())


@pytest.mark.parametrize(
    ("status", "description", "parameters"),
    [
        pytest.param(429, "Too Many Requests", {"retry_after": 1}, id="too-many"),
        pytest.param(502, "Bad Gateway", {}, id="gateway"),
    ],
)
def test_what_telegram_does_not_take_is_brought_later(status, description, parameters, desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            api.fails("editMessageText", status, description, **parameters)
            desk.prints(CORRECTED)
            await edited(api, 2)
            return api.now(answer)["text"]

    assert asyncio.run(conversation()).startswith(flag("changed"))


def test_one_chat_in_trouble_keeps_no_other_from_its_flags(desk):
    async def conversation():
        async with world(desk) as api:
            await asks(api, ANNA, "million?")
            other = await asks(api, BORIS, "million?")
            match = {"chat_id": ANNA.id}
            api.fails("editMessageText", 429, "Too Many", times=9, match=match, retry_after=9)
            desk.prints(CORRECTED)
            await edited(api, 2)
            return api.now(other)["text"]

    assert asyncio.run(conversation()).startswith(flag("changed", "bg"))


def test_a_round_that_fails_is_logged_and_the_next_goes_on(desk, caplog, monkeypatch):
    judged = ShownMessages.judged
    tried = []

    def once_broken(self, id_):
        tried.append(id_)
        if len(tried) == 1:
            raise ZeroDivisionError("a secret of ours")
        return judged(self, id_)

    async def conversation():
        async with world(desk) as api:
            await asks(api, ANNA, "million?")
            monkeypatch.setattr(ShownMessages, "judged", once_broken)
            desk.prints(CORRECTED)
            await edited(api)

    asyncio.run(conversation())
    assert "a round of what was shown ended early" in caplog.text


# For how long, and of whom


def test_after_forget_nothing_is_followed_any_more(desk):
    async def conversation():
        async with world(desk) as api:
            await asks(api, ANNA, "million?")
            other = await asks(api, BORIS, "million?")
            told = await asks(api, ANNA, "/forget")
            await toast(api, ANNA, told, f"x:{ANNA.id}")
            assert followed(desk) == [(BORIS.id, BORIS.id)]
            desk.prints(CORRECTED)
            await edited(api, 2)  # the first says that it is forgotten
            assert edits(api)[-1]["message_id"] == other["message_id"]

    asyncio.run(conversation())


def test_with_no_days_nothing_is_noted_and_what_was_goes(desk):
    async def conversation():
        async with FakeBotApi() as api:
            async with watching(api, desk.library.path, desk):
                await asks(api, ANNA, "million?")
            assert followed(desk) == [(ANNA.id, ANNA.id)]
            async with watching(api, desk.library.path, desk, flag_changes_days=0):
                await api.until(lambda: not followed(desk))
                await asks(api, ANNA, "bridge?")
                desk.prints(CORRECTED)
                await some_rounds()
                assert edits(api) == []
        assert followed(desk) == []

    asyncio.run(conversation())


def test_a_remark_is_not_followed(desk):
    async def conversation():
        async with world(desk) as api:
            await asks(api, ANNA, "/help")
            await asks(api, ANNA, "whale?")

    asyncio.run(conversation())
    assert followed(desk) == []


# What goes on from a flagged answer


def test_a_quote_that_has_moved_is_opened_where_it_stands_now(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            desk.prints(replace(BRIDGE, text=f"Corrected at noon.\n{BRIDGE.text}"))
            await api.until(lambda: desk.library.rows(FOLLOWED))
            return await taps(api, ANNA, answer, CONTEXT)

    opened = asyncio.run(conversation())
    [bold] = [
        utf16_slice(opened["text"], one) for one in opened["entities"] if one["type"] == "bold"
    ]
    assert bold == COST


def test_a_follow_up_to_a_flagged_answer_leans_on_its_question_alone(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "million?")
            desk.withdraws("bridge")
            await edited(api)
            return await asks(api, ANNA, "and the ferry?", reply_to=api.now(answer))

    follow_up = asyncio.run(conversation())
    assert quoted(follow_up) == [FERRY.text]
    assert desk.asked[-1] == ("and the ferry?", ("million?",))


def test_a_report_of_a_flagged_answer_holds_only_what_stands(desk):
    async def conversation():
        async with world(desk) as api:
            answer = await asks(api, ANNA, "bridge?")
            desk.withdraws("bridge")
            await edited(api)
            number = buttons(answer)[CONTEXT].split(":")[1]
            await toast(api, ANNA, api.now(answer), f"w:{number}:1:topic")

    asyncio.run(conversation())
    [(stored,)] = desk.library.rows("select quotes from reports")
    assert [one["text"] for one in json.loads(stored)] == [FERRY.text]
