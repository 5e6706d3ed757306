"""The patterns by which a reporting word and what it reports stand in a sentence."""

from dataclasses import dataclass, field
from enum import Enum, auto

from ingest.statements.clauses import Words
from ingest.statements.cues import Cue, Governs


class Pattern(Enum):
    """How a report is built."""

    QUOTED_BEFORE = auto()
    """"…", каза Мей."""
    QUOTED_AFTER = auto()
    """Мей каза: "…"."""
    CLAUSE = auto()
    """Мей каза, че …"""
    PURPOSE = auto()
    """Мей призова … да …"""
    BEHIND = auto()
    """…, каза Мей."""
    AROUND = auto()
    """Как сказала Мэй, …"""
    ANAPHORIC = auto()
    """…. Това каза Мей."""
    SOURCE = auto()
    """Според Мей …"""
    NAMED = auto()
    """Мей нарече …"""


DIRECT = (Pattern.QUOTED_BEFORE, Pattern.QUOTED_AFTER)


@dataclass
class Frame:
    """A cue in its pattern, and what it reports.

    `parts` are the words of the content; `clause` is where the reporting clause stops; `source`
    are the words that name who speaks where the pattern itself says so.
    """

    pattern: Pattern
    place: int
    cue: Cue | None
    parts: list[Words]
    clause: int
    cue_words: Words
    source: Words | None = None
    via: list[str] = field(default_factory=list)

    @property
    def floor(self) -> int:
        """The word before which no content behind the cue can begin."""
        return self.cue_words[1] if self.first >= self.cue_words[1] else 0

    @property
    def first(self) -> int:
        return self.parts[0][0]

    def is_any(self, *classes: Governs) -> bool:
        return self.cue is not None and self.cue.is_any(*classes)


def frame_of(
    pattern: Pattern,
    place: int,
    cue: Cue,
    content: Words,
    clause: int,
    source: Words | None = None,
) -> Frame:
    return Frame(pattern, place, cue, [content], clause, (place, place + 1), source)
