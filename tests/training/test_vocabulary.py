"""New pieces read the new scripts and leave English as it was."""

import importlib.util

import pytest

from training.base import PACKAGE, base_tokenizer
from training.vocabulary import (
    choose,
    count_words,
    extended_tokenizer,
    is_new,
    learn_pieces,
    new_rows,
)

needs_base = pytest.mark.skipif(
    importlib.util.find_spec(PACKAGE) is None,
    reason="the English model's package is needed for training only",
)
WORDS = {"президент": 0.4, "президентът": 0.3, "война": 0.2, "ειρηνη": 0.1}
ENGLISH = [
    "What did Putin tell Netanyahu?",
    "Café, naïve, Ångström, 100 €, don't — e.g. U.S.-led talks...",
    "tokenization of unbelievably long words; 東京, 한국, हिन्दी",
    "[unused5] is plain text here",
]


@needs_base
def test_english_is_cut_as_before() -> None:
    base = base_tokenizer()
    extended = extended_tokenizer(base_tokenizer(), learn_pieces(WORDS, 200, sample=100))
    for text in ENGLISH:
        assert extended.encode(text).ids == base.encode(text).ids


@needs_base
def test_new_words_are_cut_into_the_new_pieces() -> None:
    tokenizer = extended_tokenizer(base_tokenizer(), learn_pieces(WORDS, 200, sample=100))
    assert tokenizer.encode("Президентът: ВОЙНА, ειρήνη!").tokens == [
        "[CLS]",
        "президентът",
        ":",
        "война",
        ",",
        "ειρηνη",
        "!",
        "[SEP]",
    ]


@needs_base
def test_pieces_fill_the_unused_rows_before_the_table_grows() -> None:
    base = base_tokenizer()
    pieces = [f"дума{chr(ord('а') + i // 32)}{chr(ord('а') + i % 32)}" for i in range(1024)]
    tokenizer = extended_tokenizer(base_tokenizer(), pieces)
    unused = [word for word in base.get_vocab() if word.startswith("[unused")]
    assert tokenizer.get_vocab_size() == base.get_vocab_size() + len(pieces) - len(unused)
    rows = [tokenizer.token_to_id(piece) for piece in pieces]
    assert set(rows) <= set(new_rows(tokenizer))
    assert len(set(rows)) == len(pieces)


def test_new_is_a_letter_of_a_new_script() -> None:
    assert list(filter(is_new, ["##ия", "שלום", "ειρηνη", "سلام", "café", "№5", "##s"])) == [
        "##ия",
        "שלום",
        "ειρηνη",
        "سلام",
    ]


def test_words_are_counted_as_the_tokenizer_sees_them() -> None:
    assert count_words({"Война и мир": 2, "«война» and peace": 1}) == {
        "война": 3,
        "и": 2,
        "мир": 2,
    }


def test_letters_stay_and_pieces_without_english_go() -> None:
    candidates = ["а", "##б", "мир", "рядко", "често"]
    usage = {"мир": 5.0, "рядко": 1.0, "често": 9.0}
    support = {"мир": 50.0, "рядко": 50.0, "често": 1.0}
    assert choose(candidates, usage, support, 3) == ["а", "##б", "мир"]
