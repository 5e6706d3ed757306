"""A button says that an answer is none; the reason goes to the owner with what was shown."""

import asyncio
import contextlib
import logging
import sqlite3
from dataclasses import replace

import pytest

from bot.phrases import LANGUAGES, phrase
from bot.reviews.report import Shown, State, Why
from bot.reviews.store import Reports
from bot.telegram.reporting import reasons
from index.errors import LibraryError
from index.library import Library
from tests.bot.botapi import FakeBotApi, Reader, group
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    CALL,
    HARBOUR,
    VERA,
    LineFinder,
    asks,
    asks_to_forget,
    lines,
    quoted,
    running,
    talking,
    toast,
)

THANKS = phrase("en", "wrong-thanks")
STALE = phrase("en", "tg-stale")


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


def reports(database):
    with Reports.open(database.parent) as kept:
        return kept.of(*State)


def rows(message):
    """Return the buttons, row by row: what each says and what it sends."""
    markup = message.get("reply_markup", {"inline_keyboard": []})
    return [
        [(button["text"], button["callback_data"]) for button in row]
        for row in markup["inline_keyboard"]
    ]


def talk(conversation, database, finder=None, **settings):
    """Run a conversation with the bot and return what it returns."""

    async def whole():
        async with talking(database, finder, **settings) as api:
            return await conversation(api)

    return asyncio.run(whole())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_opens_the_reasons_in_the_readers_language(database, language):
    reader = replace(ANNA, language=language)

    async def conversation(api):
        answer = await asks(api, reader, "harbour?")
        assert await toast(api, reader, answer, "w:1:1") is None
        return answer, dict(api.now(answer))

    answer, opened = talk(conversation, database)
    assert rows(answer)[-1][-1] == (phrase(language, "tg-wrong"), "w:1:1")
    whys = ["person", "topic", "outdated", "misquoted", "source", "other"]
    labels = [(phrase(language, f"wrong-{why}"), f"w:1:1:{why}") for why in whys]
    back = (phrase(language, "tg-back"), "m:1:1")
    assert rows(opened) == [labels[:2], labels[2:4], labels[4:], [back]]
    assert (opened["text"], opened["entities"]) == (answer["text"], answer["entities"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("silent", [True, False])
def test_f25_reasons_fit_into_a_row_and_into_what_telegram_takes(language, silent):
    markup = reasons(10**18 - 1, "9999", language, silent=silent)
    for row in markup.inline_keyboard:
        assert sum(len(button.text) for button in row) <= 40
        assert all(len(str(button.callback_data).encode()) <= 64 for button in row)


def test_a_way_back_leads_to_the_page_that_was_left(database):
    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        await toast(api, ANNA, answer, "m:1:2")
        await api.until(lambda: rows(api.now(answer)) != rows(answer))
        second = dict(api.now(answer))
        await toast(api, ANNA, answer, "w:1:2")
        [*_, [(_, back)]] = rows(api.now(answer))
        await toast(api, ANNA, answer, back)
        await api.until(lambda: rows(api.now(answer)) == rows(second))
        return second, dict(api.now(answer))

    second, now = talk(conversation, database)
    assert now == second
    assert reports(database) == []


@pytest.mark.parametrize("why", Why.of_quotes())
def test_a_reason_is_kept_with_the_question_and_the_quotes_that_were_shown(database, why):
    async def conversation(api):
        await asks(api, BORIS, "какво каза Путин?")
        answer = await asks(api, BORIS, "and какво каза Нетаняху?")
        await toast(api, BORIS, answer, "w:2:1")
        assert await toast(api, BORIS, answer, f"w:2:1:{why}") == phrase("bg", "wrong-thanks")
        assert rows(api.now(answer)) == rows(answer), "its buttons are back"

    talk(conversation, database)
    [report] = reports(database)
    assert (report.question, report.history, report.why, report.state) == (
        "and какво каза Нетаняху?",
        ("какво каза Путин?",),
        why,
        State.OPEN,
    )
    quote, _ = lines(CALL)
    assert report.quotes == (Shown(quote.span, quote.text),)
    assert (report.chat, report.user, report.asker) == (BORIS.id, BORIS.id, BORIS.id)


def test_only_the_quotes_of_the_page_are_reported(database):
    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        await toast(api, ANNA, answer, "m:1:2")
        await api.until(lambda: rows(api.now(answer)) != rows(answer))
        await toast(api, ANNA, answer, "w:1:2:topic")
        return quoted(api.now(answer))

    shown = talk(conversation, database)
    [report] = reports(database)
    assert [one.text for one in report.quotes] == shown == HARBOUR.text.split("\n")[3:6]


def test_a_quote_that_is_shown_part_by_part_is_reported_whole(database):
    speech = replace(HARBOUR, text="The harbour never sleeps. " * 200 + "Really.")

    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        await toast(api, ANNA, answer, "m:1:2")
        await api.until(lambda: rows(api.now(answer)) != rows(answer))
        await toast(api, ANNA, answer, "w:1:2:topic")

    talk(conversation, database, LineFinder([speech]))
    [report] = reports(database)
    assert [one.text for one in report.quotes] == [speech.text]


def test_a_silence_can_be_reported_for_what_is_there_after_all(database):
    async def conversation(api):
        silence = await asks(api, ANNA, "unicorn?")
        await toast(api, ANNA, silence, "w:1:1")
        opened = rows(api.now(silence))
        assert await toast(api, ANNA, silence, "w:1:1:missing") == THANKS
        return opened

    [choices, _back] = talk(conversation, database)
    assert [data for _, data in choices] == ["w:1:1:missing", "w:1:1:other"]
    [report] = reports(database)
    assert (report.question, report.quotes, report.why) == ("unicorn?", (), Why.MISSING)


def test_double_taps_are_one_report_and_another_reason_replaces_the_first(database):
    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        return [
            await toast(api, ANNA, answer, f"w:1:1:{why}")
            for why in ("topic", "topic", "person", "person")
        ]

    again = phrase("en", "wrong-again")
    assert talk(conversation, database) == [THANKS, again, THANKS, again]
    assert [report.why for report in reports(database)] == [Why.PERSON]


def test_in_a_group_everybody_who_sees_an_answer_can_report_it(database):
    async def conversation(api):
        answer = await asks(api, ANNA, "/ask harbour?", chat=group())
        await toast(api, BORIS, answer, "w:1:1:topic")
        await toast(api, VERA, answer, "w:1:1:source")

    talk(conversation, database)
    assert [(report.user, report.asker, report.why) for report in reports(database)] == [
        (BORIS.id, ANNA.id, Why.TOPIC),
        (VERA.id, ANNA.id, Why.SOURCE),
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("w:999:1", id="unknown-question"),
        pytest.param("w:999:1:topic", id="reason-for-an-unknown-question"),
        pytest.param("w:999999999999999999:9999:misquoted", id="endless-numbers"),
        pytest.param("w:1:1:nonsense", id="no-reason"),
        pytest.param("w:2:1:topic", id="of-another-message"),
        pytest.param("w:3:1:topic", id="of-a-view"),
        pytest.param("w:4:1:topic", id="of-another-chat"),
        pytest.param("w:1", id="of-an-older-bot"),
    ],
)
def test_f25_a_button_that_fits_nothing_reports_nothing_and_says_so(database, data):
    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        await asks(api, ANNA, "harbour?")
        view = await asks(api, ANNA, "/said harbour")
        await asks(api, VERA, "harbour?")
        return await toast(api, ANNA, view if data.startswith("w:3") else answer, data)

    assert talk(conversation, database) == STALE
    assert reports(database) == []


def test_f25_a_view_is_no_answer_and_has_no_such_button(database):
    async def conversation(api):
        return await asks(api, ANNA, "/said harbour")

    data = [data for row in rows(talk(conversation, database)) for _, data in row]
    assert data
    assert not any(one.startswith("w:") for one in data)


def test_f25_a_stranger_in_a_group_cannot_report(database):
    async def conversation(api):
        answer = await asks(api, ANNA, "/ask harbour?", chat=group())
        return await toast(api, Reader(666, "en"), answer, "w:1:1:topic")

    settings = {"open_to_all": False, "allowed_users": (ANNA.id,)}
    told = talk(conversation, database, **settings)
    assert told == phrase("en", "tg-strange-group", id=group()["id"])
    assert reports(database) == []


def test_f25_a_press_that_telegram_finds_too_old_still_counts(database):
    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        api.presses(ANNA, answer, "w:1:1", stale=True)
        await api.until(lambda: len(rows(api.now(answer))) == 4)
        api.presses(ANNA, answer, "w:1:1:topic", stale=True)
        await api.until(lambda: rows(api.now(answer)) == rows(answer))

    talk(conversation, database)
    assert len(reports(database)) == 1


def test_f25_opening_the_reasons_twice_changes_nothing(database, caplog):
    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        for _ in range(2):
            api.presses(ANNA, answer, "w:1:1")
        await api.until(lambda: len(api.toasts) == 2)
        return [toast.get("text") for toast in api.toasts]

    assert talk(conversation, database) == [None, None]
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]


