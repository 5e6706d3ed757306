"""What the bot remembers of a chat: the questions asked, for follow-ups and for "more"."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from sqlite_utils import Database

from bot.asked import Asked
from bot.questions.slots import Slot
from index.errors import LibraryError

COMMAND = "/"
"""With it begins what is asked again but cannot be followed up."""

KEEP = timedelta(days=30)
"""How long a question is remembered."""

FOLLOW_UP = timedelta(minutes=30)
"""How long a question can be followed up without replying to its answer."""

_BUSY_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Kept:
    """A question that somebody has asked: enough to ask it again.

    `message` is the one that answers it, `meant` is what a follow-up leans on.
    """

    id: int
    chat: int
    user: int
    asked: Asked
    message: int | None
    meant: str

    @property
    def thread(self) -> tuple[str, ...]:
        """What a follow-up to this question can refer to."""
        return () if self.asked.question.startswith(COMMAND) else self.asked.thread(self.meant)


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
            [chat, user, question, _listed(history), _stamp(at or datetime.now(UTC))],
        )

    def change(self, id_: int, asked: Asked, meant: str) -> None:
        """Remember that a question was asked again in another way."""
        self._write(
            "update asked set history = ?, dropped = ?, meant = ? where id = ?",
            [_listed(asked.history), " ".join(asked.without), meant, id_],
        )

    def answered(self, asked: int, message: int) -> None:
        """Remember which message answers a question."""
        self._write("update asked set message = ? where id = ?", [message, asked])

    def get(self, asked: int) -> Kept | None:
        """Return a question by its id."""
        return self._first("id = ?", [asked])

    def answered_by(self, chat: int, message: int) -> Kept | None:
        """Return the question that this message of the chat answers."""
        return self._first("chat = ? and message = ?", [chat, message])

    def recent(self, chat: int) -> tuple[str, ...]:
        """Return what the chat's next question may follow: its last one, behind those before it.

        They are those that the last one was asked behind, and not simply the last ones: it may
        have been asked in reply to an old answer, or on its own.
        """
        since = _stamp(datetime.now(UTC) - FOLLOW_UP)
        last = self._first(
            "chat = ? and at >= ? and question not like ?", [chat, since, f"{COMMAND}%"]
        )
        return last.thread if last else ()

    def count(self, chat: int, user: int) -> int:
        """Return how many questions of somebody in a chat are remembered."""
        with self._lock:
            rows = self._database.execute(
                "select count(*) from asked where chat = ? and user = ?", [chat, user]
            )
            return int(rows.fetchone()[0])

    def forget(self, chat: int, user: int) -> set[str]:
        """Forget somebody's questions in a chat, also where those of others follow them.

        What they said and meant is returned, to be forgotten elsewhere too.
        """
        with self._lock, self._database.atomic():
            gone = self._database.execute(
                "delete from asked where chat = ? and user = ? returning question, meant",
                [chat, user],
            ).fetchall()
            words = {text for row in gone for text in row if text is not None}
            left = self._database.execute("select id, history from asked where chat = ?", [chat])
            for key, history in left.fetchall():
                kept = [text for text in json.loads(history) if text not in words]
                self._database.execute(
                    "update asked set history = ? where id = ?", [_listed(kept), key]
                )
        return words

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
        for column in {"dropped", "meant"} - table.columns_dict.keys():
            table.add_column(column, str)
        table.create_index(["chat", "message"], if_not_exists=True)
        self._write("delete from asked where at < ?", [_stamp(datetime.now(UTC) - KEEP)])

    def _write(self, statement: str, values: Sequence[object]) -> int:
        with self._lock:
            return self._database.execute(statement, values).lastrowid or 0

    def _first(self, where: str, values: Sequence[object]) -> Kept | None:
        with self._lock:
            row = self._database.execute(
                "select id, chat, user, question, history, message, coalesce(dropped, ''),"  # noqa: S608
                " coalesce(meant, question) from asked"
                f" where {where} order by id desc limit 1",
                values,
            ).fetchone()
        if row is None:
            return None
        key, chat, user, question, history, message, dropped, meant = row
        asked = Asked(question, tuple(json.loads(history)), tuple(map(Slot, dropped.split())))
        return Kept(key, chat, user, asked, message, meant)


def _listed(questions: Sequence[str]) -> str:
    return json.dumps(list(questions), ensure_ascii=False)


def _stamp(moment: datetime) -> str:
    """Return the moment in a form that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _unusable(path: Path, error: sqlite3.Error) -> LibraryError:
    return LibraryError(f"cannot keep the bot's questions in {path}: {error}")
