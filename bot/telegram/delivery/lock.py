"""One bot in a data directory: a second one would answer every question once more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.telegram.delivery.errors import AnotherRuns

FILE = "bot.lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other bots out of a data directory; the system opens it when the process ends.

    Raises:
        AnotherRuns: another bot is in it.
    """
    lock = FileLock(folder / FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise AnotherRuns(
            f"another bot is running on {folder}: stop it first, or give this one a directory of"
            " its own with --data"
        ) from None
    try:
        yield
    finally:
        lock.release()
