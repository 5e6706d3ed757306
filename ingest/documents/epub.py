"""Books (EPUB 2 and 3): each chapter, in the order of reading, is an article.

https://www.w3.org/TR/epub-33/ and https://idpf.org/epub/201
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.errors import SourceError
from ingest import encodings, formats
from ingest.dates import parse_date
from ingest.documents import zips
from ingest.drafts import Draft, Skipped
from ingest.pages import heading, plain_text, primary_language

SHORTEST = 200
"""Characters of a chapter; a cover, a dedication and the imprint have less."""

_DC = "{http://purl.org/dc/elements/1.1/}"
_OPF = "{http://www.idpf.org/2007/opf}"
_ENCRYPTION = "META-INF/encryption.xml"
_METHOD = "{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"
# Only fonts are veiled so, and they are not read.
_FONTS = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
_LOCKS = {
    "META-INF/license.lcpl": "Readium LCP",
    "META-INF/sinf.xml": "Apple FairPlay",
    "META-INF/rights.xml": "Adobe ADEPT",
}


@dataclass(frozen=True, slots=True)
class _Book:
    """What a book says of itself, and where its chapters are in the file."""

    title: str | None
    publisher: str | None
    author: str | None
    published: datetime | None
    language: str | None
    identifier: str | None
    chapters: list[str]


def read_epub(data: bytes, origin: str, most_bytes: int) -> Iterator[Draft | Skipped]:
    """Read the chapters of a book; what is too short to be one is left out, and counted.

    `most_bytes` bounds what it unpacks to.

    Raises:
        SourceError: it is locked (DRM) or broken, or has no chapter.
    """
    short = number = 0
    with zips.opened(data, "EPUB", most_bytes) as packed:
        _refuse_locked(packed)
        book = _book(packed)
        for number, name in enumerate(book.chapters, 1):
            place = f"{origin} chapter {number}"
            try:
                draft = _chapter(packed, book, name, place)
            except SourceError as error:
                yield Skipped(place, str(error))
                continue
            if len(draft.text) < SHORTEST:
                short += 1
            else:
                yield draft
    if short == len(book.chapters):
        raise SourceError("is a book without text")
    if short:
        yield Skipped.counted(origin, {"pages that are no chapters": short})


def _refuse_locked(packed: ZipFile) -> None:
    names = packed.namelist()
    if _ENCRYPTION not in names:
        return
    tree = zips.part(packed, _ENCRYPTION)
    methods = {method.get("Algorithm") for method in tree.iter(_METHOD)}
    if methods - _FONTS:
        lock = next((lock for name, lock in _LOCKS.items() if name in names), "unknown kind")
        raise SourceError(f"is locked (DRM, {lock}); ask its publisher for a copy without")


def _book(packed: ZipFile) -> _Book:
    container = zips.part(packed, "META-INF/container.xml")
    root = next(container.iter("{*}rootfile"), None)
    if root is None or not root.get("full-path"):
        raise SourceError("is a broken EPUB file: it does not say where its book is")
    package = zips.part(packed, root.get("full-path"))
    folder = posixpath.dirname(root.get("full-path"))

    def said(name: str) -> str | None:
        texts = (element.text or "" for element in package.iter(f"{_DC}{name}"))
        return next((text.strip() for text in texts if text.strip()), None)

    return _Book(
        title=said("title"),
        publisher=said("publisher"),
        author=", ".join(e.text.strip() for e in package.iter(f"{_DC}creator") if e.text) or None,
        published=parse_date(said("date")),
        language=primary_language(said("language")),
        identifier=said("identifier"),
        chapters=[posixpath.normpath(posixpath.join(folder, name)) for name in _spine(package)],
    )


def _spine(package: Any) -> Iterator[str]:
    """Yield the addresses of the pages to be read, in order; each once, lists of contents not."""
    items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    seen = set()
    for reference in package.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or reference.get("linear") == "no":
            continue
        address = unquote(item.get("href") or "")
        if "nav" not in (item.get("properties") or "").split() and address not in seen:
            seen.add(address)
            yield address


def _chapter(packed: ZipFile, book: _Book, name: str, place: str) -> Draft:
    data = zips.read(packed, name)
    page = formats.decoded(data, encodings.declaration(data))
    title, text = heading(page), plain_text(page)
    return Draft(
        origin=place,
        text=text.removeprefix(f"{title}\n"),
        id=f"{book.identifier}#{name}" if book.identifier else None,
        title=": ".join(filter(None, (book.title, title))) or None,
        source=book.publisher or book.title,
        author=book.author,
        published=book.published,
        language=book.language,
    )
