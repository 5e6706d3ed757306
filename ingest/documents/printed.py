"""Printed pages to running text: what only the page needs goes, what it has cut is joined."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

_EDGE = 3
"""Lines at either end of a page that may be its header, footer or number."""
_RECURRING = 3
_RECURRING_ONE_IN = 3
_FULL = 0.75
"""Of the width of a column, what a line has that was broken only for want of room."""
_NARROWEST = 20
"""Characters of a full line in the narrowest of columns."""
_USUAL = 0.8
"""Of the lines of a page, so many are no longer than its column is wide; the rest are freaks."""

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w+(?:[-‐]\w+)*")
_LAST_WORD = re.compile(r"\w+(?:[-‐]\w+)*$")
_LONGEST_WORD = 100
_HYPHENS = ("-", "‐", "\N{SOFT HYPHEN}")
_ENDS = re.compile(r"[.!?…:;][\"”“»’)\]]*$")
_ITEM = re.compile(r"[-–—•▪■●*]|\d{1,2}(?:\.\d{1,2}){0,4}[.)]\s")
_LEADER = re.compile(r"\.{5}|(?:\. ){5}")
"""Dots that lead to the number of a page."""
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"},
)

# Before these or after those a hyphen is part of the word, and not of the line.
_HYPHENATED = frozenset(
    {"най", "по", "из", "кое", "self", "non", "well", "ex", "co", "anti", "mid", "long", "vice"}
)
_HYPHENATING = frozenset({"то", "либо", "нибудь", "таки", "небудь", "based", "term", "year"})


def running_text(pages: Sequence[str]) -> str:
    """Return the text of pages, a paragraph a line; `pages` have their lines as they are printed.

    Headers, footers and page numbers are dropped where they recur, and tables of contents;
    ligatures are taken apart, words joined that were cut at the ends of lines, and lines joined
    that were broken for want of room.
    """
    printed = [[line.strip() for line in page.translate(_LIGATURES).split("\n")] for page in pages]
    bodies = [_trimmed(lines) for lines in _without_furniture(printed)]
    words = {word.casefold() for word in _WORD.findall("\n".join(chain(*bodies)))}
    pieces, before = list[str](), _Line("", 0)
    for line in chain.from_iterable(map(_measured, bodies)):
        if before.goes_on_in(line.text):
            pieces[-1] = _before(before.text, line.text, words)
            pieces.append(line.text)
        elif line.text:
            pieces += "\n", line.text
        before = line
    return "".join(pieces[1:])


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, and how many characters a full line of its page has."""

    text: str
    full: float

    def goes_on_in(self, following: str) -> bool:
        """Say whether the next line belongs to the same paragraph."""
        if not self.text or not following:
            return False
        if following[0].islower() or _cut_word(self.text):
            return True
        is_item = _ITEM.match(following) and _ENDS.search(self.text)
        return len(self.text) >= self.full and not is_item


def _measured(lines: Sequence[str]) -> Iterator[_Line]:
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[int(_USUAL * (len(lengths) - 1))] if lengths else 0
    return (_Line(line, max(_FULL * usual, _NARROWEST)) for line in lines)


def _before(line: str, following: str, words: Collection[str]) -> str:
    """Return a line as it stands before the next; `words` are the document's, in lower case."""
    head, rest = _cut_word(line), _WORD.match(following)
    if head is None:
        return f"{line} "
    if rest is None or not rest[0][0].islower():
        return line
    if line.endswith("\N{SOFT HYPHEN}"):
        return line[:-1]
    return line if _is_hyphenated(head.casefold(), rest[0].casefold(), words) else line[:-1]


def _cut_word(line: str) -> str | None:
    """Return what stands of a word before the hyphen at the end of a line."""
    word = _LAST_WORD.search(line[-_LONGEST_WORD:-1]) if line.endswith(_HYPHENS) else None
    return word[0] if word else None


def _is_hyphenated(head: str, tail: str, words: Collection[str]) -> bool:
    """Tell a hyphen of the word from one of the line, by the rest of the document if it can."""
    if f"{head}{tail}" in words:
        return False
    return f"{head}-{tail}" in words or head in _HYPHENATED or tail in _HYPHENATING


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Drop blank lines at the ends of a page, for a paragraph may cross from page to page."""
    filled = [number for number, line in enumerate(lines) if line]
    return list(lines[filled[0] : filled[-1] + 1]) if filled else []


def _without_furniture(pages: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Drop lines at the edges of pages that recur from page to page, or count the pages."""
    edges = [_edges(lines) for lines in pages]
    seen = Counter(
        key
        for page, lines in enumerate(edges)
        for key in {key for line in lines.values() for key in _keys(line, page)}
    )
    furniture = {
        key
        for key, count in seen.items()
        # Numbers that grow with the pages are hardly chance; words may be, a few times.
        if count
        >= max(2 if isinstance(key, tuple) else _RECURRING, len(pages) / _RECURRING_ONE_IN)
    }
    for page, lines in enumerate(pages):
        dropped = {
            number
            for number, line in edges[page].items()
            if not furniture.isdisjoint(_keys(line, page))
        }
        kept = (line for number, line in enumerate(lines) if number not in dropped)
        yield [line for line in kept if not _LEADER.search(line)]


def _edges(lines: Sequence[str]) -> dict[int, str]:
    filled = [number for number, line in enumerate(lines) if line]
    return {number: lines[number] for number in (*filled[:_EDGE], *filled[-_EDGE:])}


def _keys(line: str, page: int) -> Iterator[str | tuple[str, int]]:
    """Yield by what a line is known again on other pages: its words, its count of pages."""
    pattern = _NUMBER.sub("#", line.casefold())
    if any(map(str.isalpha, pattern)):
        yield pattern
    if number := _NUMBER.search(line):
        yield pattern, int(number[0][:9]) - page
