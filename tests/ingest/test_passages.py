"""Passages: whole sentences within a budget, none lost, none twice for nothing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.passages import group

sentences = st.lists(st.integers(0, 30), max_size=40)
budgets = st.integers(1, 60)
overlaps = st.integers(0, 4)


def test_neighbours_share_a_sentence():
    assert group([10, 10, 10, 10, 10], 30) == [(0, 3), (2, 5)]


def test_without_overlap_they_share_none():
    assert group([10, 10, 10, 10, 10], 20, overlap=0) == [(0, 2), (2, 4), (4, 5)]


def test_a_long_sentence_stands_alone():
    assert group([10, 99, 10, 10], 30) == [(0, 1), (1, 2), (2, 4)]


def test_overlap_gives_way_when_there_is_no_room():
    assert group([20, 20, 20], 30) == [(0, 1), (1, 2), (2, 3)]


def test_nothing_gives_nothing():
    assert group([], 30) == []


@given(sentences, budgets, overlaps)
def test_every_sentence_is_in_a_passage(tokens, budget, overlap):
    covered = {n for first, last in group(tokens, budget, overlap) for n in range(first, last)}
    assert covered == set(range(len(tokens)))


@given(sentences, budgets, overlaps)
def test_passages_fit_the_budget_or_are_one_sentence(tokens, budget, overlap):
    for first, last in group(tokens, budget, overlap):
        assert last - first == 1 or sum(tokens[first:last]) <= budget


@given(sentences, budgets, overlaps)
def test_no_passage_lies_within_another(tokens, budget, overlap):
    ranges = group(tokens, budget, overlap)
    for (first, last), (next_first, next_last) in pairwise(ranges):
        assert first < next_first
        assert last < next_last
        assert last - overlap <= next_first <= last


@given(sentences, budgets, overlaps)
def test_passages_end_only_where_the_next_sentence_does_not_fit(tokens, budget, overlap):
    for first, last in group(tokens, budget, overlap):
        assert last == len(tokens) or sum(tokens[first : last + 1]) > budget