def test_f25_an_answer_that_was_deleted_can_still_be_reported(database, caplog):
    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        press = dict(api.now(answer))
        api.presses(ANNA, press, "w:1:1:topic")
        api.deletes(answer)
        await api.until(lambda: api.toasts)
        return api.toasts[0]["text"]

    assert talk(conversation, database) == THANKS
    assert len(reports(database)) == 1
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]


def test_f25_after_the_database_is_wiped_old_buttons_are_stale(database):
    async def conversation():
        async with FakeBotApi() as api:
            async with running(api, database):
                answer = await asks(api, ANNA, "harbour?")
            with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as wiped:
                wiped.execute("delete from asked")
            async with running(api, database):
                return [await toast(api, ANNA, answer, f"w:1:1{end}") for end in ("", ":topic")]

    assert asyncio.run(conversation()) == [STALE, STALE]
    assert reports(database) == []


def test_f31_a_report_that_cannot_be_kept_is_answered_politely(database, monkeypatch):
    def locked(*_):
        raise LibraryError("library.db: database is locked")

    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        monkeypatch.setattr(Reports, "add", locked)
        api.presses(ANNA, answer, "w:1:1:topic")
        told = (await api.answers(2))[-1]
        monkeypatch.undo()
        return told["text"], await toast(api, ANNA, answer, "w:1:1:topic")

    told, again = talk(conversation, database)
    assert told[:-8] == phrase("en", "tg-trouble", id="")
    assert again == THANKS


