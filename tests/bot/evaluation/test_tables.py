"""What people read: tables that fit, colours on terminals only, and what went wrong."""

import io
import re
from math import inf

import pytest

from bot.evaluation.asking import Outcome
from bot.evaluation.cases import Case
from bot.evaluation.gold import Gold, Sentence
from bot.evaluation.groups import by_language
from bot.evaluation.measures import Place
from bot.evaluation.tables import print_misses, print_tables
from index.records import Span

ARTICLE = Gold(frozenset("a"), (), "bg")
SENTENCE = Gold(frozenset("a"), (Sentence(Span("a", "v", 0, 9), "a sentence"),), "bg")


WRONG = Gold(frozenset(), (), "und", SENTENCE.sentences)


def outcome(gold, score, *, rank=None, article=None, sentence=None, wrong=None, question="Who?"):
    case = Case(7, question)
    return Outcome(case, gold, "bg", score, rank, article, sentence, "bridge", wrong)


class Window(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        pytest.param(
            outcome(ARTICLE, -inf),
            "silent, there was nothing to quote; place of its article in the search: none",
            id="no-question",
        ),
        pytest.param(
            outcome(SENTENCE, 0.4567, rank=2),
            "silent, the best score was 0.457; quote with its sentence: none;"
            " place of its article in the search: 2",
            id="silenced",
        ),
        pytest.param(
            outcome(SENTENCE, 0.7, rank=1, article=Place(1, 0.7), sentence=Place(2, 0.6)),
            "quoted first: bridge (0.700); quote with its sentence: 2;"
            " place of its article in the search: 1",
            id="another-sentence",
        ),
        pytest.param(
            outcome(None, 0.7), "quoted first: bridge (0.700); nothing answers it", id="no-answer"
        ),
        pytest.param(
            outcome(WRONG, 0.7, wrong=Place(2, 0.6)),
            "quoted first: bridge (0.700); quote that does not answer: 2",
            id="wrong-answer",
        ),
    ],
)
def test_what_went_wrong_is_told_in_one_line(outcome, told, capsys):
    print_misses([outcome], 0.5)
    assert capsys.readouterr().out == f"    7  Who?\n       {told}\n"


def test_wrong_quotes_have_a_table_where_any_are_known(capsys):
    outcomes = [outcome(ARTICLE, 0.7, rank=1), outcome(None, 0.4)]
    print_tables(by_language(outcomes), 0.5)
    assert "Wrong answers" not in capsys.readouterr().out
    print_tables(by_language([*outcomes, outcome(WRONG, 0.7, wrong=Place(2, 0.6))]), 0.5)
    printed = capsys.readouterr().out
    assert "Wrong answers at the threshold 0.5" in printed
    assert re.search(r"^ +all +1 +0\.000 +1\.000 *$", printed, re.MULTILINE)


def test_what_went_right_is_not_told(capsys):
    print_misses([outcome(ARTICLE, 0.7, article=Place(1, 0.7)), outcome(None, 0.4)], 0.5)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("no_colour", ["", "1"])
def test_there_is_colour_on_a_terminal_that_does_not_refuse_it(monkeypatch, no_colour):
    window = Window()
    monkeypatch.setattr("sys.stdout", window)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_colour)
    outcomes = [outcome(ARTICLE, 0.7, rank=1), outcome(None, 0.6)] * 5
    print_tables(by_language(outcomes), 0.5)
    print_misses(outcomes, 0.5)
    assert ("\x1b[" in window.getvalue()) is not bool(no_colour)
    assert "Suggested threshold: 0.66" in window.getvalue()


def test_a_question_cannot_bring_controls_to_the_terminal(monkeypatch):
    window = Window()
    monkeypatch.setattr("sys.stdout", window)
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_misses([outcome(None, 0.7, question="Who\x1b]0;x\x07 \u202e?")], 0.5)
    assert set(re.findall(r"[\x00-\x1f\u202e]", window.getvalue())) == {"\x1b", "\n"}
    assert "\x1b]" not in window.getvalue()


def test_the_curve_has_a_row_for_every_twentieth_and_for_both_thresholds(capsys):
    near, far = (outcome(ARTICLE, s, article=Place(1, s)) for s in (0.7, 0.62))
    print_tables(by_language([near, far, outcome(None, 0.6)] * 5), 0.555)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if line.startswith("  0.")] == [
        ["0.55", "0.000", "1.000", "0.500", "1.000"],
        ["0.555", "0.000", "1.000", "0.500", "1.000", "set"],
        ["0.60", "0.000", "1.000", "0.500", "1.000"],
        ["0.62", "0.000", "0.000", "0.000", "1.000", "suggested"],
        ["0.65", "0.500", "0.000", "0.250", "0.500"],
        ["0.70", "0.500", "0.000", "0.250", "0.500"],
    ]


@pytest.mark.parametrize(("times", "few"), [(19, True), (20, False)])
def test_a_suggestion_from_few_questions_asks_for_more(capsys, times, few):
    print_tables(by_language([outcome(ARTICLE, 0.7), outcome(None, 0.6)] * times), 0.5)
    told = f"\n{times} questions with an answer and {times} without are few: ask more.\n"
    assert (told in capsys.readouterr().out) is few


@pytest.mark.parametrize(
    ("threshold", "told"),
    [
        (0.5, "balanced error 0.000 instead of 0.500 at 0.5.\nTo take it, write threshold = 0.66"),
        (0.66, "balanced error 0.000; it is set already.\n"),
    ],
)
def test_a_suggestion_tells_what_it_gains_and_how_to_take_it(capsys, threshold, told):
    print_tables(by_language([outcome(ARTICLE, 0.7), outcome(None, 0.6)] * 20), threshold)
    assert f"Suggested threshold: 0.66 (95 %: 0.66 to 0.66), {told}" in capsys.readouterr().out
