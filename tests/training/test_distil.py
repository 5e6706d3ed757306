"""Only new rows learn, the same seed draws the same text, batches hold what they may."""

from itertools import islice

import pytest
import torch

from training.distil import SplitEmbedding, batches, distance, draw_chunks, rate_factor
from training.text import SHARES, Pair


def test_english_rows_stand_still_and_new_rows_learn() -> None:
    table = torch.arange(12.0).reshape(4, 3)
    embedding = SplitEmbedding(table, rows=[1, 3])
    ids = torch.tensor([[0, 1], [2, 3]])
    assert torch.equal(embedding(ids), table[ids])
    embedding(ids).sum().backward()
    gradient = embedding.learnt.grad
    assert gradient is not None
    assert gradient.to_dense().tolist() == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]


def test_equal_vectors_are_at_no_distance_and_copies_are_no_rivals() -> None:
    targets = torch.eye(3)[[0, 1, 1]]
    cosine, loss = distance(targets, targets)
    assert cosine.item() == pytest.approx(1)
    assert loss.item() == pytest.approx(0, abs=1e-6)


def test_batches_hold_every_text_within_the_limit() -> None:
    assert batches([2, 2, 3, 5, 9], pieces=6) == [
        range(2),
        range(2, 3),
        range(3, 4),
        range(4, 5),
    ]
    assert batches([], pieces=6) == []


def test_the_rate_climbs_then_falls() -> None:
    rates = [rate_factor(progress) for progress in (0, 0.01, 0.03, 0.5, 1)]
    assert rates == pytest.approx([0.01, 0.33990, 0.97, 0.5, 0.02], abs=1e-4)


def test_the_same_seed_draws_the_same_chunks() -> None:
    pairs = [Pair(lang, f"{lang} {i}", f"en {i}", "toy") for lang in SHARES for i in range(50)]
    entries = [Pair(lang, f"{lang} word", "word", "toy") for lang in SHARES]
    first, again = (list(islice(draw_chunks(pairs, entries, seed=7), 2)) for _ in range(2))
    other = next(draw_chunks(pairs, entries, seed=8))
    assert first == again
    assert first[0] != first[1]
    assert first[0] != other
