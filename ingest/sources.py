"""What can be ingested: files, folders, addresses and standard input, told apart."""

import io
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from index.errors import SourceError
from ingest import encodings, formats
from ingest.documents.docx import read_docx
from ingest.documents.epub import read_epub
from ingest.documents.pdf import read_pdf
from ingest.drafts import Draft, Skipped
from ingest.exports.telegram import read_telegram, usernames_beside
from ingest.exports.warc import read_wacz, read_warc
from ingest.exports.wordpress import HEAD_BYTES, is_wordpress, read_wordpress
from ingest.feeds import is_feed, read_feed
from ingest.fetch import FetchSettings, Page, fetch
from ingest.jsonl import begins_with_object, read_jsonl
from ingest.pages import read_page
from ingest.parquet import read_parquet
from ingest.sitemaps import is_sitemap

_ENDINGS = (
    *(".txt", ".md", ".html", ".htm", ".jsonl", ".parquet", ".xml", ".rss", ".atom"),
    *(".pdf", ".docx", ".epub", ".json", ".warc", ".warc.gz", ".wacz"),
)
_REFUSED = {
    ".doc": "is a Word file of before 2007; save it as .docx",
    ".rtf": "is an RTF file; save it as .docx",
    ".odt": "is an OpenDocument file; save it as .docx",
}
_TELEGRAM = "result.json"  # of all .json files in a folder, hardly another holds articles
_UNPACKED = 4
"""Times `max_file_bytes`, what a document may unpack to."""
_PROJECT_FILES = ("README", "LICENSE", "CHANGELOG")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SNIFFED = 64 * 1024


def read(target: str, settings: FetchSettings) -> Iterator[Draft | Skipped]:
    """Read a file, a folder, an http(s) address or, for `-`, standard input.

    Nothing in a source stops the rest of it: what cannot be read comes as `Skipped`.
    """
    if target == "-":
        drafts = _standard_input(settings)
    elif _ADDRESS.match(target):
        drafts = _address(target, settings)
    else:
        drafts = _path(Path(target), settings)
    yield from _guarded(drafts, origin_of(target))


def origin_of(target: str) -> str:
    """Return the origin of what `read` says of a target as a whole."""
    if target == "-":
        return "standard input"
    return target if _ADDRESS.match(target) else _shown(Path(target))


def _guarded(drafts: Iterator[Draft | Skipped], origin: str) -> Iterator[Draft | Skipped]:
    """Turn an error that ends a source into the reason for skipping it."""
    try:
        yield from drafts
    except SourceError as error:
        yield Skipped(origin, str(error))
    except OSError as error:
        yield Skipped(origin, f"cannot be read: {error.strerror or error}")


def _path(path: Path, settings: FetchSettings) -> Iterator[Draft | Skipped]:
    try:
        mode = path.stat().st_mode
    except ValueError as error:
        raise SourceError(f"is not a path: {error}") from error
    yield from _folder(path, settings) if stat.S_ISDIR(mode) else _file(path, settings)


def _folder(folder: Path, settings: FetchSettings) -> Iterator[Draft | Skipped]:
    """Read what is in a folder, deep, in the order of the names."""
    # A stack, for folders may nest deeper than generators. Links to folders are not followed:
    # they may lead round.
    pending = [(folder, True)]
    while pending:
        path, is_folder = pending.pop()
        if not is_folder:
            yield from _guarded(_file(path, settings), _shown(path))
            continue
        try:
            with os.scandir(path) as entries:
                wanted = sorted(filter(_is_wanted, entries), key=lambda entry: entry.name)
        except OSError as error:
            yield Skipped(_shown(path), f"cannot be listed: {error.strerror}")
        else:
            pending += ((Path(entry), _is_folder(entry)) for entry in reversed(wanted))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    """Say whether something in a folder is meant: an article's file, or a folder to look into."""
    path = Path(entry)
    if entry.name.startswith("."):
        return False
    ending = _ending(path)
    return _is_folder(entry) or (
        (entry.name == _TELEGRAM if ending == ".json" else ending in {*_ENDINGS, *_REFUSED})
        and not entry.name.startswith(_PROJECT_FILES)
        and path.stem.upper() not in _PROJECT_FILES
    )


