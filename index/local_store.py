"""The store on this machine: FAISS for vectors, and FTS5 in the library's own file for words."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate, combinations

import numpy as np

from index.encoder import Vectors
from index.library import Library
from index.records import ANYWHERE, Scope
from index.snapshots import newest, open_index, save
from index.store import Neighbours
from index.vectors import VectorIndex

MOST_SCORED = 15_000
"""Passages that are scored by their words: 2 microseconds each, to find them takes a tenth."""
MOST_TOGETHER = 3
"""Frequent tokens of which pairs are looked for."""
ADOPTED_FROM = 2_000
"""Changes from which a snapshot that another process has made is looked for."""


class LocalStore:
    """A `Store` on FAISS and FTS5; `index` is its part on FAISS."""

    def __init__(self, library: Library, index: VectorIndex) -> None:
        self._library = library
        self.index = index

    @classmethod
    def open(cls, library: Library, dimension: int) -> "LocalStore":
        return cls(library, open_index(library, dimension))

    @property
    def generation(self) -> int:
        return self.index.generation

    def __len__(self) -> int:
        return len(self.index)

    def counts(self) -> dict[str, int]:
        return {language: sum(map(len, shards)) for language, shards in self.index.shards.items()}

    def catch_up(self) -> int:
        index, library = self.index, self._library
        if index.generation == library.generation:
            return 0
        if not index.fits(library):
            self.index = open_index(library, index.dimension)
            return len(self.index)
        if index.unsaved >= ADOPTED_FROM:
            self.index = newest(library, index.dimension, above=index.saved) or index
        return self.index.catch_up(library)

    def nearest(self, query: Vectors, limit: int, scope: Scope = ANYWHERE) -> list[Neighbours]:
        if not scope:
            return self.index.search(query, limit)
        keys = defaultdict[str, list[int]](list)
        for language, key in self._library.keys_in(scope):
            keys[language].append(key)
        return self.index.search(query, limit, {one: np.array(keys[one]) for one in keys})

    def cosines(self, query: Vectors, ids: Mapping[str, Collection[int]]) -> dict[int, float]:
        cosines: dict[int, float] = {}
        for language, of_language in ids.items():
            cosines |= self.index.cosines(query, language, of_language)
        return cosines

    def matching(self, stems: Sequence[str], names: Sequence[str], limit: int) -> list[int]:
        """Look for the rarest alone, and of the more frequent for two that stand together."""
        sought = sorted([*self._counted("stems", stems), *self._counted("names", names)])
        spent = list(accumulate(count for count, _ in sought))
        rare = bisect_right(spent, MOST_SCORED)
        tokens = [token for _, token in sought]
        frequent = tokens[rare : rare + MOST_TOGETHER]
        together = [f"({one} AND {other})" for one, other in combinations(frequent, 2)]
        left = max(MOST_SCORED - spent[rare - 1] if rare else MOST_SCORED, MOST_SCORED // 4)
        found = self._matching(tokens[:rare], limit, MOST_SCORED)
        found += self._matching(together if rare or together else frequent, limit, left)
        return list(dict.fromkeys(found))

    def _matching(self, parts: Sequence[str], limit: int, most: int) -> list[int]:
        """Return what matches any part, of the newest passages where too many do."""
        if not parts:
            return []
        expression = " OR ".join(parts)
        newest = most / max(most, self._library.count_matches(expression))
        return self._library.match_words(expression, limit, newest=newest)

    def _counted(self, column: str, tokens: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Yield each token as it is looked for, with the number of passages that hold it."""
        columns = "stems title" if column == "stems" else column
        counts = self._library.word_counts(column, tokens)
        for token in tokens:
            yield counts.get(token, 0), f'{{{columns}}} : "{token}"'

    def save(self) -> None:
        save(self.index, self._library)

    def close(self) -> None:
        """Nothing is held open."""
