"""Names of one surname: told apart, or taken for one person."""

import pytest

from index.namesakes import Name, meant, people


def groups(*names: str, language: str = "bg") -> set[tuple[str, int]]:
    """Return each person that these names, one for every statement, tell of."""
    told = people((name, language) for name in names)
    return {(person.text, person.count) for person in told.values()}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Владимир Путин", "Володимир Путін", True, id="languages"),
        pytest.param("Владимир Путин", "Vladimir Putin", True, id="scripts"),
        pytest.param("Путин", "Vladimir Putin", True, id="surname"),
        pytest.param("президент Путин", "Vladimir Putin", True, id="role"),
        pytest.param("President Putin", "Владимир Путин", True, id="role-with-a-capital"),
        pytest.param("V. Putin", "Владимир Путин", True, id="initial"),
        pytest.param("angela merkel", "Ангела Меркель", True, id="small-letters"),
        pytest.param("кметът на Белозар Стоил Караджинов", "Стоил Караджинов", True, id="town"),
        pytest.param("Людмила Путина", "Владимир Путин", False, id="another-first-name"),
        pytest.param("Angela Merkel", "Angela Markov", False, id="another-surname"),
        pytest.param("spokesman of Maeve Tolliver", "Maeve Tolliver", False, id="theirs"),
        pytest.param("съветник на Путин", "Путин", False, id="theirs-by-surname"),
        pytest.param("Петрова", "Кирил Петров", False, id="a-woman-is-no-man"),
        pytest.param("Захаров", "Мария Захарова", False, id="a-man-is-no-woman"),
        pytest.param("Zakharova", "Мария Захарова", True, id="a-woman-in-two-scripts"),
        pytest.param("Анна Петрова", "Anna Petrov", True, id="a-woman-in-two-forms"),
        pytest.param("Зеленский", "Volodymyr Zelensky", True, id="a-man-in-two-scripts"),
    ],
)
def test_two_names_may_be_one_persons(one, other, same):
    assert Name.of(one).may_be(Name.of(other)) is same
    assert Name.of(other).may_be(Name.of(one)) is same


def test_all_spellings_of_a_person_are_one():
    assert groups("Стоил Караджинов", "кметът на Белозар Стоил Караджинов", "Караджинов") == {
        ("Стоил Караджинов", 3)
    }


def test_first_names_tell_people_apart_and_a_surname_alone_may_be_either():
    assert groups("Владимир Путин", "Людмила Путина", "Путин") == {
        ("Владимир Путин", 1),
        ("Людмила Путина", 1),
        ("Путин", 1),
    }


def test_a_surname_alone_is_whoever_says_nearly_all():
    assert groups(*["Владимир Путин"] * 9, "Людмила Путина", "Путин") == {
        ("Владимир Путин", 10),
        ("Людмила Путина", 1),
    }


def test_a_surname_alone_is_nobody_of_the_other_sex():
    assert groups(*["Кирил Петров"] * 20, "Петров", "Петрова") == {
        ("Кирил Петров", 21),
        ("Петрова", 1),
    }


def test_names_in_scripts_without_keys_are_not_all_one():
    assert groups("习近平", "文在寅", "习近平") == {("习近平", 2), ("文在寅", 1)}


def test_the_most_frequent_spelling_names_a_person():
    told = people([("Maeve Tolliver", "en"), ("Мейв Толивър", "bg"), ("Мейв Толивър", "bg")])
    assert {person.text for person in told.values()} == {"Мейв Толивър"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("Путин", ["Владимир Путин", "Людмила Путина", "Путин"], id="surname"),
        pytest.param("Vladimir Putin", ["Владимир Путин"], id="full"),
        pytest.param("Стефан Путин", [], id="nobody"),
        pytest.param("Angela Merkel", ["Меркел"], id="known-by-the-surname-alone"),
        pytest.param("Байден", [], id="unknown"),
    ],
)
def test_a_full_name_means_one_and_a_surname_all(asked, found):
    names = ["Владимир Путин"] * 3 + ["Людмила Путина"] * 2 + ["Путин", "Меркел", "Меркел"]
    known = set(people((name, "bg") for name in names).values())
    assert [person.text for person in meant({Name.asked(asked)}, known)] == found


@pytest.mark.parametrize("text", ["", "  ", "—", ". .", "и", "of", "на Путин"])
def test_what_is_hardly_a_name_is_no_trouble(text):
    assert meant({Name.of(text)}, people([(text, "bg"), ("Путин", "bg")]).values()) is not None
