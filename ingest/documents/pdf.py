"""PDF: the text of a document in reading order, and what the document says of itself."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from index.errors import SourceError
from ingest.dates import parse_date
from ingest.documents.confined import Confined
from ingest.documents.printed import running_text
from ingest.drafts import Draft, Skipped
from ingest.pages import primary_language

if TYPE_CHECKING:  # only the process that parses needs it
    from pypdf import PdfReader

MOST_PAGES = 5000
MOST_CHARACTERS = 16 * 1024 * 1024

_MAGIC = b"%PDF-"
_HEAD = 1024
_TABLE = b"\nstartxref"
_TAIL = 4096
_INVISIBLE = re.compile(rb"(?<!\d)3\s+Tr\b")
"""The mode in which OCR lays text under the picture of a page (ISO 32000-2, 9.3.6)."""
_NO_TITLE = re.compile(
    r"untitled.*|document\d*|microsoft .*"
    r"|.*\.(?:docx?|indd|qxp?|rtf|odt|pdf|pub|pmd|pptx?|xlsx?|tex|dvi|html?|txt|jpe?g|tiff?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _About:
    """What a document says of itself."""

    title: str | None
    author: str | None
    created: datetime | None
    language: str | None


@dataclass(frozen=True, slots=True)
class _Page:
    """The text of a page, or why there is none."""

    text: str
    error: str | None = None


def read_pdf(data: bytes, origin: str) -> Iterator[Draft | Skipped]:
    """Read a document; a page that cannot be read is skipped, and the others go on.

    Its date is when the file was made, unless that is a scan: what it shows may be of any age.
    Columns come in the order in which they were set.

    Raises:
        SourceError: it is locked, broken, larger than an article ever is, or has no text.
    """
    if _MAGIC not in data[:_HEAD]:
        raise SourceError("is named as a PDF but is none")
    parts = _confined()(data)
    pages = [part for part in parts if isinstance(part, _Page)]
    for number, page in enumerate(pages, 1):
        if page.error is not None:
            yield Skipped(f"{origin} page {number}", f"cannot be read: {page.error}")
    if not any(page.text.strip() for page in pages):
        raise SourceError("has no text, only pictures; run OCR first, with ocrmypdf say")
    about = next(part for part in parts if isinstance(part, _About))
    yield Draft(
        origin=origin,
        text=running_text([page.text for page in pages]),
        title=about.title,
        author=about.author,
        published=_aware(about.created),
        language=about.language,
    )


def _aware(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC where no zone is given; None for one at the ends of time."""
    return parse_date(moment.isoformat()) if moment is not None else None


@cache
def _confined() -> Confined[_About | _Page]:
    return Confined(_parts)


def _parts(data: bytes) -> Iterator[_About | _Page]:
    """Parse a document, in a process of its own: first its pages, then what it says of itself."""
    logging.getLogger("pypdf").addHandler(logging.NullHandler())
    with _told("is broken: {}; save it anew, as PDF"):
        reader = _opened(data)
        count = len(reader.pages)
    if count > MOST_PAGES:
        raise SourceError(f"has {count} pages; split it into files of {MOST_PAGES} at most")
    characters, is_scan = 0, False
    for number in range(count):
        try:
            with _told("{}"):
                page = reader.pages[number]
                is_scan = is_scan or _is_scan(page)
                text = page.extract_text()
        except SourceError as error:
            yield _Page("", str(error))
            continue
        characters += len(text)
        if characters > MOST_CHARACTERS:
            raise SourceError(f"has more than {MOST_CHARACTERS // 2**20} M characters; split it")
        yield _Page(text)
    yield _about(reader, dated=not is_scan)


@contextmanager
def _told(reason: str) -> Iterator[None]:
    """Turn whatever hostile input makes a large parser raise into the reason for skipping it."""
    try:
        yield
    except (SourceError, MemoryError):
        raise
    except Exception as error:
        message = " ".join(str(error).split())[:200] or type(error).__name__
        raise SourceError(reason.format(message)) from error


def _opened(data: bytes) -> "PdfReader":
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    if _TABLE not in data[-_TAIL:]:  # without it none is made anew
        data += _TABLE + b"\n0\n%%EOF"
    reader = PdfReader(io.BytesIO(data))
    try:
        is_locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError as error:
        raise SourceError("is encrypted by AES; to read it: pip install '.[pdf]'") from error
    if is_locked:
        raise SourceError("is locked by a password; save it without one")
    return reader


def _is_scan(page: Any) -> bool:
    contents = page.get_contents()
    return contents is not None and _INVISIBLE.search(contents.get_data()) is not None


def _about(reader: Any, *, dated: bool) -> _About:
    title = _said(lambda: str(reader.metadata.title or "").strip())
    return _About(
        title=None if not title or _NO_TITLE.fullmatch(title) else title,
        author=_said(lambda: str(reader.metadata.author or "")),
        created=_said(lambda: reader.metadata.creation_date) if dated else None,
        language=_said(lambda: primary_language(str(reader.root_object.get("/Lang") or ""))),
    )


def _said(read: Callable[[], Any]) -> Any:
    """Return what a document says; None where it says nothing, or nothing that can be read."""
    with suppress(SourceError), _told("{}"):
        return read()
    return None
