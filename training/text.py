"""The training text: reading, cleaning, leaving out the sentences of evaluation sets."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from pathlib import Path

# The languages to learn, with their share of the vocabulary and of training. Bulgarian, Russian
# and Ukrainian come first; Bulgarian has far less text than its share asks for.
SHARES: dict[str, float] = {
    "bg": 0.23,
    "ru": 0.24,
    "uk": 0.14,
    "mk": 0.07,
    "sr": 0.14,
    "pl": 0.05,
    "el": 0.05,
    "he": 0.04,
    "ar": 0.04,
}
LATIN = ("sr", "pl")  # of these, what is written in Latin letters, Serbian in both scripts
LEMMATISED = {  # of these, what simplemma has tables for, by its names
    **{language: language for language in ("bg", "ru", "uk", "mk", "el", "pl")},
    "sr": "hbs",
}
NOT_USED = frozenset({"world_countries"})  # states no licence
FORMS = 60_000  # the most frequent words of a language that may become inflected entries
TRANSLATIONS_OF_FORM = 3  # an inflected form takes at most so many translations of its lemma
TRANSLATIONS_OF_WORD = 5  # an English word is put into another language by one of so many forms
KEY_BYTES = 8

_SERBIAN_LETTERS = {
    **dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)),
    "љ": "lj",
    "њ": "nj",
    "џ": "dž",
}
_SERBIAN_LETTERS |= {
    cyrillic.upper(): latin.capitalize() for cyrillic, latin in _SERBIAN_LETTERS.items()
}
_TO_LATIN = str.maketrans(_SERBIAN_LETTERS)
_TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in _SERBIAN_LETTERS.items()}
_TO_CYRILLIC |= {"LJ": "Љ", "NJ": "Њ", "DŽ": "Џ"}
_LATIN_LETTER = re.compile("|".join(sorted(_TO_CYRILLIC, key=len, reverse=True)))
_CYRILLIC = re.compile("[а-яђјљњћџ]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile("[A-Z][a-z]{2,}")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_NO_LETTERS = re.compile(r"[\W_]+")
_SPACE = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0xFEFF))


@dataclass(frozen=True, slots=True)
class Pair:
    """A text, its English, and the file it comes from."""

    language: str
    text: str
    english: str
    source: str

    def belongs_with(self, other: Pair) -> bool:
        """Whether the two are of one language and one file."""
        return (self.language, self.source) == (other.language, other.source)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, a passage that answers it, and the file they come from."""

    text: str
    passage: str
    source: str


class Exclusions:
    """The evaluation sentences, known by hashed keys only; `sentence in exclusions` asks.

    The file is the concatenation of 8-byte blake2b digests of `exclusion_key(sentence)`.
    """

    def __init__(self, digests: frozenset[bytes]) -> None:
        self._digests = digests

    @classmethod
    def from_file(cls, path: Path) -> Exclusions:
        data = path.read_bytes()
        if len(data) % KEY_BYTES:
            raise ValueError(f"{path}: {len(data)} bytes is not a multiple of {KEY_BYTES}")
        return cls(frozenset(data[i : i + KEY_BYTES] for i in range(0, len(data), KEY_BYTES)))

    @classmethod
    def of(cls, sentences: Iterable[str]) -> Exclusions:
        return cls(frozenset(map(_digest, sentences)))

    def __contains__(self, sentence: str) -> bool:
        return _digest(sentence) in self._digests


