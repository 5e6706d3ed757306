"""The words of an article, with letters of the wrong alphabet repaired and offsets kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_WORD = re.compile(
    r"[^\W\d_][\w-]*\.(?:bg|ru|ua|com|net|org|eu|info)\b"
    r"|[А-ЯЁІЇЄҐ][а-яёіїєґ]{3,}(?=[А-ЯЁІЇЄҐ][а-яёіїєґ]{2})"  # two words glued: "МедведевРусия"
    r"|[^\W\d_]+(?:\.?[-‐‑][^\W\d_]+|['’ʼ`][^\W\d_]+)*+|\d+"
)
_MIXED = re.compile("[A-Za-z][Ѐ-ӿ]|[Ѐ-ӿ][A-Za-z]")
_LATIN_LETTER = re.compile("[A-Za-z]")
_APOSTROPHES = str.maketrans("’ʼ`‐‑", "'''--")
_TO_CYRILLIC = str.maketrans("aceopxyikmtbhjsACEOPXYIKMTBHJS", "асеорхуікмтвнјѕАСЕОРХУІКМТВНЈЅ")
_TO_LATIN = str.maketrans("асеорхуікмтвнјѕАСЕОРХУІКМТВНЈЅ", "aceopxyikmtbhjsACEOPXYIKMTBHJS")
_END = re.compile(r"[.!?…]|\n")
_OPENING = re.compile('["„“«:]\\s*$|[-–—]\\s*$')
_BESIDE_STOP = ' \u00a0„“"«'
_BLANK = frozenset({" ", "\u00a0"})


@dataclass(slots=True)  # not frozen: there are many, and that would double their cost
class Word:
    """A word: where it stands, how it is read, and what stands between it and the one before."""

    start: int
    end: int
    text: str
    lower: str
    gap: str
    sentence: int
    first: bool
    """A capital says nothing here: a sentence, a quotation or a line begins."""
    capital: bool

    @property
    def follows(self) -> bool:
        """Only a blank separates it from the word before."""
        return self.gap in _BLANK


def words(text: str, abbreviations: frozenset[str]) -> Iterator[Word]:
    """Yield the words of a text; a full stop behind an abbreviation or an initial ends nothing."""
    plain, offsets = _visible(text)
    end, sentence, last = 0, 0, ""
    for found in _WORD.finditer(plain):
        gap = plain[end : found.start()]
        ends = _ends(gap, last, abbreviations)
        sentence += ends
        read = _read(found[0])
        start, stop = found.span()
        yield Word(
            offsets[start],
            offsets[stop - 1] + 1,
            read,
            read.lower(),
            gap,
            sentence,
            first=ends or not last or bool(gap not in _BLANK and _OPENING.search(gap)),
            capital=read[0].isupper(),
        )
        end, last = stop, read


def _ends(gap: str, last: str, abbreviations: frozenset[str]) -> bool:
    if gap in _BLANK or not _END.search(gap):
        return False
    abbreviated = (len(last) == 1 and last.isupper()) or last.lower() in abbreviations
    return not (abbreviated and gap.strip(_BESIDE_STOP) == ".")


def _visible(text: str) -> tuple[str, range | list[int]]:
    """Return the text without what does not show, and where each character of it stands."""
    if not _INVISIBLE.search(text):
        return text, range(len(text))
    offsets = [place for place, letter in enumerate(text) if not _INVISIBLE.match(letter)]
    return "".join(text[place] for place in offsets), offsets


def _read(word: str) -> str:
    if word.isascii():
        return word
    word = word.translate(_APOSTROPHES)
    if not _MIXED.search(word):
        return word
    latin = len(_LATIN_LETTER.findall(word))
    return word.translate(_TO_LATIN if 2 * latin > len(word) else _TO_CYRILLIC)
