"""Parquet: an article a row, with the names of the JSON lines, as `citat export` writes them."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from index.errors import SourceError
from ingest import fields
from ingest.drafts import Draft, Skipped

ROWS = 256
"""Rows decoded at once."""
MOST_GROUP_BYTES = 1024**3
"""Of the columns read, unpacked: what says that it holds more would fill the memory."""
_NAMES = (
    "id",
    "url",
    "title",
    "source",
    "author",
    "published",
    "language",
    "text",
    "content_hash",
    "seal",
)


def read_parquet(stream: BinaryIO, origin: str) -> Iterator[Draft | Skipped]:
    """Read an article from each row; a bad row is skipped, and the rest goes on.

    Raises:
        SourceError: this is no Parquet file, is damaged, has no texts, or pyarrow is missing.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise SourceError(
            "is Parquet, which needs a package: pip install '.[parquet]' in citat's repository"
        ) from error
    number = 0
    try:
        file = parquet.ParquetFile(stream)
        names = [name for name in file.schema_arrow.names if name in _NAMES]
        if "text" not in names:
            raise SourceError("has no column named text")
        _refuse_bombs(file.metadata, names)
        for rows in file.iter_batches(ROWS, columns=names):
            for record in rows.to_pylist():
                number += 1
                yield _read_row(record, f"{origin}:{number}")
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(f"is damaged or no Parquet, after row {number}: {reason}") from error
    if number == 0:
        raise SourceError("is empty")


def _read_row(record: dict[str, Any], place: str) -> Draft | Skipped:
    text = record["text"]
    if not isinstance(text, str):
        kind = "is missing" if text is None else f"should be a text, not {type(text).__name__}"
        return Skipped(place, f"text {kind}")
    if not text.strip():
        return Skipped(place, "text is empty")
    try:
        return fields.draft(record, text, place)
    except SourceError as error:
        return Skipped(place, str(error))


def _refuse_bombs(metadata: Any, names: list[str]) -> None:
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        columns = (group.column(i) for i in range(group.num_columns))
        size = sum(
            column.total_uncompressed_size
            for column in columns
            if column.path_in_schema.split(".")[0] in names
        )
        if size > MOST_GROUP_BYTES:
            raise SourceError(
                f"has a group of rows of {size / 1e6:,.0f} MB, unpacked; write it in smaller ones"
            )
