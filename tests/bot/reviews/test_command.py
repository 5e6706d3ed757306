"""`citat review` as people and programs call it."""

import io
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from bot.evaluation.cases import Case, read_cases
from bot.reviews.report import Report, State, Truth, Why
from bot.reviews.store import Reports
from bot.reviews.terminal import line, screen, whole
from citat import cli
from tests.bot.reviews.conftest import AT, COST, OPENING, RAIN, shown
from tests.conftest import entry_of


@pytest.fixture
def run(stored):
    """Run `citat review` over the small archive."""

    def command(*arguments, **more):
        call = ["review", *arguments, "--data", str(stored.path.parent)]
        result = CliRunner().invoke(cli, call, **more)
        assert "\x1b" not in result.output, "no colours where there is no terminal"
        return result

    return command


def walk(stored, *typed):
    """Go through the reports at the prompt; return what is printed."""
    lines = "".join(f"{line}\n" for line in typed)
    return CliRunner().invoke(cli, ["review", "--data", str(stored.path.parent)], input=lines)


SHOWN = f"""\
Report 1 · open · 2024-05-02 14:03 · Wrong topic
after: Where?
Who paid for the bridge?

 1 │ {OPENING}
     bridge:0-28
     Herald · undated · {OPENING}

 2 │ {RAIN}
     weather:0-23
     Herald · undated · {RAIN}
"""


def test_reports_that_wait_are_listed_for_people(run, report, reports):
    report(OPENING)
    reports.reject(report(COST))
    assert run("list").stdout == (
        "   1  2024-05-02  open      Wrong topic: Who paid for the bridge?\n"
    )
    everything = run("list", "--all").stdout.splitlines()
    assert [line.split()[:3] for line in everything] == [
        ["1", "2024-05-02", "open"],
        ["2", "2024-05-02", "rejected"],
    ]


def test_reports_that_wait_are_listed_for_programs(run, report, reports):
    kept = report(OPENING, chat=5, user=7)
    [listed] = map(json.loads, run("list", "--json").stdout.splitlines())
    assert listed == {
        "id": 1,
        "state": "open",
        "reason": "topic",
        "question": "Who paid for the bridge?",
        "history": [],
        "only": {},
        "language": "en",
        "quotes": [{"text": OPENING, **span_of(kept.quotes[0])}],
        "chat": 5,
        "user": 7,
        "at": AT.isoformat(),
        "decided_at": None,
        "answer": None,
    }


def span_of(quote):
    span = quote.span
    return {
        "article": span.article,
        "version": span.version,
        "start": span.start,
        "end": span.end,
    }


def test_one_is_shown_whole(run, report):
    report(OPENING, RAIN, history=("Where?",))
    assert run("show", "1").stdout == SHOWN


def test_words_that_are_gone_since_are_shown_to_nobody(run, report, stored):
    report(OPENING, RAIN)
    stored.write([entry_of("bridge", COST)])
    stored.remove(["weather"])
    assert run("show", "1").stdout.endswith(
        "\n 1   bridge: changed since, these words are gone\n\n 2   weather: withdrawn since\n"
    )
    for arguments in (("show", "1"), ("list",), ("reject", "1")):
        told = run(*arguments, "--json").stdout
        assert OPENING not in told
        assert RAIN not in told
        assert [quote["text"] for quote in json.loads(told)["quotes"]] == [None, None]


def test_words_that_have_moved_are_shown_where_they_stand_now(run, report, stored):
    report(OPENING)
    stored.write([entry_of("bridge", COST, OPENING)])
    assert run("show", "1").stdout.endswith(
        f"\n 1 │ {OPENING}\n     bridge:22-50\n     Herald · undated · {COST}\n"
    )


def test_a_silence_says_so(run, report):
    report(why=Why.MISSING)
    assert run("show", "1").stdout == (
        "Report 1 · open · 2024-05-02 14:03 · It is in the archive\nWho paid for the bridge?\n\n"
        "Nothing was quoted, or it has been changed since.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "truth"),
    [
        pytest.param((), None, id="unknown"),
        pytest.param(("--unanswerable",), Truth(), id="unanswerable"),
        pytest.param(("--answer", "bridge:29-50"), Truth(("bridge",), (COST,)), id="place"),
        pytest.param(("--words", COST), Truth(("bridge",), (COST,)), id="words"),
        pytest.param(
            ("--words", COST, "--answer", "weather:0-23"),
            Truth(("weather", "bridge"), (RAIN, COST)),
            id="several",
        ),
    ],
)
def test_one_is_accepted_with_what_is_known_of_the_answer(run, report, reports, arguments, truth):
    report(OPENING)
    accepted = run("accept", "1", *arguments, "--json")
    assert accepted.exit_code == 0
    kept = reports.get(1)
    assert (kept.state, kept.truth) == (State.ACCEPTED, truth)
    assert json.loads(accepted.stdout) == kept.as_dict()


