"""A library of a million passages: how fast it is filled, and what it takes to ask it.

    python -m benchmarks.million --from DATA --data DIR --gold QUESTIONS.jsonl --sizes 1000000

Composes articles of those in the library DATA (see `benchmarks/composing.py`) until a library in
DIR has each of these numbers of passages, and measures it there: a column each of a table in
Markdown, a line each of DIR/report.jsonl. It goes on where it was interrupted.

They are written in batches as `citat ingest` writes; encoding and finding out who says what are
left out, which take the same time in a library of any size, and added again for the figure of
ingesting, as measured on some of the composed sentences.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any, ParamSpec, TypeVar

import numpy as np

from benchmarks.composing import Composer
from index.config import Config
from index.encoder import Encoder
from index.entries import Entry
from index.library import Library
from index.local_store import LocalStore
from index.options import Options
from index.query import Query
from index.search import Searcher, SearchSettings
from index.vectors import VectorIndex
from ingest.pipeline import IngestSettings
from ingest.statements.extract import extract

RATES = "rates.jsonl"
REPORT = "report.jsonl"
NEIGHBOURS = 10
WORD_MATCHES = SearchSettings().word_matches
ONES = 10
"""Articles that are added one by one, and removed again."""
SAMPLE = 512
Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


def grow(composer: Composer, data: Path, passages: int, encoder: Encoder) -> None:
    """Fill a library up to so many passages from where it is; note how long each batch takes."""
    size = IngestSettings().batch_articles
    with Library.open(data, create=True) as library, (data / RATES).open("a") as rates:
        library.claim_encoder(encoder.identity)
        counts = library.counts()
        for first in count(counts["articles"], size):
            if counts["passages"] >= passages:
                return
            batch = [composer.entry(number) for number in range(first, first + size)]
            started, busy = time.perf_counter(), time.process_time()
            library.write(batch)
            took, busy = time.perf_counter() - started, time.process_time() - busy
            counts = library.counts()
            print(json.dumps(counts | {"s": took, "cpu_s": busy}), file=rates, flush=True)
            if sys.stderr.isatty():
                print(f"\r{counts['passages']} passages", end="", file=sys.stderr)


def measure(data: Path, gold: Path, source: Path) -> dict[str, Any]:
    """Measure a library in this process, which should be a fresh one."""
    options = Options(Config.read(None), data, as_json=False)
    encoder = options.encoder()
    questions = [json.loads(line)["question"] for line in gold.read_text("utf-8").splitlines()]
    encoder.encode_queries(questions[:1])
    before = memory()
    with Library.open(data) as library:
        searcher = Searcher(library, encoder)
        opening, _ = timed(searcher.refresh)
        asked = [timed(ask, searcher, text) for text in questions * 2]
        asked = asked[len(questions) :]  # the first round reads the files
        queries = [searcher.parse(text) for text in questions]
        found = {
            **library.counts(),
            "opening_ms": 1e3 * opening.clock,
            **spread("question", [took for took, _ in asked]),
            **memory_used(before),
            **floors(searcher, queries),
            **ones(searcher, source, encoder),
            "library_mb": data_size(data.glob("library.db*")),
            "snapshot_mb": data_size(data.glob("vectors-*/*")),
        }
    return found | rates(data, source, encoder)


def prepare(data: Path, encoder: Encoder) -> None:
    """Have a snapshot made, as at the end of `citat ingest`."""
    with Library.open(data) as library:
        LocalStore.open(library, encoder.dimension).save()


def ask(searcher: Searcher, text: str) -> None:
    searcher.search(searcher.parse(text), limit=30)


def floors(searcher: Searcher, queries: Sequence[Query]) -> dict[str, float]:
    """Time FAISS and FTS5 by themselves on the same questions, and compare with all vectors."""
    store = searcher.refresh()
    if not isinstance(store, LocalStore):
        raise TypeError("the floors are those of the local store")
    index, limit = store.index, searcher.settings.sentences_per_language
    flat = [timed(exactly, index, query, limit) for query in queries]
    near = [timed(index.search, query.vector, limit) for query in queries]
    best = [index.search(query.vector, NEIGHBOURS) for query in queries]
    met = [
        len(set(some.ids.tolist()) & all_of[some.language]) / max(1, len(all_of[some.language]))
        for query, found in zip(queries, best, strict=True)
        for all_of in [exactly(index, query, NEIGHBOURS)]
        for some in found
    ]
    words = [
        timed(store.matching, [*query.terms], [*query.names], WORD_MATCHES) for query in queries
    ]
    scored = [
        timed(searcher.library.match_words, any_of(query), WORD_MATCHES)
        for query in queries
        if query.terms or query.names
    ]
    return {
        "recall_at_10": fmean(met),
        **spread("faiss_flat", [took for took, _ in flat]),
        **spread("faiss", [took for took, _ in near]),
        **spread("fts5_all_scored", [took for took, _ in scored]),
        **spread("fts5", [took for took, _ in words]),
    }


def exactly(index: VectorIndex, query: Query, limit: int) -> dict[str, set[int]]:
    """Return the ids of the nearest sentences of each language by looking through all."""
    found = {}
    for language, shards in index.shards.items():
        scored = [
            (score, int(shard.ids[row]))
            for shard in shards
            for scores, rows in [shard.exact.search(query.vector[None], limit)]
            for score, row in zip(scores[0], rows[0], strict=True)
            if row >= 0 and (shard.kept is None or shard.kept[row])
        ]
        found[language] = {id_ for _, id_ in sorted(scored, reverse=True)[:limit]}
    return found


def any_of(query: Query) -> str:
    """Return what SQLite's own full-text search would be asked: any of the words and names."""
    stems = (f'{{stems title}} : "{stem}"' for stem in query.terms)
    names = (f'{{names}} : "{name}"' for name in query.names)
    return " OR ".join([*stems, *names])


