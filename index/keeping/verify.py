"""Whether all that is stored agrees: each derived thing with the truth, the truth with itself."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder
from index.errors import LibraryError
from index.keeping.checks import Fault, Part, Stored, faults_of
from index.keeping.tallies import faults_in_tallies
from index.keeping.vector_index import SAME, astray, fault_in_ids, opened
from index.keeping.word_index import fault_in_word_index
from index.library import Library
from index.vectors import VectorIndex

EXAMPLES = 5
"""Faults of one part that are told; of the others, how many there are."""
SAMPLE = 512
"""Sentences encoded anew, spread evenly, unless all are."""
ENCODED_AT_ONCE = 256


@dataclass(slots=True)
class Report:
    """How much of each part was checked and what is wrong with it."""

    checked: Counter[Part] = field(default_factory=Counter)
    wrong: Counter[Part] = field(default_factory=Counter)
    examples: dict[Part, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    articles: dict[str, bool] = field(default_factory=dict)
    """Articles with faults, and whether all of these are of what `index` can make anew."""

    def add(self, fault: Fault) -> None:
        self.wrong[fault.part] += 1
        if len(self.examples[fault.part]) < EXAMPLES:
            self.examples[fault.part].append(fault)
        if fault.article is not None:
            derived = self.articles.get(fault.article, True)
            self.articles[fault.article] = derived and fault.is_derived


def verify(
    library: Library,
    encoder: Encoder,
    progress: Callable[[int], None],
    *,
    deep: bool = False,
    only: Collection[str] | None = None,
) -> Report:
    """Check a library as it is at one moment; other processes read and write on.

    Args:
        library: The library, whose vectors are those of the encoder.
        encoder: Encodes a sample of the sentences anew; all of them if `deep`.
        progress: Called with the number of articles done by each step.
        deep: Encode every sentence.
        only: Ids of the articles to look at, besides what belongs to no single one.

    Raises:
        LibraryError: the file cannot be read, or there is no room to copy its word index.
    """
    report = Report()
    try:
        with library.steady():
            _check_file(library, report)
            report.checked[Part.TALLIES] = 1
            for miscounted in faults_in_tallies(library):
                report.add(Fault(Part.TALLIES, None, miscounted))
            index = opened(library, encoder.dimension)
            report.checked[Part.SNAPSHOT] = len(index) if index else 0
            if what := fault_in_ids(library, index):
                report.add(Fault(Part.SNAPSHOT, None, what))
            total = library.counts()["sentences"]
            sample = _Sample(encoder, 1 if deep else max(1, total // SAMPLE), report)
            for key in _keys(library, only):
                _check_article(library, key, index, sample, report)
                progress(1)
            sample.finish()
            _check_word_index(library, report)
            _check_watches(library, report)
    except LibraryError as error:
        if isinstance(error.__cause__, sqlite3.OperationalError):  # no room, say: no damage
            raise
        report.add(Fault(Part.FILE, None, str(error)))
    return report


def _check_file(library: Library, report: Report) -> None:
    report.checked[Part.FILE] = 1
    for (line,) in library.rows("pragma integrity_check(10)"):
        if line != "ok":
            report.add(Fault(Part.FILE, None, line))
    for table, _, parent, _ in library.rows("pragma foreign_key_check"):
        report.add(Fault(Part.FILE, None, f"a row of {table} belongs to none of {parent}"))


def _keys(library: Library, only: Collection[str] | None) -> Iterator[int]:
    if only is not None:
        rows = library.rows_in("select key from articles where id in", list(only))
    else:
        rows = library.rows("select key from articles order by key")
    yield from (key for (key,) in rows)


def _check_article(
    library: Library, key: int, index: VectorIndex | None, sample: "_Sample", report: Report
) -> None:
    try:
        stored = Stored.read(library, key)
    except LibraryError as error:
        report.add(Fault(Part.ARTICLES, None, f"the one in row {key}: {error}"))
        return
    faults = faults_of(stored, sample.dimension)
    for fault in faults:
        report.add(fault)
    _count(stored, report)
    if not any(fault.part in {Part.SENTENCES, Part.VECTORS} for fault in faults):
        vectors = stored.vectors()
        sample.add(stored, vectors)
        for what in astray(stored, vectors, index) if index else ():
            report.add(Fault(Part.SNAPSHOT, None, what))


def _count(stored: Stored, report: Report) -> None:
    report.checked[Part.ARTICLES] += 1
    for part in (Part.SENTENCES, Part.VECTORS, Part.COPIES):
        report.checked[part] += len(stored.sentences)
    for part in (Part.PASSAGES, Part.WORDS):
        report.checked[part] += len(stored.passages)
    for part in (Part.STATEMENTS, Part.SPEAKERS):
        report.checked[part] += len(stored.statements)


class _Sample:
    """Every so-many-th sentence, to be encoded anew and compared with what is stored."""

    def __init__(self, encoder: Encoder, step: int, report: Report) -> None:
        self.dimension = encoder.dimension
        self._encoder = encoder
        self._step = step
        self._report = report
        self._seen = 0
        self._kept: list[tuple[str, int, str, NDArray[np.float32]]] = []

    def add(self, stored: Stored, vectors: NDArray[np.float32]) -> None:
        for ordinal, (text, vector) in enumerate(zip(stored.texts, vectors, strict=True)):
            if self._seen % self._step == 0:
                self._kept.append((stored.article.id, ordinal, text, vector))
            self._seen += 1
        if len(self._kept) >= ENCODED_AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Encode and compare what has gathered."""
        if not self._kept:
            return
        anew = self._encoder.encode_passages([text for _, _, text, _ in self._kept])
        for (article, ordinal, _, stored), vector in zip(self._kept, anew, strict=True):
            if not float(stored @ vector) >= SAME:
                what = f"that of sentence {ordinal} is not of its words"
                self._report.add(Fault(Part.VECTORS, article, what))
        self._kept = []


def _check_word_index(library: Library, report: Report) -> None:
    orphans = library.rows(
        "select count(*) from words where rowid not in (select id from passages)"
    )[0][0]
    if orphans:
        report.add(Fault(Part.WORDS, None, f"{orphans} rows belong to no passage"))
    if fault := fault_in_word_index(library.path):
        report.add(Fault(Part.WORDS, None, f"the index does not fit its rows: {fault}"))


def _check_watches(library: Library, report: Report) -> None:
    """Check what standing questions refer to: the order in which sentences came in."""
    ((last,),) = library.rows(
        "select coalesce(max(seq), 0) from sqlite_sequence where name = 'sentences'"
    )
    for id_, since, checked in library.rows("select id, since, checked from watches"):
        report.checked[Part.WATCHES] += 1
        if not 0 <= since <= checked <= last:
            what = f"number {id_} is said to be checked up to sentence {checked} of {last}"
            report.add(Fault(Part.WATCHES, None, what))
    for id_, quote, sentences in library.rows("select id, quote, sentences from deliveries"):
        report.checked[Part.WATCHES] += 1
        if not (_is_json(quote, dict) and _is_json(sentences, list)):
            report.add(Fault(Part.WATCHES, None, f"delivery {id_} cannot be read"))
    for article, words, first_id in library.rows("select * from former_words"):
        report.checked[Part.WATCHES] += 1
        if len(words) != 16 or not 0 < first_id <= last:
            what = f"what {article} no longer says is noted wrongly"
            report.add(Fault(Part.WATCHES, None, what))


def _is_json(text: Any, kind: type) -> bool:
    try:
        return isinstance(json.loads(text), kind)
    except (ValueError, TypeError, RecursionError):
        return False