def test_what_is_accepted_is_shown_with_its_answer(run, report):
    report(OPENING)
    told = run("accept", "1", "--words", COST).stdout
    assert told.startswith("Report 1 · accepted · ")
    assert told.endswith(f"\n\nAnswer: {COST}\n\nIt stands in: bridge\n")
    told = run("accept", "1", "--unanswerable").stdout
    assert told.endswith("\n\nNothing in the archive answers it.\n")


def test_one_is_rejected(run, report, reports):
    report(OPENING)
    assert run("reject", "1").stdout.startswith("Report 1 · rejected · ")
    assert reports.waiting() == 0


def test_accepted_ones_are_exported_each_once(run, report, reports, tmp_path):
    report(OPENING)
    reports.accept(report(COST, question="How much?"), Truth(("weather",), (RAIN,)))
    path = tmp_path / "cases.jsonl"
    assert run("export", str(path)).stdout == f"{path}: cases added: 1, there already: 0\n"
    [case] = read_cases(str(path)).cases
    assert case == Case(1, "How much?", ("weather",), (RAIN,), id="report-2", wrong=(COST,))
    again = json.loads(run("export", str(path), "--json").stdout)
    assert again == {"file": str(path), "added": 0, "known": 1}
    assert run("export", "-").stdout == path.read_text(encoding="utf-8")


class TestOneAfterAnother:
    def test_each_is_shown_and_decided(self, stored, report, reports):
        for words in (OPENING, COST, RAIN):
            report(words)
        printed = walk(stored, "a", COST, "Reject", "s").stdout
        assert [one.state for one in reports.of(*State)] == ["accepted", "rejected", "open"]
        assert reports.get(1).truth == Truth(("bridge",), (COST,))
        assert "1/3  [a]ccept, [r]eject, [s]kip or [q]uit: " in printed
        assert printed.index("Report 1") < printed.index("Report 2") < printed.index("Report 3")
        assert f"Answer: {COST}\nIt stands in: bridge\n" in printed
        assert printed.endswith("\nReports that wait: 1.\n")

    def test_what_cannot_be_used_is_asked_again(self, stored, report, reports):
        report(OPENING)
        printed = walk(
            stored, "x", "", "a", "s", "Nobody said this.", "bridge:0-999", "none"
        ).stdout
        assert "'s' may stand anywhere: give 12 characters or more" in printed
        assert "these words do not stand in any article: 'Nobody said this.'" in printed
        assert "bridge has 50 characters, not [0, 999)" in printed
        assert reports.get(1).truth == Truth()

    def test_a_silence_is_not_accepted_without_its_answer(self, stored, report, reports):
        report(why=Why.MISSING)
        printed = walk(stored, "a", "", COST).stdout
        assert "in report 1 nothing was quoted: say where the answer is" in printed
        assert reports.get(1).truth == Truth(("bridge",), (COST,))

    def test_an_unknown_answer_is_left_blank(self, stored, report, reports):
        report(OPENING)
        walk(stored, "a", "")
        assert (reports.get(1).state, reports.get(1).truth) == (State.ACCEPTED, None)

    @pytest.mark.parametrize("typed", [("r", "q"), ("r",)], ids=["quit", "end-of-input"])
    def test_leaving_keeps_what_was_decided_before(self, stored, report, reports, typed):
        report(OPENING)
        report(COST)
        result = walk(stored, *typed)
        assert result.exit_code == (0 if "q" in typed else 1)
        assert [one.state for one in reports.of(*State)] == [State.REJECTED, State.OPEN]

    def test_an_interrupt_decides_nothing(self, stored, report, reports, monkeypatch):
        report(OPENING)

        def interrupted(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(Reports, "accept", interrupted)
        result = walk(stored, "a", "")
        monkeypatch.undo()
        assert (result.exit_code, "Aborted!" in result.stderr) == (1, True)
        assert reports.get(1).state is State.OPEN
        assert walk(stored, "r").exit_code == 0

    def test_with_none_that_wait_it_says_so(self, stored):
        assert walk(stored).stdout == "Reports that wait: 0.\n"


class Window(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_there_is_colour_on_a_terminal_and_no_control_from_a_reader(stored, report, monkeypatch):
    report(OPENING, question="Who\x1b[2J\u202e paid?", history=("\x1b]0;title\x07",))
    monkeypatch.setattr("sys.stdout", Window())
    monkeypatch.delenv("NO_COLOR", raising=False)
    with Reports.open(stored.path.parent) as reports:
        [kept] = reports.of(State.OPEN)
    for told in (line(kept, screen()), whole(kept, stored, screen())):
        assert "\x1b[1m" in told
        assert not [control for control in ("\x1b[2J", "\x1b]0", "\u202e") if control in told]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param(["show", "9"], 1, "there is no report 9; `citat review list --all`", id="no"),
        pytest.param(["accept", "9"], 1, "there is no report 9;", id="accept-none"),
        pytest.param(["reject", "9"], 1, "there is no report 9;", id="reject-none"),
        pytest.param(["show", "first"], 2, "Invalid value for 'ID'", id="no-number"),
        pytest.param(["show", "9" * 30], 2, "Invalid value for 'ID'", id="endless-number"),
        pytest.param(["show"], 2, "Missing argument 'ID'", id="no-id"),
        pytest.param(["accept", "1", "--answer", "x"], 1, "'x' is no place", id="no-place"),
        pytest.param(["accept", "1", "--words", "x"], 1, "'x' may stand anywhere", id="few-words"),
        pytest.param(
            ["accept", "1", "--unanswerable", "--words", "x"],
            2,
            "--unanswerable leaves nothing to be said by --answer or --words",
            id="both",
        ),
        pytest.param(["--json"], 2, "--json goes with list, show", id="json-at-the-prompt"),
        pytest.param(["--json", "list"], 2, "write --json behind list", id="option-before"),
        pytest.param(["export", "x.csv"], 1, "x.csv is a table", id="table"),
    ],
)
def test_bad_input_is_one_clear_error_and_decides_nothing(
    run, report, reports, arguments, code, told
):
    report(OPENING)
    result = run(*arguments)
    assert result.exit_code == code
    assert f"Error: {told}" in result.stderr
    assert result.stdout == ""
    assert reports.waiting() == 1


