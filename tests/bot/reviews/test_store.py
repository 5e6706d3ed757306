"""Reports are kept once each, from any thread, until they are forgotten."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Understood
from bot.asked import Asked
from bot.questions.reading import read
from bot.questions.slots import Slot
from bot.reviews.report import Report, State, Truth, Why
from bot.reviews.store import Reports
from index.errors import LibraryError
from index.library import Library
from tests.bot.reviews.conftest import AT, COST, OPENING, RAIN


def test_what_comes_in_goes_out(reports, report):
    kept = report(OPENING, COST, history=("Where?",), chat=-5, user=7, asker=8, why=Why.SOURCE)
    assert (kept.id, kept.state, kept.decided_at, kept.truth) == (1, State.OPEN, None, None)
    assert (kept.history, kept.chat, kept.user, kept.asker) == (("Where?",), -5, 7, 8)
    assert [quote.text for quote in kept.quotes] == [OPENING, COST]
    assert (kept.why, kept.at) == (Why.SOURCE, AT)
    assert reports.get(1) == kept
    assert reports.get(2) is None


class TestAgain:
    def test_the_same_is_one_report(self, reports, report):
        kept = report(OPENING)
        assert not reports.add(kept)
        assert reports.of(*State) == [kept]

    def test_another_reason_replaces_the_first(self, reports, report):
        kept = report(OPENING)
        assert reports.add(replace(kept, why=Why.PERSON))
        assert [one.why for one in reports.of(*State)] == [Why.PERSON]

    def test_what_is_decided_stays_as_it_is(self, reports, report):
        kept = report(OPENING)
        reports.reject(kept)
        assert not reports.add(replace(kept, why=Why.PERSON))
        assert [(one.why, one.state) for one in reports.of(*State)] == [
            (Why.TOPIC, State.REJECTED)
        ]

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param({"user": 9}, id="reader"),
            pytest.param({"chat": 9}, id="chat"),
            pytest.param({"question": "Who opened it?"}, id="question"),
            pytest.param({"history": ("Where?",)}, id="question-before"),
            pytest.param({"quotes": ()}, id="quotes"),
        ],
    )
    def test_another_makes_another_report(self, reports, report, other):
        assert reports.add(replace(report(OPENING), **other))
        assert reports.waiting() == 2


class TestDecisions:
    def test_take_a_report_from_those_that_wait(self, reports, report):
        first, second, third = report(OPENING), report(COST), report(RAIN)
        accepted, rejected = reports.accept(first), reports.reject(second)
        assert (reports.waiting(), reports.of(State.OPEN)) == (1, [third])
        assert reports.of(State.ACCEPTED) == [accepted]
        assert reports.of(State.REJECTED, State.OPEN) == [rejected, third]
        assert accepted.decided_at is not None
        assert (accepted.state, accepted.truth) == (State.ACCEPTED, None)

    @pytest.mark.parametrize("truth", [Truth(), Truth(("bridge",), (COST,))])
    def test_keep_what_does_answer(self, reports, report, truth):
        accepted = reports.accept(report(OPENING), truth)
        assert accepted.truth == truth
        assert reports.get(1) == accepted

    def test_can_be_made_anew(self, reports, report):
        accepted = reports.accept(report(OPENING), Truth())
        rejected = reports.reject(accepted)
        assert (rejected.state, rejected.truth) == (State.REJECTED, None)
        assert reports.get(1) == rejected

    def test_take_more_than_a_silence_to_accept_one(self, reports, report):
        silence = report(why=Why.MISSING)
        with pytest.raises(LibraryError, match="in report 1 nothing was quoted: say where"):
            reports.accept(silence)
        assert reports.accept(silence, Truth(("bridge",), (COST,))).state is State.ACCEPTED


class TestForgetting:
    def test_takes_what_somebody_reported_or_asked_in_a_chat(self, reports, report):
        report(OPENING, chat=5, user=1, asker=2)
        report(OPENING, chat=5, user=2, asker=3)
        other = report(OPENING, chat=5, user=3, asker=3)
        elsewhere = report(OPENING, chat=6, user=2, asker=2)
        assert [reports.count(5, user) for user in (1, 2, 3, 4)] == [1, 2, 2, 0]
        reports.forget(5, 2)
        assert reports.of(*State) == [other, elsewhere]

    def test_takes_questions_that_followed_one_of_theirs(self, reports, report):
        report(OPENING, chat=5, history=("Where?", "When?"))
        other = report(OPENING, chat=5, history=("Who?",))
        reports.forget(5, 2, {"When?", "How?"})
        assert reports.of(*State) == [other]

    def test_by_age_takes_all_that_are_older(self, reports, report):
        report(OPENING)
        kept = report(COST, at=AT + timedelta(days=1))
        assert reports.purge(AT) == 0
        assert reports.purge(AT + timedelta(seconds=1)) == 1
        assert reports.of(*State) == [kept]

    def test_leaves_no_number_to_be_given_twice(self, reports, report):
        report(OPENING)
        reports.forget(0, 0)
        assert report(COST).id == 2


def test_threads_may_report_at_once(reports, report):
    made = report(OPENING)
    with ThreadPoolExecutor(8) as threads:
        new = threads.map(lambda user: reports.add(replace(made, user=user % 50)), range(200))
        assert sum(new) == 49
    assert reports.waiting() == 50


def test_a_second_process_sees_what_the_first_has_kept(reports, report, stored):
    kept = report(OPENING)
    with Reports.open(stored.path.parent) as others:
        assert others.of(State.OPEN) == [kept]
        others.reject(kept)
    assert reports.waiting() == 0


def test_without_a_library_there_are_no_reports(tmp_path):
    with pytest.raises(LibraryError, match="make one with: citat ingest PATH"):
        Reports.open(tmp_path / "none")


class TestOfAnAnswer:
    ASKED = "what did the mayor say in 2017?"

    def test_a_question_is_kept_as_it_was_typed_behind_those_before_it(self):
        asked = Asked("and in 2017?", ("what did the mayor say?",))
        understood = Understood(asked.question, "en", follows="what did the mayor say in 2017?")
        made = Report.of(asked, Answer(understood), (), Why.OTHER)
        assert (made.question, made.history) == (asked.question, asked.history)

    def test_a_question_without_a_filter_is_kept_as_it_can_be_asked(self):
        asked = Asked(self.ASKED, ("who?",), (Slot.PERIOD,))
        slots = read(self.ASKED, "en").without(Slot.PERIOD)
        made = Report.of(asked, Answer(Understood(self.ASKED, "en", slots=slots)), (), Why.OTHER)
        assert (made.question, made.history) == ("what did the mayor say?", ())

    @given(st.text(st.characters()))
    def test_any_text_can_be_kept(self, tmp_path_factory, text):
        made = Report.of(Asked(text, (text,)), Answer(Understood(text, "en")), (), Why.OTHER)
        folder = tmp_path_factory.mktemp("any")
        with Library.open(folder, create=True), Reports.open(folder) as reports:
            assert reports.add(made)
            [kept] = reports.of(State.OPEN)
        assert (kept.question, kept.history) == (made.question, made.history)
