"""What a backup says of itself."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from index.errors import LibraryError

PROGRAM = "citat"
FORMAT = 1


class Damaged(Exception):
    """What is being read is not what was written; says why, and becomes a `LibraryError`."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The library that was backed up: when, with what encoder, how much, in how many bytes.

    `library` is its identity, `schema` are the steps of `index.migrations` that it had taken.
    """

    made: str
    library: str
    generation: int
    encoder: str | None
    counts: dict[str, int]
    schema: list[str]
    size: int

    def as_dict(self) -> dict[str, Any]:
        return {"program": PROGRAM, "format": FORMAT, **asdict(self)}

    @classmethod
    def read(cls, text: bytes, path: Path) -> "Manifest":
        """Read the manifest of the backup at a path.

        Raises:
            Damaged: it is none.
            LibraryError: it is of another program or of a newer version.
        """
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Damaged("its manifest is damaged") from error
        if not isinstance(said, dict):
            raise Damaged("its manifest is damaged")
        if said.get("program") != PROGRAM:
            raise LibraryError(f"{path} is a backup of another program")
        if said.get("format") != FORMAT:
            raise newer(path)
        values = {field.name: said.get(field.name) for field in fields(cls)}
        if not all(_fits(values[name], kind) for name, kind in get_type_hints(cls).items()):
            raise Damaged("its manifest is damaged")
        return cls(**values)  # type: ignore[arg-type]


def newer(path: Path) -> LibraryError:
    return LibraryError(
        f"{path} was made by a newer version of citat; restore it with that version"
    )


def _fits(value: object, kind: Any) -> bool:
    if kind == dict[str, int]:
        return isinstance(value, dict) and all(type(one) is int for one in value.values())
    if kind == list[str]:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, kind)
