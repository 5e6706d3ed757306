"""What an answer can be narrowed to, and what becomes of it then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.answer import Answer, Quote, Understood
from bot.asked import Asked
from bot.offers import Offer, offers
from bot.questions.only import ANYTHING, Only
from bot.questions.reading import read
from bot.questions.slots import Slot, Slots
from index.records import Article
from tests.bot.questions.archives import SmallArchive

SOFIA = timezone(timedelta(hours=2))
MONDAY = datetime(2023, 10, 16, tzinfo=SOFIA)
BRIDGE = "what was said about the bridge?"


def quote_of(source="Herald", speaker=None, published=None):
    article = Article(source, "Words.", "T", source, "en", published=published)
    return Quote(article, article.span(0, 6), 1.0, speaker=speaker)


def answer_of(*quotes, question="who spoke?"):
    slots = read(question, "en", SmallArchive())
    return Answer(Understood(question, "en", slots=slots), quotes)


def told(answer, language="en"):
    return [one.text(language) for one in offers(answer)]


def test_what_quotes_differ_in_is_offered_the_best_first():
    answer = answer_of(
        quote_of("Herald", "Ann", datetime(2023, 10, 18, 1, tzinfo=SOFIA)),
        quote_of("Post", None, datetime(2023, 10, 22, 23, tzinfo=SOFIA)),
        quote_of("Post", "Bob", datetime(2023, 10, 23, tzinfo=SOFIA)),
    )
    assert told(answer) == [
        "in Herald",
        "in Post",
        "said by Ann",
        "said by Bob",
        "2023-10-16 – 2023-10-22",
        "2023-10-23 – 2023-10-29",
    ]


def test_what_all_quotes_share_is_not_offered():
    assert told(answer_of(quote_of(), quote_of())) == []
    assert told(answer_of()) == []


def test_what_the_question_has_narrowed_is_not_offered_again():
    quotes = (quote_of("Herald", "Ann"), quote_of("Post", "Bob"))
    assert told(answer_of(*quotes, question="what did Putin say?")) == ["in Herald", "in Post"]


def test_three_of_a_kind_are_offered():
    assert len(offers(answer_of(*(quote_of(f"Paper {number}") for number in range(9))))) == 3


def test_an_offer_has_the_same_key_each_time_and_another_than_the_others():
    quotes = [quote_of(f"Paper {number}", f"Ann {number}") for number in range(3)]
    keys = [one.key for one in offers(answer_of(*quotes))]
    assert keys == [one.key for one in offers(answer_of(*quotes))]
    assert len({*keys}) == len(keys) == 6


@pytest.mark.parametrize(
    ("language", "text"), [("en", "said by Ann"), ("bg", "казва Ann"), ("ru", "говорит Ann")]
)
def test_an_offer_reads_as_the_filter_that_it_becomes(language, text):
    assert Offer(Slot.SPEAKER, Only(speaker="Ann")).text(language) == text


# What is chosen


def test_what_is_chosen_fills_slots_that_need_no_words():
    slots = Only("Ann", "Post", MONDAY).narrowed(Slots("who spoke?", "en"))
    assert [*slots.filled()] == [Slot.SPEAKER, Slot.PERIOD, Slot.OUTLET]
    assert slots.names(Slot.SPEAKER) == ("Ann",)
    assert slots.words(Slot.SPEAKER) == "Ann"
    assert slots.period
    assert (slots.period.since, slots.period.until) == (MONDAY, MONDAY + timedelta(days=7))
    assert slots.period_is_of_statement
    assert slots.searched == slots.kept == "who spoke?"
    assert [*slots.without(*Slot).filled()] == []


def test_filters_are_chosen_one_after_another():
    asked = Asked("who spoke?").narrowed(Only(outlet="Post")).narrowed(Only(speaker="Ann"))
    assert asked.only == Only("Ann", "Post")
    assert asked.narrowed(Only(outlet="Herald")).only == Only("Ann", "Herald")


def test_what_was_chosen_is_dropped_before_what_was_said():
    asked = Asked("who spoke in 2020?").narrowed(Only(week=MONDAY))
    once = asked.dropping(Slot.PERIOD)
    assert (once.only, once.without) == (ANYTHING, ())
    assert once.dropping(Slot.PERIOD).without == (Slot.PERIOD,)


def test_what_stands_in_words_is_left_of_a_narrowed_question():
    asked = Asked("who spoke?", ("a",), (Slot.TOPIC,))
    assert replace(asked, only=Only("Ann")).in_words() == asked


@pytest.mark.parametrize("only", [ANYTHING, Only("Ann", "Post & Tide"), Only(week=MONDAY)])
def test_what_is_chosen_can_be_written_down(only):
    assert Only.from_dict(only.as_dict()) == only


# Over the samples


def narrowed(conversation, question, slot):
    """Return an answer, an offer of it, and the answer for those who take it."""
    answer = conversation.ask(question)
    offer = next(one for one in offers(answer) if one.slot is slot)
    return answer, offer.only, conversation.ask(question, only=offer.only)


def test_only_one_outlet_is_quoted(conversation):
    whole, only, part = narrowed(conversation, BRIDGE, Slot.OUTLET)
    assert {quote.article.source for quote in part.quotes} == {only.outlet}
    assert len({quote.article.source for quote in whole.quotes}) > 1
    assert Slot.OUTLET in part.understood.droppable


def test_only_one_speaker_is_quoted(conversation):
    _, only, part = narrowed(conversation, BRIDGE, Slot.SPEAKER)
    assert part
    assert {quote.speaker for quote in part.quotes} == {only.speaker}
    assert f"said by {only.speaker}" in part.understood.line("en")


def test_only_one_week_is_quoted(conversation):
    _, only, part = narrowed(conversation, BRIDGE, Slot.PERIOD)
    assert part
    for quote in part.quotes:
        assert quote.article.published
        assert only.week <= quote.article.published < only.week + timedelta(days=7)


def test_of_a_week_in_which_nothing_appeared_nothing_is_quoted(conversation):
    empty = Only(week=datetime(1999, 1, 4, tzinfo=UTC))
    answer = conversation.ask(BRIDGE, only=empty)
    assert not answer
    assert answer.details["period"] == "1999-01-04 – 1999-01-10"


def test_a_follow_up_tells_who_was_chosen(conversation):
    answer = conversation.ask(
        "and about Iran?", ["what did Putin tell Netanyahu?"], only=Only(speaker="Ann")
    )
    assert "said by Ann" in answer.understood.line("en")


@pytest.mark.parametrize(
    "question",
    [
        BRIDGE,
        "какво каза Путин?",
        "what did the mayor say?",
        "кто говорил о мосте?",
        "what happened to the flood?",
        "какво се случи с реката?",
        "strike",
    ],
)
def test_no_offer_leads_to_silence(conversation, question):
    answer = conversation.ask(question)
    for offer in offers(answer):
        part = conversation.ask(question, only=offer.only)
        assert part, offer
        twice = offers(part)
        assert offer.slot not in {one.slot for one in twice}
        for again in twice:
            assert conversation.ask(question, only=offer.only.and_only(again.only)), again
