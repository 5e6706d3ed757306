"""A library in one file that can be copied anywhere, taken while others read and write it."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from index.database import FILE, fault_in
from index.errors import LibraryError
from index.keeping.container import Progress, read_manifest, write
from index.keeping.manifest import Manifest
from index.library import Library

LEFTOVER_SECONDS = 3600
_WORKSPACE = ".citat-backup-"


@dataclass(frozen=True, slots=True)
class Rotation:
    """Backups of one library in a folder: what was removed, and what could not be read."""

    removed: list[Path]
    unreadable: list[Path]


def dated(folder: Path, *, packed: bool) -> Path:
    """Return a name for a backup that is made now; such names sort by age."""
    return folder / f"citat-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar{'.gz' if packed else ''}"


def backup(
    library: Library, target: Path, *, packed: bool, force: bool, progress: Progress
) -> Manifest:
    """Write a backup of the library as it is now; return its manifest.

    Readers and writers go on meanwhile: what they write after the beginning is not in it. What is
    derived and not in the library's file is not in it either. The file appears when it is whole;
    until then there has to be room for the library twice.

    Raises:
        LibraryError: the target exists (and `force` is false) or cannot be written, there is too
            little room, or the library is damaged.
    """
    if target.exists() and not force:
        raise LibraryError(f"{target} exists; choose another name, or replace it with --force")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse_without_room(target.parent, 2 * library.size)
        with _workspace(target.parent) as beside:
            manifest = _copy(library, beside / FILE, progress)
            with (beside / target.name).open("xb") as out:
                write(out, manifest, beside / FILE, packed=packed, progress=progress)
                out.flush()
                os.fsync(out.fileno())
            (beside / target.name).replace(target)
            sync_folder(target.parent)
    except OSError as error:
        raise LibraryError(f"cannot write {target}: {error.strerror or error}") from error
    return manifest


def rotate(folder: Path, library: str, keep: int) -> Rotation:
    """Remove all but the newest backups of the library of this identity.

    Files of other names, and backups of other libraries, stay.
    """
    own, unreadable = [], []
    for path in sorted(folder.glob("citat-*.tar*"), reverse=True):
        try:
            manifest = read_manifest(path)
        except LibraryError:
            unreadable.append(path)
        else:
            own += [path] if manifest.library == library else []
    for path in own[keep:]:
        path.unlink(missing_ok=True)
    return Rotation(own[keep:], unreadable)


def sync_folder(folder: Path) -> None:
    """Let a renaming outlive a power cut, on systems where a folder can be opened."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _copy(library: Library, path: Path, progress: Progress) -> Manifest:
    with library.steady():
        manifest = partial(
            Manifest,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            library=library.identity,
            generation=library.generation,
            encoder=library.encoder,
            counts=library.counts(),
            schema=library.schema,
        )
        library.copy_to(path, progress)
    if fault := fault_in(path):
        raise LibraryError(
            f"{library.path} is damaged: {fault}; no backup was made. Restore an older one, or"
            " move the library away and ingest again"
        )
    return manifest(size=path.stat().st_size)


def _refuse_without_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise LibraryError(
            f"a backup in {folder} needs {needed / 1e6:,.0f} MB while it is made, but only"
            f" {free / 1e6:,.0f} MB are free; make room, or choose another disk"
        )


@contextmanager
def _workspace(folder: Path) -> Iterator[Path]:
    """Make a folder for what is not whole yet; remove those of processes that were killed."""
    for left in folder.glob(f"{_WORKSPACE}*"):
        if time.time() - _last_written(left) > LEFTOVER_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    beside = folder / f"{_WORKSPACE}{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _last_written(folder: Path) -> float:
    return max(path.stat().st_mtime for path in (folder, *folder.glob("*")))
