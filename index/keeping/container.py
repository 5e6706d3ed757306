"""The file that a backup is: a tar with a manifest, the library, and the checksums of both.

Any tar unpacks it, and `sha256sum -c SHA256SUMS` checks what came out. It is read here block by
block, by no more than the header's own 512 bytes at a time, so that a damaged or hostile file
takes no more memory than a sound one. The checksums come last: without them it was cut short.
"""

import gzip
import json
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from index.database import FILE
from index.errors import LibraryError
from index.keeping.manifest import Damaged, Manifest

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
MOST_MANIFEST = 64 * 1024
CHUNK = 1024 * 1024
Progress = Callable[[int, int], None]
"""Called with how many of how many bytes are done."""

_GZIP = b"\x1f\x8b"
_DEFLATE = 6
_ENDING = bytes(2 * tarfile.BLOCKSIZE)


def write(
    target: BinaryIO,
    manifest: Manifest,
    library: Path,
    *,
    packed: bool,
    progress: Progress,
) -> None:
    """Write the container of a library's file; `packed` by gzip.

    Raises:
        OSError: the target cannot be written.
    """
    if packed:
        with gzip.GzipFile("", "wb", _DEFLATE, target) as stream:
            _write(stream, manifest, library, progress)
    else:
        _write(target, manifest, library, progress)


def read_manifest(path: Path) -> Manifest:
    """Read what a backup says of itself, and nothing else of it.

    Raises:
        LibraryError: this is no backup, one of a newer version, or damaged where it begins.
    """
    with _opened(path) as stream:
        return Manifest.read(_manifest_bytes(stream), path)


def unpack(path: Path, target: Path, progress: Progress) -> Manifest:
    """Write the library out of a backup to a new file; return the manifest.

    Raises:
        LibraryError: this is no backup, what it holds is not what was put into it, or the target
            cannot be written.
    """
    with _opened(path) as stream:
        said = _manifest_bytes(stream)
        manifest = Manifest.read(said, path)
        size = _header(stream, FILE, most=manifest.size)
        digest, done = sha256(), 0
        with target.open("xb") as out:
            for chunk in _chunks(stream, size):
                digest.update(chunk)
                out.write(chunk)
                done += len(chunk)
                progress(done, size)
        _pass_padding(stream, size)
        sums = _member(stream, SUMS, most=MOST_MANIFEST)
        _exactly(stream, len(_ENDING))
        stream.read(CHUNK)  # a packed file ends with a checksum, which is looked at here
    if sums != _sums(sha256(said).hexdigest(), digest.hexdigest()):
        raise _damaged(path, "its checksums do not agree with what it holds")
    return manifest


def _write(
    stream: BinaryIO | gzip.GzipFile,
    manifest: Manifest,
    library: Path,
    progress: Progress,
) -> None:
    said = json.dumps(manifest.as_dict(), ensure_ascii=False, indent=2).encode() + b"\n"
    _write_member(stream, MANIFEST, said)
    size, done, digest = library.stat().st_size, 0, sha256()
    stream.write(_described(FILE, size))
    with library.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            stream.write(chunk)
            done += len(chunk)
            progress(done, size)
    stream.write(_padding(size))
    _write_member(stream, SUMS, _sums(sha256(said).hexdigest(), digest.hexdigest()))
    stream.write(_ENDING)


def _write_member(stream: BinaryIO | gzip.GzipFile, name: str, data: bytes) -> None:
    stream.write(_described(name, len(data)) + data + _padding(len(data)))


def _described(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(time.time())
    # GNU's form, for the older one ends at 8 GiB.
    return member.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _sums(manifest: str, library: str) -> bytes:
    return f"{manifest}  {MANIFEST}\n{library}  {FILE}\n".encode()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a backup, packed or not, and say in one line what is wrong with what is read of it."""
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            stream = gzip.GzipFile(fileobj=file) if packed else file
            yield stream  # type: ignore[misc]  # a GzipFile reads like any other
    except (Damaged, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, str(error)) from error
    except EOFError as error:
        raise _damaged(path, "it is cut short") from error
    except OSError as error:
        raise LibraryError(f"cannot unpack {path}: {error.strerror or error}") from error


def _damaged(path: Path, why: str) -> LibraryError:
    return LibraryError(
        f"{path} is no whole backup of citat: {why}; take another one, or copy it once more"
    )


def _manifest_bytes(stream: BinaryIO) -> bytes:
    return _member(stream, MANIFEST, most=MOST_MANIFEST)


def _member(stream: BinaryIO, name: str, *, most: int) -> bytes:
    size = _header(stream, name, most=most)
    data = b"".join(_chunks(stream, size))
    _pass_padding(stream, size)
    return data


def _header(stream: BinaryIO, name: str, *, most: int) -> int:
    """Read the header of the member that has to come next; return its size in bytes."""
    block = _exactly(stream, tarfile.BLOCKSIZE)
    try:
        found = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise Damaged(f"there is no {name} where it should be") from error
    if found.name != name or not found.isreg() or not 0 <= found.size <= most:
        raise Damaged(f"there is no {name} where it should be")
    return found.size


def _chunks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        chunk = _exactly(stream, min(size, CHUNK))
        size -= len(chunk)
        yield chunk


def _pass_padding(stream: BinaryIO, size: int) -> None:
    if any(_exactly(stream, len(_padding(size)))):
        raise Damaged("there is something between its parts")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
