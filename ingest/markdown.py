"""Markdown to plain text: its marks go, every word of the prose stays as it was written."""

import html
import re
from dataclasses import dataclass

_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")
_RULE = re.compile(r" {0,3}(?:=+|(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_QUOTE = re.compile(r"\A {0,3}(?:> ?)+")
_BULLET = re.compile(r"\A[ \t]*[-*+][ \t]+(?=\S)")
_NUMBER = re.compile(r"[ \t]*\d{1,3}[.)][ \t]+\S")
_DEFINITION = re.compile(r" {0,3}\[([^\[\]\n]+)\]:[ \t]+\S+(?:[ \t]+[\"'(].*)?$")

# An address has one of / . # : in it; "[sic](да)" is prose.
_ADDRESS = (
    r"\(<?(?=[^()\s<>]*[/.#:])[^()\s<>]*(?:\([^()\s<>]*\)[^()\s<>]*)*>?"
    r"""(?:\s+["'][^"'\n]*["'])?\)"""
)
_IMAGE = re.compile(rf"!\[[^\[\]\n]*\]{_ADDRESS}")
_LINK = re.compile(rf"\[([^\[\]\n]*)\]{_ADDRESS}")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_REFERENCE = re.compile(r"\[([^\[\]\n]+)\]\[([^\[\]\n]*)\]")
_CODE = re.compile(r"(?<![\w`\\])(`{1,2})(?!`)(.{1,500}?)(?<!`)\1(?![\w`])")
# Marks hug what they mark and stand at the borders of words: `2 * 3 * 4`, `5*`, `snake_case`
# and a lone asterisk are none. Bounded, for a mark that is never closed must not cost much.
_EMPHASIS = [
    re.compile(rf"(?<![\w\\{m}])({m}{{1,3}})(?![\s{m}])(.{{0,500}}?[^\s\\{m}])\1(?![\w{m}])")
    for m in (r"\*", "_", "~")
]
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~|-])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


@dataclass(frozen=True, slots=True)
class Plain:
    """A document without its marks; `heading` is the one it begins with and no part of `text`."""

    text: str
    heading: str | None


def plain(source: str) -> Plain:
    """Return the plain text of a Markdown document: a paragraph or list item a line."""
    lines = _COMMENT.sub("", source).split("\n")
    labels = {match[1].lower() for match in map(_DEFINITION.match, lines) if match}
    gathered = _Blocks()
    for line in lines:
        gathered.take(line)
    gathered.close()
    texts = [block.text if block.code else _inline(block.text, labels) for block in gathered.done]
    heading = texts.pop(0) if gathered.done and gathered.done[0].title else None
    return Plain("\n".join(filter(None, texts)), heading)


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    code: bool = False
    title: bool = False


class _Blocks:
    """Lines gathered into blocks; what a line means depends on those before it."""

    def __init__(self) -> None:
        self.done: list[_Block] = []
        self._lines: list[str] = []
        self._is_item = False
        self._fence: str | None = None

    def take(self, line: str) -> None:
        fence = _FENCE.match(line)
        if self._fence is not None:
            self._take_code(line, closes=fence is not None and fence[1].startswith(self._fence))
        elif fence is not None:
            self.close()
            self._fence = fence[1]
        else:
            self._take_prose(_QUOTE.sub("", line))

    def close(self) -> None:
        """End the block that is being gathered."""
        if self._lines:
            self.done.append(_Block(" ".join(self._lines)))
        self._lines, self._is_item = [], False

    def _take_code(self, line: str, *, closes: bool) -> None:
        if closes:
            self._fence = None
        else:
            self.done.append(_Block(line.rstrip(), code=True))

    def _take_prose(self, line: str) -> None:
        heading = _HEADING.match(line)
        if heading:
            self.close()
            text = re.sub(r"(?<=\s)#+$", "", heading[2].rstrip()).rstrip()
            self.done.append(_Block(text, title=heading[1] == "#"))
        elif not line.strip() or _RULE.match(line) or _DEFINITION.match(line):
            self.close()
        elif self._starts_item(line):
            self.close()
            self._lines, self._is_item = [_BULLET.sub("", line).strip()], True
        else:
            self._lines.append(line.strip())

    def _starts_item(self, line: str) -> bool:
        """Tell an item from a line of prose that was broken just before a dash or a number."""
        if not _BULLET.match(line) and not _NUMBER.match(line):
            return False
        return not self._lines or self._is_item or self._lines[-1].endswith(":")


def _inline(text: str, labels: set[str]) -> str:
    text = _IMAGE.sub("", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _REFERENCE.sub(
        lambda match: match[1] if (match[2] or match[1]).lower() in labels else match[0],
        text,
    )
    for marks in _EMPHASIS * 2:  # twice, for bold in italics
        text = marks.sub(r"\2", text)
    text = _CODE.sub(r"\2", text)
    text = _ESCAPE.sub(r"\1", text)
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text).strip()
