"""Kill an ingest at random moments, run it again, and compare with a library never killed.

    python benchmarks/kill.py ARTICLES.jsonl --whole DIR --killed EMPTY_DIR [--kills 20]

`--whole` is the library of an undisturbed ingest of the same file. Kills (SIGKILL) come at random
moments while articles are being taken in, spread over the whole run. Exits with 1 if they differ.
"""

import argparse
import hashlib
import random
import subprocess
import sys
import time
from pathlib import Path

from index.database import FILE
from index.library import Library

TABLES = {
    "articles": "select id, title, source, language, text, version from articles",
    "vectors": 'select a.id, s.ordinal, s.start, s."end", s.vector from sentences s'
    " join articles a on a.key = s.article",
    "passages": "select a.id, p.ordinal, p.first, p.last, w.stems, w.names, w.title"
    " from passages p join articles a on a.key = p.article join words w on w.rowid = p.id",
}
"""What answers depend on."""


def start(articles: Path, data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "citat", "ingest", str(articles), "--data", str(data)]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def stored(data: Path) -> int:
    with Library.open(data, create=True) as library:
        return library.counts()["articles"]


def kill_at(articles: Path, data: Path, count: int, wait: float) -> int:
    """Ingest until so many articles are stored and some time has gone; return how many are."""
    process = start(articles, data)
    while process.poll() is None and stored(data) < count:
        time.sleep(0.05)
    time.sleep(wait)
    process.kill()
    process.wait()
    return stored(data)


def digests(data: Path) -> dict[str, str]:
    with Library.open(data) as library:
        return {
            name: hashlib.sha256(repr(library.rows(f"{sql} order by 1, 2")).encode()).hexdigest()
            for name, sql in TABLES.items()
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--whole", type=Path, required=True)
    parser.add_argument("--killed", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    arguments = parser.parse_args()
    if (arguments.killed / FILE).exists():
        parser.error(f"{arguments.killed} holds a library already; name an empty folder")
    dice = random.Random(20261122)
    total = stored(arguments.whole)
    for count in sorted(dice.randrange(total) for _ in range(arguments.kills)):
        left = kill_at(arguments.articles, arguments.killed, count, dice.uniform(0, 3))
        print(f"killed with {left} articles stored", flush=True)
    start(arguments.articles, arguments.killed).wait()
    whole, killed = digests(arguments.whole), digests(arguments.killed)
    for name in TABLES:
        print(f"{name}: {'equal' if whole[name] == killed[name] else 'DIFFERENT'}")
    return int(whole != killed)


if __name__ == "__main__":
    sys.exit(main())
