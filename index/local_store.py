"""The store on this machine: FAISS for vectors, and FTS5 in the library's own file for words."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from index.encoder import Vectors
from index.library import Library
from index.records import ANYWHERE, Scope
from index.store import Neighbours
from index.vectors import VectorIndex, open_index, save


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
        return self._index.catch_up(self._library)

    def nearest(self, query: Vectors, limit: int, scope: Scope = ANYWHERE) -> list[Neighbours]:
        if not scope:
            return self._index.search(query, limit)
        of_language = defaultdict[str, list[int]](list)
        for language, id_ in self._library.sentences_in(scope):
            of_language[language].append(id_)
        found = []
        for language, ids in of_language.items():
            scores = self._index.scores(query, language, ids)
            best = np.argsort(-scores)[:limit]
            found.append(Neighbours(language, np.array(ids)[best], scores[best]))
        return found

    def cosines(self, query: Vectors, ids: Mapping[str, Collection[int]]) -> dict[int, float]:
        cosines: dict[int, float] = {}
        for language, of_language in ids.items():
            scores = self._index.scores(query, language, [*of_language])
            cosines |= zip(of_language, scores.tolist(), strict=True)
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
