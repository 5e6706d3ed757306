"""An encoder that remembers: a text is encoded once, for as long as the vectors are kept."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np

from index.encoder import Encoder, Vectors

FOLDER = Path(tempfile.gettempdir()) / "citat-benchmarks"


class RememberingEncoder:
    """Gives each text its vector of the first time; what counts tokens is the encoder itself."""

    def __init__(self, encoder: Encoder, vectors: dict[str, Vectors]) -> None:
        self._encoder = encoder
        self._vectors = vectors
        self.identity = encoder.identity
        self.dimension = encoder.dimension
        self.count_tokens = encoder.count_tokens
        self.word_vectors = encoder.word_vectors

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._remembered("query", self._encoder.encode_queries, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._remembered("passage", self._encoder.encode_passages, texts)

    def _remembered(
        self, kind: str, encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]
    ) -> Vectors:
        keys = [_digest(f"{kind} {text}") for text in texts]
        asked = dict(zip(keys, texts, strict=True))
        new = {key: text for key, text in asked.items() if key not in self._vectors}
        self._vectors.update(zip(new, encode([*new.values()]), strict=True))
        vectors = [self._vectors[key] for key in keys]
        return np.array(vectors, dtype=np.float32).reshape(len(texts), self.dimension)


@contextmanager
def remembering(encoder: Encoder, folder: Path) -> Iterator[RememberingEncoder]:
    """Read what is kept of this encoder, known by its identity; in the end keep the rest too."""
    path = folder / f"{_digest(encoder.identity)}.npz"
    vectors: dict[str, Vectors] = {}
    if path.exists():
        with np.load(path) as kept:
            vectors = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    before = len(vectors)
    try:
        yield RememberingEncoder(encoder, vectors)
    finally:  # what an interrupted run has encoded is worth as much
        if len(vectors) > before:
            folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".new.npz")
            np.savez(beside, keys=[*vectors], vectors=np.stack([*vectors.values()]))
            beside.replace(path)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
