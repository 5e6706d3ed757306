"""What the bot says itself, in the reader's language; quotes stay in the original."""

import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "bg", "ru", "uk")
"""Languages the bot speaks; readers of others get English."""


def phrase(language: str, key: str, /, **blanks: object) -> str:
    """Return a phrase with its blanks filled.

    Raises:
        KeyError: there is no such phrase, or a blank is not given.
    """
    table = _phrases()
    return table[language if language in LANGUAGES else "en"][key].format(**blanks)


@cache
def _phrases() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("bot").joinpath("phrases.toml").read_text(encoding="utf-8"))
