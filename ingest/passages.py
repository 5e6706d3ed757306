"""Passages: runs of whole sentences that fit the encoder and overlap a little."""

from collections.abc import Sequence


def group(
    sentence_tokens: Sequence[int],
    budget: int,
    overlap: int = 1,
) -> list[tuple[int, int]]:
    """Return ranges [first, last) of sentences, each of at most `budget` tokens.

    A sentence longer than the budget stands alone. Each range begins up to `overlap` sentences
    before the end of the one before, as far as there is room for a sentence more.
    """
    ranges = []
    first = last = 0
    while last < len(sentence_tokens):
        first = _first_with_room(sentence_tokens, max(first, last - overlap), last, budget)
        last = _end_of_budget(sentence_tokens, first, last + 1, budget)
        ranges.append((first, last))
        # The next range may not begin where this one does.
        first += 1
    return ranges


def _first_with_room(tokens: Sequence[int], first: int, last: int, budget: int) -> int:
    """Return the earliest sentence from `first` on with which `last` still fits the budget."""
    while first < last and sum(tokens[first : last + 1]) > budget:
        first += 1
    return first


def _end_of_budget(tokens: Sequence[int], first: int, end: int, budget: int) -> int:
    used = sum(tokens[first:end])
    while end < len(tokens) and used + tokens[end] <= budget:
        used += tokens[end]
        end += 1
    return end
