"""From a question to exact words, or to an honest reason for none."""

import io
import logging

import pytest

from bot.answer import HISTORY, Reason
from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from bot.questions.slots import Slot
from bot.repl import Session
from bot.reviews.store import Reports
from bot.watches.store import Watches
from index.search import Searcher

QUESTIONS = [
    pytest.param("what did Putin tell Netanyahu?", "en", id="en"),
    pytest.param("какво каза Путин на Нетаняху?", "bg", id="bg"),
    pytest.param("что Путин сказал Нетаньяху?", "ru", id="ru"),
]


@pytest.fixture
def talk(library, encoder, encoded_entry):
    """A conversation over two wire copies and a third article."""
    words = ("Кметът отказа да събори моста в Белозар.", "Решението е окончателно.")
    library.claim_encoder(encoder.identity)
    library.write(
        [
            encoded_entry("one", *words, language="bg"),
            encoded_entry("two", *words, language="bg"),
            encoded_entry("other", "Отборът спечели купата на страната.", language="bg"),
        ]
    )
    return Conversation(Searcher(library, encoder), ChoiceSettings(threshold=0.3))


@pytest.fixture
def session(conversation, library):
    """A conversation at the prompt."""
    folder = library.path.parent
    with Watches.open(folder) as watches, Reports.open(folder) as reports:
        yield Session(conversation, watches, reports, io.StringIO())


@pytest.mark.parametrize(("question", "language"), QUESTIONS)
def test_the_question_of_the_readme_is_answered_in_bulgarian_words(
    conversation, question, language
):
    answer = conversation.ask(question)
    assert answer.understood.language == language
    assert answer.quotes[0].article.language == "bg"
    assert {"Путин", "Нетаняху"} <= set(answer.quotes[0].text.replace(",", "").split())


def test_quotes_begin_and_end_with_sentences(conversation, archive):
    for quote in conversation.ask("какво каза кметът за моста?").quotes:
        sentences = archive.sentences(quote.article.id)
        assert quote.span.start in {sentence.span.start for sentence in sentences}
        assert quote.span.end in {sentence.span.end for sentence in sentences}


def test_marked_words_are_words_of_the_question(conversation):
    quote = conversation.ask("какво каза Путин на Нетаняху?").quotes[0]
    marked = {quote.text[start:end] for start, end in quote.marks}
    assert {"Путин", "Нетаняху"} <= marked


def test_the_same_words_of_two_articles_are_one_quote(talk):
    [first, *_] = talk.ask("какво отказа кметът на Белозар?").quotes
    assert {first.article.id, *first.also_in} == {"one", "two"}


def test_no_sentence_is_quoted_twice(conversation):
    quotes = conversation.ask("какво каза Путин на Нетаняху?").quotes
    taken = [
        (quote.article.id, place)
        for quote in quotes
        for place in range(quote.span.start, quote.span.end)
    ]
    assert len(taken) == len(set(taken))


def test_a_name_that_the_archive_never_mentions_is_the_reason(conversation):
    answer = conversation.ask("What did Zelensky tell Macron?")
    assert answer.reason is Reason.UNKNOWN_NAME
    assert answer.details["name"] == "Zelensky, Macron"
    assert answer.quotes == ()


@pytest.mark.parametrize("text", ["🤷🏽‍♀️👍", "?!", "", "   ", "12"], ids=repr)
def test_what_has_no_words_gets_a_polite_request(conversation, text):
    assert conversation.ask(text).reason is Reason.NOT_A_QUESTION


def test_a_question_of_twenty_thousand_characters_is_refused_with_the_limit(conversation):
    answer = conversation.ask("дума " * 4000)
    assert answer.reason is Reason.TOO_LONG
    assert answer.details == {"limit": "1000"}


def test_an_empty_archive_says_so(library, encoder):
    assert Conversation(Searcher(library, encoder)).ask("кой?").reason is Reason.EMPTY_LIBRARY


def test_below_the_threshold_there_is_silence_and_the_nearest_score(searcher):
    strict = Conversation(searcher, ChoiceSettings(threshold=2.0))
    answer = strict.ask("какво каза Путин на Нетаняху?")
    assert answer.reason is Reason.NOTHING_SAID
    assert 0 < float(answer.details["nearest"]) < 1
    assert strict.ask("кога спря дъждът?").reason is Reason.NOTHING_NEAR


def test_a_follow_up_is_completed_by_the_question_before_it(conversation):
    answer = conversation.ask("а на Нетаняху?", ["какво каза Путин?"])
    assert answer.understood.follows == "какво каза Путин на Нетаняху?"
    assert answer.understood.question == "а на Нетаняху?"
    assert answer.quotes == conversation.ask("какво каза Путин на Нетаняху?").quotes


def test_a_follow_up_carries_over_who_speaks_and_about_what(conversation):
    history = ["what did Putin tell Netanyahu about the attack?"]
    other_topic = conversation.ask("and about Iran?", history).understood
    other_listener = conversation.ask("and to Abbas?", history).understood
    assert other_topic.follows == "what did Putin tell Netanyahu about Iran?"
    assert other_topic.carried == (Slot.SPEAKER, Slot.ADDRESSEE)
    assert other_listener.follows == "what did Putin tell Abbas about the attack?"
    assert other_listener.carried == (Slot.SPEAKER, Slot.TOPIC)


