"""An outlet and a time that a question names: nothing else is quoted, and silence says so."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.answer import Reason
from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from bot.questions.slots import Slot
from index.search import Searcher, SearchSettings

SAID = "The mayor said that the bridge of Belozar will not be pulled down."
ASKED = "What did the mayor say about the bridge"


@pytest.fixture
def press(library, encoder, encoded_entry):
    """A conversation over articles that say much the same, by what tells them apart."""
    library.claim_encoder(encoder.identity)
    library.write(
        [
            replace(entry, article=replace(entry.article, source=source, published=published))
            for name, source, published, words in (
                ("old", "Herald", datetime(2017, 12, 31, 23, tzinfo=UTC), f"{SAID} So it was."),
                ("new", "Herald", datetime(2018, 1, 1, tzinfo=UTC), f"{SAID} So it is."),
                ("undated", "Herald", None, f"{SAID} So it may be."),
                ("wire", "newsline.test", datetime(2018, 3, 1, tzinfo=UTC), f"{SAID} Really."),
                ("late", "newsline.test", datetime(2018, 3, 2, tzinfo=UTC), "It rained."),
            )
            for entry in [encoded_entry(name, words)]
        ]
    )
    return Conversation(Searcher(library, encoder), ChoiceSettings(threshold=0.3))


def quoted(answer):
    """Return the ids of all articles that are quoted or named beside a quote."""
    return {id_ for quote in answer.quotes for id_ in (quote.article.id, *quote.also_in)}


def shown(answer):
    """Return the ids of the articles that are quoted."""
    return {quote.article.id for quote in answer.quotes}


def test_without_a_filter_every_article_may_be_quoted(press):
    assert quoted(press.ask(f"{ASKED}?")) >= {"old", "new", "undated", "wire"}


@pytest.mark.parametrize(
    ("filter_", "left"),
    [
        pytest.param("according to Herald", {"old", "new", "undated"}, id="outlet"),
        pytest.param("according to newsline", {"wire"}, id="outlet-by-its-name"),
        pytest.param("in 2017", {"old"}, id="year"),
        pytest.param("in January 2018", {"new"}, id="month"),
        pytest.param("since 2018", {"new", "wire"}, id="open-end"),
        pytest.param("before 2018", {"old"}, id="open-beginning"),
        pytest.param("in 2018 according to Herald", {"new"}, id="both"),
    ],
)
def test_only_articles_within_the_filter_are_quoted(press, filter_, left):
    answer = press.ask(f"{ASKED} {filter_}?")
    assert shown(answer) - {"late"} <= left  # it is of that outlet and time, if not on this
    assert quoted(answer) >= left


def test_when_something_happened_does_not_say_when_it_was_printed(press):
    answer = press.ask("Will the bridge of Belozar be pulled down in 2017?")
    assert answer.understood.slots.period
    assert quoted(answer) >= {"old", "new", "undated", "wire"}


def test_a_claim_that_is_no_question_is_looked_for_at_any_time(press):
    claim = "The mayor said that the bridge of Belozar will not be pulled down in 2015."
    assert quoted(press.ask(claim)) >= {"old", "new", "undated", "wire"}


def test_what_is_far_down_the_list_is_found_within_the_filter(library, encoder, encoded_entry):
    """As many nearer articles as a search takes do not hide the only one of the outlet."""
    nearer = [encoded_entry(f"near-{n}", f"{SAID} Note {n}.") for n in range(9)]
    far = encoded_entry("far", "Of that bridge the mayor said little.", "It stands.")
    far = replace(far, article=replace(far.article, source="Courier"))
    library.claim_encoder(encoder.identity)
    library.write([*nearer, far])
    few = SearchSettings(sentences_per_language=3, word_matches=3)
    talk = Conversation(Searcher(library, encoder, few), ChoiceSettings(threshold=0.2))
    assert "far" not in quoted(talk.ask(f"{ASKED} of Belozar?"))
    assert quoted(talk.ask(f"{ASKED} of Belozar according to Courier?")) == {"far"}


@pytest.mark.parametrize(
    ("filter_", "reason", "details"),
    [
        ("in 2015", Reason.NO_ARTICLE_IN_PERIOD, {"period": "2015-01-01 – 2015-12-31"}),
        (
            "in 2017 according to newsline",
            Reason.NO_ARTICLE_IN_PERIOD,
            {"period": "2017-01-01 – 2017-12-31", "outlet": "newsline.test"},
        ),
    ],
)
def test_an_empty_filter_is_the_reason_for_silence(press, filter_, reason, details):
    answer = press.ask(f"{ASKED} {filter_}?")
    assert (answer.reason, answer.details, answer.quotes) == (reason, details, ())


@pytest.mark.parametrize(
    ("filter_", "reason"),
    [
        ("on 1 March 2018", Reason.NO_ARTICLE_IN_PERIOD),
        ("according to newsline", Reason.NO_ARTICLE_OF_OUTLET),
        ("", Reason.NOTHING_NEAR),
    ],
)
def test_where_the_filter_holds_nothing_near_it_is_the_reason_too(press, filter_, reason):
    press.settings = ChoiceSettings(threshold=2.0)
    answer = press.ask(f"{ASKED} {filter_}?")
    assert answer.reason is reason
    assert 0 < float(answer.details["nearest"]) < 1


def test_a_name_that_the_archive_never_mentions_is_the_better_reason(press):
    answer = press.ask("What did Ronaldo say in 2015?")
    assert answer.reason is Reason.UNKNOWN_NAME


def test_a_dropped_filter_filters_nothing_and_is_not_searched_for(press):
    question = f"{ASKED} in 2015 according to newsline?"
    assert not press.ask(question, without=[Slot.OUTLET])
    without_time = press.ask(question, without=[Slot.PERIOD])
    assert shown(without_time) - {"late"} == {"wire"}
    assert "2015" not in without_time.understood.names
    assert quoted(press.ask(question, without=[Slot.PERIOD, Slot.OUTLET])) >= {"old", "wire"}
