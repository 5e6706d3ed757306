"""Killed in the middle of catching up, a store is caught up by the next process."""

import signal
import subprocess
import sys

import pytest

from index.library import Library
from index.store import StoreSettings, milvus
from tests.conftest import entry_of
from tests.index.store.observed import expected, same, seen

ARTICLES = 12
FOLDER = "milvus.db"
CATCH_UP = """
import sys
from pathlib import Path
from index.library import Library
from index.milvus import rows
from index.store import StoreSettings, milvus

rows.ARTICLES = 1
library = Library.open(Path(sys.argv[1]))
store = milvus().connect(StoreSettings(uri=sys.argv[2]), library, 16)
store.catch_up(lambda _: (print("a step", flush=True), sys.stdin.readline()))
"""


def kill_after(steps: int, library: Library) -> None:
    """Kill a process that catches up, in the step after so many."""
    process = subprocess.Popen(
        [sys.executable, "-c", CATCH_UP, str(library.path.parent), FOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdin
    assert process.stdout
    for _ in range(steps):
        assert process.stdout.readline() == "a step\n"
        process.stdin.write("go on\n")
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()


@pytest.fixture
def filled(library):
    library.claim_encoder("toy")
    library.write(
        [
            entry_of(f"river{n}", f"The river rises {n} times.", "All sleep.")
            for n in range(ARTICLES)
        ]
    )
    return library


def test_killed_while_it_is_made(filled):
    kill_after(3, filled)
    store = milvus().connect(StoreSettings(uri=FOLDER), filled, 16)
    assert 0 < store.catch_up() <= 2 * (ARTICLES - 2)
    same(seen(store), expected(filled))
    store.close()


def test_killed_while_it_follows_changes(filled):
    store = milvus().open(StoreSettings(uri=FOLDER), filled, 16)
    store.close()
    filled.remove([f"river{number}" for number in range(6)])
    filled.write([entry_of(f"ship{n}", f"Ship {n} leaves.") for n in range(4)])
    kill_after(2, filled)
    filled.remove(["ship0", "ship3"])
    store = milvus().open(StoreSettings(uri=FOLDER), filled, 16)
    same(seen(store), expected(filled))
    store.close()
