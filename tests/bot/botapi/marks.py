"""Entities while they are worked on, and how Telegram puts them in order.

Positions are code points here, and UTF-16 units in the entities that clients get.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

Json = dict[str, Any]

SPLITTABLE = {"bold", "italic", "underline", "strikethrough", "spoiler"}
QUOTES = {"blockquote", "expandable_blockquote"}
_MONOSPACE = {"code", "pre"}

_PRIORITY = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
"""Which of two entities with the same place comes first; 50 where nothing is said (td)."""


@dataclass(frozen=True)
class Mark:
    """An entity between two positions of a text."""

    type: str
    start: int
    end: int
    details: Json = field(default_factory=dict)

    def overlaps(self, other: "Mark") -> bool:
        return self.start < other.end and other.start < self.end

    def leaves(self, other: "Mark") -> bool:
        """Tell whether it lies partly inside the other and partly outside."""
        inside = other.start <= self.start and self.end <= other.end
        return self.overlaps(other) and not inside


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """Sort by place, the longest first, then by td's priority of types."""
    return sorted(marks, key=lambda one: (one.start, -one.end, _PRIORITY.get(one.type, 50)))


def arranged(marks: Iterable[Mark]) -> list[Mark]:
    """Drop and cut what may not overlap (td's `fix_entities`).

    Links, code and the like never overlap, nor do quotations, which may hold the others whole.
    Bold and its kin are merged with their own kind, end at the edges of all these, and do not
    exist inside code.
    """
    ordered = in_order(mark for mark in marks if mark.start < mark.end)
    if _nested_well(ordered):
        return ordered
    quotes = list(_apart(mark for mark in ordered if mark.type in QUOTES))
    solid = [
        mark
        for mark in _apart(
            one for one in ordered if one.type not in QUOTES and one.type not in SPLITTABLE
        )
        if not any(mark.leaves(quote) for quote in quotes)
    ]
    splittable = [mark for mark in ordered if mark.type in SPLITTABLE]
    return in_order([*quotes, *solid, *_split(splittable, [*quotes, *solid])])


def with_detected(marks: Sequence[Mark], detected: Iterable[Mark]) -> list[Mark]:
    """Add what Telegram found by itself where it meets no link or code and no edge of a quote."""
    solid = [mark for mark in marks if mark.type not in QUOTES and mark.type not in SPLITTABLE]
    quotes = [mark for mark in marks if mark.type in QUOTES]
    added = [
        found
        for found in _apart(in_order(detected))
        if not any(found.overlaps(mark) for mark in solid)
        and not any(found.leaves(quote) for quote in quotes)
    ]
    return arranged([*marks, *added])


def as_entities(text: str, marks: Iterable[Mark]) -> list[Json]:
    """Return the marks as clients get them, in UTF-16 units."""
    return [
        {
            "type": mark.type,
            "offset": utf16_length(text[: mark.start]),
            "length": utf16_length(text[mark.start : mark.end]),
            **mark.details,
        }
        for mark in marks
    ]


def from_entities(text: str, entities: Iterable[Json]) -> list[Mark]:
    """Return the marks of entities that a bot gives by itself, in UTF-16 units."""
    place = {0: 0}
    used = 0
    for index, letter in enumerate(text, start=1):
        used += utf16_length(letter)
        place[used] = index
    return [
        Mark(
            entity["type"],
            place[entity["offset"]],
            place[entity["offset"] + entity["length"]],
            {name: entity[name] for name in entity if name not in {"type", "offset", "length"}},
        )
        for entity in entities
    ]


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, entity: Json) -> str:
    """Return what an entity covers, cut as a client cuts it."""
    data = text.encode("utf-16-le")
    start = 2 * entity["offset"]
    return data[start : start + 2 * entity["length"]].decode("utf-16-le")


def _nested_well(ordered: Sequence[Mark]) -> bool:
    opened: list[Mark] = []
    for mark in ordered:
        while opened and opened[-1].end <= mark.start:
            opened.pop()
        if any(mark.end > outer.end or not _may_hold(outer, mark) for outer in opened):
            return False
        opened.append(mark)
    return True


def _may_hold(outer: Mark, inner: Mark) -> bool:
    if inner.type in SPLITTABLE:
        return outer.type not in _MONOSPACE and outer.type != inner.type
    return inner.type not in QUOTES and outer.type in QUOTES


def _apart(ordered: Iterable[Mark]) -> Iterator[Mark]:
    """Keep of marks that overlap the one that begins first."""
    end = 0
    for mark in ordered:
        if mark.start >= end:
            end = mark.end
            yield mark


def _split(splittable: Sequence[Mark], others: Sequence[Mark]) -> Iterator[Mark]:
    edges = {edge for mark in others for edge in (mark.start, mark.end)}
    for merged in _merged(splittable):
        inside = {edge for edge in edges if merged.start < edge < merged.end}
        for start, end in pairwise(sorted({merged.start, *inside, merged.end})):
            part = replace(merged, start=start, end=end)
            if not any(part.overlaps(one) for one in others if one.type in _MONOSPACE):
                yield part


def _merged(splittable: Sequence[Mark]) -> Iterator[Mark]:
    for kind in SPLITTABLE:
        whole: Mark | None = None
        for mark in splittable:
            if mark.type != kind:
                continue
            if whole is None or mark.start > whole.end:
                if whole is not None:
                    yield whole
                whole = mark
            else:
                whole = replace(whole, end=max(whole.end, mark.end))
        if whole is not None:
            yield whole
