"""A trained student takes over a larger vocabulary."""

import numpy as np

from training.growth import grown_rows


def test_a_known_piece_keeps_its_row_and_a_new_one_starts_as_aligned() -> None:
    table = np.array([[1, 1], [2, 2], [3, 3]], np.float32)
    aligned = np.array([[7, 7], [8, 8], [9, 9]], np.float32)
    rows = grown_rows(["нов", "##ата", "по"], aligned, table, {"по": 1, "##ата": 2})
    assert rows.tolist() == [[7, 7], [3, 3], [2, 2]]
    assert aligned.tolist() == [[7, 7], [8, 8], [9, 9]]
