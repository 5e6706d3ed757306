"""What answers is named by its place or by its words, and looked up."""

import pytest

from bot.reviews.report import Truth
from bot.reviews.truth import truth_of, typed
from index.errors import CitatError
from tests.bot.reviews.conftest import COST, OPENING, RAIN
from tests.conftest import entry_of

END = len(OPENING)


def test_places_and_words_are_gathered(stored):
    found = truth_of([f"bridge:0-{END}"], [RAIN, COST], stored)
    assert found == Truth(("bridge", "weather"), (OPENING, RAIN, COST))


def test_words_are_those_of_every_article_that_holds_them(stored):
    stored.write([entry_of("copy", RAIN, COST)])
    assert truth_of([], [RAIN], stored) == Truth(("copy", "weather"), (RAIN,))


def test_letters_are_composed_as_they_are_in_the_archive(stored):
    words = "Твой дом не е мой."
    stored.write([entry_of("home", words, language="bg")])
    assert truth_of([], [words.replace("й", "и\u0306")], stored) == Truth(("home",), (words,))


@pytest.mark.parametrize(
    ("line", "truth"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param(" None ", Truth(), id="no-answer"),
        pytest.param(f"bridge:0-{END}", Truth(("bridge",), (OPENING,)), id="place"),
        pytest.param(f" {COST} ", Truth(("bridge",), (COST,)), id="words"),
    ],
)
def test_one_line_says_it(stored, line, truth):
    assert typed(line, stored) == truth


def test_words_that_end_like_a_place_are_words(stored):
    stored.write([entry_of("match", "The match ended 3:1-0.")])
    assert typed("The match ended 3:1-0.", stored) == Truth(
        ("match",), ("The match ended 3:1-0.",)
    )
    assert typed("match ended 3:1-0", stored) == Truth(("match",), ("match ended 3:1-0",))


@pytest.mark.parametrize(
    ("place", "told"),
    [
        pytest.param("bridge", "'bridge' is no place: write ARTICLE:START-END", id="no-range"),
        pytest.param("bridge:5", "'bridge:5' is no place", id="no-end"),
        pytest.param("tower:0-5", "there is no article 'tower'; `citat list`", id="no-article"),
        pytest.param("bridge:0-999", "bridge has 50 characters, not [0, 999)", id="too-far"),
        pytest.param("bridge:7-7", "bridge has 50 characters, not [7, 7)", id="empty"),
        pytest.param(f"bridge:{END}-{END + 1}", "there are no words at bridge:28-29", id="blank"),
    ],
)
def test_a_place_that_is_none_is_named(stored, place, told):
    with pytest.raises(CitatError) as raised:
        truth_of([place], [], stored)
    assert str(raised.value).startswith(told)


def test_words_that_stand_nowhere_are_named(stored):
    with pytest.raises(CitatError, match="these words do not stand in any article: 'Nobody was"):
        truth_of([], ["Nobody was hurt."], stored)


@pytest.mark.parametrize("words", ["", "s", " the mayor  "])
def test_words_that_may_stand_anywhere_are_refused(stored, words):
    with pytest.raises(CitatError, match="may stand anywhere: give 12 characters or more"):
        truth_of([], [words], stored)
