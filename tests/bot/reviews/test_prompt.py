"""At the prompt the last answer is reported with `:wrong`."""

import io

import pytest

from bot.phrases import phrase
from bot.repl import Session, run
from bot.reviews.report import State, Why
from bot.reviews.store import Reports
from bot.watches.store import LOCAL, Watches

BRIDGE = "Ще бъде ли съборен Керванският мост?"
THANKS = phrase("bg", "wrong-thanks")


@pytest.fixture
def reports(own_archive):
    with Reports.open(own_archive) as reports:
        yield reports


@pytest.fixture
def session(conversation, own_archive, reports):
    with Watches.open(own_archive) as watches:
        yield Session(conversation, watches, reports, io.StringIO())


def test_the_last_answer_is_reported_as_far_as_it_was_shown(session, reports):
    session.reply(BRIDGE)
    assert session.reply(":wrong topic") == THANKS
    [report] = reports.of(State.OPEN)
    assert (report.question, report.why, report.language) == (BRIDGE, Why.TOPIC, "bg")
    assert (report.chat, report.user) == (LOCAL, LOCAL)
    quotes = session.answer.quotes[:3]
    assert [shown.span for shown in report.quotes] == [quote.span for quote in quotes]


def test_a_follow_up_is_reported_behind_the_question_before_it(session, reports):
    session.reply(BRIDGE)
    session.reply("А колко ще струва?")
    session.reply(":wrong")
    [report] = reports.of(State.OPEN)
    assert (report.question, report.history) == ("А колко ще струва?", (BRIDGE,))
    assert report.why is Why.OTHER


def test_a_silence_is_reported_for_what_is_there_after_all(session, reports):
    session.reply("Какво казва Роналдо?")
    which = phrase("bg", "repl-wrong-which", reasons="missing, other")
    assert session.reply(":wrong topic") == which
    assert session.reply(":wrong MISSING") == THANKS
    [report] = reports.of(State.OPEN)
    assert (report.why, report.quotes) == (Why.MISSING, ())


def test_the_same_is_reported_once(session, reports):
    session.reply(BRIDGE)
    told = [session.reply(f":wrong {why}") for why in ("topic", "topic", "person")]
    assert told == [THANKS, phrase("bg", "wrong-again"), THANKS]
    assert [report.why for report in reports.of(State.OPEN)] == [Why.PERSON]


@pytest.mark.parametrize("line", [":wrong", ":wrong topic"])
def test_without_an_answer_there_is_nothing_to_report(session, reports, line):
    assert session.reply(line) == phrase("en", "repl-ask-first")
    session.reply(":said Роглева")
    assert session.reply(line) == phrase("en", "repl-ask-first"), "a view is no answer"
    assert reports.waiting() == 0


def test_another_reason_is_told_which_there_are(session, reports):
    session.reply(BRIDGE)
    names = "person, topic, outdated, misquoted, source, other"
    which = phrase("bg", "repl-wrong-which", reasons=names)
    assert session.reply(":wrong nonsense") == session.reply(":wrong missing") == which
    assert reports.waiting() == 0


def test_the_greeting_tells_how_many_wait(session, reports):
    session.reply(BRIDGE)
    session.reply(":wrong topic")
    session.stdout, session.language = io.StringIO(), "en"
    run(session, stdin=io.StringIO(":wrong\n"))
    assert session.stdout.getvalue().startswith(phrase("en", "wrong-waiting", count=1))
