"""Quotation marks in pairs: nested, unbalanced, of every family, paragraph by paragraph."""

import re
from dataclasses import dataclass

_MARK = re.compile("[«»„“”\"‹›]|''|\n")
_ALWAYS_OPEN = "„«‹"
_ALWAYS_CLOSE = "»›"
# A mark may be closed by these: “ opens in English and closes in German and Bulgarian.
_CLOSERS = {"„": '“”"', "«": '»“”"', "‹": "›", "“": '”“"', "”": '”"', '"': '"”“', "''": "''"}
_BEFORE_OPENING = ' \t\n\u00a0([{-–—:„“«"/'
_AFTER_CLOSING = " \t\n\u00a0)]},.;:!?…-–—”“»\"'"


@dataclass(frozen=True, slots=True)
class Quotation:
    """An outermost quotation: `start` and `end` inside the marks, `outer` with them."""

    start: int
    end: int
    outer: tuple[int, int]
    closed: bool = True


def quotations(text: str) -> list[Quotation]:
    """Return the outermost quotations of a text in order; they never overlap.

    A mark without a partner in its paragraph quotes the rest of it if it stands at the
    beginning or behind a colon, as in speeches of several paragraphs; else it is noise.
    """
    found: list[Quotation] = []
    opened: list[re.Match[str]] = []
    paragraph = 0
    for mark in _MARK.finditer(text):
        if mark[0] == "\n":
            found += _unclosed(text, opened, paragraph, mark.start())
            opened.clear()
            paragraph = mark.end()
        elif opened and _closes(text, opened, mark):
            if len(opened) == 1:
                begin = opened[0]
                found.append(
                    Quotation(begin.end(), mark.start(), (begin.start(), mark.end())),
                )
            opened.pop()
        elif _may_open(text, mark, nested=bool(opened)):
            opened.append(mark)
    found += _unclosed(text, opened, paragraph, len(text))
    return [quotation for quotation in found if quotation.start < quotation.end]


def _closes(text: str, opened: list[re.Match[str]], mark: re.Match[str]) -> bool:
    """Tell whether a mark closes the innermost quotation; marks left open inside are dropped."""
    if mark[0] in _ALWAYS_OPEN:
        return False
    partners = [n for n, begin in enumerate(opened) if mark[0] in _CLOSERS[begin[0]]]
    if not partners:
        return False
    ambiguous = mark[0] not in _ALWAYS_CLOSE and mark[0] != "”"
    if ambiguous and opened[-1][0] != "„" and _looks_opening(text, mark):
        return False
    del opened[partners[-1] + 1 :]
    return True


def _may_open(text: str, mark: re.Match[str], *, nested: bool) -> bool:
    if mark[0] in _ALWAYS_CLOSE:
        return False
    if mark[0] in _ALWAYS_OPEN:
        return True
    if nested:
        return _looks_opening(text, mark)
    return not _looks_closing(text, mark)


def _looks_opening(text: str, mark: re.Match[str]) -> bool:
    before, after = _around(text, mark)
    return before in _BEFORE_OPENING and after not in _AFTER_CLOSING


def _looks_closing(text: str, mark: re.Match[str]) -> bool:
    before, after = _around(text, mark)
    return before not in _BEFORE_OPENING and after in _AFTER_CLOSING


def _around(text: str, mark: re.Match[str]) -> tuple[str, str]:
    before = text[mark.start() - 1] if mark.start() else " "
    after = text[mark.end()] if mark.end() < len(text) else " "
    return before, after


def _unclosed(text: str, opened: list[re.Match[str]], paragraph: int, end: int) -> list[Quotation]:
    if not opened:
        return []
    begin = opened[0]
    lead = text[paragraph : begin.start()].rstrip()
    if lead and not lead.endswith(":"):
        return []
    return [Quotation(begin.end(), end, (begin.start(), end), closed=False)]
