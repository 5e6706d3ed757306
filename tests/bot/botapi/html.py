"""Telegram's HTML, read as its servers read it, errors included (td's `parse_html`)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.bot.botapi.links import BadLink, checked_link, linked_user
from tests.bot.botapi.marks import Json, Mark, in_order
from tests.bot.botapi.refusals import Refused

TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_KEPT = {
    "a": {"href"},
    "tg-emoji": {"emoji-id"},
    "tg-time": {"unix", "format"},
    "blockquote": {"expandable"},
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_SPACE = " \t\r\n\v\0"
_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]*))")
_TAG_NAME = re.compile(rf"[^{_SPACE}>]*")
_SPACES = re.compile(rf"[{_SPACE}]*")
_ATTRIBUTE_NAME = re.compile(rf"[^{_SPACE}=>/\"']*")
_TOKEN = re.compile(r"[a-zA-Z0-9.-]*")
_PLAIN = re.compile(r"[^<&]+")
_LONGEST_NUMBER = 10
"""From so many characters on, a number behind & is left as it is written."""

_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_SURROGATES = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched"
    " surrogate code units"
)


def parse_html(html: str) -> tuple[str, list[Mark]]:
    """Return the plain text and the entities of Telegram's HTML.

    Raises:
        Refused: the markup is wrong; places are told in bytes.
    """
    return _Parser(html).parsed()


@dataclass(frozen=True)
class _Opened:
    tag: str
    argument: Json
    start: int


class _Parser:
    def __init__(self, html: str) -> None:
        self.html = html
        self.place = 0
        self.text = ""
        self.marks: list[Mark] = []
        self.opened: list[_Opened] = []

    def parsed(self) -> tuple[str, list[Mark]]:
        while self.place < len(self.html):
            if self._peek() == "<":
                self._end_tag() if self._peek(1) == "/" else self._start_tag()
            elif self._peek() == "&":
                self.text += self._character()
            else:
                self.text += self._take(_PLAIN)
        if self.opened:
            tag = self.opened[-1].tag
            raise _unparsed(f'Can\'t find end tag corresponding to start tag "{tag}"')
        if any("\ud800" <= letter <= "\udfff" for letter in self.text):
            raise _unparsed(_SURROGATES)
        return self.text, in_order(_without_lone_language(self.marks))

    def _peek(self, further: int = 0) -> str:
        """The letter here or further on; NUL behind the end, as in C."""
        place = self.place + further
        return self.html[place] if place < len(self.html) else "\0"

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.html, self.place)
        taken = found[0] if found else ""
        self.place += len(taken)
        return taken

    def _character(self) -> str:
        """Take what stands for one character; & alone where it means nothing to Telegram."""
        found = _CHARACTER.match(self.html, self.place)
        letter = _decoded(found) if found else ""
        if found is None or not letter:
            self.place += 1
            return "&"
        self.place = found.end() + (self.html[found.end() : found.end() + 1] == ";")
        return letter

    def _start_tag(self) -> None:
        begin = self.place
        self.place += 1
        tag = self._take(_TAG_NAME).lower()
        if self.place >= len(self.html):
            raise _unparsed(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        if tag not in TAGS:
            raise _unparsed(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        attributes: dict[str, str] = {}
        while self._peek() != ">":
            self._attribute(tag, begin, attributes)
        self.place += 1
        argument = _argument(tag, attributes)
        if tag == "span" and argument != {"spoiler": True}:
            raise _unparsed(
                'Tag "span" must have class "tg-spoiler" at byte offset ' + self._bytes(begin)
            )
        self.opened.append(_Opened(tag, argument, len(self.text)))

    def _attribute(self, tag: str, begin: int, attributes: dict[str, str]) -> None:
        self._take(_SPACES)
        if self._peek() == ">":
            return
        name = self._take(_ATTRIBUTE_NAME)
        offset = self._bytes(begin)
        if not name:
            raise _unparsed(f'Empty attribute name in the tag "{tag}" at byte offset {offset}')
        self._take(_SPACES)
        if self._peek() != "=":
            if self.place >= len(self.html):
                raise _unparsed(f'Unclosed start tag "{tag}" at byte offset {offset}')
            attributes[name] = ""
            return
        self.place += 1
        self._take(_SPACES)
        if self.place >= len(self.html):
            raise _unparsed(f'Unclosed start tag "{tag}" at byte offset {offset}')
        attributes[name] = self._value()
        if self.place >= len(self.html):
            raise _unparsed(f"Unclosed start tag at byte offset {offset}")

    def _value(self) -> str:
        if self._peek() not in "'\"":
            begin = self.place
            token = self._take(_TOKEN).lower()
            if self._peek() not in _SPACE + ">":
                raise _unparsed(
                    f"Unexpected end of name token at byte offset {self._bytes(begin)}"
                )
            return token
        end, value = self._peek(), ""
        self.place += 1
        while self.place < len(self.html) and self._peek() != end:
            if self._peek() == "&":
                value += self._character()
            else:
                value += self._peek()
                self.place += 1
        self.place += 1
        return value

    def _end_tag(self) -> None:
        begin = self._bytes(self.place)
        if not self.opened:
            raise _unparsed(f"Unexpected end tag at byte offset {begin}")
        self.place += 2
        tag = self._take(_TAG_NAME).lower()
        self._take(_SPACES)
        if self._peek() != ">":
            raise _unparsed(f"Unclosed end tag at byte offset {begin}")
        self.place += 1
        opened = self.opened.pop()
        if tag and tag != opened.tag:
            raise _unparsed(
                f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>",'
                f' found "</{tag}>"'
            )
        if opened.start < len(self.text):
            self._close(opened)

    def _close(self, opened: _Opened) -> None:
        mark = Mark(TAGS[opened.tag], opened.start, len(self.text), opened.argument)
        finished = _FINISH.get(opened.tag, _as_it_is)(mark, self.text[opened.start :], self.marks)
        if finished is not None:
            self.marks.append(finished)

    def _bytes(self, place: int) -> str:
        return str(len(self.html[:place].encode("utf-8", "surrogatepass")))


def _unparsed(told: str) -> Refused:
    return Refused(f"can't parse entities: {told}")


def _decoded(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        return _NAMED.get(name, "")
    code = int(hexadecimal or "0", 16) if hexadecimal is not None else int(decimal or "0")
    if not 0 < code < 0x10FFFF or len(found[0]) >= _LONGEST_NUMBER:
        return ""
    return chr(code)


def _argument(tag: str, attributes: dict[str, str]) -> Json:
    """Return what is kept of a tag's attributes."""
    kept: Json = {name: value for name, value in attributes.items() if name in _KEPT.get(tag, ())}
    kind = attributes.get("class", "")
    if tag == "code" and kind.startswith("language-"):
        kept["language"] = kind.removeprefix("language-")
    if tag == "span" and kind == "tg-spoiler":
        kept["spoiler"] = True
    return kept


