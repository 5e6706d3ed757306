"""Names as Cyrillic languages may write them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.spelling import CYRILLIC, spelt


@pytest.mark.parametrize(
    ("name", "language", "spellings"),
    [
        ("Norman", "ru", {"Норман"}),
        ("Tesla", "bg", {"Тесла"}),
        ("Luke", "ru", {"Лук", "Люк", "Лак"}),
        ("Victoria", "uk", {"Вікторіа"}),
        ("Celestin", "sr", {"Селестин", "Selestin"}),
    ],
)
def test_a_name_is_spelt_in_the_usual_ways(name: str, language: str, spellings: set[str]) -> None:
    assert {spelt(name, language, Random(i)) for i in range(40)} == spellings


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1), st.sampled_from(CYRILLIC), st.integers())
def test_no_latin_letter_is_left_but_in_serbian(name: str, language: str, seed: int) -> None:
    letters = spelt(name, language, Random(seed)).lower()
    assert language == "sr" or not any("a" <= letter <= "z" for letter in letters)
