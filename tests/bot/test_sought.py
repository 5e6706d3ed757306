"""Whose words are asked for, and which statements are theirs."""

import pytest

from bot.questions.slots import Phrase, Slot, Slots
from bot.sought import Fit, Sought
from index.names import name_key
from index.people import person_key
from index.statements import Kind, Party, Statement

PUTIN, NETANYAHU = person_key("Putin"), person_key("Netanyahu")


def said(speaker: str | None = None, addressee: str | None = None) -> Statement:
    by, to = (Party(name, None) if name else None for name in (speaker, addressee))
    return Statement(((0, 5),), Kind.INDIRECT, None, by, to)


def sought(speakers: str = "", addressees: str = "") -> Sought:
    by, to = (frozenset(map(person_key, names.split())) for names in (speakers, addressees))
    return Sought(by, to)


@pytest.mark.parametrize(
    ("by", "to", "fit"),
    [
        ("Владимир Путин", "Бенямин Нетаняху", Fit.BOTH),
        ("Путин", "Нетаняху", Fit.BOTH),
        ("Владимир Путин", None, Fit.SPEAKER),
        ("Владимир Путин", "Ангела Меркел", Fit.SPEAKER),
        (None, None, Fit.OPEN),
        ("Ангела Меркел", "Бенямин Нетаняху", Fit.ANOTHER),
        ("Бенямин Нетаняху", "Владимир Путин", Fit.REVERSED),
        ("Бенямин Нетаняху", None, Fit.REVERSED),
    ],
)
def test_direction_decides_what_one_told_another(by, to, fit):
    assert sought("Putin", "Netanyahu").fit(said(by, to), "bg") is fit


@pytest.mark.parametrize(
    ("by", "to", "fit"),
    [
        ("Тереза Мей", None, Fit.SPEAKER),
        ("Борис Джонсън", None, Fit.ANOTHER),
        (None, "Тереза Мей", Fit.OPEN),
        ("Борис Джонсън", "Тереза Мей", Fit.ANOTHER),
    ],
)
def test_a_speaker_alone_may_speak_to_anybody(by, to, fit):
    assert sought("May").fit(said(by, to), "bg") is fit


@pytest.mark.parametrize(
    ("by", "to", "fit"),
    [
        ("Борис Джонсън", "Тереза Мей", Fit.BOTH),
        ("Тереза Мей", "Борис Джонсън", Fit.ANOTHER),
        ("Борис Джонсън", None, Fit.OPEN),
    ],
)
def test_an_addressee_alone_may_be_told_by_anybody(by, to, fit):
    assert sought("", "May").fit(said(by, to), "bg") is fit


def test_who_is_asked_for_besides_somebody_is_anybody_else():
    others = Sought(besides=frozenset({PUTIN}))
    assert others.fit(said("Владимир Путин", "Нетаняху"), "bg") is Fit.REVERSED
    assert others.fit(said("Нетаняху", "Путин"), "bg") is Fit.OPEN
    assert others.best([said("Путин"), said("Нетаняху")], "bg") is Fit.OPEN
    assert Sought.of(Slots("?", "en", besides=("Putin",))) == others
    assert not others.speakers


def test_the_best_statement_of_a_sentence_counts_and_none_leaves_it_open():
    both = [said("Нетаняху", "Путин"), said("Путин", "Нетаняху")]
    assert sought("Putin", "Netanyahu").best(both, "bg") is Fit.BOTH
    assert sought("Putin", "Netanyahu").best([], "bg") is Fit.OPEN
    assert not Sought()
    assert Sought().best(both, "bg") is Fit.OPEN


def test_names_in_the_question_are_the_people_sought_and_roles_are_nobody():
    question = "Какво каза Путин на министъра?"
    slots = Slots(
        question,
        "bg",
        speaker=Phrase(11, 11, 16),
        addressee=Phrase(17, 20, 29),
        named=((Slot.SPEAKER, Phrase(11, 11, 16)),),
    )
    putin = frozenset({name_key("путин", "bg")})
    assert Sought.of(slots) == Sought(frozenset({PUTIN}), surnames=putin)


def test_words_of_the_reverse_direction_spoil_a_sentence_unless_another_fits_whole():
    asked = sought("Putin", "Netanyahu")
    reverse, handed_on = said("Нетаняху", "Путин"), said("Путин")
    assert asked.best([handed_on, reverse], "bg") is Fit.REVERSED
    assert asked.best([said("Путин", "Нетаняху"), reverse], "bg") is Fit.BOTH


@pytest.mark.parametrize("language", ["bg", "ru", "uk", "en"])
@pytest.mark.parametrize(("name", "of"), [("Ганна Маляр", "uk"), ("Сергей Глазьев", "ru")])
def test_a_chosen_speaker_is_found_as_articles_of_any_language_write_the_name(language, name, of):
    chosen = Sought.of(Slots("what of gas?", language, chosen_speaker=name))
    assert chosen.is_said([said(name)], of)
