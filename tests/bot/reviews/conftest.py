"""A small archive and the reports of wrong answers over it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.reviews.report import Report, Shown, State, Why
from bot.reviews.store import Reports
from index.library import Library
from tests.conftest import entry_of

OPENING = "The mayor opened the bridge."
COST = "It cost nine million."
RAIN = "It rained all day long."
AT = datetime(2024, 5, 2, 14, 3, tzinfo=UTC)


@pytest.fixture
def stored(library: Library) -> Library:
    """Two articles."""
    library.write([entry_of("bridge", OPENING, COST), entry_of("weather", RAIN)])
    return library


@pytest.fixture
def reports(stored: Library) -> Iterator[Reports]:
    with Reports.open(stored.path.parent) as reports:
        yield reports


@pytest.fixture
def report(stored: Library, reports: Reports) -> Callable[..., Report]:
    """Report a wrong answer: these words of the archive were quoted; return the stored report."""

    def add(*words: str, question: str = "Who paid for the bridge?", **more) -> Report:
        made = Report(question, (), tuple(shown(stored, text) for text in words), Why.TOPIC, "en")
        assert reports.add(replace(made, **{"at": AT, **more}))
        return reports.of(*State)[-1]

    return add


def shown(library: Library, words: str) -> Shown:
    """Return the place of words in the archive."""
    [article] = [article for article in library.articles() if words in article.text]
    start = article.text.index(words)
    return Shown(article.span(start, start + len(words)), words)
