"""What the bot remembers: questions, per chat, for a while."""

import contextlib
import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.asked import Asked
from bot.memory import Kept, Memory
from bot.questions.only import Only
from bot.questions.slots import Slot
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
    question = Asked("и „това“?", ("<първо>", "второ"))
    assert memory.get(asked) == Kept(asked, CHAT, USER, question, None, "и „това“?")
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


def test_what_was_asked_again_without_a_filter_is_followed_as_it_was_meant(memory):
    key = memory.keep(CHAT, USER, "who spoke in 2017?", ["a"])
    undated = Asked("who spoke in 2017?", ("a",), (Slot.TOPIC, Slot.PERIOD))
    memory.change(key, undated, "who spoke?")
    assert memory.get(key) == Kept(key, CHAT, USER, undated, None, "who spoke?")
    assert memory.get(key).thread == memory.recent(CHAT) == ("a", "who spoke?")


def test_what_an_answer_was_narrowed_to_is_remembered(memory):
    key = memory.keep(CHAT, USER, "who spoke?")
    week = datetime(2023, 10, 16, tzinfo=UTC)
    narrowed = Asked("who spoke?").narrowed(Only("Ann", "„Вестник“ & Co", week))
    memory.change(key, narrowed, "who spoke?")
    assert memory.get(key) == Kept(key, CHAT, USER, narrowed, None, "who spoke?")


def test_a_question_is_found_by_its_message_also_in_its_new_words(memory):
    key = memory.keep(CHAT, USER, "who spok?", ["a"], asked_in=41)
    assert memory.asked_in(CHAT, 41) == memory.get(key)
    assert memory.asked_in(OTHER, 41) is None
    assert memory.asked_in(CHAT, 42) is None
    memory.change(key, Asked("who spoke?", ("a",)), "who spoke?")
    assert memory.asked_in(CHAT, 41).asked == Asked("who spoke?", ("a",))
    assert memory.recent(CHAT) == ("a", "who spoke?")


def test_the_language_of_a_chat_is_remembered_until_it_is_given_back(database):
    with contextlib.closing(Memory.open(database)) as memory:
        memory.speak(CHAT, "ru")
        memory.speak(CHAT, "bg")
        memory.speak(USER, "uk")
        assert memory.language(OTHER) is None
        assert memory.language(CHAT, USER) == "bg"
    with contextlib.closing(Memory.open(database)) as memory:
        assert memory.language(OTHER, USER) == "uk"
        memory.speak(USER, None)
        assert memory.language(USER) is None
    with contextlib.closing(Memory.open(database)) as memory:
        assert (memory.language(CHAT), memory.language(USER)) == ("bg", None)


def test_to_forget_a_reader_does_not_change_the_language_of_a_group(memory):
    for chat in (CHAT, USER):
        memory.speak(chat, "ru")
        memory.forget(chat, USER)
    assert (memory.language(CHAT), memory.language(USER)) == ("ru", None)


def test_asked_on_its_own_a_question_follows_none(memory):
    key = memory.keep(CHAT, USER, "and in 2017?", ["a", "b"])
    memory.change(key, Asked("and in 2017?"), "and in 2017?")
    assert memory.recent(CHAT) == ("and in 2017?",)


def test_the_next_question_may_follow_the_last_one_for_half_an_hour(memory):
    old = datetime.now(UTC) - timedelta(minutes=31)
    memory.keep(CHAT, USER, "old", at=old)
    assert memory.recent(CHAT) == ()
    for question in "abcd":
        memory.keep(CHAT, USER, question, memory.recent(CHAT))
        memory.keep(OTHER, USER, question.upper(), memory.recent(OTHER))
    assert memory.recent(CHAT) == ("b", "c", "d")


def test_the_next_question_follows_what_the_last_one_followed(memory):
    for question in "abc":
        memory.keep(CHAT, USER, question, memory.recent(CHAT))
    memory.keep(CHAT, USER, "in reply to a", ["a"])
    assert memory.recent(CHAT) == ("a", "in reply to a")
    memory.keep(CHAT, USER, "/said b")
    assert memory.recent(CHAT) == ("a", "in reply to a")


def test_what_somebody_asked_in_a_chat_is_forgotten_wherever_it_stands(memory):
    gone = memory.keep(CHAT, USER, "a")
    memory.change(gone, Asked("a"), "a, as it was meant")
    follows = memory.keep(CHAT, 8, "c", ["a", "a, as it was meant", "b"])
    elsewhere = memory.keep(OTHER, USER, "a", ["a"])
    assert (memory.count(CHAT, USER), memory.count(CHAT, 8)) == (1, 1)
    memory.forget(CHAT, USER)
    assert memory.get(gone) is None
    assert (memory.count(CHAT, USER), memory.count(OTHER, USER)) == (0, 1)
    assert memory.get(follows).asked == Asked("c", ("b",))
    assert memory.get(elsewhere).asked == Asked("a", ("a",))


def test_a_memory_of_an_older_version_is_taken_over(database):
    older = sqlite3.connect(database)
    older.execute(
        "create table asked (id integer primary key, chat, user, question, history, message, at)"
    )
    older.execute(
        "insert into asked values (3, ?, ?, 'who?', '[\"a\"]', 42, ?)",
        [CHAT, USER, datetime.now(UTC).isoformat()],
    )
    older.commit()
    older.close()
    for _ in range(2):
        memory = Memory.open(database)
        assert memory.answered_by(CHAT, 42) == Kept(
            3, CHAT, USER, Asked("who?", ("a",)), 42, "who?"
        )
        memory.close()


def test_what_is_old_is_forgotten_wherever_it_stands(memory):
    month = datetime.now(UTC) - timedelta(days=30)
    old = memory.keep(CHAT, USER, "too old", at=month - timedelta(hours=1))
    kept = memory.keep(CHAT, USER, "kept", ["too old", "b"], at=month + timedelta(hours=1))
    memory.keep(OTHER, USER, "too old", at=month - timedelta(days=400))
    assert memory.purge(month) == 2
    assert memory.purge(month) == 0
    assert memory.get(old) is None
    assert memory.get(kept) == Kept(kept, CHAT, USER, Asked("kept", ("b",)), None, "kept")
    assert memory.count(OTHER, USER) == 0


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


def test_a_question_is_found_by_the_message_it_was_asked_in(memory):
    key = memory.keep(CHAT, USER, "one", asked_in=41)
    memory.keep(CHAT, USER, "two", asked_in=43)
    assert memory.asked_in(CHAT, 41) == memory.get(key)
    assert memory.asked_in(OTHER, 41) is None


def test_a_group_that_becomes_another_takes_its_questions_with_it(memory):
    memory.keep(CHAT, USER, "one")
    memory.move(CHAT, OTHER)
    assert (memory.recent(CHAT), memory.recent(OTHER)) == ((), ("one",))


def test_what_a_question_was_before_it_was_changed_is_forgotten_too(memory):
    own = memory.keep(CHAT, USER, "is he a thief?")
    other = memory.keep(CHAT, USER + 1, "and she?", ["is he a thief?"])
    memory.change(own, Asked("what about gas?"), "what about gas?")
    assert memory.forget(CHAT, USER) >= {"is he a thief?", "what about gas?"}
    assert memory.get(other).asked.history == ()
