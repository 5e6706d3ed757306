"""What answers a case is looked up in the library, and told from what does not."""

from dataclasses import replace

import pytest

from bot.answer import Quote
from bot.evaluation.cases import Case, Problem
from bot.evaluation.gold import locate, locate_all
from index.errors import SourceError
from tests.conftest import entry_of

OPENING = "The mayor opened the bridge."
TRAINS = "Trains will run again\nin May."
RAIN = "It rained all day long."


@pytest.fixture
def stored(library):
    """Two reports that share a sentence, and one in Bulgarian at an address of its own."""
    first = entry_of("first", OPENING, TRAINS)
    second = entry_of("second", RAIN, OPENING)
    third = entry_of("third", "Мостът е отворен.", language="bg")
    third = replace(third, article=replace(third.article, url="https://x.example/bridge#top"))
    library.write([first, second, third])
    return library


def quote(library, article, words, **more):
    found = library.article(article)
    start = found.text.index(words)
    return Quote(found, found.span(start, start + len(words)), 0.7, **more)


class TestLocate:
    @pytest.mark.parametrize(
        "given",
        [
            "third",
            "https://x.example/bridge#top",
            "https://x.example/bridge#top:~:text=%D0%9C%D0%BE%D1%81%D1%82",
        ],
        ids=["id", "address", "link-to-a-sentence"],
    )
    def test_an_article_is_known_by_its_id_its_address_and_a_link_into_it(self, stored, given):
        gold = locate(Case(1, "Who?", (given,)), stored)
        assert (gold.articles, gold.sentences, gold.language) == (frozenset({"third"}), (), "bg")

    def test_several_articles_are_alternatives_and_the_first_gives_the_language(self, stored):
        gold = locate(Case(1, "Who?", ("third", "first")), stored)
        assert (gold.articles, gold.language) == (frozenset({"first", "third"}), "bg")

    def test_a_sentence_is_found_in_the_article_that_is_named(self, stored):
        gold = locate(Case(1, "Who?", ("second",), (OPENING,)), stored)
        (sentence,) = gold.sentences
        assert sentence.span.article == "second"
        assert stored.words(sentence.span) == OPENING

    def test_blanks_within_a_sentence_may_differ(self, stored):
        gold = locate(Case(1, "When?", quotes=("Trains will\u00a0run  again in May.",)), stored)
        assert [stored.words(sentence.span) for sentence in gold.sentences] == [TRAINS]

    def test_without_an_article_all_that_hold_the_sentence_answer(self, stored):
        gold = locate(Case(1, "Who?", quotes=(OPENING,)), stored)
        assert gold.articles == {"first", "second"}
        assert {sentence.span.article for sentence in gold.sentences} == {"first", "second"}

    def test_words_that_do_not_answer_are_found_wherever_they_stand(self, stored):
        gold = locate(Case(1, "When?", ("first",), (TRAINS,), wrong=(OPENING, RAIN)), stored)
        assert gold.articles == {"first"}
        assert [sentence.span.article for sentence in gold.wrong] == ["first", "second", "second"]

    def test_without_anything_but_such_words_no_article_answers(self, stored):
        gold = locate(Case(1, "When?", wrong=(RAIN,)), stored)
        assert (gold.articles, gold.sentences) == (frozenset(), ())
        assert gold.has_wrong(quote(stored, "second", RAIN))
        assert not gold.has_wrong(quote(stored, "second", OPENING))

    @pytest.mark.parametrize(
        ("case", "reason"),
        [
            pytest.param(
                Case(1, "Who?", ("first",), wrong=("Nobody said this.",)),
                "these words do not stand in any article: 'Nobody said this.'",
                id="not-even-wrong",
            ),
            pytest.param(
                Case(1, "Who?", ("first", "fourth")),
                "the library has no article 'fourth'; `citat list` names them",
                id="no-such-article",
            ),
            pytest.param(
                Case(1, "Who?", ("first",), (RAIN,)),
                f"these words do not stand in first: '{RAIN}'",
                id="in-another-article",
            ),
            pytest.param(
                Case(1, "Who?", quotes=(OPENING.upper(),)),
                f"these words do not stand in any article: '{OPENING.upper()}'",
                id="in-no-article",
            ),
            pytest.param(
                Case(1, "Who?", quotes=(OPENING, "long " * 20)),
                f"these words do not stand in first, second: '{('long ' * 20)[:60]}…'",
                id="one-of-two",
            ),
        ],
    )
    def test_what_the_library_lacks_is_named(self, stored, case, reason):
        with pytest.raises(SourceError) as raised:
            locate(case, stored)
        assert str(raised.value) == reason

    def test_one_case_that_cannot_be_found_does_not_stop_the_rest(self, stored):
        good, bad = Case(1, "Who?", ("first",)), Case(2, "Who?", ("fourth",))
        silent = Case(3, "Who?")
        located, problems = locate_all([good, bad, silent], stored)
        assert [*located] == [good, silent]
        assert located[silent] is None, "it names nothing, so nothing answers it"
        assert [problem.line for problem in problems] == [2]
        assert isinstance(problems[0], Problem)


class TestGold:
    def test_an_article_is_right_by_itself_and_as_a_copy(self, stored):
        gold = locate(Case(1, "Who?", ("first",)), stored)
        assert gold.has_article(quote(stored, "first", TRAINS))
        assert not gold.has_article(quote(stored, "second", OPENING))
        assert gold.has_article(quote(stored, "second", OPENING, also_in=("third", "first")))

    @pytest.mark.parametrize(
        ("words", "right"),
        [
            pytest.param(f"{OPENING} {TRAINS}", True, id="with-its-neighbour"),
            pytest.param(OPENING[: len(OPENING) // 2], True, id="half-of-it"),
            pytest.param(OPENING[: len(OPENING) // 2 - 1], False, id="less-than-half"),
            pytest.param(TRAINS, False, id="another-sentence"),
        ],
    )
    def test_a_sentence_is_shown_by_half_of_it_at_least(self, stored, words, right):
        gold = locate(Case(1, "Who?", ("first",), (OPENING,)), stored)
        assert gold.has_sentence(quote(stored, "first", words)) is right

    def test_a_sentence_is_shown_by_a_quote_that_names_its_article_as_a_copy(self, stored):
        gold = locate(Case(1, "Who?", ("first",), (OPENING,)), stored)
        both = f"{RAIN} {OPENING}"
        assert not gold.has_sentence(quote(stored, "second", both))
        assert gold.has_sentence(quote(stored, "second", both, also_in=("first",)))
        assert not gold.has_sentence(quote(stored, "second", RAIN, also_in=("first",)))

    def test_no_sentence_is_shown_where_none_is_given(self, stored):
        gold = locate(Case(1, "Who?", ("first",)), stored)
        assert not gold.has_sentence(quote(stored, "first", OPENING))

    def test_an_article_that_has_changed_since_is_not_compared(self, stored):
        gold = locate(Case(1, "Who?", ("first",), (OPENING,)), stored)
        stored.write([entry_of("first", OPENING, RAIN)])
        assert not gold.has_sentence(quote(stored, "first", OPENING))