def test_without_a_library_it_says_how_to_make_one(tmp_path):
    result = CliRunner().invoke(cli, ["review", "list", "--data", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "make one with: citat ingest PATH" in result.stderr


@pytest.mark.usefixtures("encoder_loaded_once")
def test_an_exported_case_fails_until_the_answer_is_right(own_archive, archive, tmp_path):
    question = "Задължителна ли е ваксината за възрастни?"
    asked = ["ask", question, "--json", "--data", str(own_archive)]
    best, *_ = json.loads(CliRunner().invoke(cli, asked).stdout)["quotes"]
    with Reports.open(own_archive) as reports:
        wrong = reported(archive, question, best["text"])
        reports.add(wrong)
        reports.add(replace(wrong, user=2, quotes=()))
        reports.add(replace(wrong, user=3))
        first, second, third = reports.of(State.OPEN)
        reports.accept(first)
        reports.accept(second, Truth((best["article"],), (best["text"],)))
        reports.accept(third, Truth())
    path = tmp_path / "cases.jsonl"
    data = ["--data", str(own_archive)]
    assert CliRunner().invoke(cli, ["review", "export", str(path), *data]).exit_code == 0
    measured = CliRunner().invoke(cli, ["eval", str(path), "--json", *data])
    assert (measured.exit_code, measured.stderr) == (0, "")
    cases = json.loads(measured.stdout)["cases"]
    assert [(case["id"], case["answerable"], case["right"]) for case in cases] == [
        ("report-1", None, False),
        ("report-2", True, True),
        ("report-3", False, False),
    ]
    assert cases[0]["wrong_rank"] == 1
    everything, *_ = json.loads(measured.stdout)["groups"]
    assert everything["current"]["wrong"] == {"n": 1, "shown@1": 1.0, "shown@3": 1.0}


def reported(library, question, words):
    return Report(question, (), (shown(library, words),), Why.TOPIC, "bg", at=AT)