def ones(searcher: Searcher, source: Path, encoder: Encoder) -> dict[str, float]:
    """Add single articles and remove them again, each until a question would find it or not."""
    with Library.open(source) as small:
        composer = Composer.of(small, encoder)
    first = searcher.library.counts()["articles"] * 2
    entries = [composer.entry(number) for number in range(first, first + ONES)]

    def add(entry: Entry) -> None:
        searcher.library.write([entry])
        searcher.refresh()

    def remove(entry: Entry) -> None:
        searcher.library.remove([entry.article.id])
        searcher.refresh()

    added = [timed(add, entry)[0] for entry in entries]
    removed = [timed(remove, entry)[0] for entry in entries]
    return spread("add_one", added) | spread("remove_one", removed)


def rates(data: Path, source: Path, encoder: Encoder) -> dict[str, float]:
    """Return the passages a second of work of the first and the last tenth, and their ratio."""
    batches = [json.loads(line) for line in (data / RATES).read_text().splitlines()]
    tenth = len(batches) // 10
    first, last = (
        (until["passages"] - since["passages"]) / sum(one["cpu_s"] for one in part)
        for since, until, part in (
            (batches[0], batches[tenth], batches[1 : tenth + 1]),
            (batches[-tenth - 1], batches[-1], batches[-tenth:]),
        )
    )
    per_passage = left_out(source, encoder)
    return {
        "written_first_tenth_per_s": first,
        "written_last_tenth_per_s": last,
        "written_last_to_first": last / first,
        "left_out_ms_per_passage": 1e3 * per_passage,
        "ingested_last_to_first": (1 / first + per_passage) / (1 / last + per_passage),
    }


def left_out(source: Path, encoder: Encoder) -> float:
    """Return the seconds that encoding and extracting take for one passage of real articles."""
    with Library.open(source) as library:
        counts = library.counts()
        articles = [article for article, _ in zip(library.articles(), range(30), strict=False)]
        texts = [
            article.words(one.span)
            for article in articles
            for one in library.sentences(article.id)
        ]
    encoding, _ = timed(encoder.encode_passages, texts[:SAMPLE])
    extracting, _ = timed(lambda: [extract(one.text, one.language) for one in articles])
    per_sentence = encoding.busy / min(SAMPLE, len(texts)) + extracting.busy / len(texts)
    return per_sentence * counts["sentences"] / counts["passages"]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, and those that this process was at work: others may be too."""

    clock: float
    busy: float


def timed(
    call: Callable[Arguments, Value], *values: Arguments.args, **named: Arguments.kwargs
) -> tuple[Took, Value]:
    started, busy = time.perf_counter(), time.process_time()
    value = call(*values, **named)
    return Took(time.perf_counter() - started, time.process_time() - busy), value


def spread(name: str, took: Sequence[Took]) -> dict[str, float]:
    """Return the median and the slowest twentieth, in ms on the clock and of work."""
    found: dict[str, float] = {}
    for kind, seconds in (
        ("ms", [one.clock for one in took]),
        ("cpu_ms", [one.busy for one in took]),
    ):
        cuts = quantiles(seconds, n=20, method="inclusive")
        found |= {f"{name}_{kind}_p50": 1e3 * cuts[9], f"{name}_{kind}_p95": 1e3 * cuts[18]}
    return found


def memory() -> dict[str, float]:
    """Return the resident memory of this process in MB: its own, and what is mapped from files."""
    status = Path("/proc/self/status").read_text()
    values = dict(line.split(":", 1) for line in status.splitlines())
    return {kind: int(values[kind].split()[0]) / 1024 for kind in ("RssAnon", "RssFile")}


def memory_used(before: dict[str, float]) -> dict[str, float]:
    now = memory()
    return {
        "resident_mb": now["RssAnon"] + now["RssFile"],
        "own_mb": now["RssAnon"],
        "mapped_mb": now["RssFile"],
        "encoder_alone_mb": before["RssAnon"] + before["RssFile"],
    }


def data_size(paths: Iterable[Path]) -> float:
    """Return the size of files in MB."""
    return sum(path.stat().st_size for path in paths) / 1e6


def table(found: Sequence[dict[str, Any]]) -> str:
    """Return the report as a table in Markdown, a column for each size."""
    rows = [["", *(str(one["passages"]) for one in found)]]
    rows.append(["---"] * len(rows[0]))
    for name in found[-1]:
        values = (one.get(name, float("nan")) for one in found)
        rows.append([name, *(f"{np.round(value, 3):g}" for value in values)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--measure", action="store_true", help="measure what is there")
    arguments: Any = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.data, arguments.gold, arguments.source)))
        return
    encoder = Options(Config.read(None), arguments.data, as_json=False).encoder()
    with Library.open(arguments.source) as small:
        composer = Composer.of(small, encoder)
    for size in arguments.sizes:
        grow(composer, arguments.data, size, encoder)
        made, _ = timed(prepare, arguments.data, encoder)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.million", *sys.argv[1:], "--measure"],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        found = json.loads(done.stdout) | {"snapshot_s": made.clock, "snapshot_cpu_s": made.busy}
        with (arguments.data / REPORT).open("a") as report:
            print(json.dumps(found), file=report)
    lines = (arguments.data / REPORT).read_text().splitlines()
    print(table([json.loads(line) for line in lines]))


if __name__ == "__main__":
    main()
