"""Follow-ups: an earlier question, then follow-up | whole question, or - if it is alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.slots import Slot
from bot.questions.understanding import understand
from tests.bot.questions.archives import SmallArchive

ARCHIVE = SmallArchive()

TABLE = """
What did Putin tell Trump about gas?
    and about Gaza? | What did Putin tell Trump about Gaza?
    and to Johnson? | What did Putin tell Johnson about gas?

What did Putin say about gas?
    What about Biden? | What did Biden say about gas?
    What about Iran? | What did Putin say about Iran?
    and Biden? | What did Biden say about gas?
    when? | When did Putin say about gas?
    Why? | Why did Putin say about gas?
    who else? | Who else spoke about gas?
    where | Where did Putin say about gas?
    and why? | Why did Putin say about gas?
    and who else | Who else spoke about gas?
    according to reuters? | What did Putin say about gas according to reuters?

What did Putin say about gas in 2016?
    and in 2017? | What did Putin say about gas in 2017?

What did Putin tell Trump about gas in May 2016 according to Reuters?
    when | When did Putin tell Trump about gas in May 2016 according to Reuters?
    who else | Who else spoke to Trump about gas in May 2016 according to Reuters?

Who spoke about gas?
    when? | when: Who spoke about gas?
    who else? | Who else spoke about gas?

What did Putin say?
    and about Gaza? | What did Putin say about Gaza?

What did Putin say about gas?
    what did he say about oil? | what did Putin say about oil?
    what did Biden say about it? | what did Biden say about gas?
    What did Merkel reply? | What did Merkel reply (gas)?
    and what did Merkel say about oil? | -
    What did Merkel say about oil? | -
    Brexit | -
    Was it a success? | Was it a success (gas)?
    Did his minister reply? | Did Putin's minister reply?
    Was the pipe broken? | -
    how many trains were late this week? | -

How many trains were late in 2017?
    why? | why: How many trains were late in 2017?
    and in 2016? | How many trains were late in 2016?
    and in Kazan? | How many trains were late in 2017 in Kazan?

Какво каза Путин на Мей за газа?
    а за Газа? | Какво каза Путин на Мей за Газа?
    а на Тръмп? | Какво каза Путин на Тръмп за газа?

Какво каза Путин за газа?
    А Байдън? | Какво каза Байдън за газа?
    а през 2016? | Какво каза Путин за газа през 2016?
    Кога? | Кога каза Путин за газа?
    защо | Защо каза Путин за газа?
    а къде? | Къде каза Путин за газа?
    кой още? | Кой още говори за газа?
    и кой друг | Кой още говори за газа?
    още кой? | Кой още говори за газа?
    кой още говори за това? | кой още говори за газа?
    какво друго каза той? | какво друго каза Путин?
    А какво каза Мей за рибата? | -

Что Путин сказал Трампу о газе?
    а о Газе? | Что Путин сказал Трампу о Газе?
    а Байдену? | Что Путин сказал Байдену о газе?

Что сказал Путин о газе?
    а Байден? | Что сказал Байден о газе?
    Почему? | Почему сказал Путин о газе?
    а в 2016 году? | Что сказал Путин о газе в 2016 году?
    что ещё он сказал? | что ещё Путин сказал?
    когда | Когда сказал Путин о газе?
    где? | Где сказал Путин о газе?
    кто ещё? | Кто ещё говорил о газе?
    а кто еще | Кто ещё говорил о газе?

Що сказав Путін про газ?
    а про Газу? | Що сказав Путін про Газу?
    а Байден? | Що сказав Байден про газ?
    коли? | коли сказав Путін про газ?
    чому | чому сказав Путін про газ?
    а де? | де сказав Путін про газ?
    хто ще? | Хто ще говорив про газ?
    хто ще | Хто ще говорив про газ?
# a follow-up in another language is completed in its own

What did Putin say about gas?
    а Байдън? | Какво каза Байдън за gas?

Какво каза Путин за газа?
    and about Gaza? | What did Путин say about Gaza?
    when? | When did Путин say about газа?

What did Putin say about gas in 2016?
    кога? | Кога каза Putin за gas през 2016?
    кто ещё? | Кто ещё говорил о gas в 2016 году?
    а Байдън? | Какво каза Байдън за gas през 2016?

What did Putin say about gas since May 2016?
    коли? | Коли сказав Putin про gas з 2016-05-01?

