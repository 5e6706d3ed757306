"""Whether a store holds the library: all sentences, the same vectors, and every word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.library import Library
from index.milvus.rows import cosines, sentences, steps, vectors_of
from index.store import Store

SAMPLE = 64
NEAREST = 10
LEAST = 0.95
"""Of the nearest sentences and of the words of a sample that should be found."""
ROUNDED = 5e-3
"""How far a cosine of vectors at half or 8 bits is from the exact one."""
EQUAL = 1e-5
"""Rounding of one product that is computed in two ways."""
WORDS = 40
"""Passages that are looked through for one whose words are asked."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has found; `recall` and `words` are shares of what should be found."""

    sentences: dict[str, int]
    expected: dict[str, int]
    recall: float
    furthest: float
    words: float

    @property
    def problems(self) -> list[str]:
        """Return what is wrong, a line each; nothing if the store holds the library."""
        lines = []
        if self.sentences != self.expected:
            lines.append(f"it holds {self.sentences} sentences, the library {self.expected}")
        if self.furthest > ROUNDED:
            lines.append(f"a cosine differs by {self.furthest:.4f} from that of the library")
        for name, share in (("nearest sentences", self.recall), ("passages", self.words)):
            if share < LEAST:
                lines.append(f"only {share:.0%} of the {name} of a sample are found")
        return lines


def check(library: Library, store: Store, seed: int = 0) -> Checked:
    """Compare a store with the library by a sample of its sentences and passages."""
    expected = library.rows(
        "select a.language, count(*) from articles a join sentences s on s.article = a.key"
        " group by 1"
    )
    random = Random(seed)  # noqa: S311 - which ones are looked at is no secret
    recall, furthest = _compare_nearest(library, store, _sample(library, "sentences", random))
    words = [*_found_by_words(library, store, _sample(library, "passages", random))]
    return Checked(
        store.counts(), dict(expected), recall, furthest, sum(words) / max(len(words), 1)
    )


def _sample(library: Library, table: str, random: Random) -> list[int]:
    ((least, most),) = library.rows(f"select min(id), max(id) from {table}")  # noqa: S608
    if least is None:
        return []
    drawn = (random.randint(least, most) for _ in range(SAMPLE))
    sql = f"select id from {table} where id >= ? order by id limit 1"  # noqa: S608
    return sorted({library.rows(sql, id_)[0][0] for id_ in drawn})


def _compare_nearest(library: Library, store: Store, sample: Sequence[int]) -> tuple[float, float]:
    """Return the share of the truly nearest that are found, and how far the worst score is off."""
    _, queries = vectors_of(library, sample)
    best = _best_cosines(library, queries)
    found, sought, furthest = 0, 0, 0.0
    for number, query in enumerate(queries):
        for near in store.nearest(query, NEAREST):
            true = cosines(library, query, near.ids.tolist())
            scores = np.array([true.get(id_, 0.0) for id_ in near.ids.tolist()])
            furthest = max(furthest, float(np.abs(scores - near.scores).max()))
            # Copies of one sentence are equally near: any of them is the right one.
            found += int((scores >= best[near.language][number].min() - EQUAL).sum())
        sought += sum(of_language.shape[1] for of_language in best.values())
    return found / max(sought, 1), furthest


def _best_cosines(library: Library, queries: Vectors) -> dict[str, NDArray[np.float32]]:
    """Return the highest cosines of each query (a row) in each language, by reading them all."""
    best: dict[str, NDArray[np.float32]] = {}
    for keys in steps(library):
        for language, rows in sentences(library, keys).items():
            scores = queries @ np.stack([row["vector"] for row in rows]).T
            if language in best:
                scores = np.hstack([best[language], scores])
            best[language] = -np.sort(-scores)[:, :NEAREST]
    return best


def _found_by_words(library: Library, store: Store, sample: Sequence[int]) -> Iterator[bool]:
    """Ask for all the words of each passage: tell whether it is among what matches best."""
    for passage in library.passages(sample):
        stems, names = _distinct(passage.stems), _distinct(passage.names)
        if stems or names:
            yield passage.id in store.matching(stems, names, WORDS)


def _distinct(tokens: str) -> list[str]:
    return [*dict.fromkeys(tokens.split())]
