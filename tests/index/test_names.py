"""A name has one key in every script and case; different names have different keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.names import name_key

FAMILIES = [
    "Путин Путина Путиным Putin Putina Putinem Путін",
    "Нетаняху Нетаньяху Netanyahu Netanjahu",
    "Зеленски Зеленский Зеленського Зеленским Zelensky Zelenskyy",
    "Байдън Байден Байденом Biden Bidena Bidenowi",
    "Тръмп Трамп Трампом Trump Trumpem",
    "Джонсън Джонсон Johnson Johnsonem",
    "Макрон Macron Macronem",
    "Меркел Меркель Merkel Merkelová",
    "Лавров Лаврову Lavrov Ławrow",
    "Ердоган Эрдоган Erdogan Erdoğan",
    "Шрьодер Шрёдер Schröder Schroeder",
    "Мей Мэй May",
    "Газпром Газпрома Gazprom Gazpromu",
    "Караджинов Караджинова Karadzhinov Karadžinov Karadzjinov",
    "Джохар Dzhokhar",
    "Рафенспъргър Раффенспергер Raffensperger",
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.split()[0])
def test_a_name_has_one_key_in_every_script_and_case(family):
    assert len({name_key(name) for name in family.split()}) == 1


def test_different_names_have_different_keys():
    first_of_each = [name_key(family.split()[0]) for family in FAMILIES]
    assert len(set(first_of_each)) == len(FAMILIES)


def test_ukrainian_h_is_written_as_g():
    assert name_key("Гарріс", "uk") == name_key("Harris")


@given(st.text())
def test_a_key_is_made_of_small_ascii_letters_and_digits(word):
    key = name_key(word)
    assert key == "" or (key.isascii() and key.isalnum() and key == key.lower())
