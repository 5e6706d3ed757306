"""When feeds and pages are looked at again."""

from dataclasses import replace

from ingest.watching import outcomes
from ingest.watching.ledger import Page, State
from ingest.watching.schedule import (
    CHECKS_S,
    DAY_S,
    HOUR_S,
    adapted,
    hint_delay,
    next_check,
    retry,
)
from ingest.watching.settings import WatchSettings

PAGE = Page(key="a.example/1", url="https://a.example/1", host="a.example", found=0.0, due=0.0)


def looks(page, outcome, most=30):
    """Return the moments at which a page is looked at, each time with this outcome."""
    moments: list[float] = []
    while page.due is not None and len(moments) < most:
        moments.append(page.due)
        page = outcome(page, page.due)
    return moments, page


def test_a_page_is_checked_ever_more_seldom_and_in_the_end_not_at_all():
    stored = outcomes.stored(PAGE, 0.0, seen="x")
    moments, _ = looks(stored, outcomes.stands)
    assert len(moments) == len(CHECKS_S)
    for moment, planned in zip(moments, CHECKS_S, strict=True):
        assert planned <= moment <= planned * 1.1


def test_a_page_that_is_no_article_is_given_up_after_a_few_attempts():
    moments, page = looks(PAGE, lambda page, now: outcomes.failed(page, "x", now))
    assert len(moments) == 4
    assert (page.state, page.due) == (State.REFUSED, None)


def test_a_page_that_has_waited_long_in_a_backlog_gets_a_second_attempt_too():
    late = replace(PAGE, due=9 * DAY_S)
    moments, page = looks(late, lambda page, now: outcomes.failed(page, "x", now))
    assert moments == [9 * DAY_S, 10 * DAY_S]
    assert page.state == State.REFUSED


def test_a_page_that_was_given_up_is_tried_anew_when_its_feed_says_that_it_has_changed():
    given_up = replace(PAGE, state=State.REFUSED, due=None, failures=4)
    moments, page = looks(
        outcomes.hinted(given_up, DAY_S), lambda page, now: outcomes.failed(page, "x", now)
    )
    assert (moments[0], len(moments), page.state) == (DAY_S, 4, State.REFUSED)


def test_a_page_of_a_host_that_is_down_is_asked_for_days_before_it_is_given_up():
    moments, page = looks(PAGE, lambda page, now: outcomes.troubled(page, "x", now, 0.0), 100)
    assert moments[-1] > 6 * DAY_S
    assert len(moments) < 50
    assert (page.state, page.due) == (State.REFUSED, None)


def test_a_stored_page_that_fails_is_tried_soon_and_then_as_it_was_planned():
    stored = outcomes.stored(PAGE, 0.0, seen="x")
    moments, page = looks(stored, lambda page, now: outcomes.failed(page, "x", now))
    assert page.state == State.STORED
    assert len(moments) <= 10
    assert moments[-1] >= CHECKS_S[-1]


def test_the_interval_adapts_within_its_bounds():
    settings = WatchSettings(shortest_minutes=10, longest_minutes=60)
    interval = 30 * 60.0
    for _ in range(20):
        interval = adapted(interval, new=1, settings=settings)
    assert interval == 600
    for _ in range(20):
        interval = adapted(interval, new=0, settings=settings)
    assert interval == 3600


def test_retries_wait_twice_as_long_each_time_up_to_a_bound():
    waits = [retry(failures) for failures in range(1, 12)]
    assert 270 <= waits[0] <= 330
    assert max(waits) <= 6 * HOUR_S * 1.1


def test_the_first_word_of_a_change_is_followed_at_once_and_the_tenth_is_not():
    assert hint_delay(0) == 0
    assert hint_delay(10) > HOUR_S


def test_after_the_last_check_there_is_none():
    assert next_check(0.0, CHECKS_S[-1] + 1) is None
