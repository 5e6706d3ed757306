"""A library of a million passages: how fast it is filled, and what it takes to ask it.

python benchmarks/million.py grow --from DATA --data DIR --passages 1000000
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.composing import Composer
from index.config import Config
from index.encoder import Encoder
from index.entries import Entry
from index.library import Library
from index.options import Options

BATCH = 64
"""As `IngestSettings.batch_articles`."""
RATES = "rates.jsonl"


def entries(composer: Composer, start: int) -> Iterator[list[Entry]]:
    while True:
        yield [composer.entry(number) for number in range(start, start + BATCH)]
        start += BATCH


def grow(source: Path, data: Path, passages: int, encoder: Encoder) -> None:
    """Fill a library up to so many passages, from where it is; tell how long each batch takes.

    Written as `citat ingest` writes; encoding and extracting who says what are left out, which
    take the same time in a library of any size.
    """
    with Library.open(source) as small:
        composer = Composer.of(small, encoder)
    with Library.open(data, create=True) as library, (data / RATES).open("a") as rates:
        library.claim_encoder(encoder.identity)
        counts = library.counts()
        for batch in entries(composer, counts["articles"]):
            if counts["passages"] >= passages:
                return
            known = [library.content_hash(entry.article.id) for entry in batch]
            started, busy = time.perf_counter(), time.process_time()
            library.write([entry for entry, hash_ in zip(batch, known, strict=True) if not hash_])
            took, busy = time.perf_counter() - started, time.process_time() - busy
            counts = library.counts()
            print(json.dumps(counts | {"s": took, "cpu_s": busy}), file=rates, flush=True)
            if sys.stderr.isatty():
                print(f"\r{counts['passages']} passages", end="", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    growing = commands.add_parser("grow")
    growing.add_argument("--from", dest="source", type=Path, required=True)
    growing.add_argument("--data", type=Path, required=True)
    growing.add_argument("--passages", type=int, default=1_000_000)
    arguments: Any = parser.parse_args()
    encoder = Options(Config.read(None), arguments.data, as_json=False).encoder()
    grow(arguments.source, arguments.data, arguments.passages, encoder)


if __name__ == "__main__":
    main()
