"""Lines that are no part of an article: pointers to other articles, furniture of the site."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable
from functools import cache
from importlib.resources import files

_MAX_POINTER = 250
"""Longest line, in characters, that can be only a pointer; headlines seldom exceed half of it."""

_MAX_FURNITURE = 120
"""Longest line, in characters, that is furniture when it recurs."""

_PROSE_BEGINNINGS = tuple("–—―-„“«‹‘‚\"'")
_PROSE_ENDINGS = tuple(".!?…:,;\"”“»’'")
# No dash: "– Още…" is an answer in a dialogue.
_BULLET = r"[\s•·*▪■●◾►▶→➡⇒👉»›>|\[(\ufe0f]*+"
# No dash: "Ещё – хуже" is prose.
_SEPARATOR = r"\s*+(?:[:：→➡⇒►▶👉>›»|]|(?:…|\.\.\.)?[\])]?$)"
_HEADLINE = r"\s++(?P<headline>[„“«»\"'(]?[^\W_].*[^.\s]$)"
_CLOSING = "\"”“»’')"
_SENTENCE_BORDER = re.compile(r"[.!?…][\"”“»)]*\s+[„“«\"(]?[^\W\d_]")
_MANY_NEWLINES = re.compile("\n{3,}")


def is_related_link(line: str) -> bool:
    """Tell whether a line does nothing but point to other articles ("Още: …", "Read more: …")."""
    line = line.strip()
    if not line or len(line) > _MAX_POINTER:
        return False
    found = _pointer_patterns().match(line)
    if not found or _is_prose(line):
        return False
    headline = found["headline"]
    # Behind a bare phrase a small letter carries the sentence on: "Вижте още, че …".
    return headline is None or not headline.lstrip("„“«»\"'(")[0].islower()


def drop_related_links(text: str) -> str:
    """Return canonical text without the lines that only point to other articles."""
    return _without(text, is_related_link)


def recurring_candidates(text: str) -> list[str]:
    """Return the lines, each once, that are furniture if they recur in the outlet's articles."""
    lines = dict.fromkeys(line for line in text.split("\n") if line)
    if len(lines) < 2:
        return []
    return [
        line
        for line in lines
        if len(line) <= _MAX_FURNITURE
        and not line.startswith(_PROSE_BEGINNINGS)
        and not line.endswith(_PROSE_ENDINGS)
    ]


def drop_lines(text: str, lines: Collection[str]) -> str:
    """Return canonical text without the given lines."""
    return _without(text, lines.__contains__)


def _without(text: str, unwanted: Callable[[str], bool]) -> str:
    """Return the text without its unwanted lines, but whole if nothing would be left of it."""
    kept = "\n".join(line for line in text.split("\n") if not line or not unwanted(line))
    return _MANY_NEWLINES.sub("\n\n", kept).strip("\n") or text


def _is_prose(line: str) -> bool:
    """Tell whether a line only begins like a pointer, or text was glued to one."""
    # A headline has no full stop, and seldom says who said it.
    if line.rstrip(_CLOSING).endswith(".") and _saying_pattern().search(line):
        return True
    return len(line) > _MAX_FURNITURE and len(_SENTENCE_BORDER.findall(line)) >= 2


@cache
def _languages() -> list[dict[str, list[str]]]:
    data = files("ingest").joinpath("related.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(data).values())


@cache
def _saying_pattern() -> re.Pattern[str]:
    verbs = _alternatives(verb for table in _languages() for verb in table.get("saying", []))
    return re.compile(rf"\b{verbs}\b", re.IGNORECASE)


@cache
def _pointer_patterns() -> re.Pattern[str]:
    languages = _languages()
    pointers = _alternatives(phrase for table in languages for phrase in table["pointer"])
    labels = _alternatives(phrase for table in languages for phrase in table["label"])
    return re.compile(
        rf"{_BULLET}(?:{pointers}(?:{_SEPARATOR}|{_HEADLINE})|{labels}{_SEPARATOR})",
        re.IGNORECASE,
    )


def _alternatives(phrases: Iterable[str]) -> str:
    """Return a pattern of all phrases, longer ones first, with any blanks between their words."""
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join(r"\s+".join(map(re.escape, p.split())) for p in ordered) + ")"
