"""What the library tells the reading of a question: its names, speakers, words and outlets."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from index.folding import words
from index.library import Library

_EXAMPLES = 8
"""Passages that are read to see how a name is written."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is told of the archive as a whole, as of one generation of the library."""

    generation: int
    outlets: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()
    newest: datetime | None = None


class StoredArchive:
    """A library as `bot.questions.archive.Archive`; sees what other processes add to it."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._known = _Facts(-1)

    def knows(self, *keys: str) -> int:
        if not all(keys):
            return 0
        if len(keys) == 1:
            return self.library.word_counts("names", keys).get(keys[0], 0)
        rows = self.library.rows("select count(*) from words where words match ?", _phrase(keys))
        return int(rows[0][0])

    def speaks(self, *keys: str) -> bool:
        """Go by the surname: a first name has other keys in other languages and cases."""
        surname = keys[-1] if keys else ""
        found = self.library.rows(
            "select 1 from statements where speaker = ? or speaker > ? and speaker < ? limit 1",
            surname,
            f"{surname} ",
            f"{surname}!",  # the character after the blank
        )
        return bool(surname and found)

    def words(self, stems: Collection[str]) -> Mapping[str, int]:
        return self.library.word_counts("stems", stems)

    def spellings(self, keys: Collection[str]) -> Mapping[str, str]:
        known = self.library.word_counts("names", keys)
        spelt = ((key, self._spelling(key)) for key in known)
        return {key: name for key, name in spelt if name is not None}

    def outlets(self) -> Sequence[str]:
        return self._facts.outlets

    def languages(self) -> Collection[str]:
        return self._facts.languages

    def newest(self) -> datetime | None:
        return self._facts.newest

    @property
    def _facts(self) -> _Facts:
        generation = self.library.generation
        if self._known.generation != generation:
            newest = self.library.rows(
                "select datetime(published) from articles"
                " where datetime(published) <= datetime('now')"
                " order by datetime(published) desc limit 1"
            )
            self._known = _Facts(
                generation,
                tuple(self.library.outlets()),
                frozenset(self.library.languages()),
                _utc(newest[0][0]) if newest else None,
            )
        return self._known

    def _spelling(self, key: str) -> str | None:
        """Return how the passages that hold a name write it most often."""
        found = Counter(self._spelt(key))
        return found.most_common(1)[0][0] if found else None

    def _spelt(self, key: str) -> Iterator[str]:
        rows = self.library.rows(
            "select rowid from words where words match ? limit ?", _phrase([key]), _EXAMPLES
        )
        for stored in self.library.passages([id_ for (id_,) in rows]):
            article = self.library.article(stored.passage.span.article)
            if article is None or article.version != stored.passage.span.version:
                continue  # it was changed a moment ago
            for text in (article.words(stored.passage.span), article.title):
                for word in words(text, article.language):
                    if word.capital and word.name == key:
                        yield text[word.start : word.end]


def _phrase(keys: Sequence[str]) -> str:
    """Return an FTS5 expression for names that stand one right after another."""
    return f'names : "{" ".join(keys)}"'


def _utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)
