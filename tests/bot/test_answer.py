"""A quote is a slice of its article; its link opens the page at the very words."""

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from bot.answer import Answer, Quote, Reason, Understood
from index.errors import QuoteError
from index.records import Article

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
            "names": ["Кметът"],
            "unknown_names": [],
            "follows": None,
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


def test_an_answer_without_quotes_is_false_and_abstains():
    answer = Answer(Understood("?", "en"), (), Reason.NOTHING_NEAR)
    assert not answer
    assert answer.as_dict()["abstained"]
    assert answer.as_dict()["reason"] == "nothing-near"
