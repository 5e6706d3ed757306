"""The sentences of one language: their exact vectors, and lists that lead to the near ones.

Row i of everything in a shard is the same sentence. A few thousand rows are looked through one by
one. Where there are many, an inverted file (Sivic and Zisserman 2003) of 8-bit copies says which
rows may be near, and their exact vectors decide. Files are mapped when a shard is opened, so that
of a large one only what is asked for is ever read.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors

Ids = NDArray[np.int64]
PORTION = 65_536
"""Rows that are copied or encoded at a time."""
CANDIDATES = 4
"""Rows taken from the lists for each that is asked for: 8 bits put some in the wrong order."""
AT_ONCE = 20_000
"""So many rows, chosen from many more, are compared one by one sooner than searched for."""
FEWEST_PROBES = 8
MOST_PROBED = 0.25
"""Share of the lists beyond which looking through everything is as fast."""
SAMPLE = 200
"""Queries by which a new set of lists is measured."""
TRAINING_ROWS_PER_LIST = 40
TRAINING_ROUNDS = 8
_SearchParameters: Any = faiss.SearchParameters
_SearchParametersIVF: Any = faiss.SearchParametersIVF
_IDSelectorBitmap: Any = faiss.IDSelectorBitmap
"""Called as Python lets them be called, which the types of FAISS do not tell."""
SUFFIXES = (".faiss", ".npy", ".lists.faiss")


@dataclass(slots=True)
class Lists:
    """An inverted file and how many of its lists are searched to find `recall` of the nearest."""

    index: Any
    probes: int
    recall: float

    def write(self, origin: Path) -> None:
        faiss.write_index(self.index, f"{origin}.lists.faiss")


@dataclass(slots=True)
class Shard:
    """Sentences in the order of their ids, which is that of the keys of their articles too.

    `exact` holds unit vectors in half precision, which loses nothing of what the library stores.
    `kept` is false for rows that are to be passed over, None if there are none. `origin` is the
    path of its files without their suffixes, None while it is in memory alone.
    """

    ids: Ids
    articles: Ids
    exact: Any
    lists: Lists | None = None
    origin: Path | None = None
    kept: NDArray[np.bool_] | None = field(default=None, repr=False)

    @classmethod
    def empty(cls, dimension: int) -> "Shard":
        nothing = np.zeros(0, dtype=np.int64)
        exact = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        return cls(nothing, nothing, exact)

    @classmethod
    def read(cls, origin: Path, dimension: int, probes: int = 0, recall: float = 1.0) -> "Shard":
        """Map the files of a shard; `probes` is 0 where it has no lists.

        Raises:
            ValueError: they hold something else.
            OSError, RuntimeError: they are missing or damaged.
        """
        ids, articles = np.load(f"{origin}.npy", mmap_mode="r")
        exact = faiss.read_index(f"{origin}.faiss", faiss.IO_FLAG_MMAP_IFC)
        indexes, lists = [exact], None
        if probes:
            index = faiss.read_index(f"{origin}.lists.faiss", faiss.IO_FLAG_MMAP_IFC)
            lists = Lists(index, probes, recall)
            indexes.append(index)
        if not isinstance(exact, faiss.IndexScalarQuantizer) or any(
            (index.d, index.ntotal) != (dimension, len(ids)) for index in indexes
        ):
            raise ValueError(f"{origin.name} is no shard of {dimension} dimensions")
        return cls(ids, articles, exact, lists, origin)

    def __len__(self) -> int:
        return len(self.ids) if self.kept is None else int(np.count_nonzero(self.kept))

    @property
    def gone(self) -> Ids:
        """The ids of the rows that are passed over."""
        return self.ids[:0] if self.kept is None else self.ids[~self.kept]

    def add(self, ids: Ids, articles: Ids, vectors: Vectors) -> None:
        """Append sentences with higher ids than all before."""
        self.ids = np.concatenate([self.ids, ids])
        self.articles = np.concatenate([self.articles, articles])
        self.exact.add(vectors)
        if self.kept is not None:
            self.kept = np.concatenate([self.kept, np.ones(len(ids), dtype=np.bool_)])

    def drop(self, ids: Ids) -> int:
        """Pass over the sentences with these ids from now on; return how many are here."""
        rows, _ = self.rows(ids)
        if not len(rows):
            return 0
        before = len(self)
        if self.kept is None:
            self.kept = np.ones(len(self.ids), dtype=np.bool_)
        self.kept[rows] = False
        return before - len(self)

    def rows(self, ids: Ids) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return the rows of those of the ids that are here, and which these are."""
        rows = np.searchsorted(self.ids, ids)
        here = rows < len(self.ids)
        here[here] = self.ids[rows[here]] == ids[here]
        return rows[here], here

    def cosines(self, query: Vectors, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        cosines: NDArray[np.float32] = self.exact.reconstruct_batch(rows.astype(np.int64)) @ query
        return cosines

    def nearest(
        self, query: Vectors, limit: int, articles: Ids | None = None
    ) -> tuple[Ids, NDArray[np.float32]]:
        """Return the ids and cosines of the nearest sentences, of some articles or of any."""
        among = self.kept
        if articles is not None:
            wanted = self._of(articles)
            among = wanted if among is None else among & wanted
        rows = self._near(query, limit, among)
        cosines = self.cosines(query, rows)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return self.ids[rows[best]], cosines[best]

    def _of(self, articles: Ids) -> NDArray[np.bool_]:
        """Tell of each row whether it belongs to one of these articles."""
        ends = np.zeros(len(self.ids) + 1, dtype=np.int32)
        np.add.at(ends, np.searchsorted(self.articles, articles, side="left"), 1)
        np.subtract.at(ends, np.searchsorted(self.articles, articles, side="right"), 1)
        return np.cumsum(ends[:-1]) > 0

    def _near(
        self, query: Vectors, limit: int, among: NDArray[np.bool_] | None
    ) -> NDArray[np.intp]:
        """Return rows with the nearest among them, ascending so that files are read forwards."""
        count = len(self.ids) if among is None else int(np.count_nonzero(among))
        if among is not None and count <= max(limit, min(AT_ONCE, len(self.ids) // 8)):
            return np.flatnonzero(among)
        only = None if among is None else _selector(among)
        faiss.omp_set_num_threads(1)  # of this thread; others would only be waited for
        if self.lists is None:
            found = self.exact.search(
                query[None], min(limit, count), params=_SearchParameters(sel=only)
            )[1][0]
        else:
            probes = ceil(self.lists.probes * len(self.ids) / count)
            found = self.lists.index.search(
                query[None],
                min(CANDIDATES * limit, count),
                params=_SearchParametersIVF(nprobe=probes, sel=only),
            )[1][0]
        rows: NDArray[np.intp] = np.sort(found[found >= 0])
        return rows

    def portions(self) -> Iterator[tuple[Ids, Ids, Vectors]]:
        """Yield ids, articles and vectors of what is kept, some thousands at a time."""
        for start in range(0, len(self.ids), PORTION):
            rows = np.arange(start, min(start + PORTION, len(self.ids)))
            if self.kept is not None:
                rows = rows[self.kept[rows]]
            if len(rows):
                yield self.ids[rows], self.articles[rows], self.exact.reconstruct_batch(rows)

    def write(self, origin: Path) -> None:
        """Write the files of what is exact; nothing may have been dropped."""
        np.save(f"{origin}.npy", np.stack([self.ids, self.articles]))
        faiss.write_index(self.exact, f"{origin}.faiss")

    def link(self, origin: Path) -> None:
        """Give the files of this shard a second name, or copy them where links are not known."""
        for suffix in SUFFIXES:
            source = Path(f"{self.origin}{suffix}")
            if not source.exists() and self.lists is None:
                continue
            try:
                os.link(source, f"{origin}{suffix}")
            except OSError:
                shutil.copyfile(source, f"{origin}{suffix}")


def make_lists(shard: Shard, recall: float, seed: int = 1) -> Lists | None:
    """Sort the rows of a shard into lists; None if no share of them up to `MOST_PROBED` will do.

    `recall` is the share of the ten nearest rows that is to be found.
    """
    dice = np.random.default_rng(seed)
    dimension, count = shard.exact.d, len(shard.ids)
    lists = 2 ** round(np.log2(2 * sqrt(count)))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.niter = TRAINING_ROUNDS
    index.cp.spherical = True
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    sample = dice.choice(count, min(count, TRAINING_ROWS_PER_LIST * lists), replace=False)
    index.train(shard.exact.reconstruct_batch(np.sort(sample)))
    for _, _, vectors in shard.portions():
        index.add(vectors)
    queries = _queries(shard, dice)
    nearest = shard.exact.search(queries, 10)[1]
    probes = FEWEST_PROBES
    while probes <= MOST_PROBED * lists:
        few = _SearchParametersIVF(nprobe=probes)
        found = index.search(queries, 10 * CANDIDATES, params=few)[1]
        met = (nearest[:, :, None] == found[:, None, :]).any(axis=2).mean()
        if met >= recall:
            return Lists(index, probes, float(met))
        probes = ceil(1.4 * probes)
    return None


def _queries(shard: Shard, dice: np.random.Generator) -> Vectors:
    """Return vectors about as far from the rows as questions are: with a cosine of some 0.7."""
    rows, one, other = dice.integers(len(shard.ids), size=(3, SAMPLE))
    moved = shard.exact.reconstruct_batch(one) - shard.exact.reconstruct_batch(other)
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    mixed = shard.exact.reconstruct_batch(rows) + moved
    queries: Vectors = mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    return queries


def _selector(among: NDArray[np.bool_]) -> Any:
    return _IDSelectorBitmap(np.packbits(among, bitorder="little"))
