"""What the bot says itself, in the reader's language; quotes stay in the original.

A file beside this one is a language: its phrases, its name as it is chosen by, and its locale,
whose plurals and dates are those of CLDR.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:  # slow to load, and seldom needed
    from babel import Locale

Forms = dict[str, str]
"""A phrase for each plural of its language: "one", "few", "many", "other"."""

LANGUAGES = tuple(
    sorted(
        (
            file.name.removesuffix(".toml")
            for file in files("bot.phrases").iterdir()
            if file.name.endswith(".toml")
        ),
        key=lambda code: (code != "en", code),
    )
)
"""Languages the bot speaks, English first: readers of others get it."""


def phrase(language: str, key: str, /, **blanks: object) -> str:
    """Return a phrase with its blanks filled; which of its forms, `count` decides.

    Raises:
        KeyError: there is no such phrase, or a blank is not given.
    """
    found = _phrases(_spoken(language))[key]
    if isinstance(found, dict):
        found = found[locale(language).plural_form(cast("int", blanks["count"]))]
    return found.format(**blanks)


@cache
def locale(language: str) -> "Locale":
    """Return the locale of a language that the bot speaks, that of English for others."""
    from babel import Locale

    return Locale.parse(phrase(language, "locale"))


def _spoken(language: str) -> str:
    return language if language in LANGUAGES else "en"


@cache
def _phrases(language: str) -> dict[str, str | Forms]:
    return tomllib.loads(files("bot.phrases").joinpath(f"{language}.toml").read_text("utf-8"))
