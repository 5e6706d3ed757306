"""Who said what to whom: a statement as spans of an article's text."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from index.records import Range


class Kind(StrEnum):
    """Whose words the content is made of: the speaker's, the reporter's, or both."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Party:
    """A speaker or an addressee.

    `name` is the fullest form in the article, in the nominative; None for "it was reported".
    `range` is where the sentence names or points to them; None where the reader has to know.
    """

    name: str | None
    range: Range | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said, by a report.

    `content` has several parts where the reporting clause stands inside it. `via` are the
    agencies that hand it on, nearest first. `denied` content is what the speaker says is not so.
    """

    content: tuple[Range, ...]
    kind: Kind
    cue: Range | None = None
    speaker: Party | None = None
    addressee: Party | None = None
    via: tuple[str, ...] = ()
    denied: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the statement as the machine interface prints it."""
        first, last = self.content[0], self.content[-1]
        parts = {"content_parts": [list(part) for part in self.content]} if first != last else {}
        return {
            "content": [first[0], last[1]],
            **parts,
            **_party("speaker", self.speaker),
            **_party("addressee", self.addressee),
            "cue": _pair(self.cue),
            "kind": self.kind.value,
            "via": "; ".join(self.via) or None,
        }


def _party(role: str, party: Party | None) -> dict[str, Any]:
    found = party or Party(None, None)
    return {role: _pair(found.range), f"{role}_name": found.name}


def _pair(found: Range | None) -> list[int] | None:
    return list(found) if found else None
