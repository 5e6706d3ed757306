"""Whether the word index fits the words it was made of, found out while others write."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from index.database import told

_TABLES = ("data", "idx", "content", "docsize", "config")
"""In which FTS5 keeps an index."""


def fault_in_word_index(library: Path) -> str | None:
    """Return what FTS5 finds wrong in the word index of a library's file, None if all fits.

    FTS5 checks an index only as a writer, and keeps all other writers out as long as that takes.
    So a copy of it is checked.

    Raises:
        LibraryError: there is no room for the copy, or the file cannot be read.
    """
    with TemporaryDirectory(prefix=".verify-", dir=library.parent) as folder:
        path = Path(folder) / "words.db"
        with told(path), closing(sqlite3.connect(path, isolation_level=None)) as copy:
            _take_over(copy, library)
            try:
                copy.execute("insert into words (words) values ('integrity-check')")
            except sqlite3.DatabaseError as error:
                return str(error)
    return None


def _take_over(copy: sqlite3.Connection, library: Path) -> None:
    copy.execute("pragma synchronous = off")
    copy.execute("attach ? as library", [str(library)])
    ((made,),) = copy.execute("select sql from library.sqlite_master where name = 'words'")
    copy.execute(made)
    copy.execute("begin")
    for table in _TABLES:
        copy.execute(f"delete from main.words_{table}")  # noqa: S608 - ours
        copy.execute(
            f"insert into main.words_{table} select * from library.words_{table}"  # noqa: S608
        )
    copy.execute("commit")
    copy.execute("detach library")
