"""What the reading of a question has to know of the archive."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol


class Archive(Protocol):
    """The few facts that decide where grammar alone cannot; `name_key` makes the keys."""

    def knows(self, *keys: str) -> int:
        """Return how many passages hold names with these keys, one right after another."""

    def speaks(self, *keys: str) -> bool:
        """Tell whether somebody of this name, the surname last, is quoted anywhere."""

    def words(self, stems: Collection[str]) -> Mapping[str, int]:
        """Return how many passages hold each of these stems, without those that none holds."""

    def spellings(self, keys: Collection[str]) -> Mapping[str, str]:
        """Return a way to write each of these names, without those that stand nowhere."""

    def outlets(self) -> Sequence[str]:
        """Return the sources of the articles as they are stored, those of most articles first."""

    def languages(self) -> Collection[str]:
        """Return the languages of the articles."""

    def newest(self) -> datetime | None:
        """Return when the newest article was published; what lies in the future is no date."""


class NoArchive:
    """Nothing is known: what is read then rests on grammar alone."""

    def knows(self, *keys: str) -> int:  # noqa: ARG002 - a protocol names it
        return 0

    def speaks(self, *keys: str) -> bool:  # noqa: ARG002
        return False

    def words(self, stems: Collection[str]) -> Mapping[str, int]:  # noqa: ARG002
        return {}

    def spellings(self, keys: Collection[str]) -> Mapping[str, str]:  # noqa: ARG002
        return {}

    def outlets(self) -> Sequence[str]:
        return ()

    def languages(self) -> Collection[str]:
        return ()

    def newest(self) -> datetime | None:
        return None
