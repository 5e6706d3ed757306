"""A question asked again: without its filters, one by one, or without those before it."""

from bot.asked import Asked
from bot.questions.slots import Slot


def test_filters_are_dropped_one_after_another_each_once():
    asked = Asked("and in 2017?", ("a", "b"))
    twice = asked.dropping(Slot.TOPIC).dropping(Slot.PERIOD).dropping(Slot.TOPIC)
    assert twice == Asked("and in 2017?", ("a", "b"), (Slot.TOPIC, Slot.PERIOD))


def test_fresh_a_question_has_nothing_before_it_and_all_its_filters():
    asked = Asked("and in 2017?", ("a", "b"), (Slot.PERIOD,))
    assert asked.fresh() == Asked("and in 2017?")


def test_a_follow_up_can_refer_to_three_questions_the_last_as_it_was_meant():
    assert Asked("d", ("a", "b", "c")).thread("D") == ("b", "c", "D")
