"""The formats of local files: each reader turns bytes into a draft, or says why it cannot."""

import re
from itertools import pairwise
from typing import Any

import yaml

from index.errors import SourceError
from ingest import encodings, fields, markdown
from ingest.drafts import Draft
from ingest.pages import read_page

_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_NOTHING = {"", "~", "null"}


def read_text(data: bytes, origin: str) -> Draft:
    """Read a plain text; lines that only a fixed width has broken are joined."""
    return Draft(origin=origin, text=unwrapped(decoded(data)))


def read_html(data: bytes, origin: str) -> Draft:
    """Read a saved page."""
    return read_page(decoded(data, encodings.declaration(data)), origin)


def read_markdown(data: bytes, origin: str) -> Draft:
    """Read a Markdown text, with front matter or without."""
    source = decoded(data)
    front = _FRONT_MATTER.match(source)
    values = _front_matter(front[1]) if front else None
    body = markdown.plain(source[front.end() :] if front and values is not None else source)
    values = values or {}
    if body.heading:
        values.setdefault("title", body.heading)
    repeated = values.get("title") == body.heading
    text = body.text if repeated or not body.heading else f"{body.heading}\n{body.text}"
    if not text.strip():
        raise SourceError("has no text")
    return fields.draft(values, text, origin)


def decoded(data: bytes, declared: str | None = None) -> str:
    """Return the text of a file, its lines ended by a newline.

    Raises:
        SourceError: it is binary, or there is nothing in it.
    """
    text = encodings.decode(data, declared).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise SourceError("is empty")
    return text


def unwrapped(text: str) -> str:
    """Join the lines of paragraphs that were wrapped at a fixed width; leave any other text.

    In wrapped text no line could have taken the first word of the next. Hardly any text is so
    by chance, and a line that could have is a line of its own: a heading, say, or a list item.
    """
    lines = text.split("\n")
    width = max(map(len, lines))
    pairs = [(a, b) for a, b in pairwise(lines) if a.strip() and b.strip()]
    full = sum(_is_full(a, b, width) for a, b in pairs)
    if not 50 <= width <= 100 or full < 3 or full < 0.9 * len(pairs):
        return text
    joined = lines[:1]
    for line, following in pairwise(lines):
        if _is_full(line, following, width):
            joined[-1] = f"{joined[-1].rstrip()} {following}"
        else:
            joined.append(following)
    return "\n".join(joined)


def _is_full(line: str, following: str, width: int) -> bool:
    if not line.strip() or not following.strip() or following[0].isspace():
        return False
    return len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0]) > width


def _front_matter(source: str) -> dict[str, Any] | None:
    """Read the lines between the `---`; None if they are prose between two rules."""
    try:
        # Every scalar stays the text it is: `title: No` and `id: 007` mean what they say.
        values = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506 - builds only texts
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise SourceError(f"has broken front matter: {error.problem}, line {line}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise SourceError("has broken front matter, after line 1: it is no YAML") from error
    if not isinstance(values, dict):
        return None
    named = {str(name): _value(value) for name, value in values.items()}
    named.setdefault("published", named.get("date"))
    return {name: value for name, value in named.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)  # authors, mostly
    return None if isinstance(value, str) and value in _NOTHING else value
