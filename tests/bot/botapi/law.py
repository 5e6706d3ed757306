"""The law of the house: every quotation that is sent is a slice of a stored article."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from tests.bot.botapi.marks import QUOTES, Json, utf16_slice

Articles = Callable[[], Iterable[str]]
"""Gives the texts of the articles as they are stored now."""


class Law:
    """Looks at each text that the bot shows, and keeps what breaks the law."""

    def __init__(self, articles: Articles | Iterable[str] = ()) -> None:
        self.violations: list[str] = []
        self._sources: list[Articles] = []
        self.knows(articles)

    def knows(self, articles: Articles | Iterable[str]) -> None:
        """Take the texts of these articles for stored ones too."""
        if callable(articles):
            self._sources.append(articles)
        elif texts := list(articles):
            self._sources.append(lambda: texts)

    def check(self, method: str, text: str, entities: Sequence[Json]) -> None:
        """Look at one text that is shown."""
        quotations = [utf16_slice(text, one) for one in entities if one["type"] in QUOTES]
        if quotations:
            stored = [article for source in self._sources for article in source()]
            for words in quotations:
                if not any(words in article for article in stored):
                    self.violations.append(
                        f"{method} quotes what none of {len(stored)} stored articles holds:"
                        f" {words!r}\nin the message {text!r}"
                    )

    def uphold(self, error: BaseException | None = None) -> None:
        """Fail if the law was broken; an error that is under way only gets a note of it.

        Raises:
            AssertionError: a quotation was no slice of an article, or a method is unknown.
        """
        if not self.violations:
            return
        told = "\n\n".join(self.violations)
        if error is None:
            raise AssertionError(told)
        error.add_note(told)


def stored_in(library: Path) -> Articles:
    """Read the texts from a library, anew each time; other connections may write to it."""

    def texts() -> list[str]:
        with closing(sqlite3.connect(library)) as database:
            return [text for (text,) in database.execute("select text from articles")]

    return texts
