"""A library from a backup: nothing is replaced before all of it has proved sound."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from index.database import FILE, fault_in
from index.errors import LibraryError
from index.keeping.backup import sync_folder
from index.keeping.container import Progress, read_manifest, unpack
from index.keeping.manifest import Manifest, newer
from index.library import Library
from index.migrations import migrations

_WORKSPACE = ".restore-"


def restore(path: Path, folder: Path, *, force: bool, progress: Progress) -> Manifest:
    """Make the library of a backup that of a data directory; return the backup's manifest.

    It is checked beside the old library and takes its place in one step. The old one is moved to
    a folder `before-restore-…` in the data directory. The restored library has an identity of its
    own, so that nothing that was derived from another state is taken for its own.

    Raises:
        LibraryError: the backup is damaged, cut short, of a newer version or of another program;
            the directory is not empty (and `force` is false) or in use; or there is no room.
    """
    _refuse_newer(path, manifest := read_manifest(path))
    made = not folder.exists()
    try:
        if not made and not force and _holds_something(folder):
            raise LibraryError(
                f"{folder} is not empty; restore to another folder with --data, or with --force:"
                " the library there is kept beside the restored one"
            )
        with _unused(folder):
            pass  # said now, and not after a long time of unpacking
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_without_room(folder, manifest.size)
        _put_in_place(path, folder, progress)
    except OSError as error:
        raise LibraryError(f"cannot restore to {folder}: {error.strerror or error}") from error
    finally:
        if made and folder.exists() and not any(folder.iterdir()):
            folder.rmdir()
    return manifest


def _holds_something(folder: Path) -> bool:
    """Tell whether there is more in a folder than a restoring that was killed has left."""
    return any(not path.name.startswith(_WORKSPACE) for path in folder.iterdir())


def _put_in_place(path: Path, folder: Path, progress: Progress) -> None:
    beside = folder / f"{_WORKSPACE}{os.getpid()}"
    for left in folder.glob(f"{_WORKSPACE}*"):
        shutil.rmtree(left)
    beside.mkdir()
    try:
        unpack(path, beside / FILE, progress)
        _prove(path, beside)
        with _unused(folder):
            _move_aside(folder)
            (beside / FILE).replace(folder / FILE)
            sync_folder(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    for snapshot in folder.glob("vectors-*"):
        shutil.rmtree(snapshot, ignore_errors=True)  # of no use to the restored library


def _prove(path: Path, beside: Path) -> None:
    """Open what was unpacked as the library that it is to be."""
    if fault := fault_in(beside / FILE, thoroughly=True):
        raise LibraryError(f"the library in {path} is damaged: {fault}; take another backup")
    with Library.open(beside) as library:
        library.become_another()
    descriptor = os.open(beside / FILE, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _move_aside(folder: Path) -> None:
    """Keep the old library under a second name; its own is taken over in one step."""
    if not (folder / FILE).exists():
        return
    aside = folder / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    aside.mkdir()
    parts = [part for part in folder.glob(f"{FILE}*") if part.is_file()]
    for part in parts:
        os.link(part, aside / part.name)
    for part in parts:
        if part.name != FILE:  # a journal left by a crash would be applied to the restored one
            part.unlink()


@contextmanager
def _unused(folder: Path) -> Iterator[None]:
    """Hold the locks of a data directory.

    Raises:
        LibraryError: a bot or watcher runs on it, or any other process has its library open.
    """
    with ExitStack() as held:
        for path in folder.glob("*.lock"):
            try:
                held.enter_context(FileLock(path, timeout=0))
            except Timeout:
                raise _in_use(folder) from None
        if (folder / FILE).exists():
            _gather(folder)
        yield


def _gather(folder: Path) -> None:
    """Bring a library and its journal into one file, which works only if nobody has it open."""
    connection = sqlite3.connect(folder / FILE, timeout=0, isolation_level=None)
    try:
        connection.execute("pragma journal_mode = delete")
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise _in_use(folder) from error
        raise LibraryError(f"{folder / FILE}: {error}; move it away by hand") from error
    except sqlite3.DatabaseError:
        # So damaged that nobody can use it: it is kept as it is, its journal beside it.
        return
    finally:
        connection.close()


def _in_use(folder: Path) -> LibraryError:
    return LibraryError(
        f"another process is using the library in {folder}: stop the bot and whatever else runs"
        " on it, then restore"
    )


def _refuse_newer(path: Path, manifest: Manifest) -> None:
    known = {migration.name for migration in migrations.pending(Database(memory=True))}
    if set(manifest.schema) - known:
        raise newer(path)


def _refuse_without_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise LibraryError(
            f"restoring to {folder} needs {needed / 1e6:,.0f} MB, but only {free / 1e6:,.0f} MB"
            " are free; make room, or choose another folder with --data"
        )
