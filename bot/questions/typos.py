"""A name that the archive lacks becomes the nearest one that it has, if one is clearly nearest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.questions.archive import Archive
from bot.questions.slots import Phrase
from bot.questions.tokens import tokenise
from index.folding import stem, stopwords
from index.names import CYRILLIC, name_key

_SHORTEST = 3
"""A key of fewer sounds has too many neighbours."""

_LEAST_ALIKE = 0.85
"""How alike the written words must be (Ratcliff and Obershelp, 1988): keys leave out vowels."""

_GLIDES = str.maketrans("", "", "yj")

_SOUNDS = "abdfghjklmnprstv46"


@dataclass(frozen=True, slots=True)
class Correction:
    """A name of the question, and how the archive writes the one that was meant."""

    phrase: Phrase
    asked: str
    known: str


def corrections(question: str, language: str, archive: Archive) -> list[Correction]:
    """Return what to write for the misspelt names of a question, in order.

    A name is misspelt if the archive lacks it, and has just one name a single slip away. Of two
    that are equally near, only the reader knows which was meant.
    """
    found = []
    for token in tokenise(question):
        is_name = token.is_name and token.lower not in stopwords(language)
        known = _meant(token.text, language, archive) if is_name else None
        if known is not None:
            found.append(
                Correction(Phrase(token.start, token.start, token.end), token.text, known)
            )
    return found


def corrected(question: str, made: Sequence[Correction]) -> str:
    """Return the question with these corrections made."""
    for correction in reversed(made):
        start, end = correction.phrase.start, correction.phrase.end
        question = question[:start] + correction.known + question[end:]
    return question


def likeness(one: str, other: str) -> float:
    """Return how alike two words are, from 0 to 1, by the letters that their scripts share.

    Glides are left out: я is "a", "ya" and "ja".
    """
    latin, known = (word.lower().translate(CYRILLIC).translate(_GLIDES) for word in (one, other))
    return SequenceMatcher(None, latin, known).ratio()


def _meant(word: str, language: str, archive: Archive) -> str | None:
    lower = word.lower()
    key = name_key(lower, language)
    if len(key) < _SHORTEST or archive.knows(key) or archive.words([stem(lower, language)]):
        return None
    near = {other for other in _one_slip_away(key) if len(other) >= _SHORTEST}
    names = archive.spellings(near).values()
    alike = [name for name in names if likeness(word, name) >= _LEAST_ALIKE]
    return alike[0] if len(alike) == 1 else None


def _one_slip_away(key: str) -> Iterator[str]:
    """Yield the keys with a sound more, less, other or two swapped (Damerau, 1964).

    Vowels are not in a key, so a slip in one costs nothing.
    """
    for i in range(len(key) + 1):
        head, tail = key[:i], key[i:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for sound in _SOUNDS:
            yield head + sound + tail
            if tail:
                yield head + sound + tail[1:]
