"""Names with a slip in them."""

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.archive import NoArchive
from bot.questions.typos import corrected, corrections
from tests.bot.questions.archives import SmallArchive

ARCHIVE = SmallArchive()


@pytest.mark.parametrize(
    ("language", "question", "whole"),
    [
        ("en", "What did Netamyahu say?", "What did Нетаньяху say?"),
        ("en", "What did Varadlar tell May?", "What did Варадкар tell May?"),
        ("bg", "Какво каза Варакдар?", "Какво каза Варадкар?"),
        ("ru", "Что Мреке сказал Нетамьяху?", "Что Мреке сказал Нетаньяху?"),
    ],
)
def test_the_nearest_known_name_is_meant(language, question, whole):
    assert corrected(question, corrections(question, language, ARCHIVE)) == whole


@pytest.mark.parametrize("name", ["Netanahyu", "Vardakar", "Putni", "Барние"])
def test_a_slip_in_a_vowel_needs_no_correction(name):
    """The key of a name holds no vowels: it is found as it is."""
    assert corrections(f"What did {name} say?", "en", ARCHIVE) == []


def test_a_known_name_and_a_plain_word_stay():
    assert corrections("What did Putin say about vardakar?", "en", ARCHIVE) == []


def test_a_name_far_from_all_others_stays():
    assert corrections("What did Stoichkov say?", "en", ARCHIVE) == []


def test_without_an_archive_nothing_is_corrected():
    assert corrections("What did Vardakar say?", "en", NoArchive()) == []


class Twins(NoArchive):
    """Knows two names that are each one slip away from "Kolmar"."""

    NAMES: ClassVar = {"klmn": "Kolman", "klmt": "Kolmat"}

    def spellings(self, keys):
        return {key: name for key, name in self.NAMES.items() if key in keys}


def test_of_two_names_equally_near_none_is_taken():
    assert corrections("What did Kolmar say?", "en", Twins()) == []


@given(st.text(max_size=60))
def test_corrections_are_names_of_the_question_in_order(question):
    made = corrections(question, "en", ARCHIVE)
    places = [(one.phrase.start, one.phrase.end) for one in made]
    assert places == sorted(places)
    assert all(question[start].isupper() and start < end for start, end in places)
