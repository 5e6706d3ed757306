"""A word of a question is met by words that mean the same, in whatever language."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import likeness
from index.likeness import AskedWord, WordLikeness

TEXTS = st.lists(st.lists(st.text(alphabet="абвгabc12", min_size=1, max_size=5), max_size=4))
WORDS = st.lists(st.text(alphabet="абвгabc12", min_size=1, max_size=5).map(AskedWord), max_size=4)


@pytest.fixture(scope="module")
def alike(encoder):
    return WordLikeness(encoder)


@pytest.mark.parametrize(
    ("asked", "same", "other"),
    [
        ("vaccine", "ваксина", "газопровод"),
        ("election", "выборы", "вода"),
        ("газ", "gas", "president"),
        ("убит", "killed", "said"),
        ("министр", "министър", "дъжд"),
    ],
)
def test_a_translation_meets_a_word_and_another_word_does_not(alike, asked, same, other):
    met = alike.met([AskedWord(asked)], [[same], [other], [other, same], []])[:, 0]
    assert met[0] > 0.5
    assert met[1] < 0.3
    assert met[2] == met[0]
    assert met[3] == 0


def test_the_word_itself_meets_it_wholly(alike):
    assert alike.met([AskedWord("qzxv")], [["qzxv"]]).tolist() == [[1]]


def test_a_number_is_met_by_itself_alone(alike):
    asked = [AskedWord("2018", "2018", is_number=True)]
    assert alike.met(asked, [["2018"], ["2019"], ["2017", "2020"]])[:, 0].tolist() == [1, 0, 0]


def test_a_name_is_less_easily_met_than_a_word(alike):
    as_name, as_word = alike.met(
        [AskedWord("merkel", "mrkl"), AskedWord("merkel")], [["merkelová"]]
    )[0]
    assert 0 < as_name < as_word


@given(WORDS, TEXTS)
def test_likeness_is_a_share_for_each_text_and_word(alike, asked, texts):
    met = alike.met(asked, texts)
    assert met.shape == (len(texts), len(asked))
    assert ((met >= 0) & (met <= 1)).all()


def test_what_is_kept_is_bounded_and_changes_nothing(encoder, monkeypatch):
    asked, texts = [AskedWord("gas")], [["газ", "река"], ["минист", "gas"], ["вода"]]
    expected = WordLikeness(encoder).met(asked, texts)
    monkeypatch.setattr(likeness, "MOST_KEPT", 2)
    small = WordLikeness(encoder)
    assert all(np.array_equal(small.met(asked, texts), expected) for _ in range(3))
