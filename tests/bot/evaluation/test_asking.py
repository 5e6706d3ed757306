"""Cases are asked of the sample archive, and what comes is judged by what answers them."""

from math import inf

import pytest

from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from bot.evaluation.asking import Outcome, ask, unsilenced
from bot.evaluation.cases import Case
from bot.evaluation.gold import Gold, locate
from bot.evaluation.measures import Place

VACCINE = "https://zdraven-kurier.example.org/politiki/plan-morbili"
SENTENCE = "„Ваксината няма да е задължителна за възрастни."


@pytest.fixture(scope="module")
def outcome_of(searcher):
    """Ask one case, whatever its score."""
    conversation = unsilenced(searcher, ChoiceSettings())

    def asked(question, *articles, quotes=(), **more) -> Outcome:
        case = Case(1, question, articles, quotes, **more)
        gold = None if case.unanswerable else locate(case, searcher.library)
        return ask(conversation, case, gold)

    return asked


def found(searcher, question):
    """The articles of a search, best first."""
    hits = searcher.search(searcher.parse(question))
    return [*dict.fromkeys(hit.passage.span.article for hit in hits)]


@pytest.mark.parametrize(
    "question",
    [
        "Задължителна ли е ваксината за възрастни?",
        "How many flights were cancelled?",
        "Колко струва билетът за Луната?",
    ],
)
@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.64, 0.8])
def test_a_score_tells_what_every_threshold_would_do(outcome_of, searcher, question, threshold):
    outcome = outcome_of(question)
    answer = Conversation(searcher, ChoiceSettings(threshold=threshold)).ask(question)
    assert answer.abstained is (outcome.score < threshold)
    if answer:
        assert outcome.quoted == answer.quotes[0].article.id


def test_the_right_article_is_ranked_among_the_articles_of_the_search(outcome_of, searcher):
    question = "Ще бъде ли съборен Керванският мост?"
    articles = found(searcher, question)
    assert len(articles) < len(searcher.search(searcher.parse(question))), "they have passages"
    for rank in (1, 3):
        assert outcome_of(question, articles[rank - 1]).rank == rank
    assert outcome_of(question, *articles[2:5]).rank == 3


def test_the_right_sentence_and_article_are_placed_among_the_quotes(outcome_of, searcher):
    question = "Задължителна ли е ваксината за възрастни?"
    quotes = unsilenced(searcher, ChoiceSettings()).ask(question).quotes
    outcome = outcome_of(question, VACCINE, quotes=(SENTENCE,))
    place = next(rank for rank, quote in enumerate(quotes, 1) if SENTENCE in quote.text)
    assert outcome.sentence == Place(place, quotes[place - 1].score)
    place = next(rank for rank, quote in enumerate(quotes, 1) if quote.article.url == VACCINE)
    assert outcome.article == Place(place, quotes[place - 1].score)


def test_a_follow_up_is_asked_and_searched_behind_the_question_before_it(outcome_of, searcher):
    before, question = "Ще бъде ли съборен Керванският мост?", "А колко ще струва?"
    conversation = unsilenced(searcher, ChoiceSettings())
    whole, alone = (found(searcher, text) for text in (f"{before} {question}", question))
    article = next(article for article in whole if whole.index(article) != alone.index(article))
    outcome = outcome_of(question, article, history=(before,))
    assert outcome.rank == whole.index(article) + 1
    assert outcome.score == conversation.ask(question, [before]).quotes[0].score
    assert outcome.score != conversation.ask(question).quotes[0].score


@pytest.mark.parametrize("question", ["🙂", "дума " * 400], ids=["no-words", "too-long"])
def test_what_is_no_question_finds_nothing(outcome_of, question):
    outcome = outcome_of(question, VACCINE)
    assert (outcome.score, outcome.rank, outcome.article) == (-inf, None, None)


def test_the_language_is_the_one_that_is_given_else_the_one_that_is_detected(outcome_of):
    assert outcome_of("Кой е кметът?").language == "bg"
    assert outcome_of("Кой е кметът?", language="mk").language == "mk"


def test_words_that_do_not_answer_are_placed_among_the_quotes(outcome_of, searcher):
    question = "Задължителна ли е ваксината за възрастни?"
    quotes = unsilenced(searcher, ChoiceSettings()).ask(question).quotes
    outcome = outcome_of(question, wrong=(quotes[2].text, quotes[1].text))
    assert outcome.wrong == Place(2, quotes[1].score)
    assert outcome.answerable is None
    assert (outcome.rank, outcome.article, outcome.sentence) == (None, None, None)


def outcome(score, *, article=None, sentence=None, gold=True, sentences=(), wrong=None):
    known = Gold(frozenset("a" if gold is True else ""), sentences, "en") if gold else None
    return Outcome(Case(1, "Who?"), known, "en", score, 1, article, sentence, "a", wrong)


@pytest.mark.parametrize(
    ("outcome", "right"),
    [
        pytest.param(outcome(0.7, article=Place(1, 0.7)), True, id="quoted-first"),
        pytest.param(outcome(0.7, article=Place(2, 0.6)), False, id="quoted-second"),
        pytest.param(outcome(0.4, article=Place(1, 0.4)), False, id="silenced"),
        pytest.param(outcome(0.7), False, id="not-quoted"),
        pytest.param(
            outcome(0.7, article=Place(1, 0.7), sentences=("s",)), False, id="another-sentence"
        ),
        pytest.param(
            outcome(0.7, sentence=Place(1, 0.7), sentences=("s",)), True, id="the-sentence"
        ),
        pytest.param(outcome(0.4, gold=False), True, id="rightly-silent"),
        pytest.param(outcome(0.5, gold=False), False, id="answered-without-an-answer"),
        pytest.param(
            outcome(0.7, article=Place(1, 0.7), wrong=Place(1, 0.7)),
            False,
            id="wrong-words-of-the-right-article",
        ),
        pytest.param(
            outcome(0.7, article=Place(1, 0.7), wrong=Place(2, 0.6)),
            True,
            id="wrong-words-behind-the-right-ones",
        ),
        pytest.param(outcome(0.7, gold="unknown"), True, id="nothing-wrong-found"),
        pytest.param(outcome(0.7, gold="unknown", wrong=Place(3, 0.5)), False, id="wrong-shown"),
        pytest.param(outcome(0.7, gold="unknown", wrong=Place(3, 0.4)), True, id="wrong-silenced"),
    ],
)
def test_right_is_the_right_words_first_or_silence_where_there_are_none(outcome, right):
    assert outcome.is_right(0.5) is right
