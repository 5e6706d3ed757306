"""Which language a text is in: ISO 639-1 codes."""

import re
from collections.abc import Collection

import py3langid

UNKNOWN = "und"
SAMPLE = 2000
"""Characters looked at: more changes nothing and costs time."""


def detect(text: str, among: Collection[str] = ()) -> str:
    """Return the language of a text, `und` if it has no letters; `among` narrows the choice.

    A question is short, so it is asked among the languages of the archive and of the bot.
    """
    sample = text[:SAMPLE]
    if not re.search(r"[^\W\d_]", sample):
        return UNKNOWN
    ranked: list[str] = [code for code, _ in py3langid.rank(sample)]
    return next((code for code in ranked if code in among), ranked[0])


def base_language(code: str) -> str:
    """Return `pt` for `pt-BR`, `PT_br` and `pt`; `und` for what is no language code."""
    found = re.match(r"[a-z]{2,3}(?=$|[-_])", code.strip().lower())
    return found.group() if found else UNKNOWN
