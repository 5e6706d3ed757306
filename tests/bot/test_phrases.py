"""The phrases: each language says the same things, with the same blanks."""

import tomllib
from importlib.resources import files
from string import Formatter

import pytest

from bot.answer import Reason
from bot.phrases import LANGUAGES, phrase

TABLES = tomllib.loads(files("bot").joinpath("phrases.toml").read_text(encoding="utf-8"))


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_is_a_table_for_each_language_and_no_other():
    assert tuple(TABLES) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_phrases_in_the_same_order(language):
    assert list(TABLES[language]) == list(TABLES["en"])


@pytest.mark.parametrize("key", TABLES["en"])
def test_a_phrase_has_the_same_blanks_in_each_language(key):
    assert [blanks(TABLES[language][key]) for language in LANGUAGES] == (
        [blanks(TABLES["en"][key])] * len(LANGUAGES)
    )


@pytest.mark.parametrize("reason", Reason)
def test_there_are_words_for_each_reason_of_silence(reason):
    assert reason.value in TABLES["en"]


@pytest.mark.parametrize(
    ("key", "longest"),
    [
        pytest.param("tg-command-ask", 256, id="command"),
        pytest.param("tg-command-help", 256, id="command"),
        pytest.param("tg-command-said", 256, id="command"),
        pytest.param("tg-command-timeline", 256, id="command"),
        pytest.param("tg-command-who", 256, id="command"),
        pytest.param("tg-description", 512, id="description"),
        pytest.param("tg-short-description", 120, id="short-description"),
        pytest.param("tg-stale", 200, id="toast"),
        pytest.param("tg-stranger", 180, id="toast-with-an-id"),
        pytest.param("tg-strange-group", 180, id="toast-with-an-id"),
    ],
)
def test_what_telegram_limits_is_short_enough(key, longest):
    assert max(len(TABLES[language][key]) for language in LANGUAGES) <= longest


def test_a_reader_of_another_language_gets_english():
    assert phrase("de", "nothing-near") == phrase("en", "nothing-near")


def test_a_blank_that_is_not_given_is_an_error():
    with pytest.raises(KeyError):
        phrase("en", "unknown-name")
