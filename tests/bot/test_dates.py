"""A date as the reader would write it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.dates import date_in_words
from bot.phrases import LANGUAGES

OCTOBER = datetime(2023, 10, 16, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("en", "16 October 2023", id="english"),
        pytest.param("bg", "16 октомври 2023 г.", id="bulgarian"),
        pytest.param("ru", "16 октября 2023 г.", id="russian-genitive"),
        pytest.param("uk", "16 жовтня 2023 р.", id="ukrainian-genitive"),
        pytest.param("de", "16 October 2023", id="others-read-english"),
    ],
)
def test_a_date_reads_as_its_language_writes_it(language, words):
    assert date_in_words(OCTOBER, language) == words


@pytest.mark.parametrize(
    ("language", "words"), [("en", "undated"), ("bg", "без дата"), ("ru", "без даты")]
)
def test_an_article_without_a_date_says_so(language, words):
    assert date_in_words(None, language) == words


def test_the_day_is_that_of_the_outlets_own_clock():
    """Half past midnight in Sofia stays that day, though it is still yesterday in UTC."""
    sofia = timezone(timedelta(hours=3))
    assert date_in_words(datetime(2023, 10, 17, 0, 30, tzinfo=sofia), "en") == "17 October 2023"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_month_has_its_own_name(language):
    months = {date_in_words(OCTOBER.replace(month=month), language) for month in range(1, 13)}
    assert len(months) == 12


def test_the_year_begins_and_ends_with_the_right_names():
    named = [date_in_words(OCTOBER.replace(month=month), "ru").split()[1] for month in (1, 12)]
    assert named == ["января", "декабря"]
