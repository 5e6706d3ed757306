"""New pieces read the new scripts and leave English as it was."""

from training.base import base_tokenizer
from training.vocabulary import (
    choose,
    count_words,
    extended_tokenizer,
    is_latin,
    is_new,
    learn_pieces,
    new_rows,
    sparing_english,
)

WORDS = {"президент": 0.4, "президентът": 0.3, "война": 0.2, "ειρηνη": 0.1}
ENGLISH = [
    "What did Putin tell Netanyahu?",
    "Café, naïve, Ångström, 100 €, don't — e.g. U.S.-led talks...",
    "tokenization of unbelievably long words; 東京, 한국, हिन्दी",
    "[unused5] is plain text here",
]


def test_english_is_cut_as_before(base) -> None:
    plain = base_tokenizer()
    extended = extended_tokenizer(base_tokenizer(), learn_pieces(WORDS, 200, sample=100))
    for text in ENGLISH:
        assert extended.encode(text).ids == plain.encode(text).ids


def test_new_words_are_cut_into_the_new_pieces(base) -> None:
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


def test_pieces_fill_the_unused_rows_before_the_table_grows(base) -> None:
    known = base_tokenizer().get_vocab()
    pieces = [f"дума{chr(ord('а') + i // 32)}{chr(ord('а') + i % 32)}" for i in range(64)]
    tokenizer = extended_tokenizer(base_tokenizer(), pieces)
    unused = [word for word in known if word.startswith("[unused")]
    assert unused
    assert tokenizer.get_vocab_size() == len(known) + len(pieces) - len(unused)
    rows = [tokenizer.token_to_id(piece) for piece in pieces]
    assert set(rows) <= set(new_rows(tokenizer, base_tokenizer()))
    assert len(set(rows)) == len(pieces)


def test_new_is_a_letter_of_a_new_script() -> None:
    assert list(filter(is_new, ["##ия", "שלום", "ειρηνη", "سلام", "café", "№5", "##s"])) == [
        "##ия",
        "שלום",
        "ειρηνη",
        "سلام",
    ]


def test_a_latin_piece_that_common_english_would_be_cut_into_is_left_out(base) -> None:
    pieces = ["rec", "##ats", "macka", "psov"]
    assert sparing_english(base_tokenizer(), pieces, ["bats", "recent", "the"]) == [
        "macka",
        "psov",
    ]


def test_latin_is_letters_of_one_script() -> None:
    assert list(filter(is_latin, ["##ije", "đak", "łódź", "в", "3d", "##", "aв"])) == [
        "##ije",
        "đak",
        "łódź",
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
