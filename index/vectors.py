"""Nearest sentences by inner product: FAISS indexes, one a language, derived from the library.

A snapshot of them lies beside the library. It is never trusted further than its manifest: what
is missing is added, what is gone is removed, and a damaged or foreign one is made anew.
"""

import json
import logging
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.library import Library, SentenceVectors
from index.store import Ids, Neighbours

log = logging.getLogger(__name__)

CONTEXT_WEIGHT = 0.5
"""Share of its neighbours in a sentence's vector. On XQuAD (en, base model), nDCG@10: whole
passages 94.3, sentences alone 96.0, sentences with 0.5 of their context 96.6, with 1.0 96.3."""
CONTEXT_RADIUS = 2
FORMAT = 1
LEFTOVER_SECONDS = 3600


@dataclass(slots=True)
class VectorIndex:
    """The sentences of a library by their vectors in context."""

    dimension: int
    generation: int = -1
    shards: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(shard.ntotal for shard in self.shards.values())

    def ids(self) -> Ids:
        """Return the ids of all sentences, ascending."""
        parts = [faiss.vector_to_array(shard.id_map) for shard in self.shards.values()]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)

    def search(self, query: Vectors, limit: int) -> list[Neighbours]:
        """Return the nearest sentences to one query (shape (dimension,)), for each language."""
        found = []
        for language, shard in self.shards.items():
            scores, ids = shard.search(query[None], min(limit, shard.ntotal))
            found.append(Neighbours(language, ids[0], scores[0]))
        return found

    def scores(self, query: Vectors, language: str, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return the cosines of some sentences of one language with a query."""
        vectors = self.shards[language].reconstruct_batch(np.array(ids, dtype=np.int64))
        scores: NDArray[np.float32] = vectors @ query
        return scores

    def catch_up(self, library: Library) -> int:
        """Bring the index to the library's present state; return how many sentences changed."""
        generation = library.generation
        if generation == self.generation:
            return 0
        stored, here = library.sentence_ids(), self.ids()
        gone = np.setdiff1d(here, stored, assume_unique=True)
        newest = int(here[-1]) if len(here) else 0
        if len(np.setdiff1d(stored[stored <= newest], here, assume_unique=True)):
            log.warning("the vector index does not fit the library; making it anew")
            self.shards, gone, newest = {}, gone[:0], 0
        self._remove(gone)
        added = library.sentence_vectors(above=newest)
        self._add(added)
        self.generation = generation
        return len(gone) + len(added.ids)

    def _remove(self, ids: Ids) -> None:
        if len(ids):
            for language in list(self.shards):
                self.shards[language].remove_ids(ids)
                if not self.shards[language].ntotal:
                    del self.shards[language]

    def _add(self, added: SentenceVectors) -> None:
        if not len(added.ids):
            return
        vectors = in_context(added.vectors, added.articles)
        languages = np.array(added.languages)
        for language in dict.fromkeys(added.languages):
            rows = languages == language
            if language not in self.shards:
                self.shards[language] = _empty_shard(self.dimension)
            self.shards[language].add_with_ids(vectors[rows], added.ids[rows])


def in_context(vectors: Vectors, articles: NDArray[np.int64]) -> Vectors:
    """Mix into each sentence's vector the mean of its neighbours' in the same article.

    "He refused." is found by what stands around it; late chunking (Günther et al. 2024) has the
    same aim, this needs no second pass of the encoder. Shapes: (n, dimension) and (n,).
    """
    total = np.zeros_like(vectors)
    count = np.zeros((len(vectors), 1), dtype=np.float32)
    for step in range(1, CONTEXT_RADIUS + 1):
        same = (articles[step:] == articles[:-step])[:, None]
        total[step:] += vectors[:-step] * same
        total[:-step] += vectors[step:] * same
        count[step:] += same
        count[:-step] += same
    mixed = vectors + CONTEXT_WEIGHT * total / np.maximum(count, 1)
    unit: Vectors = mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    return unit


def open_index(library: Library, dimension: int) -> VectorIndex:
    """Load the newest snapshot that fits, or start empty; then catch up with the library."""
    index = _load(library, dimension) or VectorIndex(dimension)
    changed = index.catch_up(library)
    if changed > len(index) // 10:
        save(index, library)
    return index


def save(index: VectorIndex, library: Library) -> None:
    """Write a snapshot beside the older one, put it in its place, and remove the older one."""
    if not len(index):
        return
    folder = library.path.parent
    target = folder / f"vectors-{index.generation}"
    if target.exists():
        return
    _remove_leftovers(folder)
    beside = folder / f".{target.name}-{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir()
        for language, shard in index.shards.items():
            faiss.write_index(shard, str(beside / f"{language}.faiss"))
        manifest = _origin(library) | {
            "generation": index.generation,
            "languages": sorted(index.shards),
        }
        (beside / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        beside.rename(target)
    except (OSError, RuntimeError) as error:
        # The library is whole without a snapshot: the next start is slower, nothing else.
        log.warning("no snapshot of the vector index was written: %s", error)
        shutil.rmtree(beside, ignore_errors=True)
        return
    for older in _snapshots(folder):
        if older != target:
            shutil.rmtree(older, ignore_errors=True)


def _remove_leftovers(folder: Path) -> None:
    """Remove what processes that were killed while saving have left."""
    for path in folder.glob(".vectors-*"):
        if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _origin(library: Library) -> dict[str, Any]:
    return {"format": FORMAT, "library": library.identity, "encoder": library.encoder}


def _load(library: Library, dimension: int) -> VectorIndex | None:
    for path in _snapshots(library.path.parent):
        try:
            return _read(path, library, dimension)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, MemoryError) as error:
            log.warning("%s is damaged or foreign, making it anew: %s", path.name, error)
            # It would stand in the way of a sound one of the same generation.
            shutil.rmtree(path, ignore_errors=True)
    return None


def _read(path: Path, library: Library, dimension: int) -> VectorIndex:
    manifest = dict(json.loads((path / "manifest.json").read_text(encoding="utf-8")))
    if not _origin(library).items() <= manifest.items():
        raise ValueError("it was made of another library or with another encoder")
    if manifest["generation"] > library.generation:
        raise ValueError("the library is older, restored from a copy perhaps")
    shards = {
        language: faiss.read_index(str(path / f"{language}.faiss"))
        for language in manifest["languages"]
    }
    if not all(_fits(shard, dimension) for shard in shards.values()):
        raise ValueError(f"it holds other than vectors of {dimension} dimensions by id")
    # No generation: its ids are compared with the library's once, whatever it says of itself.
    return VectorIndex(dimension, shards=shards)


def _fits(shard: Any, dimension: int) -> bool:
    return isinstance(shard, faiss.IndexIDMap2) and shard.d == dimension


def _snapshots(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("vectors-*") if path.name[8:].isdigit()]
    return sorted(found, key=lambda path: int(path.name[8:]), reverse=True)


def _empty_shard(dimension: int) -> Any:
    """Half precision loses nothing of what is stored, and takes half the memory of flat."""
    flat = faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    return faiss.IndexIDMap2(flat)
