"""The training text: reading, cleaning, leaving out the sentences of evaluation sets."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# Languages whose scripts English lacks, with their share of the vocabulary and of training.
# Bulgarian, Russian and Ukrainian come first; Bulgarian has far less text than its share asks for.
SHARES: dict[str, float] = {
    "bg": 0.26,
    "ru": 0.24,
    "uk": 0.14,
    "mk": 0.06,
    "sr": 0.06,
    "el": 0.08,
    "he": 0.08,
    "ar": 0.08,
}
LEMMATISED = ("bg", "ru", "uk", "mk", "el")  # of these, what simplemma has tables for
TRANSLATIONS_OF_FORM = 3  # an inflected form takes at most so many translations of its lemma
KEY_BYTES = 8

_SPACE = re.compile(r"\s+")
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0xFEFF))


@dataclass(frozen=True, slots=True)
class Pair:
    """A text, its English, and the file it comes from."""

    language: str
    text: str
    english: str
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
    return _SPACE.sub(" ", "".join(c if c.isalnum() else " " for c in folded)).strip()


def clean(text: str) -> str:
    """NFC without invisible or control characters, white space collapsed."""
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    text = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    return _SPACE.sub(" ", text).strip()


def read_pairs(data: Path, languages: Iterable[str], exclusions: Exclusions) -> list[Pair]:
    """Sentences with their English from `parallel/*.tsv.gz` (language, language, text, text)."""
    wanted, pairs = set(languages), []
    for source, row in _rows(data / "parallel", fields=4):
        language, other, text, english = row
        if language == "en":
            language, other, text, english = other, language, english, text
        if other == "en" and language in wanted:
            pairs.append(Pair(language, clean(text), clean(english), source))
    return _usable(pairs, exclusions)


def read_dictionary(data: Path, languages: Iterable[str], exclusions: Exclusions) -> list[Pair]:
    """Words and names with their English from `dict/*.tsv.gz` (language, word, English)."""
    wanted = set(languages)
    entries = [
        Pair(language, clean(word), clean(english), source)
        for source, (language, word, english) in _rows(data / "dict", fields=3)
        if language in wanted
    ]
    return _usable(entries, exclusions)


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


def join_pairs(pairs: Sequence[Pair], chance: float, most: int, rng: random.Random) -> list[Pair]:
    """Longer texts: each pair in turn has a `chance` to be joined with the next ones."""
    joined, i = [], 0
    while i < len(pairs):
        count = rng.randint(2, most) if rng.random() < chance else 1
        group = [pair for pair in pairs[i : i + count] if pair.language == pairs[i].language]
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


def _rows(folder: Path, fields: int) -> Iterator[tuple[str, list[str]]]:
    """File name and columns of each well-formed line of the folder's `*.tsv.gz`, by file name."""
    for path in sorted(folder.glob("*.tsv.gz")):
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