def _file(path: Path, settings: FetchSettings) -> Iterator[Draft | Skipped]:
    origin, ending = _shown(path), _ending(path)
    if ending in _REFUSED:
        raise SourceError(_REFUSED[ending])
    if ending not in _ENDINGS:
        raise SourceError(
            f"has the ending {ending!r}, which is not known; known are {', '.join(_ENDINGS)}",
        )
    # Asked before it is opened, for opening a pipe waits for a writer.
    if not stat.S_ISREG(path.stat().st_mode):
        raise SourceError("is not a regular file; pipe it into `citat ingest -`")
    with cast(io.BufferedReader, path.open("rb", HEAD_BYTES)) as stream:
        if ending == ".json":
            yield from read_telegram(stream, origin, usernames_beside(path))
        elif ending == ".wacz":
            yield from read_wacz(stream, origin, settings.max_bytes)
        elif ending in {".warc", ".warc.gz"}:
            yield from read_warc(stream, origin, settings.max_bytes)
        elif ending == ".jsonl":
            yield from read_jsonl(stream, origin)
        elif ending == ".parquet":
            yield from read_parquet(stream, origin)
        elif ending == ".xml" and is_wordpress(head := stream.peek(HEAD_BYTES)):
            yield from read_wordpress(stream, head, origin)
        else:
            yield from _document(_bounded(stream, settings), origin, ending, settings)


def _ending(path: Path) -> str:
    """Return the ending of a name; that of a packed archive has two parts."""
    name = path.name.lower()
    return ".warc.gz" if name.endswith(".warc.gz") else path.suffix.lower()


def _document(
    data: bytes, origin: str, ending: str, settings: FetchSettings
) -> Iterator[Draft | Skipped]:
    unpacked = _UNPACKED * settings.max_file_bytes
    if ending == ".txt":
        yield formats.read_text(data, origin)
    elif ending == ".md":
        yield formats.read_markdown(data, origin)
    elif ending in {".html", ".htm"}:
        yield formats.read_html(data, origin)
    elif ending == ".pdf":
        yield from read_pdf(data, origin)
    elif ending == ".docx":
        yield read_docx(data, origin, unpacked)
    elif ending == ".epub":
        yield from read_epub(data, origin, unpacked)
    else:
        yield from _feed(data, origin)


def _feed(data: bytes, origin: str) -> Iterator[Draft | Skipped]:
    text = formats.decoded(data, encodings.declaration(data))
    if not is_feed(text):
        raise SourceError(
            "is XML, but neither RSS nor Atom nor an export of WordPress;"
            " convert it to JSON lines, say"
        )
    yield from read_feed(text, origin)


def _bounded(stream: BinaryIO, settings: FetchSettings) -> bytes:
    data = stream.read(settings.max_file_bytes + 1)
    if len(data) > settings.max_file_bytes:
        raise SourceError(
            f"is larger than {settings.max_file_bytes / 2**20:.3g} MiB; split it,"
            " or raise max_file_bytes in [fetch]",
        )
    return data


def _standard_input(settings: FetchSettings) -> Iterator[Draft | Skipped]:
    stream = cast(io.BufferedReader, io.BufferedReader(sys.stdin.buffer, _SNIFFED))
    try:
        if begins_with_object(stream.peek(_SNIFFED)):
            yield from read_jsonl(stream, "standard input")
        else:
            yield formats.read_text(_bounded(stream, settings), "standard input")
    finally:
        stream.detach()  # or it would close what is not its own


def _address(url: str, settings: FetchSettings) -> Iterator[Draft | Skipped]:
    page = fetch(url, settings)
    text = _page_text(page)
    if is_sitemap(text):
        raise SourceError(
            "is a sitemap; read it with: citat feeds add --backfill URL, then citat feeds read"
        )
    if is_feed(text):
        yield from read_feed(
            text, page.url, url=page.url, read_link=lambda link: _linked(link, settings)
        )
    else:
        yield _page_draft(page, text)


def _linked(url: str, settings: FetchSettings) -> Draft:
    page = fetch(url, settings)
    return _page_draft(page, _page_text(page))


def _page_text(page: Page) -> str:
    return formats.decoded(page.data, page.charset or encodings.declaration(page.data))


def _page_draft(page: Page, text: str) -> Draft:
    if page.content_type in {"text/plain", "text/markdown"}:
        return Draft(origin=page.url, text=formats.unwrapped(text), url=page.url)
    return read_page(text, page.url, page.url)


def _shown(path: Path) -> str:
    """Return a path as it can be printed, also where its name is not valid UTF-8."""
    return str(path).encode("utf-8", "replace").decode()
