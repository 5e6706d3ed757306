"""What Telegram's servers do to a text: HTML parsing, cleaning, detected entities.

Written from the documented and observed behaviour of the Bot API. Positions are code points
here and UTF-16 units in what `formatted` returns, as they are in the Bot API.
"""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

MESSAGE_LIMIT = 4096
ENTITY_LIMIT = 100

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "tg-time": "date_time",
}
_NAMED = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
_TOKEN = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);|<[^>]*>?|[^<&]+|&", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z-]*)((?:\s+[a-z]+(?:=\"[^\"]*\")?)*)\s*>", re.IGNORECASE)
_HREF = re.compile(r'href="([^"]*)"', re.IGNORECASE)
DETECTED = {
    "mention": r"(?<![\w@/])@[A-Za-z]\w{2,31}\b",
    "hashtag": r"(?<![\w#])#\w*[^\W\d]\w*",
    "bot_command": r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b",
    "url": r"(?<![\w@./])(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|bg|ru|example)\b",
}


class Refused(Exception):
    """Telegram refuses the text; the message is the description of the error 400."""


@dataclass(frozen=True)
class Mark:
    """An entity between two positions of a text."""

    type: str
    start: int
    end: int
    url: str | None = None


def formatted(text: str, parse_mode: str | None = None) -> tuple[str, list[dict[str, Any]]]:
    """Return the text as a client sees it, and its entities in UTF-16 units.

    Raises:
        Refused: the markup is wrong, or nothing or too much is left.
    """
    plain, marks = parse_html(text) if parse_mode == "HTML" else (text, [])
    plain, marks = _cleaned(plain, marks)
    if not plain:
        raise Refused("message text is empty")
    if len(plain) > MESSAGE_LIMIT:
        raise Refused("message is too long")
    marks = sorted(_without_nested_quotes(marks), key=_order)[:ENTITY_LIMIT]
    marks = sorted([*marks, *_detected(plain, marks)], key=_order)
    return plain, [_entity(plain, mark) for mark in marks]


def utf16_slice(text: str, entity: dict[str, Any]) -> str:
    """Return what an entity covers, cut as a client cuts it."""
    data = text.encode("utf-16-le")
    start = 2 * entity["offset"]
    return data[start : start + 2 * entity["length"]].decode("utf-16-le")


def parse_html(text: str) -> tuple[str, list[Mark]]:
    """Return the plain text and the entities of Telegram's HTML."""
    plain = ""
    marks: list[Mark] = []
    opened: list[tuple[str, Mark]] = []
    for token in _TOKEN.finditer(text):
        word, place = token.group(), len(text[: token.start()].encode())
        if word[0] == "&":
            plain += _unescaped(word)
        elif word[0] != "<":
            plain += word
        else:
            tag = _TAG.fullmatch(word)
            if tag is None:
                raise Refused(f"can't parse entities: Unclosed start tag at byte offset {place}")
            closing, name, attributes = tag[1], tag[2].lower(), tag[3]
            if not closing:
                opened.append((name, _opened(name, attributes, len(plain), place)))
            else:
                mark = _closed(name, opened, place)
                if mark.start < len(plain) and (mark.type != "text_link" or _link(mark.url)):
                    marks.append(replace(mark, end=len(plain), url=_link(mark.url)))
    if opened:
        raise Refused(
            "can't parse entities: Can't find end tag corresponding to start tag"
            f' "{opened[-1][0]}"',
        )
    return plain, marks


def clean(text: str) -> str:
    """Return the text as Telegram stores it (research on `clean_input_string`)."""
    return _cleaned(text, [])[0]


def _unescaped(word: str) -> str:
    if word in _NAMED:
        return _NAMED[word]
    if word.startswith("&#"):
        digits = word[2:-1]
        return chr(int(digits[1:], 16) if digits[0] in "xX" else int(digits))
    return word


def _opened(name: str, attributes: str, start: int, place: int) -> Mark:
    if name not in TAGS:
        raise Refused(
            f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {place}'
        )
    kind, href = TAGS[name], _HREF.search(attributes)
    if kind == "blockquote" and "expandable" in attributes.split():
        kind = "expandable_blockquote"
    return Mark(kind, start, start, parse_html(href[1])[0] if href else None)


def _closed(name: str, opened: list[tuple[str, Mark]], place: int) -> Mark:
    if not opened:
        raise Refused(f"can't parse entities: Unexpected end tag at byte offset {place}")
    expected, mark = opened.pop()
    if name and name != expected:
        raise Refused(
            f"can't parse entities: Unmatched end tag at byte offset {place},"
            f' expected "</{expected}>", found "</{name}>"',
        )
    return mark


def _link(url: str | None) -> str | None:
    """Return the address if Telegram keeps it; others are dropped without a word."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    known = parts.scheme in {"http", "https", "tg"}
    return url if known and "." in (parts.hostname or "") else None


def _cleaned(text: str, marks: list[Mark]) -> tuple[str, list[Mark]]:
    """Replace and drop characters, then trim; entities keep covering what they covered."""
    kept: list[str] = []
    position: list[int] = []
    for letter in text:
        position.append(len(kept))
        if letter in "\r\u030a\u0333\u033f" or "\u2028" <= letter <= "\u202e":
            continue
        kept.append(" " if letter < " " and letter != "\n" else letter)
    position.append(len(kept))
    whole = "".join(kept)
    left, right = len(whole) - len(whole.lstrip(" \n")), len(whole.rstrip(" \n"))

    def moved(place: int) -> int:
        return max(min(position[place], right) - left, 0)

    placed = [replace(mark, start=moved(mark.start), end=moved(mark.end)) for mark in marks]
    return whole[left:right], [mark for mark in placed if mark.start < mark.end]


def _without_nested_quotes(marks: list[Mark]) -> list[Mark]:
    quotes = [mark for mark in marks if mark.type.endswith("blockquote")]
    return [
        mark
        for mark in marks
        if mark not in quotes
        or not any(
            other is not mark and other.start <= mark.start and mark.end <= other.end
            for other in quotes
        )
    ]


def _detected(text: str, marks: list[Mark]) -> list[Mark]:
    """Find what Telegram makes clickable by itself; it may lie in a quote, not cross its edge."""
    links = [mark for mark in marks if mark.type in {"text_link", "code", "pre"}]
    quotes = [mark for mark in marks if mark.type.endswith("blockquote")]
    return [
        Mark(kind, found.start(), found.end())
        for kind, pattern in DETECTED.items()
        for found in re.finditer(pattern, text, re.IGNORECASE)
        if all(found.end() <= mark.start or mark.end <= found.start() for mark in links)
        and not any(
            mark.start < found.start() < mark.end < found.end()
            or found.start() < mark.start < found.end() <= mark.end
            for mark in quotes
        )
    ]


def _order(mark: Mark) -> tuple[int, int, str]:
    return mark.start, -mark.end, mark.type


def _entity(text: str, mark: Mark) -> dict[str, Any]:
    start, end = (len(text[:place].encode("utf-16-le")) // 2 for place in (mark.start, mark.end))
    entity: dict[str, Any] = {"type": mark.type, "offset": start, "length": end - start}
    return entity | ({"url": mark.url} if mark.url else {})
