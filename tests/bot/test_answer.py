"""A quote is a slice of its article; its link opens the page at the very words."""

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from bot.answer import Answer, Quote, Reason, Understood
from bot.questions.reading import read
from bot.questions.slots import Phrase, Slot
from bot.questions.typos import Correction
from index.errors import QuoteError
from index.records import Article
from tests.bot.questions.archives import SmallArchive

TEXT = "Кметът отказа. Мостът остава, каза той – „няма да го съборим“."
ARTICLE = Article(
    "a",
    TEXT,
    "Мостът",
    "Вестник",
    "bg",
    "https://x.example/a",
    None,
    datetime(2024, 3, 1, tzinfo=UTC),
)


def quote(article: Article = ARTICLE, start: int = 15, end: int = 61) -> Quote:
    return Quote(article, article.span(start, end), 0.81234)


def test_a_quote_is_the_slice_of_its_article():
    assert quote().text == TEXT[15:61]


def test_a_span_of_another_version_is_no_quote():
    other = Article("a", TEXT + " Край.", "Мостът", "Вестник", "bg")
    with pytest.raises(QuoteError):
        _ = Quote(other, ARTICLE.span(0, 14), 1.0).text


def test_the_link_opens_the_page_at_the_words():
    url, fragment = str(quote().link).split("#:~:text=")
    assert url == "https://x.example/a"
    assert unquote(fragment) == TEXT[15:61]


def test_a_long_quote_is_linked_by_its_ends():
    text = " ".join(f"дума{n}" for n in range(30))
    article = Article("a", text, "Т", "И", "bg", "https://x.example/a")
    fragment = str(quote(article, 0, len(text)).link).split("#:~:text=")[1]
    start, end = map(unquote, fragment.split(","))
    assert text.startswith(start)
    assert text.endswith(end)


@pytest.mark.parametrize("mark", ["-", ",", "&"])
def test_what_means_something_in_a_fragment_is_escaped(mark):
    article = Article("a", f"едно{mark}две", "Т", "И", "bg", "https://x.example/a")
    assert mark not in str(quote(article, 0, len(article.text)).link).split("#:~:text=")[1]


def test_an_address_with_a_fragment_keeps_it():
    article = Article("a", TEXT, "Т", "И", "bg", "https://x.example/a#part")
    assert str(quote(article).link).startswith("https://x.example/a#part:~:text=")


def test_without_an_address_there_is_no_link():
    assert quote(Article("a", TEXT, "Т", "И", "bg")).link is None


def test_what_programs_get():
    answer = Answer(Understood("въпрос", "bg", ("Кметът",)), (quote(),))
    assert answer.as_dict() == {
        "abstained": False,
        "reason": None,
        "understood": {
            "question": "въпрос",
            "language": "bg",
            "wanted": "none",
            "act": None,
            "speaker": None,
            "addressee": None,
            "topic": None,
            "period": None,
            "outlet": None,
            "besides": [],
            "names": ["Кметът"],
            "unknown_names": [],
            "follows": None,
            "carried": [],
            "restored": None,
            "corrections": [],
            "not_understood": [],
            "shown": "",
        },
        "quotes": [
            {
                "article": "a",
                "version": ARTICLE.version,
                "start": 15,
                "end": 61,
                "text": TEXT[15:61],
                "title": "Мостът",
                "url": "https://x.example/a",
                "link": quote().link,
                "source": "Вестник",
                "published": "2024-03-01T00:00:00+00:00",
                "language": "bg",
                "speaker": None,
                "addressee": None,
                "via": None,
                "score": 0.8123,
                "also_in": [],
            }
        ],
    }


def test_what_programs_get_of_a_question_that_asks_for_much():
    question = "what did May tell Johnson about the bridge since 2017 according to dnevnik?"
    slots = read(question, "en", SmallArchive())
    correction = Correction(Phrase(9, 9, 12), "Mzy", "May")
    understood = Understood(
        "and Mzy?",
        "en",
        ("May",),
        follows=question,
        slots=slots,
        carried=(Slot.ADDRESSEE,),
        corrections=(correction,),
    )
    assert understood.as_dict() == {
        "question": "and Mzy?",
        "language": "en",
        "wanted": "what",
        "act": "said",
        "speaker": "May",
        "addressee": "Johnson",
        "topic": "the bridge",
        "period": {"since": "2017-01-01T00:00:00+00:00", "until": None},
        "outlet": "dnevnik.bg",
        "besides": [],
        "names": ["May"],
        "unknown_names": [],
        "follows": question,
        "carried": ["addressee"],
        "restored": None,
        "corrections": [{"asked": "Mzy", "known": "May"}],
        "not_understood": [],
        "shown": f"understood as: {question} · since 2017-01-01 · in dnevnik.bg"
        " · Mzy taken for May",
    }


def test_a_time_that_no_dates_are_known_for_is_told():
    slots = read("what did May say since the election?", "en", SmallArchive())
    assert Understood(slots.question, "en", slots=slots).as_dict()["not_understood"] == [
        "the election"
    ]


def test_what_was_read_as_cyrillic_is_told_as_a_whole_question():
    understood = Understood("kakvo kaza", "bg", restored="какво каза")
    assert understood.line("ru") == "понято как: какво каза"
    assert understood.droppable == ()


@pytest.mark.parametrize("reason", Reason)
def test_only_what_is_a_question_can_be_followed_up(reason):
    assert reason.can_be_followed_up is (
        reason.value not in {"empty-library", "not-a-question", "too-long"}
    )


def test_an_answer_without_quotes_is_false_and_abstains():
    answer = Answer(Understood("?", "en"), (), Reason.NOTHING_NEAR)
    assert not answer
    assert answer.as_dict()["abstained"]
    assert answer.as_dict()["reason"] == "nothing-near"
