"""Outcomes are measured together, by the question's language, and by pair of languages."""

import pytest

from bot.evaluation.asking import Outcome
from bot.evaluation.cases import Case
from bot.evaluation.gold import Gold, Sentence
from bot.evaluation.groups import FEWEST, Group, by_language
from bot.evaluation.measures import Place, Proportion
from index.languages import UNKNOWN
from index.records import Span

SENTENCES = (Sentence(Span("a", "v", 0, 9), "a sentence"),)


def outcome(language, article=None, *, score=0.7, rank=1, sentence=None, given=False):
    """Make an outcome whose right article is quoted first, if any article is right."""
    if article is None:
        return Outcome(Case(1, "Who?"), None, language, score)
    gold = Gold(frozenset("a"), SENTENCES if given else (), article)
    return Outcome(Case(1, "Who?"), gold, language, score, rank, Place(1, score), sentence)


def reported(wrong):
    """Make an outcome of which only wrong answers are known, one of them quoted there."""
    gold = Gold(frozenset(), (), UNKNOWN, SENTENCES)
    return Outcome(Case(1, "Who?"), gold, "bg", 0.7, wrong=wrong)


def test_of_one_language_there_is_one_group():
    outcomes = [outcome("bg", "bg"), outcome("bg", "bg"), outcome("bg")]
    assert by_language(outcomes) == [Group(tuple(outcomes))]


def test_all_come_first_then_languages_by_size_then_pairs_that_have_enough():
    outcomes = [
        *[outcome("en", "bg")] * FEWEST,
        *[outcome("bg", "bg")] * (FEWEST + 2),
        *[outcome("bg", "en")] * (FEWEST - 1),
        outcome("ru"),
    ]
    groups = by_language(outcomes)
    assert [(group.label, len(group.outcomes)) for group in groups] == [
        ("all", 17),
        ("bg", 11),
        ("en", 5),
        ("ru", 1),
        ("bg → bg", 7),
        ("en → bg", 5),
    ]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        (None, "All questions: 1 with an answer, 2 without"),
        ("bg", "Questions in bg: 1 with an answer, 2 without"),
    ],
    ids=["all", "language"],
)
def test_a_title_counts_both_kinds(question, title):
    outcomes = (outcome("bg", "bg"), outcome("bg"), outcome("bg"))
    assert Group(outcomes, question).title == title


def test_only_questions_with_an_answer_count_for_search_and_answers():
    group = Group((outcome("bg", "bg", rank=2), outcome("bg", "bg", rank=None), outcome("bg")))
    assert [group.recall(k) for k in (1, 3)] == [Proportion(0, 2), Proportion(1, 2)]
    assert group.mean_reciprocal_rank == 0.25
    assert group.article_hits(1, 0.5) == Proportion(2, 2)


def test_only_questions_with_a_sentence_count_for_sentences():
    group = Group(
        (
            outcome("bg", "bg"),
            outcome("bg", "bg", given=True),
            outcome("bg", "bg", given=True, sentence=Place(2, 0.6)),
        )
    )
    assert group.sentence_hits(1, 0.5) == Proportion(0, 2)
    assert group.sentence_hits(3, 0.5) == Proportion(1, 2)
    assert group.sentence_hits(3, 0.65) == Proportion(0, 2), "silence is a miss"


def test_questions_with_known_wrong_answers_tell_how_often_one_is_shown():
    first, third = reported(Place(1, 0.7)), reported(Place(3, 0.6))
    group = Group((outcome("bg", "bg"), outcome("bg"), first, third, reported(None)))
    assert group.wrong_hits(1, 0.5) == Proportion(1, 3)
    assert group.wrong_hits(3, 0.5) == Proportion(2, 3)
    assert group.wrong_hits(3, 0.65) == Proportion(1, 3), "what is silenced is not shown"
    assert group.as_dict(0.5)["current"]["wrong"] == {
        "n": 3,
        "shown@1": pytest.approx(1 / 3, abs=1e-4),
        "shown@3": pytest.approx(2 / 3, abs=1e-4),
    }


def test_a_question_with_nothing_but_wrong_answers_is_neither_answerable_nor_unanswerable():
    outcomes = [outcome("bg", "bg")] * 5 + [outcome("bg")] * 5 + [reported(Place(1, 0.7))]
    group, *_ = by_language(outcomes)
    assert group.title == "All questions: 5 with an answer, 5 without"
    assert (group.recall(1).of, len(group.scores.unanswerable)) == (5, 5)


def test_what_was_not_asked_has_no_figure():
    figures = Group((outcome("bg", score=0.3),)).as_dict(0.5)
    assert figures["search"] == dict.fromkeys(
        ("recall@1", "recall@3", "recall@5", "recall@10", "mrr")
    )
    nothing = {"n": 0, "hit@1": None, "hit@1_interval": None, "hit@3": None}
    assert figures["current"] == {
        "threshold": 0.5,
        "false_abstention": None,
        "false_answers": 0,
        "balanced_error": None,
        "article": nothing,
        "sentence": nothing,
        "wrong": {"n": 0, "shown@1": None, "shown@3": None},
    }
    assert figures["suggested"] is None


def test_a_pair_has_no_curve_for_all_its_questions_have_an_answer():
    outcomes = [outcome("en", "bg")] * 5 + [outcome("en", "en")] * 5
    assert [group.as_dict(0.5)["curve"] is None for group in by_language(outcomes)] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("question", "have", "none", "suggests"),
    [
        (None, 1, 1, True),
        (None, 9, 0, False),
        (None, 0, 9, False),
        ("bg", FEWEST, FEWEST, True),
        ("bg", FEWEST - 1, 9, False),
        ("bg", 9, FEWEST - 1, False),
    ],
)
def test_a_suggestion_takes_both_kinds_and_of_one_language_some_of_each(
    question, have, none, suggests
):
    outcomes = [outcome("bg", "bg")] * have + [outcome("bg", score=0.3)] * none
    group = Group(tuple(outcomes), question)
    assert group.suggests is suggests
    assert (group.as_dict(0.5)["suggested"] is not None) is suggests
