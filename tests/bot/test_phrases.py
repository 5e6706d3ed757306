"""The phrases: each language says the same things, with the same blanks."""

import tomllib
from importlib.resources import files
from string import Formatter

import pytest
from babel import Locale

from bot.answer import Reason
from bot.phrases import LANGUAGES, locale, phrase
from bot.questions.slots import Slot

TABLES = {
    language: tomllib.loads(files("bot.phrases").joinpath(f"{language}.toml").read_text("utf-8"))
    for language in LANGUAGES
}
COUNTED = [key for key, text in TABLES["en"].items() if isinstance(text, dict)]


def forms(language: str, key: str) -> list[str]:
    """Return all that a phrase may say."""
    found = TABLES[language][key]
    return list(found.values()) if isinstance(found, dict) else [found]


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_each_file_is_a_language_english_first():
    assert LANGUAGES[0] == "en"
    assert {"bg", "en", "ru", "uk"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_phrases_in_the_same_order(language):
    assert list(TABLES[language]) == list(TABLES["en"])


@pytest.mark.parametrize("key", TABLES["en"])
def test_a_phrase_has_the_same_blanks_in_each_language(key):
    found = {frozenset(blanks(text)) for language in LANGUAGES for text in forms(language, key)}
    assert len(found) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", COUNTED)
def test_what_is_counted_has_a_form_for_each_plural_of_its_language(key, language):
    plurals = Locale.parse(TABLES[language]["locale"]).plural_form.tags
    assert set(TABLES[language][key]) == {*plurals, "other"}
    assert all("count" in blanks(text) for text in forms(language, key))


@pytest.mark.parametrize(
    ("language", "counted"),
    [
        pytest.param("en", ["0 articles", "1 article", "2 articles", "21 articles"], id="en"),
        pytest.param("bg", ["0 статии", "1 статия", "2 статии", "21 статии"], id="bg"),
        pytest.param("ru", ["0 статей", "1 статья", "2 статьи", "21 статья"], id="ru"),
        pytest.param("uk", ["0 статей", "1 стаття", "2 статті", "21 стаття"], id="uk"),
        pytest.param("de", ["0 articles", "1 article", "2 articles", "21 articles"], id="de"),
    ],
)
def test_a_number_decides_the_form(language, counted):
    assert [phrase(language, "tg-articles", count=n) for n in (0, 1, 2, 21)] == counted


@pytest.mark.parametrize("reason", Reason)
def test_there_are_words_for_each_reason_of_silence(reason):
    assert reason.value in TABLES["en"]


@pytest.mark.parametrize("slot", set(Slot) - {Slot.PERIOD})
def test_there_are_words_for_each_filter(slot):
    assert f"asked-{slot}" in TABLES["en"]


@pytest.mark.parametrize(
    ("key", "longest"),
    [
        *((key, 256) for key in TABLES["en"] if key.startswith("tg-command-")),
        pytest.param("tg-description", 512, id="description"),
        pytest.param("tg-short-description", 120, id="short-description"),
        pytest.param("tg-stale", 200, id="toast"),
        pytest.param("gone", 200, id="toast"),
        pytest.param("tg-stranger", 180, id="toast-with-an-id"),
        pytest.param("tg-strange-group", 180, id="toast-with-an-id"),
        pytest.param("tg-inline-hint", 64, id="inline-button"),
        pytest.param("tg-inline-none", 64, id="inline-button"),
        pytest.param("tg-stranger-inline", 64, id="inline-button"),
    ],
)
def test_what_telegram_limits_is_short_enough(key, longest):
    assert max(len(TABLES[language][key]) for language in LANGUAGES) <= longest


def test_a_reader_of_another_language_gets_english():
    assert phrase("de", "nothing-near") == phrase("en", "nothing-near")
    assert locale("de") == locale("en")


def test_a_blank_that_is_not_given_is_an_error():
    with pytest.raises(KeyError):
        phrase("en", "unknown-name")
