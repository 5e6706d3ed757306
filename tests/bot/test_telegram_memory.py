"""What the bot remembers: questions, per chat, for a while."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.memory import Asked, Memory
from index.errors import LibraryError

CHAT, OTHER, USER = -100123, 5, 7


@pytest.fixture
def database(tmp_path):
    return tmp_path / "library.db"


@pytest.fixture
def memory(database):
    memory = Memory.open(database)
    yield memory
    memory.close()


def test_a_question_is_remembered_with_its_history_and_its_answer(memory):
    asked = memory.keep(CHAT, USER, "и „това“?", ["<първо>", "второ"])
    assert memory.get(asked) == Asked(asked, CHAT, USER, "и „това“?", ("<първо>", "второ"), None)
    memory.answered(asked, 42)
    assert memory.answered_by(CHAT, 42) == memory.get(asked)
    assert memory.get(asked).message == 42


def test_what_was_never_asked_is_not_remembered(memory):
    memory.answered(memory.keep(CHAT, USER, "one"), 42)
    assert memory.get(99) is None
    assert memory.answered_by(OTHER, 42) is None
    assert memory.answered_by(CHAT, 43) is None


def test_a_follow_up_can_refer_to_three_questions(memory):
    asked = memory.get(memory.keep(CHAT, USER, "d", ["a", "b", "c"]))
    assert asked.thread == ("b", "c", "d")


def test_recent_questions_are_the_last_three_of_the_chat_in_half_an_hour(memory):
    old = datetime.now(UTC) - timedelta(minutes=31)
    memory.keep(CHAT, USER, "old", at=old)
    assert memory.recent(CHAT) == ()
    for question in "abcd":
        memory.keep(CHAT, USER, question)
        memory.keep(OTHER, USER, question.upper())
    assert memory.recent(CHAT) == ("b", "c", "d")


def test_after_thirty_days_a_question_is_forgotten_at_the_next_start(database):
    memory = Memory.open(database)
    month = datetime.now(UTC) - timedelta(days=30)
    memory.keep(CHAT, USER, "too old", at=month - timedelta(hours=1))
    kept = memory.keep(CHAT, USER, "kept", at=month + timedelta(hours=1))
    memory.close()
    memory = Memory.open(database)
    assert memory.get(kept) == Asked(kept, CHAT, USER, "kept", (), None)
    assert memory.get(kept - 1) is None
    memory.close()


def test_any_thread_may_use_it(memory):
    threads = [
        threading.Thread(target=memory.keep, args=(CHAT, USER, str(number))) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(memory.recent(CHAT)) < set("01234567")
    assert memory.get(8) is not None
    assert memory.get(9) is None


def test_it_lives_beside_other_tables_and_other_writers(database):
    other = sqlite3.connect(database)
    other.execute("create table articles (id)")
    memory = Memory.open(database)
    other.execute("insert into articles values (1)")
    other.commit()
    asked = memory.keep(CHAT, USER, "question")
    assert other.execute("select question from asked where id = ?", [asked]).fetchall() == [
        ("question",)
    ]
    assert other.execute("pragma journal_mode").fetchone() == ("wal",)
    memory.close()
    other.close()


@pytest.mark.parametrize(
    "content",
    [pytest.param(b"no database at all" * 99, id="corrupt"), pytest.param(None, id="folder")],
)
def test_a_database_that_cannot_be_opened_is_one_clear_line(database, content):
    database.mkdir() if content is None else database.write_bytes(content)
    with pytest.raises(LibraryError, match=r"cannot keep the bot's questions in .*library\.db: "):
        Memory.open(database)
