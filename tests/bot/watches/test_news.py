"""What is news to a standing question: each answer that comes in after it, once."""

import pytest

from bot.watches import news
from index.reindex import reencode, refold
from tests.bot.watches.bridge import COST, CUP, FERRY, LORRIES, OLD, QUESTION, RAIN, dated

SHORT = "Кметът на Белозар събори моста."
"""Too short for its copies to be found by their words alone."""


def prices(count: int) -> list[str]:
    """Return answers of which none is a copy of another."""
    return [COST.replace("двадесет", str(number)) for number in range(20, 20 + count)]


def test_what_the_library_holds_already_is_known(bridge):
    assert bridge.conversation.ask(QUESTION).quotes
    bridge.watch()
    assert bridge.delivered() == []


def test_what_comes_in_and_answers_is_delivered_once(bridge):
    bridge.watch()
    bridge.prints("new", COST)
    bridge.prints("rain", RAIN)
    assert bridge.delivered() == [COST]
    assert bridge.delivered() == []


def test_a_quote_is_attributed_as_in_an_answer(bridge):
    watch = bridge.watch()
    bridge.prints("new", COST)
    bridge.checked()
    [delivery] = bridge.watches.claim(watch, 1)
    [asked] = [one for one in bridge.conversation.ask(QUESTION).quotes if one.article.id == "new"]
    assert delivery.quote == asked


def test_each_watch_has_its_own_news(bridge):
    bridge.watch(chat=1)
    bridge.prints("new", COST)
    bridge.watch(chat=2)
    bridge.prints("newer", LORRIES)
    assert bridge.delivered(1) == [COST, LORRIES]
    assert bridge.delivered(2) == [LORRIES]


def test_names_that_the_library_has_never_heard_of_may_come(bridge):
    bridge.watch("какво каза Захариева за ферибота?")
    assert bridge.delivered() == []
    said = "Министър Захариева каза, че фериботът ще плава и през зимата."
    bridge.prints("new", said)
    assert bridge.delivered() == [said]


def test_a_question_about_an_outlet_is_not_answered_by_another(bridge):
    bridge.library.write(
        [dated(bridge.entry(outlet, RAIN), source=outlet) for outlet in ("Herald", "Зора")]
    )
    bridge.watch("какво каза кметът Дрянков за моста в Белозар според Зора?")
    bridge.library.write(
        [
            dated(bridge.entry("here", COST), source="Herald"),
            dated(bridge.entry("there", LORRIES), source="Зора"),
        ]
    )
    assert bridge.delivered() == [LORRIES]


# Neither a flood nor a loss


@pytest.mark.parametrize(("portion", "count"), [(7, 20), (2000, 120)])
def test_no_answer_is_crowded_out_however_many_come_at_once(bridge, monkeypatch, portion, count):
    monkeypatch.setattr(news, "PORTION", portion)
    bridge.watch()
    told = prices(count)
    bridge.library.write([bridge.entry(f"new-{n}", text, RAIN) for n, text in enumerate(told)])
    assert sorted(bridge.delivered()) == sorted(told)


def test_better_old_answers_do_not_hide_a_new_one(bridge):
    bridge.library.write([bridge.entry(f"old-{n}", text) for n, text in enumerate(prices(20))])
    bridge.watch()
    bridge.prints("new", LORRIES)
    assert LORRIES not in [quote.text for quote in bridge.conversation.ask(QUESTION).quotes]
    assert bridge.delivered() == [LORRIES]


def test_a_withdrawn_answer_does_not_make_news_of_the_next_best(bridge):
    bridge.library.write([bridge.entry(f"old-{n}", text) for n, text in enumerate(prices(20))])
    bridge.watch()
    bridge.library.remove([quote.article.id for quote in bridge.conversation.ask(QUESTION).quotes])
    assert bridge.delivered() == []


# Edited, copied, encoded anew


def test_the_same_article_again_is_no_news(bridge):
    bridge.watch()
    for _ in range(2):
        bridge.prints("old", OLD)
        assert bridge.delivered() == []
    bridge.prints("new", COST)
    assert bridge.delivered() == [COST]
    bridge.prints("new", COST)
    assert bridge.delivered() == []


def test_of_an_edited_article_only_what_is_new_is_news(bridge):
    bridge.watch()
    bridge.prints("old", RAIN, OLD, COST)
    assert bridge.delivered() == [COST]
    bridge.prints("old", LORRIES, RAIN, OLD, COST)
    assert bridge.delivered() == [LORRIES]


def test_a_corrected_word_is_no_news(bridge):
    bridge.watch()
    bridge.prints("old", OLD.replace("края на годината", "края на есента"))
    assert bridge.delivered() == []


def test_another_number_is_news(bridge):
    bridge.watch()
    bridge.prints("new", COST.replace("двадесет", "20"))
    bridge.delivered()
    dearer = COST.replace("двадесет", "45")
    bridge.prints("new", dearer)
    assert bridge.delivered() == [dearer]


