"""The tables of reporting words."""

import tomllib
from importlib.resources import files

import pytest

from ingest.statements.cues import Governs, lexicon

TABLES = tomllib.loads(
    files("ingest.statements").joinpath("cues.toml").read_text(encoding="utf-8")
)


def test_every_language_has_the_same_lists():
    lists = {language: set(table) for language, table in TABLES.items()}
    assert set(lists) == {"bg", "ru", "uk", "en"}
    assert all(names == lists["bg"] for names in lists.values())


@pytest.mark.parametrize(
    ("language", "word", "governs"),
    [
        ("bg", "заявиха", Governs.SAY),
        ("bg", "смята", Governs.THINK),
        ("bg", "призоваха", Governs.ASK),
        ("ru", "сообщила", Governs.SAY),
        ("ru", "опроверг", Governs.DENY),
        ("ru", "отмечается", Governs.IMPERSONAL),
        ("uk", "пообіцяв", Governs.PROMISE),
        ("en", "insisted", Governs.SAY),
    ],
)
def test_forms_of_a_verb_are_known_by_its_stem(language, word, governs):
    words = lexicon(language)
    assert words
    cue = words.cue(word)
    assert cue
    assert cue.is_any(governs)
    assert cue.is_verb


@pytest.mark.parametrize(
    ("language", "word"), [("bg", "заявка"), ("bg", "отговор"), ("ru", "ответ"), ("en", "state")]
)
def test_nouns_of_the_same_stem_report_nothing(language, word):
    words = lexicon(language)
    assert words
    assert words.cue(word) is None


def test_gerunds_go_on_from_another_clause():
    words = lexicon("uk")
    assert words
    cue = words.cue("додавши")
    assert cue
    assert cue.gerund


def test_language_without_a_table_has_no_lexicon():
    assert lexicon("de") is None
