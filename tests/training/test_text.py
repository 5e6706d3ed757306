"""What may be trained on: cleaned pairs, never a sentence of an evaluation set."""

import random
from pathlib import Path

import pytest

from training.text import (
    Exclusions,
    Pair,
    clean,
    code_switched,
    inflected,
    join_pairs,
    other_script,
    read_dictionary,
    read_english,
    read_pairs,
    translations,
    with_forms,
)

TOY = "parallel/toy.tsv.gz"
SENTENCES = [
    Pair("bg", "Котката спи.", "The cat sleeps.", "toy"),
    Pair("bg", "Кучето яде.", "The dog eats.", "toy"),
    Pair("ru", "Идёт дождь.", "It is raining.", "toy"),
]


def test_an_excluded_sentence_is_dropped_whatever_its_case_and_points(
    tmp_path, write_rows
) -> None:
    write_rows(
        tmp_path / TOY,
        "bg\ten\tКотката спи.\tThe cat sleeps.",
        "bg\ten\tКучето яде.\tThe dog eats.",
        "en\tbg\tBirds fly.\tПтиците летят.",
        "ru\tde\tИдёт дождь.\tEs regnet.",
    )
    exclusions = Exclusions.of(["котката СПИ", "something else"])
    assert read_pairs(tmp_path, ["bg", "ru"], exclusions) == [
        SENTENCES[1],
        Pair("bg", "Птиците летят.", "Birds fly.", "toy"),
    ]


def test_an_excluded_english_side_drops_the_pair(tmp_path, write_rows) -> None:
    write_rows(tmp_path / TOY, "bg\ten\tКотката спи.\tThe cat sleeps.")
    assert read_pairs(tmp_path, ["bg"], Exclusions.of(["The cat sleeps!"])) == []


def test_a_file_of_keys_must_hold_whole_keys(tmp_path: Path) -> None:
    (tmp_path / "keys.bin").write_bytes(b"seven..")
    with pytest.raises(ValueError, match="7 bytes is not a multiple of 8"):
        Exclusions.from_file(tmp_path / "keys.bin")


def test_clean_composes_letters_and_drops_what_is_not_seen() -> None:
    assert clean(" и\u0306од\u00adна\u200b \t сол\n") == "йодна сол"


def test_an_inflected_form_takes_the_english_of_its_lemma() -> None:
    dictionary = [Pair("bg", "котка", "cat", "toy"), Pair("bg", "куче", "dog", "toy")]
    lemmas = {"котки": "котка", "котка": "котка"}
    assert inflected(dictionary, ["котка", "котки", "небе"], lambda w: lemmas.get(w, w)) == [
        Pair("bg", "котки", "cat", "inflected")
    ]


def test_a_dictionary_grows_by_the_forms_of_its_words_where_lemmas_are_known() -> None:
    entries = [Pair("ru", "столица", "capital", "toy")]
    frequencies = {"столицу": 0.2, "столицей": 0.1, "река": 0.1}
    grown = with_forms(entries, "ru", frequencies)
    assert [(pair.text, pair.english) for pair in grown] == [
        ("столица", "capital"),
        ("столицу", "capital"),
        ("столицей", "capital"),
    ]
    assert with_forms(entries, "he", frequencies) == entries


def test_joining_keeps_every_text_and_never_mixes_languages() -> None:
    joined = join_pairs(SENTENCES, chance=1.0, most=4, rng=random.Random(1))
    assert joined == [
        Pair("bg", "Котката спи. Кучето яде.", "The cat sleeps. The dog eats.", "toy"),
        SENTENCES[2],
    ]
    assert join_pairs(SENTENCES, chance=0.0, most=4, rng=random.Random(1)) == SENTENCES


def test_a_sentence_without_english_takes_that_of_its_translation(tmp_path, write_rows) -> None:
    write_rows(
        tmp_path / TOY,
        "de\tru\tEs regnet.\tИдёт дождь.",
        "de\ten\tEs regnet.\tIt is raining.",
        "bg\tde\tКотката спи.\tDie Katze schläft.",
    )
    assert read_pairs(tmp_path, ["bg", "ru"], Exclusions.of([])) == [SENTENCES[2]]


def test_serbian_comes_in_both_scripts(tmp_path, write_rows) -> None:
    write_rows(tmp_path / TOY, "en\tsr\tA dog.\tПас.", "en\tsr\tA cat.\tMačka.")
    found = read_pairs(tmp_path, ["sr"], Exclusions.of([]))
    assert [pair.text for pair in found] == ["Пас.", "Mačka.", "Pas.", "Мачка."]


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [("Љубав и џеп", "Ljubav i džep"), ("Ђорђе чека Њега", "Đorđe čeka Njega")],
)
def test_serbian_is_spelt_in_its_other_script(cyrillic: str, latin: str) -> None:
    assert other_script(cyrillic) == latin
    assert other_script(latin) == cyrillic


def test_a_file_without_licence_is_not_read(tmp_path, write_rows) -> None:
    write_rows(tmp_path / "dict/world_countries.tsv.gz", "bg\tИталия\tItaly")
    write_rows(tmp_path / "dict/toy.tsv.gz", "bg\tкотка\tcat")
    found = read_dictionary(tmp_path, ["bg"], Exclusions.of([]))
    assert [entry.text for entry in found] == ["котка"]


def test_english_is_that_of_pairs_and_of_questions_with_their_passages(
    tmp_path, write_rows
) -> None:
    write_rows(tmp_path / TOY, "de\ten\tEs regnet.\tIt is raining.")
    write_rows(tmp_path / "qa/tydiqa_goldp.tsv.gz", "en\tWhy?\tIt rains. We wait.", "ru\tА?\tБ.")
    assert read_english(tmp_path, Exclusions.of(["we wait"])) == [
        Pair("en", "It is raining.", "It is raining.", "toy"),
        Pair("en", "Why?", "Why?", "tydiqa_goldp"),
        Pair("en", "It rains.", "It rains.", "tydiqa_goldp"),
    ]


def test_known_words_are_put_into_the_other_language() -> None:
    words = {"cat": ["котка"], "sleeps": ["спи"]}
    rng = random.Random(1)
    assert code_switched("The Cat sleeps, 3 cats.", words, 1.0, rng) == "The котка спи, 3 cats."
    assert code_switched("The cat sleeps.", words, 0.0, rng) == "The cat sleeps."


def test_a_name_without_translation_is_spelt() -> None:
    switched = code_switched("Met Norman, USA, at home.", {}, 1.0, random.Random(1), str.upper)
    assert switched == "Met NORMAN, USA, at home."


def test_a_word_is_translated_by_its_most_frequent_translations() -> None:
    often, seldom = ["куче", "кучета", "кучето", "пес", "кутре"], ["помияр"]
    entries = [Pair("bg", text, "Dog", "toy") for text in sorted(often + seldom)]
    frequency = {word: 1 / place for place, word in enumerate(often, 1)}
    assert translations(entries, frequency) == {"dog": often}
