"""What is asked of a view: dates, lines that are typed, the line that is shown back."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.views.request import Kind, Request, days, typed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("2019", (date(2019, 1, 1), date(2019, 12, 31)), id="year"),
        pytest.param("2020-02", (date(2020, 2, 1), date(2020, 2, 29)), id="month"),
        pytest.param("2019-12", (date(2019, 12, 1), date(2019, 12, 31)), id="december"),
        pytest.param("2019-3-9", (date(2019, 3, 9), date(2019, 3, 9)), id="day"),
        pytest.param("2019-02-29", None, id="no-such-day"),
        pytest.param("2019-13", None, id="no-such-month"),
        pytest.param("2019-00", None, id="month-zero"),
        pytest.param("yesterday", None, id="words"),
        pytest.param("٢٠١٩", None, id="other-digits"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_date_is_a_day_a_month_or_a_year(text, found):
    assert days(text) == found


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        pytest.param("Merkel", Request(Kind.SAID, "Merkel"), id="name"),
        pytest.param(
            "Angela Merkel to May about the deal since 2018-03 until 2019",
            Request(
                Kind.SAID,
                "Angela Merkel",
                "the deal",
                "May",
                date(2018, 3, 1),
                date(2019, 12, 31),
            ),
            id="all",
        ),
        pytest.param(
            "Меркел на Мей за сделката от 2018-03-02",
            Request(Kind.SAID, "Меркел", "сделката", "Мей", date(2018, 3, 2)),
            id="bulgarian",
        ),
        pytest.param(
            "Меркель кому Мэй о сделке до 2018",
            Request(Kind.SAID, "Меркель", "сделке", "Мэй", None, date(2018, 12, 31)),
            id="russian",
        ),
        pytest.param(
            "Меркель кому Мей про угоду з 2018-03 по 2018-03",
            Request(Kind.SAID, "Меркель", "угоду", "Мей", date(2018, 3, 1), date(2018, 3, 31)),
            id="ukrainian",
        ),
        pytest.param(
            "Merkel --about Brexit --since 2018",
            Request(Kind.SAID, "Merkel", "Brexit", "", date(2018, 1, 1)),
            id="as-at-the-command-line",
        ),
        pytest.param(
            "Merkel about access to water since May",
            Request(Kind.SAID, "Merkel", "access to water since May"),
            id="small-words-of-the-topic",
        ),
        pytest.param(
            "Merkel Since 2018", Request(Kind.SAID, "Merkel", since=date(2018, 1, 1)), id="case"
        ),
        pytest.param("  ", None, id="nothing"),
        pytest.param("since 2018", None, id="nobody"),
        pytest.param("Merkel since 2019 until 2018", None, id="backwards"),
        pytest.param("Merkel about Brexit since 2018-02-30", None, id="no-such-day"),
        pytest.param("Меркел до 2018-13", None, id="no-such-month"),
    ],
)
def test_a_line_is_read_by_the_words_between(line, request_):
    assert typed(Kind.SAID, line) == request_


def test_the_other_views_take_a_topic_and_days():
    topic = Request(Kind.WHO, topic="talks about trade to come", since=date(2018, 1, 1))
    assert typed(Kind.WHO, "talks about trade to come since 2018") == topic
    assert typed(Kind.TIMELINE, "") is None


def test_a_day_is_the_outlets_own():
    asked = Request(Kind.WHO, topic="x", since=date(2018, 3, 2), until=date(2018, 3, 2))
    early = datetime(2018, 3, 2, 0, 30, tzinfo=timezone(timedelta(hours=3)))
    assert asked.includes(early)
    assert not asked.includes(early.astimezone(UTC))
    assert not asked.includes(None)
    assert Request(Kind.WHO, topic="x").includes(None)


def test_the_moments_hold_every_day_that_is_asked_for_in_any_zone():
    asked = Request(Kind.WHO, topic="x", since=date(2018, 3, 2), until=date(2018, 3, 2))
    for hours in (-12, 0, 14):
        zone = timezone(timedelta(hours=hours))
        for moment in (
            datetime(2018, 3, 2, 0, 0, tzinfo=zone),
            datetime(2018, 3, 2, 23, 59, tzinfo=zone),
        ):
            period = asked.moments
            assert period is not None
            assert period.since is not None
            assert period.until is not None
            assert period.since <= moment < period.until


def test_what_is_asked_for_is_shown_in_the_readers_language():
    asked = Request(Kind.SAID, "Merkel", "Brexit", "May", date(2018, 1, 1), date(2018, 12, 31))
    assert asked.line("en") == "said by Merkel · to May · about Brexit · 2018-01-01 – 2018-12-31"
    assert asked.line("bg", "Ангела Меркел").startswith("казва Ангела Меркел · на May")
    assert Request(Kind.WHO, topic="Brexit", since=date(2018, 1, 1)).line("en") == (
        "about Brexit · since 2018-01-01"
    )
