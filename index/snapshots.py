"""Snapshots of the vector index: folders beside the library, written whole and then mapped.

A folder is never changed: the next one stands beside it, made of the same files where nothing has
changed, before it takes its place. A large shard is not written again for a few new sentences:
they get a small shard of their own until they are a share of it.
"""

import json
import logging
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.changes import Mark, mark, removed_since
from index.library import Library
from index.shards import Ids, Shard, make_lists
from index.vectors import VectorIndex, in_context

log = logging.getLogger(__name__)

FORMAT = 2
LEFTOVER_SECONDS = 3600
MANIFEST = "manifest.json"
GONE = "gone.npy"


@dataclass(frozen=True, slots=True)
class Limits:
    """When a shard gets lists, how good they have to be, and when what has changed is merged.

    `worth_saving` is the share below which a start catches up in no time with what has changed.
    """

    lists_from: int = 50_000
    recall: float = 0.97
    share: float = 0.1
    worth_saving: float = 0.01


LIMITS = Limits()


def open_index(library: Library, dimension: int, limits: Limits = LIMITS) -> VectorIndex:
    """Map the newest snapshot that fits, or make one; then catch up with the library."""
    index = newest(library, dimension)
    if index is None:
        now = mark(library)
        made = write(library, now, _from_library(library, now, dimension), limits)
        index = (newest(library, dimension) if made else None) or VectorIndex(dimension)
    changed = index.catch_up(library)
    if changed > limits.share * len(index):
        save(index, library, limits)
    return index


def save(index: VectorIndex, library: Library, limits: Limits = LIMITS) -> None:
    """Keep an index that has caught up, and map what was in memory."""
    if index.mark is None or not len(index):
        return
    large = index.saved >= 0 and len(index) >= limits.lists_from
    if large and index.unsaved < limits.worth_saving * len(index):
        return
    if write(library, index.mark, index.shards.items(), limits):
        saved = newest(library, index.dimension)
        if saved is not None and saved.mark == index.mark:
            index.shards, index.saved, index.unsaved = saved.shards, saved.saved, 0


def newest(library: Library, dimension: int, *, above: int = -1) -> VectorIndex | None:
    """Map the newest snapshot of a past state of the library, of a generation above a number."""
    tried = set[Path]()
    # Another process may put a newer one in the place of those that were there a moment ago.
    while untried := [path for path in _snapshots(library.path.parent) if path not in tried]:
        path = untried[0]
        tried.add(path)
        if not above < _generation(path) <= library.generation:
            continue
        try:
            return _read(path, library, dimension)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, MemoryError) as error:
            log.warning("%s is damaged or foreign, making it anew: %s", path.name, error)
            shutil.rmtree(path, ignore_errors=True)
    return None


