"""Token buckets: what may be taken, how long to wait, and when to say so."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.limits import Limit, Limits, TooMuch

USER, OTHER, CHAT = 7, 8, -100


def limits(**settings):
    return Limits(**{"user_minute": 0, "user_hour": 0, "chat_minute": 0, **settings})


def test_all_may_be_taken_at_once_and_comes_back_bit_by_bit():
    ten = limits(user_minute=10)
    assert [ten.take(USER, USER, 1, 0) for _ in range(10)] == [None] * 10
    assert ten.take(USER, USER, 1, 0) == TooMuch(6, is_news=True)
    assert ten.take(USER, USER, 1, 5.9) == TooMuch(1, is_news=False)
    assert ten.take(USER, USER, 1, 6) is None
    assert ten.take(OTHER, OTHER, 1, 6) is None


def test_there_is_one_notice_in_a_period():
    one = limits(user_minute=1)
    one.take(USER, USER, 1, 0)
    told = [one.take(USER, USER, 1, now) for now in (1, 2, 59)]
    assert [bool(refusal and refusal.is_news) for refusal in told] == [True, False, False]
    assert one.take(USER, USER, 1, 60) is None
    assert one.take(USER, USER, 1, 62) == TooMuch(58, is_news=True)


def test_the_longest_wait_is_told_and_nothing_is_taken_meanwhile():
    both = limits(user_minute=1, user_hour=2)
    assert both.take(USER, USER, 1, 0) is None
    assert both.take(USER, USER, 1, 0) == TooMuch(60, is_news=True)
    assert both.take(USER, USER, 1, 60) is None
    assert both.take(USER, USER, 1, 120) == TooMuch(1680, is_news=True)


def test_a_chat_has_a_limit_of_its_own_but_for_a_private_one():
    one = limits(chat_minute=1)
    assert one.take(USER, CHAT, 1, 0) is None
    assert one.take(OTHER, CHAT, 1, 0) == TooMuch(60, is_news=True)
    assert [one.take(USER, USER, 1, 0) for _ in range(3)] == [None] * 3
    assert [one.take(USER, None, 1, 0) for _ in range(3)] == [None] * 3


def test_a_clock_that_goes_back_neither_gives_nor_takes():
    two = limits(user_minute=2)
    assert [two.take(USER, USER, 1, now) for now in (100, 40)] == [None, None]
    assert two.take(USER, USER, 1, 100) == TooMuch(30, is_news=True)
    assert two.take(USER, USER, 1, 40) == TooMuch(30, is_news=False)
    assert two.take(USER, USER, 1, 130) is None


def test_without_limits_nothing_is_too_much():
    assert [limits().take(USER, CHAT, 1, 0) for _ in range(1000)] == [None] * 1000


@given(
    most=st.integers(1, 20),
    steps=st.lists(st.tuples(st.floats(0, 30), st.sampled_from([0.25, 1]))),
)
def test_in_any_period_at_most_twice_the_limit_is_taken(most, steps):
    """A full bucket, and what flows in meanwhile."""
    limit, now, taken = Limit(most, 60), 0.0, list[tuple[float, float]]()
    for pause, cost in steps:
        now += pause
        if limit.wait(USER, cost, now) == 0:
            limit.take(USER, cost, now)
            taken.append((now, cost))
    for start, _ in taken:
        assert sum(cost for at, cost in taken if start <= at < start + 60) <= 2 * most + 1e-6


def test_those_who_were_silent_for_a_period_take_no_memory():
    limit = Limit(5, 60)
    for key in range(30_000):
        limit.take(key, 1, key / 100)
    assert len(limit._buckets) < 20_000
    assert limit.wait(29_999, 5, 300) > 0
