"""What a library tells the reading of a question."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.questions.stored import StoredArchive
from index.names import name_key
from index.statements import Kind, Party, Statement
from tests.conftest import entry_of

NOW = datetime.now(UTC)


def key(name):
    return name_key(name.lower())


def said_by(name):
    return Statement(((0, 4),), Kind.INDIRECT, None, Party(name, None))


@pytest.fixture
def stored(library):
    entries = [
        entry_of("en", "Theresa May met Boris Johnson.", "The train was late."),
        entry_of("bg", "Тереза Мей пътува с влака.", "Мей закъсня.", language="bg"),
        entry_of("said", "It was said.", statements=[said_by("Angela Merkel"), said_by("Borg")]),
    ]
    dates = (datetime(2018, 3, 1, 23, tzinfo=UTC), NOW + timedelta(days=2), None)
    library.write(
        [
            replace(
                entry,
                article=replace(
                    entry.article, published=date, source=f"{entry.article.id}.example"
                ),
            )
            for entry, date in zip(entries, dates, strict=True)
        ]
    )
    return StoredArchive(library)


@pytest.mark.parametrize(
    ("name", "passages"),
    [
        ("Johnson", 1),
        ("May", 2),
        ("Мэй", 2),
        ("Theresa May", 2),
        ("Boris Johnson", 1),
        ("Theresa Johnson", 0),
        ("Johnson Boris", 0),
        ("Putin", 0),
        ("?", 0),
        ("Boris ?", 0),
    ],
)
def test_names_are_known_in_any_script_if_they_stand_together(stored, name, passages):
    assert stored.knows(*map(key, name.split())) == passages


@pytest.mark.parametrize(
    ("name", "speaks"),
    [
        ("Merkel", True),
        ("Меркель", True),
        ("Ангелой Меркель", True),
        ("Borg", True),
        ("Angela", False),
        ("Merk", False),
        ("Johnson", False),
        ("?", False),
    ],
)
def test_who_is_quoted_is_known_by_the_surname(stored, name, speaks):
    assert stored.speaks(*map(key, name.split())) is speaks


def test_nobody_speaks_without_a_name(stored):
    assert not stored.speaks()


def test_words_are_counted_by_passage(stored):
    assert stored.words(["train", "late", "plane"]) == {"train": 1, "late": 1}


def test_a_name_is_spelt_as_it_is_written_most_often(stored, library):
    assert stored.spellings([key("Jonson"), key("Putin")]) == {key("Johnson"): "Johnson"}
    library.write([entry_of("more", "Мей дойде.", "Мей замина.", "Мей мълчи.", language="bg")])
    assert stored.spellings([key("May")]) == {key("May"): "Мей"}


def test_a_key_that_only_lower_case_has_is_no_name(stored):
    assert stored.spellings([key("train")]) == {}


def test_outlets_and_languages_are_those_of_the_articles(stored):
    assert sorted(stored.outlets()) == ["bg.example", "en.example", "said.example"]
    assert stored.languages() == {"bg", "en"}


def test_what_is_dated_in_the_future_is_not_the_newest(stored):
    assert stored.newest() == datetime(2018, 3, 1, 23, tzinfo=UTC)


def test_what_comes_in_later_is_known_too(stored, library):
    assert "Herald" not in stored.outlets()
    library.write([entry_of("new", "Vladimir Putin came.")])
    assert "Herald" in stored.outlets()
    assert stored.knows(key("Putin"))


def test_an_empty_library_knows_nothing(library):
    nothing = StoredArchive(library)
    assert (nothing.outlets(), nothing.languages(), nothing.newest()) == ((), frozenset(), None)
    assert not nothing.knows(key("Putin"))
