"""Greetings and thanks ask nothing; a question with a greeting before it does."""

import pytest

from bot.small_talk import is_small_talk


@pytest.mark.parametrize(
    "text",
    [
        "hi!",
        "Hello, how are you today?",
        "THANK YOU very much",
        "Thanks, that helped a lot :)",
        "who are you?",
        "Здравей!",
        "Благодаря ти много, бот",
        "как си днес?",
        "Добър ден",
        "Спасибо, ты очень помог",
        "Привет! Как дела?",
        "кто ты такой?",
        "Дякую, друже",
        "Добрий день! Як справи?",
    ],
)
def test_a_greeting_asks_nothing(text):
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, and what did Merkel say?",
        "Hello Kitty",
        "How are you going to vote, asked Trump",
        "What is up with Brexit?",
        "Здравей, какво каза Мей?",
        "Добър ден ли беше за борсата?",
        "Как дела в Украине?",
        "Спасибо Путину",
        "Як справи з вакцинами?",
        "Ok, and what did she say?",
        "Thanks, and who else?",
        "OK, when was that?",
        "Sorry, who said that?",
        "Did they say sorry?",
        "Test 2021?",
        "What did Cool say?",
        "Was the test good?",
        "Благодаря, а какво каза тя?",
        "Спасибо, а что он сказал?",
        "Дякую, а хто ще?",
        "Gaza",
        "why?",
        "защо?",
    ],
)
def test_a_question_is_no_small_talk_whatever_stands_before_it(text):
    assert not is_small_talk(text)
