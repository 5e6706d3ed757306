"""JSON lines: an article a line, read one at a time, however long the file is."""

import io
import json
from collections.abc import Iterator
from typing import Any

from index.errors import SourceError
from ingest import encodings, fields
from ingest.drafts import Draft, Skipped

LINE_BYTES = 64 * 1024 * 1024
"""The longest line that is read: somewhat longer than the longest file, which may be exported."""

_MARK = b"\xef\xbb\xbf"


def read_jsonl(stream: io.BufferedReader, origin: str) -> Iterator[Draft | Skipped]:
    """Read an article from each line; a bad line is skipped, and the rest goes on.

    Raises:
        SourceError: this is no JSONL file at all.
    """
    _refuse_foreign(stream)
    number = 0
    while line := stream.readline(LINE_BYTES + 1):
        number += 1
        place = f"{origin}:{number}"
        if len(line) > LINE_BYTES:
            _finish_line(stream, line)
            yield Skipped(place, f"the line is longer than {LINE_BYTES // 2**20} MiB; split it")
        elif line.removeprefix(_MARK).strip():
            try:
                yield _read_line(line, place)
            except SourceError as error:
                yield Skipped(place, str(error))
    if number == 0:
        raise SourceError("is empty")


def begins_with_object(head: bytes) -> bool:
    """Say whether the first line that is not blank holds a JSON object."""
    lines = head.removeprefix(_MARK).lstrip().splitlines()
    if not lines or not lines[0].startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        # Longer than what was looked at: it is one if it goes on as objects do.
        return len(lines) == 1 and lines[0].removeprefix(b"{").lstrip().startswith(b'"')


def _refuse_foreign(stream: io.BufferedReader) -> None:
    head = stream.peek(4096)
    encodings.refuse_binary(head)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError("is in UTF-16; JSON lines are UTF-8: convert it, with iconv say")


def _finish_line(stream: io.BufferedReader, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(LINE_BYTES)


def _read_line(line: bytes, place: str) -> Draft:
    record = _record(encodings.decode(line.removeprefix(_MARK)))
    text = record.get("text")
    if not isinstance(text, str):
        kind = "is missing" if text is None else f"should be a text, not {type(text).__name__}"
        raise SourceError(f"text {kind}")
    if not text.strip():
        raise SourceError("text is empty")
    return fields.draft(record, text, place)


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise SourceError(f"the line is not valid JSON: {error}") from error
    except RecursionError as error:
        raise SourceError("the line is nested too deeply") from error
    if not isinstance(record, dict):
        raise SourceError('the line is not a JSON object; an article is {…, "text": …}')
    return record
