"""Word documents (DOCX): paragraphs and tables in order, and what the document says of itself.

ECMA-376, https://ecma-international.org/publications-and-standards/standards/ecma-376/
"""

import posixpath
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from lxml import etree

from index.errors import SourceError
from ingest.dates import parse_date
from ingest.documents import zips
from ingest.drafts import Draft
from ingest.pages import primary_language

_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
_BODY = "/officeDocument"
_PROPERTIES = "/metadata/core-properties"
_WORDS = (  # as Word saves by itself, and as "Strict Open XML"
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
# Deleted and moved text, readings above characters; the code of a field, such as a page's number.
_UNSEEN = frozenset({"del", "moveFrom", "rt", "instrText", "delText"})
_SAID_TWICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\N{NON-BREAKING HYPHEN}"}
_DC = "{http://purl.org/dc/elements/1.1/}"
_CREATED = "{http://purl.org/dc/terms/}created"


def read_docx(data: bytes, origin: str, most_bytes: int) -> Draft:
    """Read a document as it is printed: with what was inserted, without what was deleted.

    `most_bytes` bounds what it unpacks to. Its date is when it was begun; notes, headers and
    footers are left out.

    Raises:
        SourceError: it cannot be read, or there is no text in it.
    """
    if data.startswith(_OLD_OR_LOCKED):
        raise SourceError("is locked by a password or an old .doc; save it as .docx without one")
    with zips.opened(data, "Word", most_bytes) as packed:
        body, properties = _parts(packed)
    text = "\n".join(line for line in _paragraphs(body) if line.strip())
    if not text:
        raise SourceError("has no text")
    return Draft(
        origin=origin,
        text=text,
        title=properties.findtext(f"{_DC}title"),
        author=properties.findtext(f"{_DC}creator"),
        published=parse_date(properties.findtext(_CREATED)),
        language=primary_language(properties.findtext(f"{_DC}language")),
    )


def _parts(packed: ZipFile) -> tuple[Any, Any]:
    """Return the trees of the text and of the properties, empty if there are none."""
    body, properties = None, etree.Element("none")
    for relation in zips.part(packed, "_rels/.rels"):
        kind, target = relation.get("Type") or "", relation.get("Target") or ""
        name = posixpath.normpath(target).lstrip("/")
        if kind.endswith(_BODY):
            body = zips.part(packed, name)
        elif kind.endswith(_PROPERTIES) and name in packed.namelist():
            properties = zips.part(packed, name)
    if body is None or not str(body.tag).startswith(_WORDS):
        raise SourceError("is no Word document; save it as .docx")
    return body, properties


def _paragraphs(body: Any) -> Iterator[str]:
    """Yield each paragraph; those of a text box come before the one that holds it."""
    begun: list[list[str]] = [[]]
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        name = _name(element)
        if event == "start" and (name in _UNSEEN or element.tag == _SAID_TWICE):
            walk.skip_subtree()
        elif name == "p" and event == "start":
            begun.append([])
        elif name == "p":
            yield "".join(begun.pop())
        elif event == "start" and name == "t":
            begun[-1].append(element.text or "")
        elif event == "start" and name in _CHARACTERS:
            begun[-1].append(_CHARACTERS[name])


def _name(element: Any) -> str | None:
    """Return the name of an element of text; None for anything else, a drawing say."""
    tag = str(element.tag)
    return tag.partition("}")[2] if tag.startswith(_WORDS) else None
