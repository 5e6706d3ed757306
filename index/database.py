"""The file of a library: opening it, transactions, and errors in one line."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from index.errors import EncoderMismatch, LibraryError
from index.migrations import migrations

FILE = "library.db"
BUSY_MS = 10_000
"""How long a writer waits for another process before it says so."""
CACHE_KIB = 65_536
"""Pages that a connection keeps at most: a batch of articles touches thousands all over the file,
for each of its words and of its sentences' bands."""
CHECKPOINT_PAGES = 16_384
"""Pages (of 4 KiB) in the journal that are copied to the file together: one that several batches
have changed is copied once."""
_RETRY_S = 0.01
_COPIED_PAGES = 1024
PRUNE_EVERY = 1000
"""Generations between two looks at how long the log of changes has grown."""
KEPT_GENERATIONS = 100_000
KEPT_REMOVALS = 500_000
"""Entries of the log: it takes some 20 bytes for each."""
WAITING_LINES = """
create temp table waiting_lines (
    source text not null,
    line text not null,
    article text not null,
    primary key (source, line, article)
) without rowid
"""
"""Rows of `outlet_lines` whose articles are on their way; they are gone when the process is."""
PORTION = 10_000
"""Values in one list of a query; SQLite takes 32,766."""


class LibraryFile:
    """One SQLite file; several processes may have it open, one of them writing at a time."""

    def __init__(self, path: Path, db: Database) -> None:
        self.path = path
        self._db = db
        self._claimed: str | None = None
        self._is_changing = False

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> Self:
        """Open the library of a data directory and bring its tables up to date.

        Raises:
            LibraryError: there is none (and `create` is false), it is no library, it is damaged,
                or the directory cannot be written.
        """
        path = folder / FILE
        try:
            if not create and not path.exists():
                raise LibraryError(
                    f"there is no library in {folder}; make one with: citat ingest PATH"
                )
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"cannot use the folder {folder}: {error.strerror}") from error
        with told(path):
            connection = sqlite3.connect(
                path, check_same_thread=False, timeout=BUSY_MS / 1000, isolation_level=None
            )
            try:
                db = Database(connection)
                _write_ahead(db)
                db.execute("pragma synchronous = normal")
                db.execute("pragma foreign_keys = on")
                db.execute(f"pragma cache_size = -{CACHE_KIB}")
                db.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
                db.execute(f"pragma journal_size_limit = {2 * CHECKPOINT_PAGES * 4096}")
                _refuse_foreign(db, path)
                if migrations.pending(db):
                    db.execute("begin immediate")  # or two processes would make the same tables
                    migrations.apply(db)
                    db.execute("commit")
                db.execute(WAITING_LINES)
            except BaseException:
                connection.close()
                raise
        return cls(path, db)

    def close(self) -> None:
        self._db.conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """A number that grows with every change, whichever process makes it."""
        return int(self._state("generation") or 0)

    @property
    def identity(self) -> str:
        """A name that no other library has, so that no other's vectors are taken for its own."""
        return self._state("identity") or ""

    @property
    def encoder(self) -> str | None:
        """Identity of the encoder whose vectors are stored; None if there are none."""
        if not self.rows("select 1 from sentences limit 1"):
            return None
        return self._state("encoder")

    def claim_encoder(self, identity: str) -> None:
        """Check that the vectors here come from this encoder; an empty library becomes its own.

        Raises:
            EncoderMismatch: they come from another.
        """
        if self.encoder is None:
            self.set_encoder(identity)
        elif self.encoder != identity:
            raise EncoderMismatch(self.encoder, identity)
        self._claimed = identity

    def set_encoder(self, identity: str) -> None:
        with told(self.path), self._db.atomic():
            self._db.execute("insert or replace into state values ('encoder', ?)", [identity])

    @property
    def schema(self) -> list[str]:
        """The steps of `index.migrations` that this file has taken."""
        return [step.name for step in migrations.applied(self._db)]

    @property
    def size(self) -> int:
        """Bytes of all its pages."""
        return self._value(
            "select page_count * page_size from pragma_page_count, pragma_page_size"
        )

    def become_another(self) -> None:
        """Take a new identity: nothing that was derived from this library so far fits it."""
        with self.changing():
            self._db.execute(
                "update state set value = lower(hex(randomblob(8))) where key = 'identity'"
            )

    def copy_to(self, path: Path, progress: Callable[[int, int], None]) -> None:
        """Write what is stored now to a new file of its own, while other processes write on.

        `progress` is called with how many of how many pages are done. Inside one transaction the
        copy never begins again, as it does otherwise whenever somebody writes.
        """
        with told(path), closing(sqlite3.connect(path)) as copy, self.steady():
            self._state("generation")  # reads, and thereby chooses the state that is copied
            self._db.conn.backup(
                copy,
                pages=_COPIED_PAGES,
                progress=lambda _, left, pages: progress(pages - left, pages),
            )
            copy.execute("pragma journal_mode = delete")  # one file, without a journal beside it

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Let all that is read inside show one state, whatever other processes write meanwhile."""
        with told(self.path), self._db.atomic():
            yield

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction that takes the write lock first and makes the next generation.

        Changes inside another change are of its generation.
        """
        if self._is_changing:
            yield
            return
        with told(self.path), self._db.atomic():
            self._db.execute("update state set value = value + 1 where key = 'generation'")
            if self.generation % PRUNE_EVERY == 0:
                self._prune_changes()
            self._is_changing = True
            try:
                yield
            finally:
                self._is_changing = False

    def _prune_changes(self) -> None:
        """Drop the oldest of the log; an index that is as old as that is made anew."""
        oldest = self._value(
            "select max((select max(generation) from generations) - ?1,"
            " coalesce((select generation from removed_sentences"
            " order by generation desc limit 1 offset ?2), 0),"
            " coalesce((select generation from removed_passages"
            " order by generation desc limit 1 offset ?2), 0))",
            KEPT_GENERATIONS,
            KEPT_REMOVALS,
        )
        self._db.execute("delete from generations where generation < ?", [oldest])
        self._db.execute("delete from removed_sentences where generation <= ?", [oldest])
        self._db.execute("delete from removed_passages where generation <= ?", [oldest])

    def _forget_changes(self) -> None:
        """Have every derived index made anew: what is under an id is no longer what it was."""
        self._db.execute(
            "delete from generations where generation < (select max(generation) from generations)"
        )

    def _state(self, key: str) -> str | None:
        rows = self.rows("select value from state where key = ?", key)
        return rows[0][0] if rows else None

    def _value(self, sql: str, *values: object) -> int:
        value: int = self.rows(sql, *values)[0][0]
        return value

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a query on the tables of `index.migrations`."""
        with told(self.path):
            return self._db.execute(sql, values).fetchall()

    def rows_in(
        self,
        sql: str,
        values: Sequence[object],
        *,
        before: tuple[object, ...] = (),
        after: str = "",
    ) -> list[tuple[Any, ...]]:
        """Run `sql` with a list in brackets after it, in portions that SQLite takes."""
        rows: list[tuple[Any, ...]] = []
        for i in range(0, len(values), PORTION):
            portion = values[i : i + PORTION]
            marks = ",".join("?" * len(portion))
            rows += self.rows(f"{sql} ({marks}) {after}", *before, *portion)
        return rows


def fault_in(path: Path, *, thoroughly: bool = False) -> str | None:
    """Return what SQLite finds wrong in a database's file first; `thoroughly`: in indexes too."""
    check = "integrity_check" if thoroughly else "quick_check"
    try:
        with closing(sqlite3.connect(path)) as connection:
            (found,) = connection.execute(f"pragma {check}(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == "ok" else " ".join(str(found).split())


def _write_ahead(db: Database) -> None:
    """Choose the journal; SQLite does not wait here for a process that chooses it too."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            db.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_RETRY_S)
        else:
            return


def _refuse_foreign(db: Database, path: Path) -> None:
    if db.table_names() and not migrations.applied(db):
        raise LibraryError(f"{path} is a database of another program; move it away")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into one line that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error).split(" with text ")[0]  # which is that of a whole article
        if "decode" in text:
            cure = "the file is damaged; `citat verify` tells where"
        elif "locked" in text or "busy" in text:
            cure = "another process is writing to it; try again when that is done"
        elif "disk I/O" in text:
            cure = "the disk cannot be read or written; check it, then run again"
        elif "full" in text:
            cure = "the disk is full; nothing stored is lost, make room and run again"
        elif "unable to open" in text or "readonly" in text:
            cure = "check that the folder exists and may be written"
        elif "malformed" in text or "not a database" in text or "encrypted" in text:
            cure = "the file is damaged or no library; move it away and ingest again"
        else:
            raise
        raise LibraryError(f"{path}: {text}: {cure}") from error
