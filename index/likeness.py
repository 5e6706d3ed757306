"""Words that mean the same, in any two languages: how far a text meets the words of a question.

The word pieces of a multilingual encoder lie near those that they translate, before any layer has
read the words around them. So each word of a question counts as far as the nearest word of a text
is like it: soft matching by word embeddings (Brokos et al. 2016, "Using centroids of word
embeddings and word mover's distance for biomedical document retrieval"; Litschko et al. 2018,
"Unsupervised cross-lingual information retrieval using monolingual data only").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from index.encoder import Encoder, Vectors

WORDS = 0.2, 0.8
"""Cosines up to which a word is none, and from which it is as good as the word itself."""
NAMES = 0.4, 0.9
"""The same for names: Merkel and Macron stand near each other, but one is not the other."""
MOST_KEPT = 1 << 15
"""Words from question to question, of a kilobyte each."""

_THREADS = ThreadpoolController()
"""The products of one question are small: threads that wait for the next would take a core."""

Likeness = NDArray[np.float32]
"""How far texts meet words: in [0, 1], shape (texts, words)."""


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of a question in lower case, with its key if it is a name."""

    word: str
    name: str = ""
    is_number: bool = False


@dataclass(slots=True)
class WordLikeness:
    """Compares words by their embeddings, which are kept from question to question."""

    encoder: Encoder
    _kept: dict[str, NDArray[np.float16]] = field(default_factory=dict)

    def met(self, asked: Sequence[AskedWord], texts: Sequence[Sequence[str]]) -> Likeness:
        """Return how far each text, given by its words in lower case, meets the asked ones.

        A number is met by itself alone.
        """
        met = np.zeros((len(texts), len(asked)), dtype=np.float32)
        held = {word: n for n, word in enumerate(dict.fromkeys(w for text in texts for w in text))}
        if not held or not asked:
            return met
        here, sought = self._of(list(held)), self._of([one.word for one in asked])
        with _THREADS.limit(limits=1, user_api="blas"):
            cosines = here @ sought.T
        bounds = np.array([NAMES if one.name else WORDS for one in asked], dtype=np.float32)
        unlike, alike = bounds.T
        likeness = np.clip((cosines - unlike) / (alike - unlike), 0, 1)
        for column, one in enumerate(asked):
            if one.is_number:
                likeness[:, column] = 0
            if one.word in held:
                likeness[held[one.word], column] = 1
        for row, text in zip(met, texts, strict=True):
            if text:
                row[:] = likeness[[held[word] for word in text]].max(axis=0)
        return met

    def _of(self, words: Sequence[str]) -> Vectors:
        if len(self._kept) > MOST_KEPT:
            self._kept = {}
        kept = self._kept
        if new := [word for word in words if word not in kept]:
            vectors = self.encoder.word_vectors(new).astype(np.float16)
            kept |= zip(new, vectors, strict=True)
        return np.stack([kept[word] for word in words]).astype(np.float32)