def test_only_the_last_questions_are_looked_back_to(conversation):
    history = ["what did Putin tell Netanyahu?", *["how many trains were late?"] * HISTORY]
    forgotten = conversation.ask("what did he say about gas?", history).understood
    remembered = conversation.ask("what did he say about gas?", history[:-1]).understood
    assert "Putin" not in str(forgotten.follows)
    assert "Putin" in str(remembered.follows)


def test_cyrillic_in_latin_letters_is_put_back(conversation):
    answer = conversation.ask("kakvo kaza Putin na Netanyahu?")
    assert answer.understood.restored == "какво каза Путин на Нетаняху?"
    assert answer.understood.language == "bg"
    assert answer.quotes == conversation.ask("какво каза Путин на Нетаняху?").quotes


def test_a_misspelt_name_is_taken_for_the_one_in_the_archive(conversation):
    answer = conversation.ask("какво каза Путин на Нетамяху?")
    [correction] = answer.understood.corrections
    assert (correction.asked, correction.known) == ("Нетамяху", "Нетаняху")
    assert answer.understood.question == "какво каза Путин на Нетамяху?"
    assert answer.quotes == conversation.ask("какво каза Путин на Нетаняху?").quotes


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Что Камала сказала Джону?", "ru"),
        ("Ще бъде ли съборен мостът?", "bg"),
        ("Хто прийшов до музею?", "uk"),
        ("Wer hat mit dem Kanzler über die Brücke gesprochen?", "en"),
    ],
)
def test_a_question_is_in_one_of_the_languages_of_the_bot_and_the_archive(
    conversation, question, language
):
    assert conversation.ask(question).understood.language == language


def test_what_was_understood_can_be_dropped(conversation):
    question = "What did Zelensky say about the bridge?"
    assert conversation.ask(question).reason is Reason.UNKNOWN_NAME
    answer = conversation.ask(question, without=[Slot.SPEAKER])
    assert answer.understood.slots.speaker is None
    assert answer.understood.unknown_names == ()


MINISTER, DOCTOR = "Милена Роглева", "Явор Пенделиев"


@pytest.mark.parametrize(
    ("question", "others", "before", "other"),
    [
        pytest.param(
            "what did Roglewa say about the vaccine?", "who else?", MINISTER, DOCTOR, id="en"
        ),
        pytest.param(
            "какво каза Роглева за ваксината и лекарите?", "кой още", MINISTER, DOCTOR, id="bg"
        ),
        pytest.param("что сказала Роглева о вакцине?", "кто ещё?", MINISTER, DOCTOR, id="ru"),
        pytest.param("що сказав Пенделієв про вакцини?", "хто ще?", DOCTOR, MINISTER, id="uk"),
    ],
)
def test_who_else_quotes_anybody_but_the_speaker_before(
    conversation, question, others, before, other
):
    assert before in {quote.speaker for quote in conversation.ask(question).quotes}
    said = {quote.speaker for quote in conversation.ask(others, [question]).quotes}
    assert other in said
    assert before not in said


def test_half_a_character_harms_nothing(conversation):
    answer = conversation.ask("what \ud83d did Putin say", ["\ud83d"])
    assert answer.understood.question == "what ? did Putin say"


def test_a_question_of_its_own_does_not_lean_on_history(conversation):
    answer = conversation.ask("какво каза Путин на Нетаняху?", ["кой е треньорът?"])
    assert answer.understood.follows is None


def test_a_withdrawn_article_is_dropped_before_it_is_shown(talk, caplog):
    answer = talk.ask("кой спечели купата?")
    assert answer.quotes[0].article.id == "other"
    talk.searcher.library.remove(["other"])
    with caplog.at_level(logging.ERROR):
        left = talk.verified(answer)
    assert "other" not in {quote.article.id for quote in left.quotes}
    assert "no longer in the library" in caplog.text


def test_a_changed_article_is_not_quoted_in_its_old_version(talk, encoded_entry):
    answer = talk.ask("кой спечели купата?")
    talk.searcher.library.write([encoded_entry("other", "Отборът загуби.", language="bg")])
    assert all(quote.article.id != "other" for quote in talk.verified(answer).quotes)


def test_what_still_stands_is_left_as_it_is(talk):
    answer = talk.ask("кой спечели купата?")
    assert talk.verified(answer) is answer


def test_when_nothing_is_left_there_is_a_reason(talk):
    answer = talk.ask("кой спечели купата?")
    talk.searcher.library.remove(["one", "two", "other"])
    assert talk.verified(answer).reason is Reason.NOTHING_NEAR


def test_at_the_prompt_a_follow_up_carries_over_until_fresh(session):
    assert session.reply("what did Putin tell Netanyahu?").startswith(
        "said by Putin · to Netanyahu\n\n 1 │"
    )
    assert session.reply(":drop addressee").startswith("said by Putin\n\n 1 │")
    assert session.reply("and about Iran?").startswith(
        "understood as: what did Putin tell about Iran?\n\n"
    )
    session.reply(":fresh")
    assert "understood as" not in session.reply("and about Iran?")
