"""Users and chats that the owner does not want to hear of again."""

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from sqlite_utils import Database

from index.database import BUSY_MS, told


class Bans:
    """Banned ids, in the library's database; may be used from any thread.

    They are asked for at each update, so they are held in memory too: only one bot at a time
    serves a library.
    """

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._path = path
        self._lock = Lock()
        self._ids: set[int] = set()

    @classmethod
    def open(cls, path: Path) -> "Bans":
        """Open the ban list in this database.

        Raises:
            LibraryError: the database cannot be opened or written.
        """
        with told(path), contextlib.ExitStack() as opened:
            connection = sqlite3.connect(
                path, timeout=BUSY_MS / 1000, check_same_thread=False, isolation_level=None
            )
            opened.callback(connection.close)
            bans = cls(Database(connection), path)
            bans._prepare()
            opened.pop_all()
        return bans

    def holds(self, *ids: int | None) -> bool:
        """Tell whether any of these is banned."""
        return not self._ids.isdisjoint(ids)

    def add(self, id_: int) -> bool:
        """Ban a user or a chat; tell whether that is new.

        Raises:
            LibraryError: the database cannot be written.
        """
        with self._lock, told(self._path):
            self._database.execute(
                "insert or ignore into bans values (?, ?)",
                [id_, datetime.now(UTC).isoformat(timespec="microseconds")],
            )
            is_new = id_ not in self._ids
            self._ids.add(id_)
            return is_new

    def remove(self, id_: int) -> bool:
        """End a ban; tell whether there was one.

        Raises:
            LibraryError: the database cannot be written.
        """
        with self._lock, told(self._path):
            self._database.execute("delete from bans where id = ?", [id_])
            was_there = id_ in self._ids
            self._ids.discard(id_)
            return was_there

    def all(self) -> list[tuple[int, datetime]]:
        """Return the banned ids and since when, the newest first."""
        with self._lock, told(self._path):
            rows = self._database.execute("select id, at from bans order by at desc")
            return [(id_, datetime.fromisoformat(at)) for id_, at in rows.fetchall()]

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._database.close()

    def _prepare(self) -> None:
        self._database.enable_wal()
        self._database.table("bans").create({"id": int, "at": str}, pk="id", if_not_exists=True)
        self._ids = {id_ for (id_,) in self._database.execute("select id from bans").fetchall()}
