"""A parser in a process of its own may do what it likes: only its own file suffers."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from index.errors import SourceError
from ingest.documents.confined import Bounds, Confined

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits here")


def parts(data: bytes) -> Iterator[str]:
    """Yield the words of some data; some words are orders."""
    for word in data.decode().split():
        if word == "hang":
            time.sleep(600)
        elif word == "die":
            os._exit(1)
        elif word == "grow":
            yield str(len(bytearray(2**40)))
        elif word == "refuse":
            raise SourceError("is refused")
        elif word == "process":
            yield str(os.getpid())
        else:
            yield word


@pytest.fixture
def confined():
    confined = Confined(parts, Bounds(part_seconds=20, seconds=60, memory_bytes=2**30))
    yield confined
    confined.end()


def test_parts_come_back_and_the_process_stays_for_the_next_file(confined):
    assert confined(b"one two") == ["one", "two"]
    assert confined(b"") == []
    assert confined(b"process") == confined(b"process") != [str(os.getpid())]


def test_what_the_parser_refuses_is_told_and_the_next_file_is_read(confined):
    before = confined(b"process")
    with pytest.raises(SourceError, match="is refused"):
        confined(b"one refuse two")
    assert confined(b"process") == before


def test_a_parser_that_breaks_down_costs_one_file(confined):
    with pytest.raises(SourceError, match="makes the reader break down"):
        confined(b"one die")
    assert confined(b"two") == ["two"]


def test_a_process_that_was_killed_while_it_waited_is_replaced(confined):
    (process,) = confined(b"process")
    os.kill(int(process), signal.SIGTERM)
    confined._process.join()
    assert confined(b"two") == ["two"]


@UNIX
def test_an_interruption_does_not_reach_the_process(confined):
    before = confined(b"process")
    os.kill(int(before[0]), signal.SIGINT)
    assert confined(b"process") == before


@UNIX
def test_a_parser_that_grows_costs_one_file(confined):
    with pytest.raises(SourceError, match="takes too much memory"):
        confined(b"one grow")
    assert confined(b"two") == ["two"]


@pytest.mark.parametrize(
    "bounds",
    [Bounds(part_seconds=0.1), Bounds(seconds=0.1)],
    ids=["one-part", "all-parts"],
)
def test_a_parser_that_hangs_is_ended(bounds):
    confined = Confined(parts, bounds)
    with pytest.raises(SourceError, match="takes too long"):
        confined(b"hang")
    assert confined._process is None
