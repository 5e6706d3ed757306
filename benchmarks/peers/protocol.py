"""What the script of each system speaks: a line in, a line of JSON out, timed by who asks.

    python -m benchmarks.peers.with_NAME ingest|answer MODEL STORE

`ingest` loads the encoder, says so, reads the path of a file of passages, takes them in, keeps
them under STORE and says what it has to tell. `answer` reads questions, a line each, and names
the ten best passages for each; what it needs is loaded when the first question comes.

It runs in the environment of each system, so that it imports nothing but the standard library.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

BEST = 10
"""Passages that a question is answered with."""
CANDIDATES = 100
"""Passages that either way of searching brings, of which the best are fused."""


class Passage(NamedTuple):
    """What is taken in and found again."""

    id: str
    text: str


TakeIn = Callable[[Sequence[Passage]], Mapping[str, float]]
"""Stores passages, so that they are there after the process; returns what it has to tell."""
Find = Callable[[str], Sequence[str]]
"""Returns the ids of the best passages for a question, best first."""


def speak(
    taking_in: Callable[[Path, Path], TakeIn], finding: Callable[[Path, Path], Find]
) -> None:
    """Do what the command line says; both are given the folders of the model and of the store."""
    mode, model, store = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    out = _apart()
    if mode == "ingest":
        take_in = taking_in(model, store)
        _say(out, {"ready": True})
        _say(out, take_in([*_passages(Path(sys.stdin.readline().rstrip("\n")))]))
        return
    questions = map(json.loads, sys.stdin)
    first = next(questions)
    find = finding(model, store)
    _say(out, [*find(first)])
    for question in questions:
        _say(out, [*find(question)])


def _apart() -> TextIO:
    """Return the standard output; what libraries print there goes to standard error instead."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out


def _say(out: TextIO, value: object) -> None:
    out.write(json.dumps(value) + "\n")
    out.flush()


def _passages(path: Path) -> Iterator[Passage]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            passage = json.loads(line)
            yield Passage(passage["id"], passage["text"])
