"""IBM model 1 finds what translates what, and rows start there."""

import numpy as np
import pytest

pytest.importorskip("scipy", reason="sparse counts are needed for training only")

from training.alignment import align, start_rows

# English pieces 1 house, 2 book, 3 the; foreign pieces 11 къща, 12 книга, 13 тази
FOREIGN = [np.array([13, 11]), np.array([13, 12]), np.array([12])]
ENGLISH = [np.array([3, 1]), np.array([3, 2]), np.array([2])]


def test_the_obvious_alignment_is_found() -> None:
    links = align(FOREIGN, ENGLISH, iterations=20)
    best = {
        int(foreign): int(links.english[links.foreign == foreign][count.argmax()])
        for foreign in (11, 12, 13)
        for count in [links.count[links.foreign == foreign]]
    }
    assert best == {11: 1, 12: 2, 13: 3}


def test_every_foreign_piece_is_aligned_once_in_all() -> None:
    links = align(FOREIGN, ENGLISH)
    assert links.count.sum() == pytest.approx(5)


def test_rows_start_near_their_translation_and_unexplained_ones_at_the_mean() -> None:
    english = np.eye(5, dtype=np.float32)
    links = align(FOREIGN, ENGLISH, iterations=20)
    values, explained = start_rows([links], [11, 12, 13, 14], english)
    assert values[:3].argmax(axis=1).tolist() == [1, 2, 3]
    assert values[:3].sum(axis=1) == pytest.approx([1, 1, 1])
    assert values[3] == pytest.approx(english.mean(axis=0))
    assert explained == 0.75
