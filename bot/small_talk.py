"""Greetings, thanks and the like, which ask nothing of an archive."""

import re
import tomllib
from functools import cache
from importlib.resources import files

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def is_small_talk(text: str) -> bool:
    """Tell whether a message holds nothing but small talk, in any of the languages it is known in.

    "Thanks, that helped a lot" is; "Thanks, and what did Merkel say?" is a question.
    """
    said = " ".join(WORD.findall(text.lower().replace("’", "'")))
    return any(_is_said(said, language) for language in _phrases())


def _is_said(said: str, language: str) -> bool:
    core, beside = _phrases()[language]
    rest = core.sub(" ", said)
    return rest != said and all(word in beside for word in rest.split())


@cache
def _phrases() -> dict[str, tuple[re.Pattern[str], frozenset[str]]]:
    """Return a pattern of what greets or thanks, and what may stand beside, by language."""
    table = tomllib.loads(files("bot").joinpath("small_talk.toml").read_text(encoding="utf-8"))
    return {
        language: (_any_of(lists["core"]), frozenset(_items(lists["beside"])))
        for language, lists in table.items()
    }


def _any_of(listed: str) -> re.Pattern[str]:
    longest_first = sorted(_items(listed), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, longest_first))})(?!\S)")


def _items(listed: str) -> list[str]:
    return [item.strip() for item in listed.split(",")]
