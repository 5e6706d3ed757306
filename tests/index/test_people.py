"""One key for all spellings of a person, and the table of office holders."""

from datetime import date

import pytest

from index.people import OfficeHeld, holder, may_be_same, offices, person_key


@pytest.mark.parametrize(
    "spellings",
    [
        [("Владимир Путин", "ru"), ("Володимир Путін", "uk"), ("Vladimir Putin", "en")],
        [("Тереза Мей", "bg"), ("Тереза Мэй", "ru"), ("Theresa May", "en")],
        [("Бенямин Нетаняху", "bg"), ("Биньямин Нетаньяху", "ru"), ("Benjamin Netanyahu", "en")],
        [("Доналд Тръмп", "bg"), ("Дональд Трамп", "ru"), ("Donald J. Trump", "en")],
        [("Петро Порошенко", "uk"), ("Пётр Порошенко", "ru"), ("Petro Poroshenko", "en")],
    ],
    ids=lambda spellings: spellings[-1][0],
)
def test_a_person_has_one_key_in_all_scripts(spellings):
    assert len({person_key(name, language) for name, language in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Барак Обама", "Мишель Обама"), ("Хиллари Клинтон", "Билл Клинтон")],
)
def test_two_people_of_one_surname_stay_two(one, other):
    assert person_key(one, "ru") != person_key(other, "ru")


def test_a_surname_alone_is_nobodys_full_key():
    assert person_key("Trump") == person_key("D. Trump") != person_key("Donald Trump")
    assert person_key(" . ") == ""


def test_a_surname_may_be_anybody_who_bears_it_and_nobody_is_nobody():
    surname, full = person_key("Trump"), person_key("Donald Trump")
    assert may_be_same(surname, full)
    assert may_be_same(full, surname)
    assert may_be_same(full, full)
    assert not may_be_same(full, person_key("Melania Trump"))
    assert not may_be_same(person_key("Tru"), full)
    assert not may_be_same("", "")


def held(person, state="GB", role="премиер", language="bg"):
    return OfficeHeld(role, state, person, language)


class TestOffices:
    SEEN = (
        (date(2016, 1, 10), held("Дейвид Камерън")),
        (date(2016, 2, 10), held("Дейвид Камерън")),
        (date(2018, 3, 1), held("Тереза Мей")),
        (date(2018, 3, 9), held("Тереза Мэй", role="премьер", language="ru")),
        (date(2018, 3, 9), held("Тереза Мей")),
        (date(2018, 3, 20), held("Дейвид Камерън")),
        (date(2018, 3, 20), held("Мей")),
        (date(2018, 3, 1), held("Майк Браун", "US")),
        (date(2018, 3, 2), held("Том Грийн", "US")),
    )

    def test_the_name_that_most_articles_near_the_day_give_holds_it(self):
        found = holder(offices(self.SEEN), "премиер", "GB", date(2018, 3, 15))
        assert found
        assert found.name == "Тереза Мей"
        assert found.days == (date(2018, 3, 1), date(2018, 3, 9), date(2018, 3, 9))

    def test_before_and_after_them_the_nearest_does(self):
        found = holder(offices(self.SEEN), "премиер", "GB", date(2016, 9, 1))
        assert found
        assert found.name == "Дейвид Камерън"

    def test_a_role_is_found_by_its_name_in_another_language(self):
        table = offices([(date(2018, 3, 1), held("Владимир Путин", "RU", "президент"))])
        found = holder(table, "president", "RU", date(2018, 3, 2))
        assert found
        assert found.key == person_key("Vladimir Putin")

    @pytest.mark.parametrize(
        ("role", "state", "day"),
        [
            pytest.param("премиер", "US", date(2018, 3, 1), id="of-two-minds"),
            pytest.param("премиер", "GB", date(2025, 1, 1), id="too-late"),
            pytest.param("премиер", "FR", date(2018, 3, 1), id="another-state"),
            pytest.param("президент", "GB", date(2018, 3, 1), id="another-office"),
        ],
    )
    def test_what_the_archive_does_not_say_is_not_known(self, role, state, day):
        assert holder(offices(self.SEEN), role, state, day) is None
