"""What the bot remembers of a chat: its questions, for follow-ups and buttons; its language."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from sqlite_utils import Database

from bot.asked import Asked
from bot.questions.only import Only
from bot.questions.slots import Slot
from index.errors import LibraryError

COMMAND = "/"
"""With it begins what is asked again but cannot be followed up."""

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
        self._languages: dict[int, str] = {}

    @classmethod
    def open(cls, path: Path) -> "Memory":
        """Open the memory in this database.

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
        asked_in: int | None = None,
        at: datetime | None = None,
    ) -> int:
        """Remember a question, and the message it was `asked_in`; return its id."""
        moment = _stamp(at or datetime.now(UTC))
        return self._write(
            "insert into asked (chat, user, question, history, asked_in, at)"
            " values (?, ?, ?, ?, ?, ?)",
            [chat, user, question, _listed(history), asked_in, moment],
        )

    def change(self, id_: int, asked: Asked, meant: str) -> None:
        """Remember that a question was asked again in another way, or in other words."""
        self._write(
            "update asked set former = json_insert(coalesce(former, '[]'), '$[#]', question,"
            " '$[#]', coalesce(meant, question)), question = ?, history = ?, dropped = ?,"
            " narrowed = ?, meant = ? where id = ?",
            [
                asked.question,
                _listed(asked.history),
                " ".join(asked.without),
                json.dumps(asked.only.as_dict(), ensure_ascii=False),
                meant,
                id_,
            ],
        )

    def answered(self, asked: int, message: int) -> None:
        """Remember which message answers a question."""
        self._write("update asked set message = ? where id = ?", [message, asked])

    def get(self, asked: int) -> Kept | None:
        """Return a question by its id."""
        return self._first("id = ?", [asked])

    def asked_in(self, chat: int, message: int) -> Kept | None:
        """Return the question that was asked in this message of the chat."""
        return self._first("chat = ? and asked_in = ?", [chat, message])

    def answered_by(self, chat: int, message: int) -> Kept | None:
        """Return the question that this message of the chat answers."""
        return self._first("chat = ? and message = ?", [chat, message])

    def language(self, *chats: int) -> str | None:
        """Return the language chosen in the first of these chats that has one; never waits."""
        return next((self._languages[chat] for chat in chats if chat in self._languages), None)

    def speak(self, chat: int, language: str | None) -> None:
        """Remember the language chosen in a chat; None: no longer any."""
        if language is None:
            self._languages.pop(chat, None)
            self._write("delete from spoken where chat = ?", [chat])
        else:
            self._languages[chat] = language
            self._write("insert or replace into spoken values (?, ?)", [chat, language])

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

        What they said and meant is returned, to be forgotten elsewhere too. In a private chat
        its language is forgotten as well.
        """
        if chat == user:
            self.speak(chat, None)
        with self._lock, self._database.atomic():
            return set().union(*self._forget(chat, "user = ?", user))

    def purge(self, before: datetime) -> int:
        """Forget what was asked before a moment, also where later questions follow it.

        Returns how many questions these were.
        """
        old = _stamp(before)
        with self._lock, self._database.atomic():
            chats = self._database.execute("select distinct chat from asked where at < ?", [old])
            return sum(len(self._forget(chat, "at < ?", old)) for (chat,) in chats.fetchall())

    def _forget(self, chat: int, which: str, value: object) -> list[set[str]]:
        """Remove questions of a chat, and their words from the history of those that stay.

        Returns the words of each.
        """
        rows = self._database.execute(
            f"delete from asked where chat = ? and {which} returning question, meant, former",  # noqa: S608
            [chat, value],
        ).fetchall()
        gone = [
            {text for text in (question, meant, *json.loads(former or "[]")) if text is not None}
            for question, meant, former in rows
        ]
        words = set().union(*gone)
        left = self._database.execute("select id, history from asked where chat = ?", [chat])
        for key, history in left.fetchall():
            kept = [text for text in json.loads(history) if text not in words]
            self._database.execute(
                "update asked set history = ? where id = ?", [_listed(kept), key]
            )
        return gone

    def move(self, chat: int, to: int) -> None:
        """Follow a group that has another id now."""
        self._write("update asked set chat = ? where chat = ?", [to, chat])
        if (chosen := self.language(chat)) is not None:
            self.speak(to, chosen)
            self.speak(chat, None)

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
        for column in {"dropped", "narrowed", "meant", "former"} - table.columns_dict.keys():
            table.add_column(column, str)
        if "asked_in" not in table.columns_dict:
            table.add_column("asked_in", int)
        table.create_index(["chat", "message"], if_not_exists=True)
        table.create_index(["chat", "asked_in"], if_not_exists=True)
        spoken = self._database.table("spoken")
        spoken.create({"chat": int, "language": str}, pk="chat", if_not_exists=True)
        self._languages.update(self._database.execute("select chat, language from spoken"))

    def _write(self, statement: str, values: Sequence[object]) -> int:
        with self._lock:
            return self._database.execute(statement, values).lastrowid or 0

    def _first(self, where: str, values: Sequence[object]) -> Kept | None:
        with self._lock:
            row = self._database.execute(
                "select id, chat, user, question, history, message, coalesce(dropped, ''),"  # noqa: S608
                " coalesce(narrowed, '{}'), coalesce(meant, question) from asked"
                f" where {where} order by id desc limit 1",
                values,
            ).fetchone()
        if row is None:
            return None
        key, chat, user, question, history, message, dropped, narrowed, meant = row
        asked = Asked(
            question,
            tuple(json.loads(history)),
            tuple(map(Slot, dropped.split())),
            Only.from_dict(json.loads(narrowed)),
        )
        return Kept(key, chat, user, asked, message, meant)


def _listed(questions: Sequence[str]) -> str:
    return json.dumps(list(questions), ensure_ascii=False)


def _stamp(moment: datetime) -> str:
    """Return the moment in a form that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _unusable(path: Path, error: sqlite3.Error) -> LibraryError:
    return LibraryError(f"cannot keep the bot's questions in {path}: {error}")