What did Putin say about gas before May 2016?
    почему? | Почему сказал Putin о gas до 2016-04-30?

What did Putin say about gas in May 2016 according to Reuters?
    къде? | Къде каза Putin за gas 2016-05-01 – 2016-05-31 според Reuters?

# and one in Latin letters as any other
Какво каза Путин за газа?
    a za Iran? | Какво каза Путин за Иран?
"""


def cases():
    """Yield (earlier question, follow-up, whole question)."""
    earlier = ""
    for line in TABLE.splitlines():
        asked, bar, whole = (cell.strip() for cell in line.partition("|"))
        if bar:
            yield earlier, asked, whole
        elif asked and not asked.startswith("#"):
            earlier = asked


@pytest.mark.parametrize(("earlier", "asked", "whole"), [*cases()])
def test_a_follow_up_becomes_a_whole_question(earlier, asked, whole):
    understood = understand(asked, [earlier], ARCHIVE)
    if whole == "-":
        assert understood.follows is None
        assert understood.slots.question == asked
    else:
        assert understood.slots.question.lower() == whole.lower()


def test_what_carries_over_is_told():
    understood = understand("and about Gaza?", ["What did Putin tell Trump about gas?"], ARCHIVE)
    assert understood.follows
    assert understood.follows.carried == (Slot.SPEAKER, Slot.ADDRESSEE)
    assert understood.was_changed


@pytest.mark.parametrize(
    ("asked", "slots"),
    [("when?", "speaker addressee period topic"), ("кой още?", "addressee period topic")],
)
def test_what_a_question_word_carries_over_is_read_again(asked, slots):
    understood = understand(asked, ["What did Putin tell Trump about gas in 2016?"], ARCHIVE)
    assert understood.follows
    assert " ".join(understood.follows.carried) == slots
    assert " ".join(understood.slots.filled()) == slots


@pytest.mark.parametrize(
    ("asked", "besides"),
    [
        pytest.param(["who else?"], ["Putin"], id="en"),
        pytest.param(["кой още?"], ["Putin"], id="bg"),
        pytest.param(["кто ещё?"], ["Putin"], id="ru"),
        pytest.param(["хто ще?"], ["Putin"], id="uk"),
        pytest.param(["who?"], ["Putin"], id="who-alone"),
        pytest.param(["who else spoke about it?"], ["Putin"], id="a-whole-sentence"),
        pytest.param(["who said that?"], [], id="perhaps-he-himself"),
        pytest.param(["when?"], [], id="when"),
        pytest.param(["and Biden?", "who else?"], ["Biden"], id="the-last-one"),
        pytest.param(["who else?", "who else?"], ["Putin"], id="again"),
        pytest.param(["who else?", "when?"], ["Putin"], id="and-when"),
        pytest.param(["who else?", "and in 2016?"], ["Putin"], id="and-then"),
        pytest.param(["who else?", "and about Putin?"], [], id="named-again"),
        pytest.param(["who else?", "а Путин?"], [], id="in-another-script"),
        pytest.param(["who else?", "What did Merkel say about oil?"], [], id="another-question"),
    ],
)
def test_who_else_asks_for_anybody_but_the_last_speaker(asked, besides):
    history = ["What did Putin say about gas?", *asked]
    understood = understand(history.pop(), history, ARCHIVE)
    assert [*understood.slots.besides] == besides


def test_somebody_is_left_out_whose_name_means_a_month_too():
    understood = understand("who else?", ["What did May say in May 2017?"], ARCHIVE)
    assert understood.slots.question == "Who else spoke in May 2017?"
    assert understood.slots.besides == ("May",)


def test_follow_ups_lean_on_one_another():
    history = ["What did Putin tell Trump about gas?", "and about Gaza?"]
    understood = understand("and in 2017?", history, ARCHIVE)
    assert understood.slots.question == "What did Putin tell Trump about Gaza in 2017?"


def test_without_history_every_question_stands_alone():
    understood = understand("and about Gaza?", [], ARCHIVE)
    assert understood.follows is None
    assert not understood.was_changed


@given(st.lists(st.text(max_size=40), min_size=1, max_size=3), st.text(max_size=40))
def test_no_history_breaks_it(history, asked):
    understood = understand(asked, history, ARCHIVE)
    assert understood.asked == asked
    assert understood.follows is None or understood.slots.question == understood.follows.whole
