"""Words for Milvus: BM25 as the inner product of two sparse vectors.

The weights of a passage's tokens are known when it is stored, their rarity when a question comes
(from the library). So the ranking is that of FTS5's bm25() with the same weights of the columns,
and nothing depends on how an engine cuts text into words, or on statistics of a part of it.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b

K1, B = 1.2, 0.75
"""Those of SQLite's bm25()."""
STEM_WEIGHT, NAME_WEIGHT, TITLE_WEIGHT = 1.0, 1.5, 0.5
"""Those of `Library.match_words`."""
AVERAGE_LENGTH = 77
"""Tokens of a passage, with those of its names and title, on average over 28,551 passages of news
in eight languages. It is fixed, so that what comes in later weighs no other than what is there."""
DIMENSIONS = 2**32 - 1
"""Milvus takes so many; of a million different tokens one in 4,000 shares its own with another."""
LEAST_RARITY = 1e-6
"""Of a token that stands in more than half of all passages, as SQLite has it."""

SparseVector = dict[int, float]


def passage_vector(stems: str, names: str, title: str) -> SparseVector:
    """Return the weights of a passage's tokens, given as the library holds them; maybe none."""
    frequencies = defaultdict[int, float](float)
    parts = (
        ("stem", stems.split(), STEM_WEIGHT),
        ("stem", title.split(), TITLE_WEIGHT),
        ("name", names.split(), NAME_WEIGHT),
    )
    for kind, tokens, weight in parts:
        for token in tokens:
            frequencies[_dimension(kind, token)] += weight
    length = sum(len(tokens) for _, tokens, _ in parts)
    damping = K1 * (1 - B + B * length / AVERAGE_LENGTH)
    return {
        dimension: frequency * (K1 + 1) / (frequency + damping)
        for dimension, frequency in frequencies.items()
    }


def question_vector(
    stems: Mapping[str, int], names: Mapping[str, int], total: int
) -> SparseVector:
    """Return the rarity of what is sought, given in how many of all passages it stands."""
    return {
        _dimension(kind, token): max(
            math.log((max(total - count, 0) + 0.5) / (count + 0.5)), LEAST_RARITY
        )
        for kind, counts in (("stem", stems), ("name", names))
        for token, count in counts.items()
    }


@lru_cache(maxsize=500_000)
def _dimension(kind: str, token: str) -> int:
    digest = blake2b(f"{kind} {token}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % DIMENSIONS
