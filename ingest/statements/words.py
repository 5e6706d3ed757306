"""The words and marks of a text, folded for look-up and never moved."""

import re
from functools import lru_cache
from typing import NamedTuple

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_JOINER = rf"[{_INVISIBLE}]*+[-’'ʼ\u2011]?[{_INVISIBLE}]*+|(?<=\d)[.,](?=\d)"
_TOKEN = re.compile(rf"[^\W_]++(?:(?:{_JOINER})[^\W_]++)*+|[^\w\s{_INVISIBLE}]")
_LOOKALIKES = str.maketrans("aceiopxykmthb", "асеіорхукмтнв")
_APOSTROPHES = str.maketrans("’ʼё\u2011", "''е-", _INVISIBLE)
_CYRILLIC = re.compile("[а-яіїєґ]")
_LATIN = re.compile("[a-z]")


class Word(NamedTuple):
    """A word or a single mark: [start, end) in the text, and how it is looked up."""

    start: int
    end: int
    folded: str
    capital: bool
    is_word: bool


def words(text: str) -> list[Word]:
    """Return the words and marks of a text in order."""
    found = []
    for token in _TOKEN.finditer(text):
        raw = token[0]
        first = raw[0]
        found.append(Word(token.start(), token.end(), fold(raw), first.isupper(), first.isalnum()))
    return found


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Return a word in small letters of one script, without invisible characters.

    Latin letters that look Cyrillic are taken for Cyrillic where the word has some of both.
    """
    folded = word.lower().translate(_APOSTROPHES)
    if _CYRILLIC.search(folded) and _LATIN.search(folded):
        folded = folded.translate(_LOOKALIKES)
    return folded
