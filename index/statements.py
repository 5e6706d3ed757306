"""Who said what to whom: a statement as spans of an article's text."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from index.people import person_key
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

    @property
    def range(self) -> Range:
        """From the beginning of the content to its end, with what stands between its parts."""
        return self.content[0][0], self.content[-1][1]

    def overlaps(self, reach: Range) -> bool:
        """Tell whether a part of the content lies in a range of the text."""
        return any(start < reach[1] and reach[0] < end for start, end in self.content)

    @property
    def parties(self) -> tuple[Party, ...]:
        """The speaker and the addressee, as far as they are known."""
        return tuple(filter(None, (self.speaker, self.addressee)))

    @property
    def agencies(self) -> str | None:
        """The agencies in one line, nearest first; None if there are none."""
        return "; ".join(self.via) or None

    @property
    def names(self) -> tuple[str, str]:
        """The names of the speaker and the addressee; "" for who has none."""
        speaker, addressee = (
            (party.name if party else None) or "" for party in (self.speaker, self.addressee)
        )
        return speaker, addressee

    def keys(self, language: str) -> tuple[str, str]:
        """Return the keys of the speaker and the addressee; "" for who has no name."""
        speaker, addressee = (person_key(name, language) for name in self.names)
        return speaker, addressee

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Statement":
        """Read what `to_json` wrote."""
        stored = json.loads(text)
        return cls(
            tuple((start, end) for start, end in stored["content"]),
            Kind(stored["kind"]),
            _range(stored["cue"]),
            _stored_party(stored["speaker"]),
            _stored_party(stored["addressee"]),
            tuple(stored["via"]),
            stored["denied"],
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the statement as the machine interface prints it."""
        several = len(self.content) > 1
        parts = {"content_parts": [list(part) for part in self.content]} if several else {}
        return {
            "content": list(self.range),
            **parts,
            **_party("speaker", self.speaker),
            **_party("addressee", self.addressee),
            "cue": _pair(self.cue),
            "kind": self.kind.value,
            "via": self.agencies,
        }


def _party(role: str, party: Party | None) -> dict[str, Any]:
    found = party or Party(None, None)
    return {role: _pair(found.range), f"{role}_name": found.name}


def _pair(found: Range | None) -> list[int] | None:
    return list(found) if found else None


def _range(stored: list[int] | None) -> Range | None:
    return (stored[0], stored[1]) if stored else None


def _stored_party(stored: dict[str, Any] | None) -> Party | None:
    return Party(stored["name"], _range(stored["range"])) if stored else None
