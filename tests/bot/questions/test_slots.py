"""Laws of slots: ranges lie in the question, and what was dropped leaves no trace."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.archive import NoArchive
from bot.questions.grammar import LANGUAGES, grammar
from bot.questions.outlets import find_outlet
from bot.questions.reading import read
from bot.questions.shown import days, filters, shown
from bot.questions.slots import Phrase, Slot
from bot.questions.tokens import tokenise
from bot.questions.understanding import understand
from tests.bot.questions.archives import SmallArchive
from tests.bot.questions.test_parties import CASES

ARCHIVE = SmallArchive()
WORDS = sorted(
    {word for case in CASES for word in case[1].split()} | {"2018", "in", "reuters", "г."}
)
QUESTIONS = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS)).map(" ".join))


@given(QUESTIONS, st.sampled_from(LANGUAGES))
def test_every_phrase_is_a_range_of_the_question(question, language):
    slots = read(question, language, ARCHIVE)
    phrases = [slots.phrase(slot) for slot in slots.filled()]
    for phrase in (*phrases, slots.cue, slots.asking, *slots.unresolved):
        assert phrase is None or phrase.end <= len(question)
        assert phrase is None or phrase.of(question).strip()


@given(QUESTIONS, st.sampled_from(LANGUAGES))
def test_speaker_and_addressee_share_no_word(question, language):
    slots = read(question, language, ARCHIVE)
    speaker, addressee = slots.speaker, slots.addressee
    if speaker and addressee:
        assert speaker.end <= addressee.start or addressee.end <= speaker.start


@given(QUESTIONS, st.sampled_from(LANGUAGES))
def test_names_lie_within_who_they_name(question, language):
    slots = read(question, language, ARCHIVE)
    for slot, name in slots.named:
        whole = slots.phrase(slot)
        assert whole
        assert whole.value <= name.start < name.end <= whole.end


@given(QUESTIONS, st.sampled_from(LANGUAGES))
def test_without_its_filters_a_question_is_bare(question, language):
    bare = read(question, language, ARCHIVE).without(*Slot)
    assert [*bare.filled()] == []
    assert bare.named == ()
    assert Counter("".join(bare.searched.split())) <= Counter(question)


def test_one_filter_is_dropped_and_the_others_stay():
    slots = read("What did Putin tell Trump about gas in 2017?", "en", ARCHIVE)
    assert [*slots.without(Slot.SPEAKER, Slot.PERIOD).filled()] == [Slot.ADDRESSEE, Slot.TOPIC]


@pytest.mark.parametrize(
    ("dropped", "searched"),
    [
        ([Slot.SPEAKER], "What did tell Trump about gas?"),
        ([Slot.TOPIC, Slot.PERIOD], "What did Putin tell Trump?"),
        ([Slot.OUTLET], "What did Putin tell Trump about gas?"),
        ([], "What did Putin tell Trump about gas?"),
    ],
)
def test_what_was_dropped_is_not_searched_for(dropped, searched):
    question = "What did Putin tell Trump about gas in 2017 according to dnevnik?"
    assert read(question, "en", ARCHIVE).without(*dropped).searched == searched


def test_where_nothing_else_is_asked_what_was_dropped_is_searched_all_the_same():
    slots = read("according to dnevnik?", "en", ARCHIVE)
    assert slots.without(Slot.OUTLET).searched == slots.searched == slots.question


@pytest.mark.parametrize(
    ("language", "question", "source", "searched"),
    [
        ("en", "According to dnevnik what did May say?", "dnevnik.bg", "what did May say?"),
        ("en", "What did May say in The Guardian?", "The Guardian", "What did May say?"),
        ("en", "What did May say, dnevnik.bg?", "dnevnik.bg", "What did May say,?"),
        ("bg", "Какво каза Мей според Дневник?", "dnevnik.bg", "Какво каза Мей?"),
        ("bg", "Какво каза Мей според Ройтерс?", "Reuters", "Какво каза Мей?"),
        ("ru", "Что Мэй сказала по данным РИА Новости?", "РИА Новости", "Что Мэй сказала?"),
        (
            "uk",
            "Що Мей сказала за даними Української правди?",
            "Українська правда",
            "Що Мей сказала?",
        ),
        ("en", "What did Reuters say?", None, None),
        ("en", "What happened according to Barnier?", None, None),
    ],
)
def test_an_outlet_is_a_filter_and_is_not_searched_for(language, question, source, searched):
    slots = read(question, language, ARCHIVE)
    assert (slots.outlet.source if slots.outlet else None) == source
    assert slots.searched == (searched or question)


def test_the_time_of_what_happened_is_searched_for_and_that_of_a_statement_filters():
    event = read("How many trains were late in 2017?", "en", ARCHIVE)
    statement = read("What did May say in 2017?", "en", ARCHIVE)
    assert event.searched == event.question
    assert statement.searched == "What did May say?"


@pytest.mark.parametrize(
    ("named", "source"),
    [
        ("dnevnik.si", "dnevnik.si"),
        ("dnevnik.bg", "dnevnik.bg"),
        ("www.dnevnik.bg", "dnevnik.bg"),
        ("Dnevnik", "dnevnik.si"),
        ("dnevnik.hr", None),
        ("news", None),
        ("Nowosci", "nowosci.pl"),
        ("herald.test", "Herald"),
    ],
)
def test_outlets_that_sound_alike_are_told_apart(named, source):
    sources = ("dnevnik.si", "dnevnik.bg", "nowosci.pl", "Herald")
    found = find_outlet(tokenise(f"according to {named}?"), grammar("en"), sources)
    assert (found.source if found else None) == source


def test_an_outlet_that_speaks_is_no_filter_and_one_that_reports_is_no_speaker():
    assert read("What did Reuters say?", "en", ARCHIVE).words(Slot.SPEAKER) == "Reuters"
    assert read("What is new according to Reuters?", "en", ARCHIVE).speaker is None


def test_what_was_understood_is_one_line():
    slots = read(
        "What did Putin tell Trump about gas in 2017 according to dnevnik?", "en", ARCHIVE
    )
    assert shown(slots, "en") == (
        "said by Putin · to Trump · 2017-01-01 – 2017-12-31 · in dnevnik.bg · about gas"
    )
    assert [one.slot for one in filters(slots, "bg")] == [*slots.filled()]
    assert shown(slots, "bg").startswith("казва Putin · на Trump")


def test_open_periods_and_what_was_not_understood_are_shown():
    since = read("What did May say since January 2017?", "en", ARCHIVE)
    until = read("What did May say before January 2017?", "en", ARCHIVE)
    vague = read("What did May say since the election?", "en", ARCHIVE)
    day = read("Что сказал Путин 2 марта 2018?", "ru", ARCHIVE)
    assert shown(since, "en") == "said by May · since 2017-01-01"
    assert shown(until, "en") == "said by May · before 2017-01-01"
    assert shown(vague, "en") == "said by May · not understood: since the election"
    assert shown(day, "ru") == "говорит Путин · 2018-03-02"


def test_beside_a_whole_question_only_when_and_where_are_shown():
    slots = read("What did May say in 2017 according to dnevnik?", "en", ARCHIVE)
    assert shown(slots, "bg", whole=slots.question) == (
        f"разбрано като: {slots.question} · 2017-01-01 – 2017-12-31 · в dnevnik.bg"
    )


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("in 2017", "2017-01-01 – 2017-12-31"),
        ("on 2 March 2018", "2018-03-02"),
        ("since 2017", "2017-01-01 – …"),
        ("before 2017", "… – 2016-12-31"),
    ],
)
def test_a_period_is_told_by_its_first_and_last_day(when, told):
    period = read(f"What did May say {when}?", "en", ARCHIVE).period
    assert period
    assert days(period) == told


def test_a_correction_is_shown():
    understood = understand("What did Varadlar say?", [], ARCHIVE)
    line = shown(understood.slots, "en", understood.corrections)
    assert line == "said by Варадкар · Varadlar taken for Варадкар"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "understood as: Кой още говори за газа? · other than Путин"),
        ("bg", "разбрано като: Кой още говори за газа? · освен Путин"),
        ("ru", "понято как: Кой още говори за газа? · кроме: Путин"),
        ("uk", "зрозуміло як: Кой още говори за газа? · крім: Путин"),
    ],
)
def test_who_is_left_out_is_shown(language, told):
    understood = understand("кой още?", ["Какво каза Путин за газа?"], ARCHIVE)
    assert understood.follows
    assert shown(understood.slots, language, whole=understood.follows.whole) == told


def test_a_question_of_facts_shows_no_filter():
    assert shown(read("How many trains were late?", "en", ARCHIVE), "en") == ""


def test_another_language_is_read_without_harm():
    assert read("Wer hat mit Putin gesprochen?", "de").question == "Wer hat mit Putin gesprochen?"


@pytest.mark.parametrize("place", [(-1, 0, 1), (0, 2, 2), (3, 2, 5)])
def test_a_phrase_has_words(place):
    with pytest.raises(ValueError, match="not a phrase"):
        Phrase(*place)


def test_no_archive_knows_nothing():
    nothing = NoArchive()
    assert not nothing.knows("ptn")
    assert not nothing.speaks("ptn")
    assert nothing.newest() is None
    assert not nothing.words(["gas"])