def exclusion_key(text: str) -> str:
    """What two copies of a sentence share: letters and digits, case folded, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NO_LETTERS.sub(" ", folded).strip()


def clean(text: str) -> str:
    """NFC without invisible or control characters, white space collapsed."""
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    return _SPACE.sub(" ", text).strip()


def read_pairs(data: Path, languages: Iterable[str], exclusions: Exclusions) -> list[Pair]:
    """Sentences with their English from `parallel/*.tsv.gz` (language, language, text, text).

    A sentence that has no English of its own takes that of its translation into a third language.
    """
    wanted = set(languages)
    english: dict[tuple[str, str], Pair] = {}
    others: list[tuple[str, tuple[str, str], tuple[str, str]]] = []
    pairs = []
    for source, (language, other, left, right) in _rows(data / "parallel", fields=4):
        one, two = (language, clean(left)), (other, clean(right))
        if language == "en":
            one, two = two, one
        if two[0] == "en":
            pair = Pair(*one, two[1], source)
            english.setdefault(one, pair)
            pairs.append(pair)
        else:
            others += [(source, one, two), (source, two, one)]
    for source, one, two in others:
        if one not in english and two in english:
            pairs.append(Pair(*one, english[two].english, source))
    return _usable(both_scripts([p for p in pairs if p.language in wanted]), exclusions)


def read_english(data: Path, exclusions: Exclusions) -> list[Pair]:
    """English sentences of `parallel/`, questions and passages of `qa/tydiqa_goldp`, as pairs."""
    texts: dict[str, str] = {}
    for source, row in _rows(data / "parallel", fields=4):
        for language, text in zip(row[:2], row[2:], strict=True):
            if language == "en":
                texts.setdefault(clean(text), source)
    for source, (language, question, passage) in _rows(data / "qa", 3, name="tydiqa_goldp"):
        if language == "en":
            for text in (question, *_SENTENCE_END.split(passage)):
                texts.setdefault(clean(text), source)
    return [
        Pair("en", text, text, source)
        for text, source in texts.items()
        if text and text not in exclusions
    ]


def read_questions(data: Path, exclusions: Exclusions) -> list[Question]:
    """Questions with passages from `qa/*.tsv.gz` (languages, question, passage)."""
    questions = [
        Question(clean(text), clean(passage), source)
        for source, (_, text, passage) in _rows(data / "qa", fields=3)
    ]
    return [
        question
        for question in dict.fromkeys(questions)
        if question.text not in exclusions
        and not any(part in exclusions for part in _SENTENCE_END.split(question.passage))
    ]


def read_dictionary(data: Path, languages: Iterable[str], exclusions: Exclusions) -> list[Pair]:
    """Words and names with their English from `dict/*.tsv.gz` (language, word, English)."""
    wanted = set(languages)
    entries = [
        Pair(language, clean(word), clean(english), source)
        for source, (language, word, english) in _rows(data / "dict", fields=3)
        if language in wanted
    ]
    return _usable(both_scripts(entries), exclusions)


def read_word_frequencies(data: Path, language: str) -> dict[str, float]:
    """Word -> share of running text, from `wordfreq/LANGUAGE.tsv.gz`; empty without that file."""
    path = data / "wordfreq" / f"{language}.tsv.gz"
    if not path.exists():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return {row[0]: float(row[1]) for row in rows}


def read_monolingual(data: Path, language: str, exclusions: Exclusions) -> list[str]:
    """Sentences of one language from `mono/*.LANGUAGE.txt.gz`."""
    sentences = []
    for path in sorted((data / "mono").glob(f"*.{language}.txt.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            sentences += [clean(line) for line in lines]
    return [sentence for sentence in sentences if sentence and sentence not in exclusions]


def other_script(serbian: str) -> str:
    """A Serbian text in the other of its two scripts."""
    if _CYRILLIC.search(serbian):
        return serbian.translate(_TO_LATIN)
    return _LATIN_LETTER.sub(lambda letter: _TO_CYRILLIC[letter[0]], serbian)


def both_scripts(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs, then the Serbian ones in their other script."""
    serbian = [pair for pair in pairs if pair.language == "sr"]
    return [*pairs, *(replace(pair, text=other_script(pair.text)) for pair in serbian)]


