"""Updates that were taken in: kept before Telegram forgets them, until they are done.

An update is `waiting` until it is `done`; then its content is blanked, and its number is kept for
some days so that the same update is known when it comes again. What cannot be read, or has ended
the process several times, is `poison`: it is set aside as it came, for whoever mends the bot.
"""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Self

from index.database import told

Json = dict[str, Any]

KEEP_DONE_S = 3 * 24 * 3600
"""Telegram keeps what is not confirmed for one day, so nothing older comes again."""

_PURGE_EVERY_S = 3600

_BUSY_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Received:
    """An update as it came. `tries` have begun and not ended; it is `answered` if one has sent."""

    id: int
    raw: Json
    tries: int = 0
    answered: bool = False

    @property
    def message(self) -> Json:
        """The message that it brings, or the one whose button was pressed; {} if there is none."""
        content = self._content
        found = content.get("message", content) if "data" in content else content
        return found if isinstance(found, dict) else {}

    @property
    def chat(self) -> int:
        """The id of its chat, 0 if it has none."""
        return _whole(_table(self.message.get("chat")).get("id"))

    @property
    def user(self) -> Json:
        """Whoever wrote or pressed, {} if nobody is named."""
        return _table(self._content.get("from"))

    @property
    def sender(self) -> int:
        """The id of whoever wrote or pressed, 0 if nobody is named."""
        return _whole(self.user.get("id"))

    @property
    def lane(self) -> tuple[int, int]:
        """What is worked on in order: the updates of a chat, or those of a user in no chat."""
        return self.chat, 0 if self.chat else self.sender

    @property
    def asked_at(self) -> int | None:
        """When its message was written or edited, in seconds since 1970; None for all else."""
        if any(kind in self.raw for kind in ("message", "edited_message")):
            return _whole(self.message.get("edit_date") or self.message.get("date")) or None
        return None

    @property
    def _content(self) -> Json:
        contents = (value for name, value in self.raw.items() if name != "update_id")
        return _table(next(contents, None))


class Inbox:
    """The updates, in the library's database; may be used from any thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._lock = Lock()
        self._purged = 0.0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the inbox in this database.

        Raises:
            LibraryError: the database cannot be opened or written.
        """
        with told(path):
            connection = sqlite3.connect(
                path, timeout=_BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
            )
            try:
                connection.execute("pragma journal_mode = wal")
                connection.execute(_TABLE)
                connection.execute(_INDEX)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    def put(self, updates: Iterable[Json]) -> list[Received]:
        """Keep what came, and return what had not come before.

        When this returns, it outlasts a power cut, and Telegram may forget it.

        Raises:
            sqlite3.Error: nothing was kept.
        """
        now = int(time.time())
        received = [Received(update["update_id"], update) for update in updates]
        with self._lock:
            self._connection.execute("pragma synchronous = full")
            try:
                self._connection.execute("begin immediate")
                try:
                    new = [one for one in received if self._insert(one, now)]
                    self._connection.execute("commit")
                except BaseException:
                    self._connection.execute("rollback")
                    raise
            finally:
                # What follows may be lost with the power: an answer that is given once more.
                self._connection.execute("pragma synchronous = normal")
        if now - self._purged > _PURGE_EVERY_S:
            # What came is kept already: nobody may take it for lost.
            with contextlib.suppress(sqlite3.Error):  # in an hour it may do better
                self._purge_done(now)
        return new

    def waiting(self, chat: int | None = None) -> list[Received]:
        """Return what is not done, oldest first: of all chats, or of one."""
        rows = self._rows(
            "select id, raw, tries, answer is not null and answer > 0 from inbox"
            " where state = 'waiting' and (? is null or chat = ?) order by id",
            [chat, chat],
        )
        return [
            Received(id_, json.loads(raw), tries, bool(sent)) for id_, raw, tries, sent in rows
        ]

    def poisoned(self) -> list[Received]:
        """Return what was set aside, oldest first."""
        rows = self._rows(
            "select id, raw, tries from inbox where state = 'poison' order by id", []
        )
        return [Received(id_, json.loads(raw), tries) for id_, raw, tries in rows]

    def begin(self, id_: int) -> None:
        """Note that an update is worked on: whatever ends the process now may be its fault."""
        self._rows("update inbox set tries = tries + 1 where id = ?", [id_])

    def put_back(self, id_: int) -> None:
        """Note that an update is not worked on any more and still waits; that is no fault."""
        self._rows("update inbox set tries = tries - 1 where id = ? and tries > 0", [id_])

    def sending(self, id_: int) -> None:
        """Note that a message for an update is on its way."""
        self._rows("update inbox set answer = 0 where id = ? and answer is null", [id_])

    def sent(self, id_: int, message: int) -> None:
        """Note that a message for an update has arrived: the update is not worked on again."""
        self._rows("update inbox set answer = ? where id = ?", [message, id_])

    def in_doubt(self) -> list[int]:
        """Return once what was being answered when the process ended: it may have arrived."""
        rows = self._rows(
            "update inbox set answer = null where state = 'waiting' and answer = 0 returning id",
            [],
        )
        return sorted(id_ for (id_,) in rows)

    def done(self, ids: Sequence[int]) -> None:
        """Note that updates are done, and blank what they held."""
        now = int(time.time())
        for id_ in ids:
            self._rows(
                "update inbox set state = 'done', raw = '', done_at = ? where id = ?", [now, id_]
            )

    def poison(self, id_: int) -> None:
        """Set an update aside as it came."""
        self._rows(
            "update inbox set state = 'poison', done_at = ? where id = ?", [int(time.time()), id_]
        )

    def purge(self, before: datetime) -> int:
        """Drop what was set aside before a moment; return how much it was."""
        gone = self._rows(
            "delete from inbox where state = 'poison' and done_at < ? returning id",
            [int(before.timestamp())],
        )
        return len(gone)

    def forget(self, chat: int, user: int) -> None:
        """Blank what was set aside of somebody in a chat."""
        senders = {user, 0}  # of what cannot be read, the sender may be unknown
        found = [one for one in self.poisoned() if one.chat == chat]
        self.done([one.id for one in found if one.sender in senders])

    def _insert(self, received: Received, now: int) -> bool:
        added = self._connection.execute(
            "insert into inbox (id, chat, raw, received_at) values (?, ?, ?, ?)"
            " on conflict do nothing",
            [received.id, received.chat, json.dumps(received.raw), now],
        )
        return added.rowcount == 1

    def _purge_done(self, now: int) -> None:
        self._purged = now
        self._rows("delete from inbox where state = 'done' and done_at < ?", [now - KEEP_DONE_S])

    def _rows(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


_TABLE = """create table if not exists inbox (
    id integer primary key,
    chat integer not null,
    raw text not null,
    state text not null default 'waiting',
    tries integer not null default 0,
    answer integer,
    received_at integer not null,
    done_at integer
)"""

_INDEX = "create index if not exists inbox_state on inbox (state, id)"


def _table(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _whole(value: object) -> int:
    return value if isinstance(value, int) and abs(value) < 2**63 else 0