def write(
    library: Library, of: Mark, shards: Iterable[tuple[str, list[Shard]]], limits: Limits
) -> bool:
    """Write a snapshot beside the older one, put it in its place, and remove the older one.

    `shards` come one language at a time, so that no more need be in memory.
    """
    folder = library.path.parent
    target = folder / f"vectors-{of.generation}"
    if target.exists() and _mark_of(target) == of:
        return False
    _remove_leftovers(folder)
    beside = folder / f".{target.name}-{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir()
        written: list[tuple[dict[str, Any], Ids]] = []
        for language, parts in shards:
            written += _write(beside, language, parts, limits)
            del parts  # or two languages would be in memory
        if not written:
            shutil.rmtree(beside)
            return False
        np.save(beside / GONE, np.concatenate([gone for _, gone in written]))
        sizes = {path.name: path.stat().st_size for path in beside.iterdir()}
        manifest = _origin(library) | {
            "mark": astuple(of),
            "shards": [described for described, _ in written],
            "sizes": sizes,
        }
        (beside / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        beside.rename(target)
    except (OSError, RuntimeError) as error:
        # The library is whole without a snapshot: the next start is slower, nothing else.
        log.warning("no snapshot of the vector index was written: %s", error)
        shutil.rmtree(beside, ignore_errors=True)
        return False
    for older in _snapshots(folder):
        if _generation(older) < of.generation:
            shutil.rmtree(older, ignore_errors=True)
    return True


def _write(
    folder: Path, language: str, shards: Sequence[Shard], limits: Limits
) -> Iterator[tuple[dict[str, Any], Ids]]:
    """Write the shards of one language, as few as their sizes ask for.

    Yields what the manifest says of each, and which of its sentences are gone.
    """
    first, *rest = shards
    new = sum(map(len, rest))
    small = first.origin is None or len(first.ids) < limits.lists_from
    if small or new + len(first.gone) > limits.share * len(first.ids):
        if len(shards) > 1 or len(first.gone):
            shards = [_merged(shards)]
    elif len(rest) > 1 or any(shard.origin is None for shard in rest):
        shards = [first, _merged(rest)]
    for number, shard in enumerate(shards):
        origin = folder / f"{language}-{number}"
        if shard.origin is not None:
            shard.link(origin)
            lists = shard.lists
        else:
            shard.write(origin)
            mapped = Shard.read(origin, shard.exact.d)
            lists = make_lists(mapped, limits.recall) if len(shard) >= limits.lists_from else None
            if lists is not None:
                lists.write(origin)
        described = {
            "language": language,
            "sentences": len(shard.ids),
            "probes": lists.probes if lists else 0,
            "recall": lists.recall if lists else 1.0,
        }
        yield described, shard.gone


def _merged(shards: Sequence[Shard]) -> Shard:
    merged = Shard.empty(shards[0].exact.d)
    for shard in shards:
        for ids, articles, vectors in shard.portions():
            merged.add(ids, articles, vectors)
    return merged


def _from_library(library: Library, of: Mark, dimension: int) -> Iterator[tuple[str, list[Shard]]]:
    """Read one language after the other; what others add meanwhile is left for catching up."""
    for language in library.languages():
        shard = Shard.empty(dimension)
        for part in library.sentence_vectors(upto=of.article, language=language):
            shard.add(part.ids, part.articles, in_context(part.vectors, part.articles))
        if len(shard):
            yield language, [shard]
        del shard


def _origin(library: Library) -> dict[str, Any]:
    return {"format": FORMAT, "library": library.identity, "encoder": library.encoder}


def _read(path: Path, library: Library, dimension: int) -> VectorIndex:
    manifest = _manifest(path)
    if not _origin(library).items() <= manifest.items():
        raise ValueError("it is of another library, encoder or version of citat")
    of = Mark(*manifest["mark"])
    if removed_since(library, of) is None:
        raise ValueError("it is of another past, or too old")
    for name, size in manifest["sizes"].items():
        if (path / name).stat().st_size != size:
            raise ValueError(f"{name} has another size")
    gone = np.load(path / GONE)
    shards: dict[str, list[Shard]] = {}
    for one in manifest["shards"]:
        of_language = shards.setdefault(one["language"], [])
        origin = path / f"{one['language']}-{len(of_language)}"
        shard = Shard.read(origin, dimension, one["probes"], one["recall"])
        shard.drop(gone)
        of_language.append(shard)
    return VectorIndex(dimension, of, shards, saved=of.generation)


def _manifest(path: Path) -> dict[str, Any]:
    return dict(json.loads((path / MANIFEST).read_text(encoding="utf-8")))


def _mark_of(path: Path) -> Mark | None:
    try:
        return Mark(*_manifest(path)["mark"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remove_leftovers(folder: Path) -> None:
    """Remove what processes that were killed while saving have left."""
    for path in folder.glob(".vectors-*"):
        if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _snapshots(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("vectors-*") if path.name[8:].isdigit()]
    return sorted(found, key=_generation, reverse=True)


def _generation(path: Path) -> int:
    return int(path.name[8:])
