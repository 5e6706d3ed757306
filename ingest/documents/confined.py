"""A parser of hostile input in a process of its own, which is ended when it takes too much."""

import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Generic, TypeVar

from index.errors import SourceError

if sys.platform != "win32":
    import resource

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one file may take; a system without limits on memory (Windows) sets none."""

    part_seconds: float = 30.0
    seconds: float = 600.0
    memory_bytes: int = 2 * 1024**3


@dataclass(slots=True)
class Confined(Generic[Part]):
    """Calls `parse` in another process, which stays for the next call.

    `parse` is a function of a module, as it is sent by name; its parts are plain values.
    """

    parse: Callable[[bytes], Iterable[Part]]
    bounds: Bounds = field(default_factory=Bounds)
    _process: BaseProcess | None = field(default=None, init=False)
    _connection: Connection | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __call__(self, data: bytes) -> list[Part]:
        """Return the parts of a file.

        Raises:
            SourceError: what `parse` raised, or it took too much of something.
        """
        with self._lock:
            try:
                parts, reason = self._answer(data)
            except BaseException:  # what it still does, or has to say, is of no use to the next
                self.end()
                raise
        if reason is not None:
            raise SourceError(reason)
        return parts

    def end(self) -> None:
        """End the process; the next call starts another."""
        if self._process is not None and self._connection is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._connection.close()
        self._process = self._connection = None

    def _answer(self, data: bytes) -> tuple[list[Part], str | None]:
        """Return the parts, and the reason why there are no more if it is not the end."""
        connection = self._connected()
        end = time.monotonic() + self.bounds.seconds
        parts: list[Part] = []
        try:
            connection.send_bytes(data)
            while True:
                left = min(self.bounds.part_seconds, end - time.monotonic())
                if not connection.poll(max(left, 0)):
                    raise SourceError(f"takes too long to be read, after {len(parts)} parts")
                done, value = connection.recv()
                if done:
                    return parts, value
                parts.append(value)
        except (EOFError, OSError) as error:
            raise SourceError("cannot be read: it makes the reader break down") from error

    def _connected(self) -> Connection:
        if self._connection is None or self._process is None or not self._process.is_alive():
            self.end()
            context = get_context("spawn")  # a fork would copy what threads of ours hold
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_serve, args=(self.parse, self.bounds, theirs), daemon=True
            )
            with _uninterrupted():
                process.start()
            theirs.close()
            self._process, self._connection = process, ours
        return self._connection


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach, which is for whoever waits for it."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    parse: Callable[[bytes], Iterable[object]], bounds: Bounds, connection: Connection
) -> None:
    """Answer each file by (False, part) for its parts and (True, reason or None) at the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(bounds.memory_bytes)
    with suppress(EOFError, OSError):  # nobody waits any more
        while True:
            data = connection.recv_bytes()
            _limit_time(bounds.seconds)
            connection.send((True, _parsed(parse, data, connection)))
            _limit_time(0)


def _parsed(
    parse: Callable[[bytes], Iterable[object]], data: bytes, connection: Connection
) -> str | None:
    """Send the parts; return why there are no more, None at the end."""
    try:
        for part in parse(data):
            connection.send((False, part))
    except SourceError as error:
        return str(error)
    except (MemoryError, RecursionError):
        return "takes too much memory to be read; save it anew, or split it"
    return None


def _limit_memory(limit: int) -> None:
    if sys.platform != "win32":
        with suppress(ValueError, OSError):  # macOS knows the limit and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _limit_time(seconds: float) -> None:
    """End this process after some seconds, for whoever waits may have been killed; 0: never."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
