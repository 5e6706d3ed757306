"""Bulgarian, Russian and Ukrainian typed in Latin letters, put back into Cyrillic.

"kakvo kaza Mei", "4to skazal Putin": the letters alone leave several readings ("u" is у or ъ), so
each word takes the reading that the language or the archive knows.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, product

import simplemma

from bot.questions.archive import Archive
from bot.questions.grammar import Grammar, grammar
from index.folding import stem, stopwords

LANGUAGES = ("bg", "ru", "uk")

_WORD = re.compile(r"[A-Za-z46][A-Za-z46']*")
_READINGS = 64
"""At most so many readings of a word are tried; the usual ones come first."""

_LEAST = 2
"""Fewer known words do not make a language: "do" and "na" stand in many."""

_LEAST_SHARE = 0.5
"""The share of words that a language has to know."""

_LEAST_LETTERS = 4
"""Shorter words are looked up among the words that every text holds, not in a dictionary."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A question in Cyrillic, and the language it was read in."""

    text: str
    language: str


def restore(text: str, archive: Archive) -> Restored | None:
    """Return the question in Cyrillic; None if it is not Cyrillic typed in Latin letters."""
    if not text.isascii():
        return None
    words = [found.group() for found in _WORD.finditer(text)]
    language = _language(words)
    if language is None:
        return None
    readings = _readings(words, language, archive)
    return Restored(_WORD.sub(lambda found: readings[found.group()], text), language)


def _language(words: list[str]) -> str | None:
    """Return the language that knows most of the words, more than English and half of them."""
    lower = [word.lower() for word in words if not word.isdecimal()]
    other = [word for word in lower if word not in _known("en")]
    counted = {
        language: sum(bool(_read(word, language) & _known(language)) for word in lower)
        for language in LANGUAGES
        if any(_read(word, language) & _telling(language) for word in other)
    }
    if not counted:
        return None
    # Only now a dictionary is opened: each takes a second to load.
    best = max(counted, key=lambda language: counted[language])
    known = sum(_is_word(word, best) for word in lower)
    least = max(_LEAST, len(lower) - len(other) + 1, _LEAST_SHARE * len(lower))
    return best if known >= least else None


def _is_word(word: str, language: str) -> bool:
    readings = _read(word, language)
    return bool(readings & _known(language)) or any(
        _in_dictionary(reading, language) for reading in readings
    )


def _in_dictionary(word: str, language: str) -> bool:
    return len(word) >= _LEAST_LETTERS and bool(simplemma.is_known(word, lang=language))


def _readings(words: list[str], language: str, archive: Archive) -> Mapping[str, str]:
    """Return a reading of each word; a name that nobody knows in Cyrillic stays as typed."""
    tried = {word: list(islice(_spellings(word.lower(), language), _READINGS)) for word in words}
    stems = {stem(spelling, language) for spellings in tried.values() for spelling in spellings}
    counts = archive.words(stems)
    return {word: _best(word, spellings, language, counts) for word, spellings in tried.items()}


def _best(word: str, spellings: list[str], language: str, counts: Mapping[str, int]) -> str:
    if word.isdecimal():
        return word

    def known(spelling: str) -> tuple[bool, bool, int]:
        count = counts.get(stem(spelling, language), 0)
        return spelling in _known(language), _in_dictionary(spelling, language), count

    reading = max(spellings, key=known)
    if not word[0].isupper():
        return reading
    return reading.capitalize() if any(known(reading)) else word


def _read(word: str, language: str) -> set[str]:
    return set(islice(_spellings(word, language), _READINGS))


def _spellings(word: str, language: str) -> Iterator[str]:
    """Yield how a word may be spelt in Cyrillic, the usual readings of its letters first."""
    table = _letters(language)
    groups = sorted(table, key=len, reverse=True)
    parts = re.findall("|".join(map(re.escape, groups)) + "|.", word)
    choices = [table.get(part, (part,)) for part in parts]
    ranked = product(*(range(len(choice)) for choice in choices))
    for picked in sorted(islice(ranked, 4096), key=sum):
        yield "".join(choice[i] for choice, i in zip(choices, picked, strict=True))


@cache
def _letters(language: str) -> Mapping[str, tuple[str, ...]]:
    text = files("bot.questions").joinpath("latin.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)[language]
    return {latin: tuple(cyrillic.split()) for latin, cyrillic in table.items()}


@cache
def _known(language: str) -> frozenset[str]:
    """Return the words that every text of a language may hold, and those that ask."""
    rules = grammar(language)
    return stopwords(language) | _telling(language) | rules.words("markers", "breaks")


@cache
def _telling(language: str) -> frozenset[str]:
    """Return the words by which a language is told: question words and verbs of saying."""
    rules = grammar(language)
    return frozenset(_asking(rules)) | {form for form in rules.verbs if len(form) > 3}


def _asking(rules: Grammar) -> Iterator[str]:
    for key in ("what", "who", "whom", "when", "where", "why", "how", "number"):
        yield from (word for word in rules.words("asking", key) if len(word) > 1)
