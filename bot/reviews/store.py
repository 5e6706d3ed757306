"""Where reports wait for the owner: a table in the library's database."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Self

from sqlite_utils import Database

from bot.questions.only import Only
from bot.reviews.report import Report, Shown, State, Truth, Why
from index.database import LibraryFile, told
from index.errors import LibraryError
from index.records import Span

# An id is never given twice: the owner may have written it down.
_TABLE = """
    create table if not exists reports (
        id integer primary key autoincrement,
        chat integer not null,
        user integer not null,
        asker integer not null,
        question text not null,
        history text not null,
        narrowed text not null,
        quotes text not null,
        reason text not null,
        language text not null,
        at text not null,
        state text not null,
        decided_at text,
        truth text,
        unique (chat, user, question, history, narrowed, quotes)
    )
"""

_COLUMNS = (
    "id, chat, user, asker, question, history, narrowed, quotes, reason, language, at, state,"
    " decided_at, truth"
)


class Reports(LibraryFile):
    """The reports of one library; may be used from any thread."""

    def __init__(self, path: Path, db: Database) -> None:
        super().__init__(path, db)
        self._lock = Lock()

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> Self:
        """Open the reports of a data directory.

        Raises:
            LibraryError: as of any library.
        """
        reports = super().open(folder, create=create)
        try:
            reports.rows(_TABLE)
        except BaseException:
            reports.close()
            raise
        return reports

    def add(self, report: Report) -> bool:
        """Keep a report; tell whether it says something new.

        Whoever reports the same answer again has reported it once; until the owner has decided,
        the last reason counts.
        """
        return bool(
            self._changed(
                "insert into reports"
                " (chat, user, asker, question, history, narrowed, quotes, reason, language, at,"
                " state) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " on conflict (chat, user, question, history, narrowed, quotes) do update"
                " set reason = excluded.reason"
                " where state = excluded.state and reason != excluded.reason",
                report.chat,
                report.user,
                report.asker,
                report.question,
                _json(report.history),
                _json(report.only.as_dict()),
                _json([quote.as_dict() for quote in report.quotes]),
                report.why,
                report.language,
                _stamp(report.at),
                State.OPEN,
            )
        )

    def get(self, id_: int) -> Report | None:
        """Return a report by its id."""
        return next(iter(self._reports("id = ?", id_)), None)

    def of(self, *states: State) -> list[Report]:
        """Return the reports in these states, oldest first."""
        return self._reports(f"state in ({','.join('?' * len(states))})", *states)

    def waiting(self) -> int:
        """Return how many reports the owner has not judged yet."""
        return self._count("state = ?", State.OPEN)

    def accept(self, report: Report, truth: Truth | None = None) -> Report:
        """Note that a report is right, and what does answer if that is said.

        Raises:
            LibraryError: it is of a silence, which is only wrong if something answers.
        """
        if not report.quotes and truth is None:
            raise LibraryError(
                f"in report {report.id} nothing was quoted: say where the answer is, or that"
                " nothing answers it"
            )
        return self._decide(replace(report, state=State.ACCEPTED, truth=truth))

    def reject(self, report: Report) -> Report:
        """Note that a report is wrong."""
        return self._decide(replace(report, state=State.REJECTED, truth=None))

    def count(self, chat: int, user: int) -> int:
        """Return how many reports in a chat are somebody's, or of an answer to them."""
        return self._count("chat = ? and ? in (user, asker)", chat, user)

    def forget(self, chat: int, user: int, words: Collection[str] = ()) -> None:
        """Forget the reports that are somebody's, or of an answer to them, in a chat.

        So are those of others whose question followed one of these `words`.
        """
        self._changed(
            "delete from reports where chat = ? and (? in (user, asker) or exists (select 1 from"
            " json_each(history) said join json_each(?) gone on said.value = gone.value))",
            chat,
            user,
            _json(words),
        )

    def move(self, chat: int, to: int) -> None:
        """Follow a group that has another id now."""
        self._changed("update or replace reports set chat = ? where chat = ?", to, chat)

    def purge(self, before: datetime) -> int:
        """Delete the reports that were made before a moment, judged or not; return how many."""
        return self._changed("delete from reports where at < ?", _stamp(before))

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            super().close()

    def _decide(self, report: Report) -> Report:
        """Store what was decided now, which may have been decided otherwise before."""
        now = datetime.now(UTC).replace(microsecond=0)
        self._changed(
            "update reports set state = ?, truth = ?, decided_at = ? where id = ?",
            report.state,
            _json(report.truth.as_dict()) if report.truth is not None else None,
            _stamp(now),
            report.id,
        )
        return replace(report, decided_at=now)

    def _reports(self, where: str, *values: object) -> list[Report]:
        with self._lock:
            rows = self.rows(
                f"select {_COLUMNS} from reports where {where} order by id",  # noqa: S608
                *values,
            )
        return [_report(row) for row in rows]

    def _count(self, where: str, *values: object) -> int:
        with self._lock:
            return int(self.rows(f"select count(*) from reports where {where}", *values)[0][0])  # noqa: S608

    def _changed(self, statement: str, *values: object) -> int:
        """Change rows and return how many were."""
        with self._lock, told(self.path):
            return int(self._db.execute(statement, values).rowcount)


def _report(row: tuple[Any, ...]) -> Report:
    id_, chat, user, asker, question, history, narrowed, quotes, reason, *rest = row
    language, at, state, decided_at, truth = rest
    return Report(
        question,
        tuple(json.loads(history)),
        tuple(_shown(quote) for quote in json.loads(quotes)),
        Why(reason),
        language,
        chat,
        user,
        asker,
        datetime.fromisoformat(at),
        id_,
        State(state),
        datetime.fromisoformat(decided_at) if decided_at else None,
        _truth(json.loads(truth)) if truth else None,
        Only.from_dict(json.loads(narrowed)),
    )


def _shown(quote: dict[str, Any]) -> Shown:
    return Shown(
        Span(quote["article"], quote["version"], quote["start"], quote["end"]), quote["text"]
    )


def _truth(truth: dict[str, Any]) -> Truth:
    return Truth(tuple(truth["article"]), tuple(truth["quote"]))


def _json(value: Collection[object]) -> str:
    return json.dumps(
        value if isinstance(value, dict) else list(value), ensure_ascii=False, sort_keys=True
    )


def _stamp(moment: datetime) -> str:
    """Return the moment in a form that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
