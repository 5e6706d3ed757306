"""A question as it is searched: its vector, its words and its names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from index.encoder import Vectors
from index.likeness import AskedWord, Likeness

FEW_WORDS = 0.4
"""What is taken off the certainty of a question without any words; of one word, half of it."""
UNKNOWN = 0.85
"""What is left of the certainty where a name is unknown."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched. `terms` and `names` weigh each token by its rarity (IDF).

    `asked` are the words of the terms as they were written, in the same order.
    """

    text: str
    language: str
    vector: Vectors
    terms: Mapping[str, float]
    names: Mapping[str, float]
    asked: tuple[AskedWord, ...] = ()
    surfaces: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def words_share(self, stems: Collection[str]) -> float:
        """Return the share of the question's words, weighted by rarity, among these stems."""
        return _share(self.terms, stems)

    @property
    def certainty(self) -> float:
        """Return by how much a score of this question is trusted, in (0, 1].

        A question of few words is soon met by chance, and one that names somebody whom the
        archive never mentions by what it says of others.
        """
        few = 1 - FEW_WORDS / (1 + len(self.terms))
        return few * (UNKNOWN if self.unknown else 1)

    def met_share(self, met: Likeness) -> float:
        """Return `words_share` where each word is met as far as this says; shape (words,)."""
        weights = np.fromiter(self.terms.values(), dtype=np.float32)
        total = float(weights.sum())
        return float(met @ weights) / total if total else 0.0

    def words_named(self, keys: Collection[str]) -> float:
        """Return the share of the question's words, weighted by rarity, that are these names."""
        met = np.fromiter((one.name in keys for one in self.asked), dtype=np.float32)
        return self.met_share(met)

    def names_share(self, keys: Collection[str]) -> float:
        """Return the share of the question's names among these keys."""
        return _share(self.names, keys)


def _share(weights: Mapping[str, float], tokens: Collection[str]) -> float:
    total = sum(weights.values())
    if not total:
        return 0.0
    present = set(tokens)
    return sum(weight for token, weight in weights.items() if token in present) / total