def test_quotes_that_have_changed_since_they_were_shown_are_not_reported_as_they_are_now(
    database,
):
    finder = LineFinder()

    async def conversation(api):
        answer = await asks(api, ANNA, "harbour?")
        finder.articles["harbour"] = replace(HARBOUR, text="The harbour is empty.")
        await toast(api, ANNA, answer, "w:1:1:outdated")
        return quoted(api.now(answer))

    assert talk(conversation, database, finder) == ["The harbour is empty."]
    [report] = reports(database)
    assert (report.why, report.quotes) == (Why.OUTDATED, ())


def test_forgetting_takes_what_somebody_has_reported_and_answers_to_them(database):
    chat = group()

    async def conversation(api):
        harbour = await asks(api, ANNA, "/ask harbour?", chat=chat)
        await toast(api, BORIS, harbour, "w:1:1:topic")
        whale = await asks(api, BORIS, "/ask and the whale?", chat=chat)
        await toast(api, BORIS, whale, "w:2:1:topic")
        alone = await asks(api, BORIS, "/ask whale?", chat=chat)
        await toast(api, ANNA, alone, "w:3:1:topic")
        private = await asks(api, ANNA, "whale?")
        await toast(api, ANNA, private, "w:4:1:topic")
        told = await asks(api, ANNA, "/forget", chat=chat)
        await toast(api, ANNA, told, f"x:{ANNA.id}")
        return told["text"]

    told = talk(conversation, database)
    assert told == asks_to_forget("en", 1, 0, 2)
    assert [report.chat for report in reports(database)] == [ANNA.id], (
        "what followed her question is gone too, what she asked elsewhere is not"
    )


def test_who_has_only_reported_can_be_forgotten_too(database):
    async def conversation(api):
        answer = await asks(api, ANNA, "/ask harbour?", chat=group())
        await toast(api, BORIS, answer, "w:1:1:topic")
        told = await asks(api, BORIS, "/forget", chat=group())
        await toast(api, BORIS, told, f"x:{BORIS.id}")
        return told["text"]

    told = asks_to_forget("bg", 0, 0, 1)
    assert talk(conversation, database) == told
    assert reports(database) == []
