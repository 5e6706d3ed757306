"""Recall, reciprocal rank and proportions, by what is published and by their laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.measures import Place, Proportion, hits, mean_reciprocal_rank, recall

RANKS = st.lists(st.none() | st.integers(1, 50), min_size=1)
PLACES = st.lists(st.none() | st.builds(Place, st.integers(1, 5), st.floats(0, 1)), min_size=1)


def test_recall_counts_what_is_found_among_the_first_k():
    ranks = [1, 3, None, 11]
    assert [recall(ranks, k) for k in (1, 3, 10, 11)] == [
        Proportion(1, 4),
        Proportion(2, 4),
        Proportion(2, 4),
        Proportion(3, 4),
    ]


def test_the_reciprocal_rank_of_what_is_not_found_is_nothing():
    assert mean_reciprocal_rank([1, 2, 4, None]) == (1 + 1 / 2 + 1 / 4) / 4


def test_of_no_questions_there_is_no_figure():
    assert mean_reciprocal_rank([]) is None
    assert recall([], 1).value is None
    assert recall([], 1).interval is None


@given(RANKS, st.integers(1, 50))
def test_looking_further_never_finds_less(ranks, k):
    assert 0 <= recall(ranks, k).count <= recall(ranks, k + 1).count <= len(ranks)


@given(RANKS)
def test_the_mean_reciprocal_rank_lies_between_recall_at_1_and_all_that_is_found(ranks):
    first, mean, found = (
        recall(ranks, 1).value,
        mean_reciprocal_rank(ranks),
        recall(ranks, 50).value,
    )
    assert first is not None
    assert mean is not None
    assert found is not None
    assert first - 1e-9 <= mean <= found + 1e-9


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_one_of_newcombe_1998(count, of, low, high):
    """Statistics in Medicine 17, table I, method 3."""
    assert Proportion(count, of).interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_share_and_is_never_certain(counts):
    count, of = counts
    interval = Proportion(count, of).interval
    assert interval
    low, high = interval
    assert 0 <= low < high <= 1
    assert low - 1e-12 <= count / of <= high + 1e-12


def test_a_hit_has_to_be_shown_and_near_enough_to_the_top():
    places = [Place(1, 0.9), Place(1, 0.5), Place(3, 0.8), None]
    assert hits(places, 1, 0.6) == Proportion(1, 4)
    assert hits(places, 3, 0.6) == Proportion(2, 4)
    assert hits(places, 3, 0.5) == Proportion(3, 4), "what reaches the threshold is shown"


@given(PLACES, st.integers(1, 5), st.floats(0, 1), st.floats(0, 1))
def test_more_silence_never_brings_more_hits(places, k, first, second):
    low, high = sorted((first, second))
    assert hits(places, k, low).count >= hits(places, k, high).count
    assert hits(places, k, low).count <= hits(places, k + 1, low).count <= len(places)
