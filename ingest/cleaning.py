"""Canonical text: what is stored is what Telegram shows, to the character."""

import re
import unicodedata
from itertools import groupby

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_BREAK = re.compile("\r\n?|[\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
# Soft hyphen, zero-width space, direction marks and overrides, word joiner, byte order mark.
# The joiners U+200C and U+200D stay: they shape Persian and Indic words and hold emoji together.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
# Telegram removes these marks wherever they stand by themselves: ring, double underline, overline.
_REMOVED_MARK = re.compile("[\u030a\u0333\u033f]")
_MARKS_AT_MOST = 64
_NO_LETTERS = re.compile(rf"[^\w\s]{{{_MARKS_AT_MOST + 1},}}")
_MANY_NEWLINES = re.compile("\n{3,}")


def canonical(text: str) -> str:
    """Return the text in the one form that Telegram leaves untouched (NFC, tidy lines).

    Canonical text stays as it is: `canonical(canonical(text)) == canonical(text)`.
    """
    text = _without_surrogates(text)
    text = _CONTROL.sub(" ", _LINE_BREAK.sub("\n", text))
    text = _without_piles(_INVISIBLE.sub("", text))
    # NFC may move marks from the letters onto the piles, so these are cut once more.
    text = _without_piles("\n".join(_tidy(line) for line in text.split("\n")))
    return _MANY_NEWLINES.sub("\n\n", text).strip("\n")


def _without_piles(text: str) -> str:
    """Cut piles of combining marks that no script has: NFC takes quadratic time to sort them."""
    return _NO_LETTERS.sub(_cut, text)


def _cut(found: re.Match[str]) -> str:
    runs = ((marks, "".join(run)) for marks, run in groupby(found[0], key=_is_combining))
    return "".join(run[:_MARKS_AT_MOST] if marks else run for marks, run in runs)


def _is_combining(character: str) -> bool:
    return unicodedata.combining(character) > 0


def _tidy(line: str) -> str:
    """Compose the letters of a line whose invisible characters are gone, and trim it."""
    line = unicodedata.normalize("NFC", line)
    while _REMOVED_MARK.search(line):
        # What stood on both sides of it may compose in turn, or push a ring off its letter.
        line = unicodedata.normalize("NFC", _REMOVED_MARK.sub("", line))
    return line.strip()


def _without_surrogates(text: str) -> str:
    """Join surrogates that come in pairs; replace those that stand alone."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
