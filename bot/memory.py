"""What the bot remembers of a chat: the questions asked, for follow-ups and for "more"."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from sqlite_utils import Database

from bot.answer import HISTORY
from index.errors import LibraryError

COMMAND = "/"
"""With it begins what is asked again but cannot be followed up."""

KEEP = timedelta(days=30)
"""How long a question is remembered."""

FOLLOW_UP = timedelta(minutes=30)
"""How long a question can be followed up without replying to its answer."""

_BUSY_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked: enough to ask it again. `message` is the one that answers it."""

    id: int
    chat: int
    user: int
    question: str
    history: tuple[str, ...]
    message: int | None

    @property
    def thread(self) -> tuple[str, ...]:
        """What a follow-up to this question can refer to."""
        if self.question.startswith(COMMAND):
            return ()
        return (*self.history, self.question)[-HISTORY:]


class Memory:
    """The questions of all chats, in the library's database; may be used from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path) -> "Memory":
        """Open the memory in this database, and drop what is older than `KEEP`.

        Raises:
            LibraryError: the database cannot be opened or written.
        """
        try:
            connection = sqlite3.connect(
                path, timeout=_BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
            )
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        memory = cls(Database(connection))
        try:
            memory._prepare()
        except sqlite3.Error as error:
            memory.close()
            raise _unusable(path, error) from error
        return memory

    def keep(
        self,
        chat: int,
        user: int,
        question: str,
        history: Sequence[str] = (),
        *,
        at: datetime | None = None,
    ) -> int:
        """Remember a question and return its id."""
        return self._write(
            "insert into asked (chat, user, question, history, at) values (?, ?, ?, ?, ?)",
            [
                chat,
                user,
                question,
                json.dumps(list(history), ensure_ascii=False),
                _stamp(at or datetime.now(UTC)),
            ],
        )

    def answered(self, asked: int, message: int) -> None:
        """Remember which message answers a question."""
        self._write("update asked set message = ? where id = ?", [message, asked])

    def get(self, asked: int) -> Asked | None:
        """Return a question by its id."""
        return self._first("id = ?", [asked])

    def answered_by(self, chat: int, message: int) -> Asked | None:
        """Return the question that this message of the chat answers."""
        return self._first("chat = ? and message = ?", [chat, message])

    def recent(self, chat: int) -> tuple[str, ...]:
        """Return the chat's last questions that may still be followed up, oldest first."""
        since = _stamp(datetime.now(UTC) - FOLLOW_UP)
        with self._lock:
            rows = self._database.execute(
                "select question from asked where chat = ? and at >= ? and question not like ?"
                " order by id desc limit ?",
                [chat, since, f"{COMMAND}%", HISTORY],
            ).fetchall()
        return tuple(question for (question,) in reversed(rows))

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._database.close()

    def _prepare(self) -> None:
        self._database.enable_wal()
        table = self._database.table("asked")
        table.create(
            {
                "id": int,
                "chat": int,
                "user": int,
                "question": str,
                "history": str,
                "message": int,
                "at": str,
            },
            pk="id",
            if_not_exists=True,
        )
        table.create_index(["chat", "message"], if_not_exists=True)
        self._write("delete from asked where at < ?", [_stamp(datetime.now(UTC) - KEEP)])

    def _write(self, statement: str, values: Sequence[object]) -> int:
        with self._lock:
            return self._database.execute(statement, values).lastrowid or 0

    def _first(self, where: str, values: Sequence[object]) -> Asked | None:
        with self._lock:
            row = self._database.execute(
                "select id, chat, user, question, history, message from asked"  # noqa: S608
                f" where {where} order by id desc limit 1",
                values,
            ).fetchone()
        if row is None:
            return None
        key, chat, user, question, history, message = row
        return Asked(key, chat, user, question, tuple(json.loads(history)), message)


def _stamp(moment: datetime) -> str:
    """Return the moment in a form that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _unusable(path: Path, error: sqlite3.Error) -> LibraryError:
    return LibraryError(f"cannot keep the bot's questions in {path}: {error}")
