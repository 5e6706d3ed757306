"""How fast an archive is taken in, beside the encoder alone on the same sentences.

    python benchmarks/speed.py ARTICLES.jsonl --data EMPTY_DIR

Prints articles/s, sentences/s and passages/s of a first run, what shares that is of the speed
without statements and of the encoder's own, and a second run that finds everything unchanged. The
encoder alone is timed on every eighth thousand of the sentences, in the batches in which they were
ingested.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from index.config import Config
from index.database import FILE
from index.options import Options

BATCH = 1024
EVERY = 8


def run(articles: Path, data: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "citat", "ingest", str(articles), "--data", str(data), "--json"],
        check=True,
        stdout=subprocess.PIPE,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def encoder_alone(data: Path) -> float:
    """Return the sentences per second that the encoder reaches on the sentences of a library."""
    options = Options(Config.read(None), data, as_json=False)
    encoder = options.encoder()
    with options.library() as library:
        texts = [
            article.words(sentence.span)
            for article in library.articles(newest_first=False)
            for sentence in library.sentences(article.id)
        ]
    encoder.encode_passages(texts[:64])
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH * EVERY)]
    started = time.perf_counter()
    for batch in batches:
        encoder.encode_passages(batch)
    return sum(map(len, batches)) / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    if (arguments.data / FILE).exists():
        parser.error(f"{arguments.data} holds a library already; name an empty folder")
    first = run(arguments.articles, arguments.data)
    first["articles"] = first["added"] + first["updated"]
    for unit in ("articles", "sentences", "passages"):
        print(f"{unit}: {first[unit]}, {first[unit] / first['seconds']:.2f}/s", flush=True)
    print(f"in {first['seconds']:.0f} s, {first['encoding_seconds']:.0f} s of them encoding")
    without = first["seconds"] - first["statement_seconds"]
    print(f"statements leave {without / first['seconds']:.3f} of the speed without them")
    second = run(arguments.articles, arguments.data)
    share = second["seconds"] / first["seconds"]
    print(f"second run: {second['unchanged']} unchanged, {share:.4f} of the time", flush=True)
    alone = encoder_alone(arguments.data)
    share = first["sentences"] / first["seconds"] / alone
    print(f"encoder alone: {alone:.1f} sentences/s; ingest reaches {share:.3f} of that")


if __name__ == "__main__":
    main()
