"""What may be trained on: cleaned pairs, never a sentence of an evaluation set."""

import gzip
import random
from pathlib import Path

import pytest

from training.text import Exclusions, Pair, clean, inflected, join_pairs, read_pairs

SENTENCES = [
    Pair("bg", "Котката спи.", "The cat sleeps.", "toy"),
    Pair("bg", "Кучето яде.", "The dog eats.", "toy"),
    Pair("ru", "Идёт дождь.", "It is raining.", "toy"),
]


def write_pairs(folder: Path, *rows: str) -> None:
    (folder / "parallel").mkdir()
    with gzip.open(folder / "parallel" / "toy.tsv.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for row in rows)


def test_an_excluded_sentence_is_dropped_whatever_its_case_and_points(tmp_path: Path) -> None:
    write_pairs(
        tmp_path,
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


def test_an_excluded_english_side_drops_the_pair(tmp_path: Path) -> None:
    write_pairs(tmp_path, "bg\ten\tКотката спи.\tThe cat sleeps.")
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


def test_joining_keeps_every_text_and_never_mixes_languages() -> None:
    joined = join_pairs(SENTENCES, chance=1.0, most=4, rng=random.Random(1))
    assert joined == [
        Pair("bg", "Котката спи. Кучето яде.", "The cat sleeps. The dog eats.", "toy"),
        SENTENCES[2],
    ]
    assert join_pairs(SENTENCES, chance=0.0, most=4, rng=random.Random(1)) == SENTENCES
