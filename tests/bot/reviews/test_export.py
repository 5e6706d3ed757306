"""Accepted reports become cases that `citat eval` reads, each once."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.cases import Case, read_cases
from bot.reviews.export import Exported, export
from bot.reviews.report import Report, Shown, State, Truth, Why
from index.errors import SourceError
from index.records import Span, without_surrogates
from tests.bot.reviews.conftest import COST, OPENING, RAIN


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cases.jsonl"


def cases(path):
    """Read the file as `citat eval` does; it must find nothing to complain of."""
    read = read_cases(str(path))
    assert (read.problems, read.ignored) == ((), ())
    return list(read.cases)


@pytest.mark.parametrize(
    ("truth", "case"),
    [
        pytest.param(None, Case(1, "Who?", wrong=(OPENING, RAIN)), id="only-wrong"),
        pytest.param(Truth(), Case(1, "Who?"), id="unanswerable"),
        pytest.param(
            Truth(("bridge",), (COST,)),
            Case(1, "Who?", ("bridge",), (COST,), wrong=(OPENING, RAIN)),
            id="elsewhere",
        ),
        pytest.param(
            Truth(("weather",), ("It rained all  day",)),
            Case(1, "Who?", ("weather",), ("It rained all  day",), wrong=(OPENING,)),
            id="in-one-of-those-shown",
        ),
        pytest.param(
            Truth(("bridge",), (f"{OPENING} {COST}",)),
            Case(1, "Who?", ("bridge",), (f"{OPENING} {COST}",), wrong=(RAIN,)),
            id="around-one-of-those-shown",
        ),
    ],
)
def test_a_case_holds_what_answers_and_what_does_not(path, report, reports, truth, case):
    accepted = reports.accept(report(OPENING, RAIN, question="Who?", history=("When?",)), truth)
    assert export(path, [accepted]) == Exported(added=1, known=0)
    assert cases(path) == [replace(case, history=("When?",), id="report-1")]


def test_a_silence_becomes_a_case_with_its_answer(path, report, reports):
    silence = report(question="How much?", why=Why.MISSING)
    export(path, [reports.accept(silence, Truth(("bridge",), (COST,)))])
    assert cases(path) == [Case(1, "How much?", ("bridge",), (COST,), id="report-1")]


class TestAFileThatIsThere:
    def test_keeps_its_lines_even_if_the_last_one_is_not_ended(self, path, report, reports):
        path.write_bytes(b'\xef\xbb\xbf{"question": "Mine?"}\r\n{"question": "Yours?"}')
        export(path, [reports.accept(report(OPENING, question="Who?"))])
        assert [case.question for case in cases(path)] == ["Mine?", "Yours?", "Who?"]
        assert path.read_bytes().startswith(b'\xef\xbb\xbf{"question": "Mine?"}\r\n')

    def test_gets_each_case_once(self, path, report, reports):
        first = reports.accept(report(OPENING))
        same = reports.accept(report(OPENING, user=5))
        assert export(path, [first, same]) == Exported(added=1, known=1)
        again = path.read_bytes()
        assert export(path, [first, same]) == Exported(added=0, known=2)
        assert path.read_bytes() == again
        other = reports.accept(report(COST))
        assert export(path, [first, same, other]) == Exported(added=1, known=2)
        assert [case.id for case in cases(path)] == ["report-1", "report-3"]

    def test_stays_private_if_it_was(self, path, report, reports):
        path.touch(mode=0o600)
        export(path, [reports.accept(report(OPENING))])
        assert path.stat().st_mode & 0o777 == 0o600

    def test_that_is_a_table_is_refused(self, tmp_path, report, reports):
        path = tmp_path / "cases.csv"
        with pytest.raises(SourceError, match=r"cases\.csv is a table; .*: cases\.jsonl"):
            export(path, [reports.accept(report(OPENING))])
        assert not path.exists()


def test_with_nothing_to_export_no_file_is_made(path):
    assert export(path, []) == Exported(0, 0)
    assert not path.exists()


def test_a_folder_that_is_not_there_is_named(tmp_path, report, reports):
    path = tmp_path / "none" / "cases.jsonl"
    with pytest.raises(SourceError, match=f"cannot write {path}: there is no folder"):
        export(path, [reports.accept(report(OPENING))])


def test_a_full_disk_leaves_the_file_as_it_was(path, report, reports, monkeypatch):
    path.write_text('{"question": "Mine?"}\n')

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "replace", full)
    with pytest.raises(SourceError, match=r"cannot write .*: No space left on device"):
        export(path, [reports.accept(report(OPENING))])
    assert path.read_text() == '{"question": "Mine?"}\n'
    assert [entry.name for entry in path.parent.glob(".*")] == []


WORDS = st.text(st.characters(), min_size=1).filter(lambda text: _read(text) != "")
SPAN = Span("a", "v", 0, 9)


def _read(text):
    """Return a text as cases are read: composed, and without blanks around it."""
    return unicodedata.normalize("NFC", without_surrogates(text)).strip()


@given(
    st.lists(
        st.builds(
            lambda question, history, quotes, truth: Report(
                without_surrogates(question),
                tuple(map(without_surrogates, history)),
                tuple(Shown(SPAN, without_surrogates(text)) for text in quotes),
                Why.OTHER,
                "en",
                at=datetime(2024, 5, 2, tzinfo=UTC),
                state=State.ACCEPTED,
                truth=truth and Truth(("a",), (without_surrogates(truth),)),
            ),
            WORDS,
            st.lists(WORDS, max_size=3),
            st.lists(WORDS, min_size=1, max_size=3),
            st.none() | WORDS,
        ),
        max_size=4,
    )
)
def test_whatever_readers_ask_comes_back_as_they_asked_it(tmp_path_factory, made):
    path = tmp_path_factory.mktemp("any") / "cases.jsonl"
    reports = [replace(report, id=number) for number, report in enumerate(made, 1)]
    done = export(path, reports)
    assert done.added + done.known == len(reports)
    read = cases(path) if done.added else []
    assert len(read) == done.added
    by_id = {f"report-{report.id}": report for report in reports}
    for case in read:
        report = by_id[case.id or ""]
        assert case.question == _read(report.question)
        assert case.history == tuple(map(_read, report.history))
        assert case.quotes == (tuple(map(_read, report.truth.quotes)) if report.truth else ())
        shown = {_read(quote.text) for quote in report.quotes}
        assert set(case.wrong) == shown if report.truth is None else set(case.wrong) <= shown
        assert not set(case.wrong) & set(case.quotes)


def test_a_report_that_is_judged_anew_does_not_contradict_what_was_exported(path, report, reports):
    made = report(question="How much?", why=Why.MISSING)
    export(path, [reports.accept(made, Truth())])
    again = reports.accept(made, Truth(("bridge",), (COST,)))
    with pytest.raises(SourceError, match=f"{path} has report-1"):
        export(path, [again])
    assert len(cases(path)) == 1


def test_what_a_link_leads_to_is_written(path, report, reports):
    link = path.with_name("link.jsonl")
    path.write_text("")
    link.symlink_to(path)
    export(link, [reports.accept(report(question="How much?", why=Why.MISSING), Truth())])
    assert link.is_symlink()
    assert len(cases(path)) == 1
