"""Forms of one word meet in one stem; function words are left out; names keep their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folding import stem, stopwords, words

FORMS = {
    "bg": [
        "министър министъра министърът",
        "разговор разговора разговори разговорите",
        "президент президента президентът",
        "град градът градове",
        "вода водата",
        "каза казаха",
    ],
    "ru": ["война войны войной", "разговор разговоры разговором", "сообщил сообщила сообщили"],
    "uk": ["місто міста містом", "розмова розмови розмову", "війна війни війною"],
    "en": ["talk talks talked talking", "city cities", "election elections"],
    "pl": ["wojna wojny wojną", "rozmowa rozmowy rozmowę", "prezydent prezydentem"],
    "sr": ["rat rata", "рат рата"],
}
LANGUAGES = st.sampled_from(["bg", "de", "el", "en", "ru", "tr", "uk", "und", "zh"])


def stems(text: str, language: str) -> list[str]:
    return [word.stem for word in words(text, language)]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        pytest.param(language, forms, id=f"{language}-{forms.split()[0]}")
        for language, families in FORMS.items()
        for forms in families
    ],
)
def test_the_forms_of_a_word_meet_in_one_stem(language, forms):
    assert len({stem(form, language) for form in forms.split()}) == 1


def test_different_words_have_different_stems():
    assert len({stem(forms.split()[0], "ru") for forms in FORMS["ru"]}) == 3


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [("ёлка", "елка", "ru"), ("ѝ", "и", "bg"), ("don’t", "don't", "en"), ("café", "cafe", "und")],
)
def test_spellings_that_readers_mix_up_have_one_stem(one, other, language):
    assert stem(one, language) == stem(other, language)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("What did the minister drink with water?", "en", ["minist", "drink", "water"]),
        ("Какво пи министърът с водата?", "bg", ["пия", "министър", "вода"]),
        ("Что пил министр на войне?", "ru", ["пил", "министр", "воин"]),
    ],
    ids=["en", "bg", "ru"],
)
def test_function_words_are_left_out(text, language, expected):
    assert stems(text, language) == expected


def test_a_function_word_inside_a_name_is_kept():
    assert stems("Theresa May may resign in May.", "en") == ["theresa", "may", "resign"]


def test_a_name_ends_with_its_sentence():
    assert stems("It was Theresa. May follows.", "en") == ["theresa", "follow"]


def test_an_unknown_language_has_no_function_words_and_keeps_its_words():
    assert stopwords("zz") == frozenset()
    assert stems("Ke mea nui", "zz") == ["ke", "mea", "nui"]


def test_a_word_knows_its_capital_and_its_key_as_a_name():
    putin, flew = words("Путин лети", "bg")
    assert (putin.capital, flew.capital) == (True, False)
    assert putin.name == next(words("Putin", "en")).name


@given(st.text(), LANGUAGES)
def test_a_word_stands_where_it_says(text, language):
    ends = 0
    for word in words(text, language):
        assert ends <= word.start < word.end <= len(text)
        assert text[word.start].isalnum()
        assert text[word.start : word.end].lower() == word.lower
        ends = word.end


@given(st.text(), LANGUAGES)
def test_a_stem_is_what_the_word_index_takes_for_one_token(text, language):
    """Small letters and digits only: "OR" or a quotation mark would be read as a command."""
    for found in stems(text, language):
        assert not found or found.isalnum()
        assert found == found.lower()


@pytest.mark.parametrize(
    ("word", "folded"), [("𝐎𝐑", "or"), ("ℕ𝕆𝕋", "not"), ("ＡＮＤ", "and")], ids=["or", "not", "and"]
)
def test_letters_of_mathematics_fold_to_small_ones(word, folded):
    assert stems(word, "zz") == [folded]