def inflected(
    dictionary: Sequence[Pair], words: Iterable[str], lemma_of: Callable[[str], str]
) -> list[Pair]:
    """Entries for inflected forms: each word that the dictionary lacks takes its lemma's English.

    All entries are of one language; `words` come most frequent first.
    """
    english: dict[str, list[Pair]] = {}
    for entry in dictionary:
        english.setdefault(entry.text.lower(), []).append(entry)
    forms = []
    for word in words:
        if word in english:
            continue
        entries = english.get(lemma_of(word).lower(), [])[:TRANSLATIONS_OF_FORM]
        forms += [Pair(entry.language, word, entry.english, "inflected") for entry in entries]
    return forms


def with_forms(
    entries: Sequence[Pair], language: str, frequencies: Mapping[str, float]
) -> list[Pair]:
    """A language's dictionary with its inflected forms added, where lemmas are known.

    `frequencies` hold the language's words, most frequent first.
    """
    if language not in LEMMATISED:
        return list(entries)
    import simplemma

    words, table = islice(frequencies, FORMS), LEMMATISED[language]
    forms = inflected(entries, words, lambda word: simplemma.lemmatize(word, lang=table))
    return [*entries, *both_scripts(forms)]


def code_switched(
    text: str,
    words: Mapping[str, Sequence[str]],
    chance: float,
    rng: random.Random,
    spell: Callable[[str], str] | None = None,
) -> str:
    """The text with some words put into another language.

    `words` gives their translations; `spell` writes a name that has none in the other script.
    """

    def put(found: re.Match[str]) -> str:
        word = found[0]
        if rng.random() > chance:
            return word
        known = words.get(word.lower())
        if known:
            return rng.choice(known)
        return spell(word) if spell and _NAME.fullmatch(word) and found.start() else word

    return _WORD.sub(put, text)


def translations(entries: Iterable[Pair], frequency: Mapping[str, float]) -> dict[str, list[str]]:
    """English word -> its most frequent translations, all of one language."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        found.setdefault(entry.english.lower(), set()).add(entry.text)
    return {
        english: sorted(texts, key=lambda text: (-frequency.get(text.lower(), 0), text))[
            :TRANSLATIONS_OF_WORD
        ]
        for english, texts in found.items()
    }


def join_pairs(pairs: Sequence[Pair], chance: float, most: int, rng: random.Random) -> list[Pair]:
    """Longer texts: each pair in turn has a `chance` to be joined with the next ones."""
    joined, i = [], 0
    while i < len(pairs):
        count = rng.randint(2, most) if rng.random() < chance else 1
        group = list(takewhile(pairs[i].belongs_with, pairs[i : i + count]))
        i += len(group)
        joined.append(
            Pair(
                group[0].language,
                " ".join(pair.text for pair in group),
                " ".join(pair.english for pair in group),
                group[0].source,
            )
        )
    return joined


def folder_arguments(description: str | None) -> argparse.ArgumentParser:
    """A parser with the two folders that every stage takes."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/training"), help="the text")
    parser.add_argument("--work", type=Path, default=Path("training/work"), help="work files")
    return parser


def _rows(folder: Path, fields: int, name: str = "*") -> Iterator[tuple[str, list[str]]]:
    """File name and columns of each well-formed line of the folder's `*.tsv.gz`, by file name."""
    for path in sorted(folder.glob(f"{name}.tsv.gz")):
        if path.name.removesuffix(".tsv.gz") in NOT_USED:
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = line.rstrip("\n").split("\t")
                if len(row) == fields:
                    yield path.name.removesuffix(".tsv.gz"), row


def _usable(pairs: Iterable[Pair], exclusions: Exclusions) -> list[Pair]:
    """Distinct pairs with text on both sides, neither of which is an evaluation sentence."""
    distinct = {(pair.language, pair.text, pair.english): pair for pair in pairs}
    return [
        pair
        for pair in distinct.values()
        if pair.text
        and pair.english
        and pair.text not in exclusions
        and pair.english not in exclusions
    ]


def _digest(sentence: str) -> bytes:
    return hashlib.blake2b(exclusion_key(sentence).encode(), digest_size=KEY_BYTES).digest()
