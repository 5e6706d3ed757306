"""Which language a text is in: ISO 639-1 codes."""

import re
import unicodedata
from collections.abc import Collection

import py3langid

UNKNOWN = "und"
SAMPLE = 2000
"""Characters looked at: more changes nothing and costs time."""
OWN_SCRIPT = {
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
}
"""Scripts in which next to nothing but one language is written."""
CYRILLIC = frozenset({"be", "bg", "mk", "ru", "uk"})
"""Languages that have no other script; in Latin letters a word of theirs is another's."""


def detect(text: str, among: Collection[str] = ()) -> str:
    """Return the language of a text, `und` if it has no letters; `among` narrows the choice.

    A question is short, so it is asked among the languages of the archive and of the bot; a
    script of its own tells more than that.
    """
    sample = text[:SAMPLE]
    letters = re.findall(r"[^\W\d_]", sample)
    if not letters:
        return UNKNOWN
    for language, script in OWN_SCRIPT.items():
        if 2 * sum(map(bool, map(script.match, letters))) > len(letters):
            return language
    ranked: list[str] = [code for code, _ in py3langid.rank(sample)]
    latin = all("LATIN" in unicodedata.name(letter, "") for letter in set(letters))
    likely = (code for code in ranked if code in among and not (latin and code in CYRILLIC))
    return next(likely, ranked[0])


def base_language(code: str) -> str:
    """Return `pt` for `pt-BR`, `PT_br` and `pt`; `und` for what is no language code."""
    found = re.match(r"[a-z]{2,3}(?=$|[-_])", code.strip().lower())
    return found.group() if found else UNKNOWN
