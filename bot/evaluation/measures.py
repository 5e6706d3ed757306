"""The arithmetic of retrieval: recall at k, reciprocal rank, proportions with their intervals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.96
"""Standard deviations of a normal distribution that hold 95 % of it."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """How many of how many."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % score interval (Wilson 1927).

        It holds with few cases too; a bootstrap would call ten hits of ten certain.
        """
        if not self.of:
            return None
        share, of = self.count / self.of, self.of
        centre = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
        reach = Z / (1 + Z * Z / of) * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
        return max(centre - reach, 0.0), min(centre + reach, 1.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a ranking something stands, the first being 1, and its score there."""

    rank: int
    score: float


def recall(ranks: Sequence[int | None], k: int) -> Proportion:
    """Return how many are found among the first k; a rank of None is not found at all."""
    return Proportion(sum(rank is not None and rank <= k for rank in ranks), len(ranks))


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float | None:
    """Return the mean of 1 / rank, 0 for what is not found; None of no ranks."""
    if not ranks:
        return None
    return sum(1 / rank for rank in ranks if rank is not None) / len(ranks)


def hits(places: Iterable[Place | None], k: int, threshold: float) -> Proportion:
    """Return how many stand among the first k of what a threshold lets through."""
    shown = [
        place is not None and place.rank <= k and place.score >= threshold for place in places
    ]
    return Proportion(sum(shown), len(shown))
