"""A process killed at any moment leaves a library that is whole; the next run completes it."""

import json
import random
import signal
import subprocess
import sys
import time

import pytest

from index.library import Library

ARTICLES = 12
KILLS = 3


@pytest.fixture
def articles(tmp_path):
    path = tmp_path / "articles.jsonl"
    lines = (
        {"id": f"id{n}", "language": "bg", "text": f"Кметът отказа {n} пъти. Мостът остава."}
        for n in range(ARTICLES)
    )
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[ingest]\nbatch_articles = 2\n", encoding="utf-8")
    return path


def start(articles, data, config) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "citat", "ingest", articles, "--data", data, "--config", config],
        stderr=subprocess.DEVNULL,
    )


def contents(data) -> list[object]:
    with Library.open(data) as library:
        vectors = library.rows(
            "select a.id, s.ordinal, s.vector from sentences s"
            " join articles a on a.key = s.article order by 1, 2"
        )
        passages = library.rows("select stems, names, title from words order by rowid")
        return [[article.text for article in library.articles()], vectors, passages]


def test_killed_and_run_again_a_library_equals_one_never_killed(articles, config, tmp_path):
    assert start(articles, tmp_path / "whole", config).wait() == 0
    dice = random.Random(1)
    killed = tmp_path / "killed"
    for _ in range(KILLS):
        process = start(articles, killed, config)
        wait_for_first_batch(killed, process)
        time.sleep(dice.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if killed.exists():
            with Library.open(killed, create=True) as library:
                assert library.rows("pragma integrity_check") == [("ok",)]
    assert start(articles, killed, config).wait() == 0
    assert contents(killed) == contents(tmp_path / "whole")


def wait_for_first_batch(data, process) -> None:
    while process.poll() is None:
        if (data / "library.db").exists():
            with Library.open(data, create=True) as library:
                if library.counts()["articles"]:
                    return
        time.sleep(0.01)
