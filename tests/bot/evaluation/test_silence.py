"""Both errors of silence as the threshold moves, and the threshold they suggest."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evaluation.measures import Proportion
from bot.evaluation.silence import THRESHOLDS, Errors, Scores

KIND = st.lists(st.floats(-0.2, 1.1) | st.just(-inf), min_size=1, max_size=30)
SCORES = st.builds(Scores, KIND, KIND)


def test_a_score_that_reaches_the_threshold_is_answered():
    scores = Scores([0.5, 0.7, -inf], [0.5, 0.4])
    assert scores.errors(0.5) == Errors(0.5, Proportion(1, 3), Proportion(1, 2))
    assert scores.errors(0.51) == Errors(0.51, Proportion(2, 3), Proportion(0, 2))


def test_the_balanced_error_counts_both_kinds_alike_however_many_there_are():
    assert Scores([0.9] * 99 + [0.1], [0.9]).errors(0.5).balanced == (0.01 + 1) / 2
    assert Scores([0.9], []).errors(0.5).balanced is None
    assert Scores([], [0.9]).errors(0.5).balanced is None


@given(SCORES)
def test_along_the_curve_refusals_only_grow_and_answers_only_shrink(scores):
    curve = scores.curve()
    assert [errors.threshold for errors in curve] == list(THRESHOLDS)
    for lower, higher in pairwise(curve):
        assert lower.refused.count <= higher.refused.count
        assert lower.answered.count >= higher.answered.count
    for errors in curve:
        assert 0 <= errors.refused.value <= 1
        assert 0 <= errors.answered.value <= 1


@given(SCORES)
def test_no_other_threshold_has_less_balanced_error_than_the_suggested(scores):
    suggested = scores.errors(scores.suggested())
    assert suggested.threshold in THRESHOLDS
    assert suggested.balanced == min(errors.balanced for errors in scores.curve())


@given(SCORES)
def test_nothing_changes_outside_the_reach(scores):
    low, high = scores.reach
    for errors in scores.curve():
        if errors.threshold <= low:
            assert errors.refused == scores.errors(low).refused
            assert errors.answered == scores.errors(low).answered
        if errors.threshold > high:
            assert (errors.refused.count, errors.answered.count) == (errors.refused.of, 0)


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "suggested"),
    [
        pytest.param([0.8, 0.9], [0.3, 0.4], 0.61, id="middle-of-the-gap"),
        pytest.param([0.5], [0.4], 0.46, id="the-higher-of-two-middles"),
        pytest.param([0.3, 0.9], [0.2, 0.5], 0.71, id="middle-of-the-widest-stretch"),
        pytest.param([0.2, 0.4], [0.1, 0.3], 0.36, id="the-higher-of-two-stretches"),
        pytest.param([0.7], [-inf], 0.35, id="what-cannot-be-quoted-is-no-error"),
    ],
)
def test_the_suggestion_leaves_new_questions_room_on_both_sides(
    answerable, unanswerable, suggested
):
    assert Scores(answerable, unanswerable).suggested() == suggested


@given(SCORES)
@settings(max_examples=10)  # a thousand resamples each
def test_the_interval_of_the_suggestion_is_one_of_thresholds_and_the_same_each_time(scores):
    low, high = scores.interval()
    assert low in THRESHOLDS
    assert high in THRESHOLDS
    assert low <= high
    assert scores.interval() == (low, high)


def test_the_interval_is_the_narrower_the_more_is_asked():
    def width(times: int) -> float:
        low, high = Scores(
            [0.5, 0.55, 0.6, 0.7, 0.8, 0.9] * times, [0.2, 0.4, 0.45, 0.5, 0.62] * times
        ).interval()
        return high - low

    assert width(1) > width(40)


def test_scores_that_are_all_infinite_reach_over_all_thresholds():
    assert Scores([-inf], []).reach == (0, 1)