@pytest.mark.parametrize(
    "added",
    [RAIN, "Мостът в града е от камък и желязо.", "Дрянков е на почивка до петък вечерта."],
)
def test_what_stayed_does_not_make_news_of_what_is_added_beside_it(bridge, added):
    bridge.watch()
    bridge.prints("old", OLD, added)
    assert bridge.delivered() == []


def test_an_article_that_went_and_came_back_is_not_delivered_again(bridge):
    bridge.watch()
    bridge.prints("new", COST)
    assert bridge.delivered() == [COST]
    bridge.library.remove(["new"])
    bridge.prints("new", COST)
    assert bridge.delivered() == []


def test_what_was_known_is_no_news_when_its_article_comes_back(bridge):
    bridge.watch()
    bridge.library.remove(["old"])
    assert bridge.delivered() == []
    bridge.prints("old", RAIN, OLD)
    assert bridge.delivered() == []


def test_what_was_known_is_no_news_when_an_edit_is_taken_back(bridge):
    bridge.watch()
    bridge.prints("old", RAIN)
    bridge.prints("old", OLD, COST)
    assert bridge.delivered() == [COST]


def test_what_was_withdrawn_before_it_was_sent_is_news_when_it_comes_back(bridge):
    watch = bridge.watch()
    bridge.prints("new", COST)
    bridge.checked()
    bridge.library.remove(["new"])
    assert bridge.watches.claim(watch, 9) == []
    bridge.checked()
    bridge.prints("new", COST)
    assert bridge.delivered() == [COST]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        pytest.param(QUESTION, COST, id="a-sentence"),
        pytest.param("кой събори моста в Белозар, кметът Дрянков?", SHORT, id="a-short-one"),
    ],
)
def test_a_copy_of_what_was_delivered_is_no_news(bridge, question, told):
    bridge.watch(question)
    bridge.prints("new", told)
    assert bridge.delivered() == [told]
    bridge.prints("copy", told, RAIN)
    assert bridge.delivered() == []


def test_a_copy_that_comes_together_with_its_original_is_one_delivery(bridge):
    watch = bridge.watch()
    bridge.library.write([bridge.entry("one", COST), bridge.entry("two", COST, RAIN)])
    bridge.checked()
    [delivery] = bridge.watches.claim(watch, 9)
    quote = delivery.quote
    assert {quote.article.id, *quote.also_in} == {"one", "two"}


def test_a_short_copy_beside_other_words_is_one_delivery_too(bridge):
    bridge.watch("кой събори моста в Белозар, кметът Дрянков?")
    bridge.library.write([bridge.entry("one", SHORT), bridge.entry("two", SHORT, RAIN)])
    assert " ".join(bridge.delivered()).count(SHORT) == 1


def test_a_copy_of_what_was_printed_before_the_question_is_no_news(bridge):
    bridge.prints("background", RAIN, SHORT, CUP, f"Друго няма. {RAIN}", f"И още: {CUP}")
    bridge.watch("кой събори моста в Белозар, кметът ли?")
    bridge.prints("copy", OLD)
    bridge.prints("whole-copy", RAIN, SHORT, CUP, f"Друго няма. {RAIN}", f"И още: {CUP}")
    assert bridge.delivered() == []


def test_a_library_encoded_anew_has_no_news(bridge):
    bridge.watch()
    bridge.prints("new", COST)
    assert bridge.delivered() == [COST]
    reencode(bridge.library, bridge.encoder, lambda _: None)
    refold(bridge.library)
    assert bridge.delivered() == []
    bridge.prints("newer", LORRIES)
    assert bridge.delivered() == [LORRIES]


# Changed between the finding and the sending


def test_a_withdrawn_article_is_never_delivered(bridge):
    watch = bridge.watch()
    bridge.prints("new", COST)
    bridge.checked()
    bridge.library.remove(["new"])
    assert bridge.watches.claim(watch, 9) == []
    assert bridge.delivered() == []


def test_an_article_edited_meanwhile_is_delivered_as_it_stands_now(bridge):
    watch = bridge.watch()
    bridge.prints("new", COST)
    bridge.checked()
    bridge.prints("new", RAIN, COST)
    assert bridge.watches.claim(watch, 9) == []
    assert bridge.delivered() == [COST]
    assert bridge.delivered() == []


def test_what_an_edit_took_back_is_not_delivered(bridge):
    watch = bridge.watch()
    bridge.prints("new", COST, FERRY)
    bridge.checked()
    bridge.prints("new", RAIN)
    assert bridge.watches.claim(watch, 9) == []
    assert bridge.delivered() == []


def test_an_article_edited_before_it_was_checked_is_not_lost(bridge, monkeypatch):
    monkeypatch.setattr(news, "PORTION", 2)
    bridge.watch()
    bridge.prints("new", COST)
    for number in range(3):
        bridge.prints(f"rain-{number}", RAIN)
    bridge.prints("new", RAIN, COST)
    assert bridge.delivered() == [COST]


def test_what_is_delivered_is_what_is_stored(bridge):
    watch = bridge.watch()
    bridge.prints("new", RAIN, COST, FERRY, LORRIES)
    bridge.checked()
    for delivery in bridge.watches.claim(watch, 9):
        assert bridge.library.words(delivery.quote.span) == delivery.quote.text
