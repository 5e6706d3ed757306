"""The store on this machine: FAISS for vectors, and FTS5 in the library's own file for words."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from index.encoder import Vectors
from index.library import Library
from index.records import ANYWHERE, Scope
from index.snapshots import newest, open_index, save
from index.store import Neighbours
from index.vectors import VectorIndex

ADOPTED_FROM = 2_000
"""Sentences in memory from which a snapshot that another process has made is looked for."""


class LocalStore:
    """A `Store` on FAISS and FTS5."""

    def __init__(self, library: Library, index: VectorIndex) -> None:
        self._library = library
        self._index = index

    @classmethod
    def open(cls, library: Library, dimension: int) -> "LocalStore":
        return cls(library, open_index(library, dimension))

    @property
    def generation(self) -> int:
        return self._index.generation

    def __len__(self) -> int:
        return len(self._index)

    def catch_up(self) -> int:
        index = self._index
        if index.in_memory >= ADOPTED_FROM:
            found = newest(self._library, index.dimension, above=index.saved)
            self._index = found or index
        return self._index.catch_up(self._library)

    def nearest(self, query: Vectors, limit: int, scope: Scope = ANYWHERE) -> list[Neighbours]:
        if not scope:
            return self._index.search(query, limit)
        keys = defaultdict[str, list[int]](list)
        for language, key in self._library.keys_in(scope):
            keys[language].append(key)
        return self._index.search(query, limit, {one: np.array(keys[one]) for one in keys})

    def cosines(self, query: Vectors, ids: Mapping[str, Collection[int]]) -> dict[int, float]:
        cosines: dict[int, float] = {}
        for language, of_language in ids.items():
            cosines |= self._index.cosines(query, language, of_language)
        return cosines

    def matching(self, stems: Sequence[str], names: Sequence[str], limit: int) -> list[int]:
        parts = [
            f"{{{columns}}} : ({' OR '.join(tokens)})"
            for columns, tokens in (("stems title", stems), ("names", names))
            if tokens
        ]
        return self._library.match_words(" OR ".join(parts), limit) if parts else []

    def save(self) -> None:
        save(self._index, self._library)

    def close(self) -> None:
        """Nothing is held open."""
