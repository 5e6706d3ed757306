"""All articles without loss, a line or a row each, in the shape that `citat ingest` takes."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

from index.errors import LibraryError
from index.library import Library
from index.records import seal, text_version, without_surrogates
from index.statements import Statement

PORTION = 64
"""Articles read at once."""
PARQUET_ROWS, PARQUET_CHARACTERS = 1024, 16_000_000
"""A group of rows has no more than these: so much is held in memory."""
FIELDS = (
    "id",
    "url",
    "title",
    "source",
    "author",
    "published",
    "language",
    "text",
    "content_hash",
)
"""The last one is of what the article came from: `citat ingest` knows by it what has changed."""
SEAL = "seal"
"""Tells `citat ingest` that a record is as it was exported, and so cleaned already."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles: of these outlets, if any are given, and printed from one day to another.

    Days are those of UTC, both included; without a day the undated articles are there too.
    """

    sources: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def condition(self) -> tuple[str, list[str]]:
        """A condition on the table of articles, and the values in it."""
        parts, values = ["1"], list[str]()
        if self.sources:
            parts.append(f"source in ({','.join('?' * len(self.sources))})")
            values += self.sources
        if self.since:
            parts.append("datetime(published) >= datetime(?)")
            values.append(self.since.isoformat())
        if self.until:
            parts.append("datetime(published) < datetime(?)")
            values.append((self.until + timedelta(days=1)).isoformat())
        return " and ".join(parts), values


def count(library: Library, selection: Selection) -> int:
    """Return how many articles are selected."""
    condition, values = selection.condition
    number: int = library.rows(f"select count(*) from articles where {condition}", *values)[0][0]  # noqa: S608
    return number


def records(
    library: Library, selection: Selection, damaged: list[str], *, statements: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the articles as `FIELDS` and a seal, in the order in which they came in.

    One whose text is not that of its version is left out, and its id is added to `damaged`: taken
    in elsewhere, nobody could tell any more. With `statements`, who says what is added, as
    `citat statements --jsonl` prints it.
    """
    condition, values = selection.condition
    with library.steady():
        last = 0
        while rows := library.rows(
            f"select key, version, {', '.join(FIELDS)} from articles where key > ? and {condition}"  # noqa: S608
            " order by key limit ?",
            last,
            *values,
            PORTION,
        ):
            for last, version, *fields in rows:
                if text_version(fields[FIELDS.index("text")]) != version:
                    damaged.append(fields[0])
                    continue
                record = dict(zip(FIELDS, fields, strict=True)) | {SEAL: seal(fields)}
                if statements:
                    record["statements"] = _statements(library, last)
                yield record


def _statements(library: Library, key: int) -> list[dict[str, Any]]:
    rows = library.rows("select told from statements where article = ? order by ordinal", key)
    return [Statement.from_json(told).as_dict() for (told,) in rows]


def write_jsonl(found: Iterable[dict[str, Any]], out: IO[bytes]) -> int:
    """Write a line for each record, without the fields that it has nothing in; return how many."""
    number = 0
    for record in found:
        said = {name: value for name, value in record.items() if value is not None}
        line = without_surrogates(json.dumps(said, ensure_ascii=False))
        out.write(line.encode() + b"\n")
        number += 1
    return number


def write_parquet(found: Iterable[dict[str, Any]], out: IO[bytes]) -> int:
    """Write the records as rows of texts; return how many.

    Dates are texts too: ISO 8601 keeps the zone in which an article was dated.

    Raises:
        LibraryError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise LibraryError(
            "Parquet needs a package: pip install '.[parquet]' in citat's repository"
        ) from error
    schema = pa.schema([(name, pa.string()) for name in (*FIELDS, SEAL)])
    number = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for rows in _grouped(found):
            writer.write_table(pa.Table.from_pylist(rows, schema))
            number += len(rows)
    return number


WRITERS: dict[str, Callable[[Iterable[dict[str, Any]], IO[bytes]], int]] = {
    ".jsonl": write_jsonl,
    ".parquet": write_parquet,
}
"""What writes a file, by the ending of its name."""


def _grouped(found: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rows, characters = list[dict[str, Any]](), 0
    for record in found:
        rows.append(record)
        characters += len(record["text"])
        if len(rows) >= PARQUET_ROWS or characters >= PARQUET_CHARACTERS:
            yield rows
            rows, characters = [], 0
    if rows:
        yield rows


@contextmanager
def opened(target: str, *, force: bool) -> Iterator[IO[bytes]]:
    """Open what is exported to: a file that is there when it is whole, or standard output.

    Raises:
        LibraryError: the file exists (and `force` is false), or cannot be written.
    """
    if target == "-":
        yield sys.stdout.buffer
        sys.stdout.flush()
    else:
        with _replacing(Path(target), force=force) as out:
            yield out


@contextmanager
def _replacing(target: Path, *, force: bool) -> Iterator[IO[bytes]]:
    if target.exists() and not force:
        raise LibraryError(f"{target} exists; choose another name, or replace it with --force")
    beside = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        try:
            with beside.open("wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise LibraryError(f"cannot write {target}: {error.strerror or error}") from error
