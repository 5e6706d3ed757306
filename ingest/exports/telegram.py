"""Channels as Telegram Desktop exports them (`result.json`): a post is an article.

What the fields mean: https://core.telegram.org/import-export
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ijson
from ijson.common import ObjectBuilder

from index.errors import SourceError
from ingest.dates import parse_date
from ingest.drafts import Draft, Skipped
from ingest.exports.rations import Rationed, Readable

USERNAMES = "channels.toml"
"""Beside an export: the usernames of its channels, by id or name, for exports do not tell them."""

_Events = Iterator[tuple[str, Any]]
_DEEPEST = 32
_USERNAME = re.compile(r"(?:@|https://t\.me/)?([A-Za-z]\w{3,31})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Channel:
    """What an export says of a chat before its messages."""

    name: str
    id: int
    is_channel: bool

    def link(self, post: int, usernames: Mapping[str, str]) -> str:
        """Return the address of a post; without a username, one that opens for members only."""
        username = usernames.get(str(self.id)) or usernames.get(self.name)
        return f"https://t.me/{username or f'c/{self.id}'}/{post}"


def read_telegram(
    stream: Readable, origin: str, usernames: Mapping[str, str]
) -> Iterator[Draft | Skipped]:
    """Read the posts of all channels in an export; what is none is left out, and counted.

    Raises:
        SourceError: there is no post in it, or what comes before the first cannot be read.
    """
    left_out, place = Counter[str](), None
    try:
        for channel, message in _messages(Rationed(stream)):
            if kind := _not_a_post(channel, message):
                left_out[kind] += 1
                continue
            place = f"{channel.id}/{message['id']}"
            yield _draft(channel, message, f"{origin} post {place}", usernames)
    except (ijson.JSONError, SourceError) as error:
        reason = "is broken JSON" if isinstance(error, ijson.JSONError) else str(error)
        if place is None:
            cure = "export it again, or name it .jsonl if it holds an article a line"
            raise SourceError(f"{reason}; {cure}") from error
        yield Skipped(origin, f"{reason} after post {place}; export it again to get the rest")
    if place is None and not left_out:
        raise SourceError(
            "is JSON, but holds no posts as Telegram Desktop exports them;"
            " articles come as JSON lines, in a file that ends in .jsonl"
        )
    if left_out:
        yield Skipped.counted(origin, left_out)


def usernames_beside(export: Path) -> dict[str, str]:
    """Return the usernames that the file `channels.toml` gives channels, by id or by name.

    Raises:
        SourceError: it is there and cannot be used.
    """
    path = export.with_name(USERNAMES)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot be read because of {USERNAMES} beside it: {error}") from error
    usernames = {}
    for channel, value in values.items():
        found = _USERNAME.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise SourceError(
                f"cannot be read because {USERNAMES} beside it gives {channel!r} {value!r},"
                ' which is no username; write 1234567890 = "username"'
            )
        usernames[channel] = found[1]
    return usernames


def _messages(stream: Rationed) -> Iterator[tuple[_Channel, dict[str, Any]]]:
    """Yield the messages of one chat, or of all in an account, with what they stand in."""
    events: _Events = ijson.basic_parse(stream, use_float=True)
    key, facts = "", dict[str, Any]()
    for event, value in events:
        if event == "start_map":
            facts = {}
            stream.fill_up()
        elif event == "map_key":
            key = value
        elif event == "start_array" and key == "messages":
            channel = _channel(facts)
            for message in _objects(events):
                stream.fill_up()
                yield channel, message
        elif key in {"name", "type", "id"}:
            facts[key] = value


def _channel(facts: Mapping[str, Any]) -> _Channel:
    name, id_ = facts.get("name"), facts.get("id")
    is_channel = facts.get("type") in {"public_channel", "private_channel"}
    return _Channel(
        name=name if isinstance(name, str) else "",
        id=id_ if isinstance(id_, int) else 0,
        is_channel=is_channel and isinstance(id_, int),
    )


def _objects(events: _Events) -> Iterator[dict[str, Any]]:
    """Yield the objects of an array that has begun; read it to its end."""
    builder, depth = ObjectBuilder(), 0
    for event, value in events:
        if depth == 0 and event == "end_array":
            return
        if depth == 0:
            builder = ObjectBuilder()
        builder.event(event, value)
        depth += event.startswith("start_")
        depth -= event.startswith("end_")
        if depth > _DEEPEST:
            raise SourceError("is nested too deeply")
        if event == "end_map" and depth == 0:
            yield builder.value


def _not_a_post(channel: _Channel, message: Mapping[str, Any]) -> str | None:
    """Say what something is that is no post to be read; None for a post."""
    if not channel.is_channel:
        return "messages of chats that are no channels"
    if message.get("type") != "message" or not isinstance(message.get("id"), int):
        return "service messages"
    return None if _text(message).strip() else "posts without text"


def _draft(
    channel: _Channel, message: Mapping[str, Any], place: str, usernames: Mapping[str, str]
) -> Draft:
    authors = (message.get("author"), message.get("forwarded_from"))
    return Draft(
        origin=place,
        text=_text(message),
        url=channel.link(message["id"], usernames),
        source=channel.name or None,
        author=next((name for name in authors if isinstance(name, str) and name.strip()), None),
        published=_published(message),
    )


def _text(message: Mapping[str, Any]) -> str:
    """Join the pieces that a text is cut into wherever its format changes."""
    text = message.get("text")
    pieces = text if isinstance(text, list) else [text]
    strings = (piece.get("text") if isinstance(piece, dict) else piece for piece in pieces)
    return "".join(string for string in strings if isinstance(string, str))


def _published(message: Mapping[str, Any]) -> datetime | None:
    """Return when a post was sent; old exports give only the time on the exporter's clock."""
    try:
        return datetime.fromtimestamp(int(message["date_unixtime"]), UTC)
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return parse_date(message.get("date"))
