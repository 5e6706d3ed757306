"""What Telegram's servers do to a text: cleaning, limits, entities found and given."""

from collections.abc import Sequence
from dataclasses import replace

from tests.bot.botapi.detection import detected
from tests.bot.botapi.html import parse_html
from tests.bot.botapi.marks import (
    Json,
    Mark,
    arranged,
    as_entities,
    from_entities,
    in_order,
    with_detected,
)
from tests.bot.botapi.refusals import Refused

MESSAGE_LIMIT = 4096
"""Code points after parsing; many clients count UTF-16 units, which are at least as many."""

ENTITY_LIMIT = 100
_BYTES = 34_996
"""Characters that would begin behind so many bytes are cut off."""

_REMOVED = "\r\u030a\u0333\u033f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
_DIRECTIONS = "\u200e\u200f"
_SEEN_AS_EMPTY = set(
    " \n\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u200e\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc"
)


def formatted(
    text: str,
    parse_mode: str | None = None,
    entities: Sequence[Json] = (),
) -> tuple[str, list[Json]]:
    """Return the text as a client sees it, and its entities in UTF-16 units.

    Raises:
        Refused: the markup is wrong, or nothing or too much is left.
    """
    if not text:
        raise Refused("message text is empty")
    plain, marks = _parsed(text, parse_mode, entities)
    plain, marks = _cleaned(plain, marks)
    if set(plain) <= _SEEN_AS_EMPTY:
        raise Refused("text must be non-empty")
    if len(plain) > MESSAGE_LIMIT:
        raise Refused("message is too long")
    own = arranged(marks)[:ENTITY_LIMIT]
    return plain, as_entities(plain, with_detected(own, detected(plain)))


def clean(text: str) -> str:
    """Return the text as Telegram stores it (td's `clean_input_string`), without its margins."""
    return _cleaned(text, [])[0]


def _parsed(text: str, parse_mode: str | None, entities: Sequence[Json]) -> tuple[str, list[Mark]]:
    mode = (parse_mode or "").lower()
    if mode == "html":
        return parse_html(text)
    if mode:
        raise Refused("unsupported parse_mode")
    try:
        return text, in_order(from_entities(text, entities))
    except KeyError as error:
        raise Refused(
            f"can't parse entities: no character begins or ends at UTF-16 offset {error}"
        ) from None


def _cleaned(text: str, marks: Sequence[Mark]) -> tuple[str, list[Mark]]:
    """Replace and drop characters, then trim; entities keep covering what they covered."""
    kept: list[str] = []
    position: list[int] = []
    for letter in text:
        position.append(len(kept))
        if letter not in _REMOVED:
            kept.append(" " if letter < " " and letter != "\n" else letter)
    position.append(len(kept))
    whole = _within_bytes(_without_runs_of_directions(kept))
    left = len(whole) - len(whole.lstrip(" \n"))
    right = max(len(whole.rstrip(" \n")), left)

    def moved(place: int) -> int:
        return min(max(position[place], left), right) - left

    placed = [replace(mark, start=moved(mark.start), end=moved(mark.end)) for mark in marks]
    return whole[left:right], [mark for mark in placed if mark.start < mark.end]


def _without_runs_of_directions(letters: Sequence[str]) -> str:
    """Of marks of direction in a row only the last stays what it is."""
    following = [*letters[1:], ""]
    return "".join(
        "\u200c" if letter in _DIRECTIONS and after and after in _DIRECTIONS else letter
        for letter, after in zip(letters, following, strict=False)
    )


def _within_bytes(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    end = _BYTES
    while end < len(data) and data[end] & 0xC0 == 0x80:  # the rest of the last character
        end += 1
    return data[:end].decode("utf-8", "surrogatepass")
