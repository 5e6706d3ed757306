"""What is remembered of standing questions, whoever dies in between and whoever else is there."""

import threading

import pytest

from bot.watches.store import LOCAL, Told, Watches
from tests.bot.watches.bridge import COST, LORRIES, OLD, QUESTION, Bridge


@pytest.fixture
def found(bridge):
    """The bridge with two quotes that wait to be sent."""
    bridge.watch()
    bridge.prints("new", COST)
    bridge.prints("newer", LORRIES)
    bridge.checked()
    return bridge


def other_process(bridge: Bridge) -> Watches:
    return Watches.open(bridge.library.path.parent)


def test_the_same_question_of_a_chat_is_one_watch(bridge):
    first = bridge.watch(chat=5)
    assert bridge.watch(chat=5) == first
    assert bridge.watch(chat=6) != first
    assert bridge.watches.add(QUESTION, "bg", chat=5, topic=3) != first


def test_a_chat_has_no_more_than_it_may(bridge):
    added = [bridge.watches.add(f"въпрос {n}?", "bg", chat=5, most=2) for n in range(3)]
    assert [one is None for one in added] == [False, False, True]
    assert bridge.watches.add("въпрос 1?", "bg", chat=5, most=2) == added[1]
    assert bridge.watches.of(5) == added[:2]


def test_a_watch_is_removed_by_its_chat_only_and_its_number_is_not_used_again(bridge):
    watch = bridge.watch(chat=5)
    assert not bridge.watches.drop(watch.id, 6)
    assert bridge.watches.drop(watch.id, 5)
    assert not bridge.watches.drop(watch.id, 5)
    assert bridge.watch(chat=5).id > watch.id


def test_what_somebody_put_in_a_chat_is_removed_with_what_was_found_for_it(bridge):
    mine = bridge.watches.add(QUESTION, "bg", chat=5, user=7)
    kept = [
        bridge.watches.add("и друго?", "bg", chat=5, user=8),
        bridge.watches.add(QUESTION, "bg", chat=6, user=7),
    ]
    bridge.prints("new", COST)
    bridge.checked(5)
    assert bridge.watches.count(5, 7) == 1
    bridge.watches.forget(5, 7)
    assert bridge.watches.count(5, 7) == 0
    assert [one.id for chat in (5, 6) for one in bridge.watches.of(chat)] == [
        one.id for one in kept
    ]
    assert bridge.watches.claim(mine, 9) == []
    assert not bridge.watches.rows("select 1 from deliveries where watch = ?", mine.id)


def test_what_is_claimed_by_one_is_not_given_to_another(found):
    [watch] = found.watches.of(LOCAL)
    with other_process(found) as other:
        [first] = found.watches.claim(watch, 1)
        [second] = other.claim(watch, 9)
        assert {first.quote.text, second.quote.text} == {COST, LORRIES}
        assert found.watches.claim(watch, 9) == other.claim(watch, 9) == []


def test_many_claim_at_once_and_each_quote_is_had_once(found):
    [watch] = found.watches.of(LOCAL)
    had: list[str] = []

    def claim() -> None:
        with other_process(found) as other:
            had.extend(one.quote.text for one in other.claim(watch, 1))

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(had) == sorted([COST, LORRIES])


def test_who_dies_between_claim_and_sending_leaves_nothing_to_be_sent_again(found):
    [watch] = found.watches.of(LOCAL)
    with other_process(found) as killed:
        killed.claim(watch, 9)
    assert found.delivered() == []
    found.prints("copy", COST)
    assert found.delivered() == []


def test_who_dies_before_the_claim_loses_nothing(found):
    found.watches.close()
    with other_process(found) as restarted:
        [watch] = restarted.of(LOCAL)
        assert {one.quote.text for one in restarted.claim(watch, 9)} == {COST, LORRIES}


def test_what_surely_reached_nobody_is_sent_later(found):
    [watch] = found.watches.of(LOCAL)
    found.watches.release(found.watches.claim(watch, 9))
    assert sorted(found.delivered()) == sorted([COST, LORRIES])
    assert found.delivered() == []


def test_what_was_sent_cannot_be_given_back(found):
    [watch] = found.watches.of(LOCAL)
    claimed = found.watches.claim(watch, 9)
    found.watches.sent(claimed)
    found.watches.release(claimed)
    assert found.watches.claim(watch, 9) == []


def test_two_that_check_at_once_keep_the_news_once(bridge):
    watch = bridge.watch()
    bridge.prints("new", COST)
    [quote] = [one for one in bridge.conversation.ask(QUESTION).quotes if one.text == COST]
    for _ in range(2):  # both read the watch before either noted what it found
        news = [Told(quote, [(watch.checked + 1, COST)])]
        bridge.watches.found(watch, news, upto=watch.checked + 1, instead_of=[])
    assert bridge.delivered() == [COST]


def test_a_paused_watch_gets_nothing_and_goes_on_from_where_it_is_resumed(bridge):
    watch = bridge.watch(chat=5)
    bridge.watches.pause([watch])
    bridge.prints("meanwhile", COST)
    assert bridge.watches.due() == []
    assert bridge.watches.claim(watch, 9) == []
    bridge.watches.resume(5)
    assert bridge.delivered(5) == []
    bridge.prints("afterwards", LORRIES)
    assert bridge.delivered(5) == [LORRIES]


def test_what_was_found_before_the_pause_comes_after_it(bridge):
    watch = bridge.watch(chat=5)
    bridge.prints("new", COST)
    bridge.checked(5)
    bridge.watches.pause([watch])
    assert bridge.watches.claim(watch, 9) == []
    bridge.watches.resume(5)
    assert bridge.delivered(5) == [COST]


def test_only_chats_for_which_there_may_be_something_are_due(bridge):
    bridge.watch()
    watch = bridge.watch(chat=5)
    assert bridge.watches.due() == []
    bridge.prints("new", COST)
    assert [one.id for one in bridge.watches.due()] == [watch.id]
    bridge.checked(5)
    assert [one.id for one in bridge.watches.due()] == [watch.id]
    bridge.delivered(5)
    assert bridge.watches.due() == []


def test_a_group_that_has_a_new_id_keeps_its_watches(bridge):
    bridge.watch(chat=-5)
    bridge.watches.move(-5, -1005)
    bridge.prints("new", COST)
    assert bridge.delivered(-1005) == [COST]
    assert bridge.watches.of(-5) == []


def test_where_a_group_has_come_with_the_same_question_it_is_watched_once(bridge):
    bridge.watch(chat=-5)
    bridge.watch(chat=-1005)
    bridge.watches.move(-5, -1005)
    assert bridge.watches.of(-5) == []
    bridge.prints("new", COST)
    assert bridge.delivered(-1005) == [COST]


def test_a_library_made_before_there_were_watches_takes_them(bridge):
    folder = bridge.library.path.parent
    db = bridge.library._db
    for table in ("deliveries", "watches"):
        db.execute(f"drop table {table}")
    db.execute("drop index sentences_first_id")
    db.execute("alter table sentences drop column first_id")
    db.execute(
        "delete from _sqlite_migrations where name in"
        " ('m009_first_ids', 'm010_watches', 'm011_parts')"
    )
    with Watches.open(folder) as watches:
        bridge.watches = bridge.newsreader.watches = watches
        bridge.watch()
        bridge.prints("old", COST, OLD)
        assert bridge.delivered() == [COST]
