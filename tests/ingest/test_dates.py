"""Dates are read in the forms that articles and feeds use, and are always aware."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import believable, parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2024-01-23", datetime(2024, 1, 23, tzinfo=UTC), id="day"),
        pytest.param("2024-05-18T16:00", datetime(2024, 5, 18, 16, tzinfo=UTC), id="naive"),
        pytest.param("2024-05-18T16:00:00Z", datetime(2024, 5, 18, 16, tzinfo=UTC), id="zulu"),
        pytest.param(
            " 2024-05-18 16:00:00 +0300 ",
            datetime(2024, 5, 18, 16, tzinfo=timezone(timedelta(hours=3))),
            id="zone",
        ),
        pytest.param(
            "Sat, 18 May 2024 16:00:00 GMT", datetime(2024, 5, 18, 16, tzinfo=UTC), id="rfc2822"
        ),
    ],
)
def test_known_forms(text, expected):
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "May 5", "2024", "12 март 2024", "0001-01-01T00:00+05:00", 1716, None, []],
)
def test_anything_else_is_no_date(value):
    assert parse_date(value) is None


@given(st.text())
def test_no_text_raises_and_every_date_can_be_compared(text):
    found = parse_date(text)
    assert found is None or found.astimezone(UTC) == found


NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(NOW - timedelta(days=900), NOW - timedelta(days=900), id="past"),
        pytest.param(NOW + timedelta(hours=3), NOW, id="zone-lost"),
        pytest.param(NOW + timedelta(days=2), None, id="future"),
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), None, id="never-set"),
        pytest.param(datetime(1931, 5, 1, tzinfo=UTC), datetime(1931, 5, 1, tzinfo=UTC), id="old"),
        pytest.param(None, None, id="none"),
    ],
)
def test_only_dates_that_can_be_are_believed(moment, expected):
    assert believable(moment, NOW.timestamp()) == expected
