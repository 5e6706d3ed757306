"""Words folded for the index: stems of the language, and keys of names that any script shares."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import simplemma
import Stemmer

from index.names import name_key

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
SNOWBALL = {
    "ar": "arabic",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "nb": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
"""Languages with a Snowball stemmer: it beats lemmas where both exist."""
LEMMAS = {
    **{code: code for code in ("bg", "mk", "sk", "sl", "uk")},
    **dict.fromkeys(("bs", "hr", "sh", "sr"), "hbs"),
}
"""Languages without one, by the name that simplemma gives them."""
BULGARIAN_ENDING = re.compile("(?<=....)(?:ът|ят|та|то|те|а|я)$")
"""Articles of words that have no lemma, and the vowel in which their base form ends."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands and whether it begins with a capital."""

    start: int
    end: int
    lower: str
    capital: bool
    language: str

    @property
    def stem(self) -> str:
        return stem(self.lower, self.language)

    @property
    def is_name(self) -> bool:
        """Tell whether it can be found in any script: written with a capital, or a number."""
        return self.capital or self.is_number

    @property
    def is_number(self) -> bool:
        return self.lower.isdecimal() and len(self.lower) > 1

    @property
    def name(self) -> str:
        """The key that it has as a name."""
        return self.lower if self.is_number else name_key(self.lower, self.language)


def words(text: str, language: str) -> Iterator[Word]:
    """Yield the words of a text; function words are left out, but not the May of Theresa May."""
    stop = stopwords(language)
    name_ended = -1
    for found in WORD.finditer(text):
        raw = found.group()
        lower, capital = raw.lower(), raw[0].isupper()
        in_name = capital and found.start() == name_ended + 1 and text[name_ended] == " "
        if lower in stop and not in_name:
            continue
        name_ended = found.end() if capital else -1
        yield Word(found.start(), found.end(), lower, capital, language)


@lru_cache(maxsize=500_000)
def stem(word: str, language: str) -> str:
    """Return the stem of a lower-case word, the word itself where the language has no stemmer."""
    word = word.replace("ё", "е").replace("ѝ", "и").replace("’", "'")
    if language in SNOWBALL:
        return _plain(_stemmer(SNOWBALL[language]).stemWord(word))
    if language in LEMMAS:
        lemma = simplemma.lemmatize(word, lang=LEMMAS[language]).lower()
        return _plain(BULGARIAN_ENDING.sub("", lemma) if language == "bg" else lemma)
    return _plain(word)


@cache
def stopwords(language: str) -> frozenset[str]:
    """Return the function words of a language; none if it is not in `stopwords.toml`."""
    return _stopwords().get(language, frozenset())


@cache
def _stopwords() -> dict[str, frozenset[str]]:
    table = tomllib.loads(files("index").joinpath("stopwords.toml").read_text(encoding="utf-8"))
    return {language: frozenset(listed.split()) for language, listed in table.items()}


@cache
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(algorithm, maxCacheSize=0)


def _plain(word: str) -> str:
    """Drop what FTS5 would split a token at, so that what is stored is what is asked.

    Decomposing can bring capitals: "𝐎𝐑" becomes OR, which FTS5 would take for an operator.
    """
    decomposed = unicodedata.normalize("NFKD", word).lower()
    return "".join(letter for letter in decomposed if letter.isalnum())
