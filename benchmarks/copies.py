"""Which articles are copies of each other? Clusters are counted, and a sample printed to be read.

    python -m benchmarks.copies ARTICLES.jsonl [--sample 50] [--seed 0]
    python -m benchmarks.copies LIBRARY_FOLDER [--sample 50] [--seed 0]

Articles are cleaned, split and stored as citat does it, except that what recurs in an outlet
stays. A cluster is all that is joined by `near_copies`, directly or by others between; in the
sample the share is that of the text which an article has in common with its nearest copy.
"""

import argparse
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.copies import near_copies
from index.entries import Entry
from index.library import Library
from index.records import Article
from ingest.drafts import Draft
from ingest.fetch import FetchSettings
from ingest.pipeline import article_of
from ingest.sentences import split
from ingest.sources import read

Shares = dict[str, dict[str, float]]
"""Of each article, the near copies and how much of the shorter text they share."""


def main() -> None:
    """Print the number and the sizes of clusters, the time, and a sample."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path, help="a JSONL file, or the folder of a library")
    parser.add_argument("--sample", type=int, default=0, help="how many clusters to print")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    arguments = parser.parse_args()
    with _library(arguments.articles) as library:
        articles = {article.id: article for article in library.articles(newest_first=False)}
        started = time.process_time()
        shares = {
            id_: {copy.span.article: copy.share for copy in near_copies(library, article)}
            for id_, article in articles.items()
        }
        seconds = time.process_time() - started
    clusters = _clusters(shares)
    sizes = Counter(map(len, clusters))
    print(f"{len(articles)} articles, {len(clusters)} clusters of {sum(map(len, clusters))}")
    print("size x count:", ", ".join(f"{size} x {n}" for size, n in sorted(sizes.items())))
    print(f"{seconds / len(articles) * 1_000:.1f} ms to ask for the copies of an article")
    chosen = random.Random(arguments.seed).sample(clusters, min(arguments.sample, len(clusters)))
    for number, cluster in enumerate(chosen, 1):
        print(f"\n{number}.")
        for id_ in sorted(cluster, key=lambda id_: _date(articles[id_])):
            print("  ", _line(articles[id_], max(shares[id_].values())))


@contextmanager
def _library(path: Path) -> Iterator[Library]:
    if path.is_dir():
        with Library.open(path) as library:
            yield library
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder), create=True) as library,
    ):
        drafts = [draft for draft in read(str(path), FetchSettings()) if isinstance(draft, Draft)]
        entries = [_entry(article_of(draft)) for draft in drafts]
        started = time.process_time()
        library.write(entries)
        seconds = time.process_time() - started
        print(f"{seconds / len(entries) * 1_000:.1f} ms to store an article")
        yield library


def _entry(article: Article) -> Entry:
    sentences = split(article.text, article.language)
    vectors = np.zeros((len(sentences), 1), dtype=np.float16)
    return Entry(article, article.version, sentences, vectors, [], [])


def _clusters(shares: Shares) -> list[list[str]]:
    """Return the connected groups of two and more, in the order of their first articles."""
    joined: dict[str, list[str]] = defaultdict(list)
    for id_, copies in shares.items():
        for other in copies:
            joined[id_].append(other)
            joined[other].append(id_)
    seen: set[str] = set()
    clusters = []
    for id_ in joined:
        if id_ in seen:
            continue
        cluster, waiting = [], [id_]
        seen.add(id_)
        while waiting:
            cluster.append(waiting.pop())
            fresh = set(joined[cluster[-1]]) - seen
            seen |= fresh
            waiting += sorted(fresh)
        clusters.append(cluster)
    return clusters


def _date(article: Article) -> str:
    return article.published.isoformat() if article.published else "undated"


def _line(article: Article, share: float) -> str:
    words = len(article.text.split())
    date = _date(article)[:10]
    return f"{share:.2f} {date} {article.source} ({words} words): {article.title}  [{article.id}]"


if __name__ == "__main__":
    main()