Finish = Callable[[Mark, str, list[Mark]], Mark | None]


def _as_it_is(mark: Mark, _text: str, _before: list[Mark]) -> Mark:
    return replace(mark, details={})


def _link(mark: Mark, text: str, _before: list[Mark]) -> Mark | None:
    """Drop an address that is none without a word; the text itself is one if there is none."""
    address = mark.details.get("href") or text
    user = linked_user(address)
    if user is not None:
        person = {"id": user, "is_bot": False, "first_name": "Somebody"}
        return replace(mark, type="text_mention", details={"user": person})
    try:
        return replace(mark, details={"url": checked_link(address)})
    except BadLink:
        return None


def _emoji(mark: Mark, _text: str, _before: list[Mark]) -> Mark:
    number = mark.details.get("emoji-id", "")
    if not re.fullmatch(r"-?[1-9]\d{0,18}", number):
        raise _unparsed("Invalid custom emoji identifier specified")
    return replace(mark, details={"custom_emoji_id": number})


def _time(mark: Mark, _text: str, _before: list[Mark]) -> Mark:
    unix, shape = mark.details.get("unix", ""), mark.details.get("format", "")
    if not re.fullmatch(r"[1-9]\d{0,9}", unix):
        raise _unparsed("Invalid date specified")
    if not _TIME_FORMAT.fullmatch(shape):
        raise _unparsed("Invalid date-time format specified")
    known: Json = {"unix_time": int(unix)}
    return replace(mark, details=known | ({"date_time_format": shape} if shape else {}))


def _quote(mark: Mark, _text: str, _before: list[Mark]) -> Mark:
    kind = "expandable_blockquote" if mark.details else "blockquote"
    return replace(mark, type=kind, details={})


def _monospace(mark: Mark, _text: str, before: list[Mark]) -> Mark:
    """Code with a language that fills a block is one block in that language."""
    last = before[-1] if before else None
    if last is not None and {last.type, mark.type} == {"pre", "code"}:
        language = last.details if last.type == "code" else mark.details
        if (last.start, last.end) == (mark.start, mark.end) and language.get("language"):
            before.pop()
            return replace(mark, type="pre", details=language)
    return mark


_FINISH: dict[str, Finish] = {
    "a": _link,
    "tg-emoji": _emoji,
    "tg-time": _time,
    "blockquote": _quote,
    "code": _monospace,
    "pre": _monospace,
}


def _without_lone_language(marks: list[Mark]) -> list[Mark]:
    return [replace(mark, details={}) if mark.type == "code" else mark for mark in marks]
