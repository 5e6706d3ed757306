"""A text that several outlets print is quoted once: as it was printed first."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from index.search import Searcher

WIRE = (
    "Кметът на Белозар Иван Колев отказа да събори стария мост над реката преди изборите.",
    "Съветът ще гласува отново през март.",
)
RETOUCHED = (
    "Кметът на Белозар Иван Колев отказа да събори стария мост над реката преди изборите!",
    "Времето остава мрачно.",
)
OPPOSITE = (
    "Кметът на Белозар Иван Колев не отказа да събори стария мост над реката преди изборите.",
    "Съветът мълчи.",
)
QUESTION = "какво отказа да събори кметът на Белозар?"


@pytest.fixture
def talk(library, encoder, encoded_entry):
    """Fill the library with printings, each an id, sentences and a day of March."""

    def over(*printings: tuple[str, tuple[str, ...], int | None]) -> Conversation:
        library.claim_encoder(encoder.identity)
        for id_, words, day in printings:
            entry = encoded_entry(id_, *words, language="bg")
            published = day and datetime(2020, 3, day, tzinfo=UTC)
            article = replace(entry.article, source=f"{id_}.example", published=published)
            library.write([replace(entry, article=article)])
        return Conversation(Searcher(library, encoder), ChoiceSettings(threshold=0.3))

    return over


def test_the_earliest_printing_is_quoted_and_the_others_are_counted(talk):
    printings = ("late", WIRE, 3), ("first", RETOUCHED, 1), ("undated", WIRE, None)
    quotes = talk(*printings).ask(QUESTION).quotes
    assert quotes[0].article.id == "first"
    assert RETOUCHED[0] in quotes[0].text
    assert set(quotes[0].also_in) == {"late", "undated"}
    assert sum("отказа да събори" in quote.text for quote in quotes) == 1


def test_what_says_the_opposite_is_no_copy(talk):
    quotes = talk(("one", WIRE, 1), ("other", OPPOSITE, 2)).ask(QUESTION).quotes
    assert {"one", "other"} <= {quote.article.id for quote in quotes}
    assert all(quote.also_in == () for quote in quotes)


def test_undated_copies_leave_the_quote_where_it_is(talk):
    quotes = talk(("one", WIRE, None), ("other", WIRE, None)).ask(QUESTION).quotes
    assert {quotes[0].article.id, *quotes[0].also_in} == {"one", "other"}


def test_a_question_for_one_outlet_is_answered_from_it(talk):
    answers = talk(("late", WIRE, 3), ("first", WIRE, 1))
    quotes = answers.ask("какво отказа да събори кметът на Белозар според late.example?").quotes
    assert quotes[0].article.id == "late"
    assert quotes[0].also_in == ("first",)


def test_no_place_is_shown_twice_where_two_quotes_have_one_first_printing(talk):
    printings = ("first", (*WIRE, *OPPOSITE), 1), ("late", WIRE, 2), ("later", OPPOSITE, 3)
    spans = [quote.span for quote in talk(*printings).ask(QUESTION).quotes]
    assert not any(one.overlaps(other) for one in spans for other in spans if one is not other)
