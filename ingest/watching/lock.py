"""One watcher in a data directory: a second one would ask every host twice as often."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LibraryError

FILE = "watch.lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other watchers out of a data directory; the system opens it when the process ends.

    Raises:
        LibraryError: another watcher is in it.
    """
    lock = FileLock(folder / FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise LibraryError(
            f"another watcher is running on {folder}: it reads all the feeds; stop it first to"
            " read them from here"
        ) from None
    try:
        yield
    finally:
        lock.release()
