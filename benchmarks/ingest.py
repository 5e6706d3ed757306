"""How fast an archive is taken in, beside the encoder alone on the same sentences.

    python benchmarks/ingest.py ARTICLES.jsonl --data EMPTY_DIR [--kills N]

Prints articles/s, sentences/s and passages/s of a first run, the share of the encoder's own speed
in it, and a second run that finds everything unchanged. With --kills a second library is made
whose ingest is killed N times at random moments; both must end equal.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from index.config import Config
from index.library import Library
from index.options import Options

CITAT = [sys.executable, "-m", "citat"]


def run(articles: Path, data: Path) -> dict[str, Any]:
    done = subprocess.run(
        [*CITAT, "ingest", str(articles), "--data", str(data), "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def encoder_alone(data: Path) -> float:
    """Return the seconds that the encoder takes for all sentences of a library."""
    options = Options(Config.read(None), data, as_json=False)
    encoder = options.encoder()
    with options.library() as library:
        texts = [
            article.words(sentence.span)
            for article in library.articles(newest_first=False)
            for sentence in library.sentences(article.id)
        ]
    encoder.encode_passages(texts[:64])
    started = time.perf_counter()
    for i in range(0, len(texts), 1024):
        encoder.encode_passages(texts[i : i + 1024])
    return time.perf_counter() - started


def killed(articles: Path, data: Path, kills: int, seconds: float) -> None:
    """Ingest with kills at random moments, spread over about as long as a run takes."""
    dice = random.Random(20261122)
    for number in range(kills):
        process = subprocess.Popen(
            [*CITAT, "ingest", str(articles), "--data", str(data), "--json"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(dice.uniform(0.2, 2 * seconds / kills))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with Library.open(data, create=True) as library:
            print(f"kill {number + 1}: {library.counts()}", flush=True)
    run(articles, data)


def digest(data: Path) -> dict[str, str]:
    """Return a hash of every table that an answer depends on."""
    hashes = {}
    with Library.open(data) as library:
        tables = {
            "articles": "select id, title, source, language, text, version from articles",
            "sentences": 'select a.id, s.ordinal, s.start, s."end", s.vector from sentences s'
            " join articles a on a.key = s.article",
            "passages": "select a.id, p.ordinal, p.first, p.last, w.stems, w.names, w.title"
            " from passages p join articles a on a.key = p.article"
            " join words w on w.rowid = p.id",
        }
        for table, sql in tables.items():
            rows = library.rows(f"{sql} order by 1, 2")
            hashes[table] = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
    return hashes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=0)
    arguments = parser.parse_args()
    first = run(arguments.articles, arguments.data)
    for unit in ("sentences", "passages"):
        print(f"{unit}: {first[unit]}, {first[unit] / first['seconds']:.1f}/s")
    articles = first["added"] + first["updated"]
    print(f"articles: {articles}, {articles / first['seconds']:.2f}/s in {first['seconds']:.0f} s")
    print(f"share spent in the encoder: {first['encoding_seconds'] / first['seconds']:.3f}")
    second = run(arguments.articles, arguments.data)
    print(f"second run: {second['unchanged']} unchanged in {second['seconds']:.1f} s,", end=" ")
    print(f"{second['seconds'] / first['seconds']:.4f} of the first")
    alone = encoder_alone(arguments.data)
    print(f"encoder alone: {alone:.0f} s; ingest reaches {alone / first['seconds']:.3f} of it")
    if arguments.kills:
        other = arguments.data.with_name(arguments.data.name + "-killed")
        shutil.rmtree(other, ignore_errors=True)
        killed(arguments.articles, other, arguments.kills, first["seconds"])
        print(f"never killed: {digest(arguments.data)}\nkilled:       {digest(other)}")


if __name__ == "__main__":
    main()
