"""Printed pages become running text."""

import pytest

from ingest.documents.printed import running_text

FIRST = """\
Мостът над Стара река остава затворен до април, съобщи
кметът на града пред журналисти в сряда вечерта. Той пре-
говори с проектантите и поиска нова оценка на опорите.
Общината търси пари.
Второ мнение
Инженерите смятат, че ремонтът ще продължи по-дълго от
обявеното и ще струва поне два пъти повече от днешните"""
SECOND = """\
сметки. Това каза и председателят на камарата, който по-
дълго от всички е работил по моста."""
TEXT = """\
Мостът над Стара река остава затворен до април, съобщи кметът на града пред журналисти в сряда \
вечерта. Той преговори с проектантите и поиска нова оценка на опорите. Общината търси пари.
Второ мнение
Инженерите смятат, че ремонтът ще продължи по-дълго от обявеното и ще струва поне два пъти повече \
от днешните сметки. Това каза и председателят на камарата, който по-дълго от всички е работил по \
моста."""


def test_lines_are_joined_to_paragraphs_across_pages_and_cut_words_are_whole():
    assert running_text([FIRST, SECOND]) == TEXT


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param("{}\n", id="number-above"),
        pytest.param("– {} –\n", id="dashes"),
        pytest.param("ВЕСТНИК КВАРЦ, 23 ЯНУАРИ\nстр. {} от 4\n", id="two-lines"),
    ],
)
def test_headers_and_page_numbers_are_dropped(frame):
    body = ["Първа казва едно.", "Втора – друго.", "Трета – трето.", "Четвърта – края."]
    pages = [f"{frame.format(number)}{text}" for number, text in enumerate(body, 11)]
    assert running_text(pages).split("\n") == body


def test_numbers_that_do_not_count_the_pages_stay():
    pages = ["Първа казва едно.\n1999", "Втора – друго.\n1989", "Трета – трето.\n2007"]
    assert running_text(pages) == "\n".join(pages)


def test_footers_that_take_turns_are_dropped():
    pages = [f"Думи на {name}.\n{('Кварц', 'Мост')[n % 2]}" for n, name in enumerate("абвгде")]
    assert running_text(pages).split("\n") == [f"Думи на {name}." for name in "абвгде"]


def test_tables_of_contents_are_dropped():
    page = "Съдържание\nМостът . . . . . . . 12\nРеката........ 14\nКрай... 3 дни по-късно"
    assert running_text([page]) == "Съдържание\nКрай... 3 дни по-късно"


def test_what_recurs_within_pages_or_seldom_stays():
    dialogue = "Да.\nНе.\nМоже би.\n" * 3
    pages = [
        f"{n}\n{n} дойде.\n{n} каза:\n{dialogue}{n} млъкна.\n{n} си отиде.\nКрай на {n}."
        for n in "АБВГ"
    ]
    assert running_text(pages).count("Може би.") == 12
    assert running_text(["Припев.\nПърва.", "Припев.\nВтора."]).count("Припев.") == 2


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        pytest.param("The oﬃce ﬁnds the ﬂag.", "The office finds the flag.", id="ligatures"),
        pytest.param("Долна Сак-\nсония", "Долна Саксония", id="cut"),
        pytest.param("Шлезвиг-\nХолщайн", "Шлезвиг-Холщайн", id="capital"),
        pytest.param("COVID-\n19", "COVID-19", id="number"),
        pytest.param("най-\nголям", "най-голям", id="bulgarian"),
        pytest.param("кто-\nто", "кто-то", id="russian"),
        pytest.param(
            "син-\nьо, синьо-зелено, синьо-\nзелено",
            "синьо, синьо-зелено, синьо-зелено",
            id="evidence",
        ),
        pytest.param("ко\N{SOFT HYPHEN}\nла", "кола", id="soft-hyphen"),
        pytest.param("Да –\nне", "Да – не", id="dash"),
        pytest.param("Има:\n• мост;\n• път.", "Има:\n• мост;\n• път.", id="list"),
        pytest.param(
            "Мостът над Стара река е затворен.\n1.2. Причини за това",
            "Мостът над Стара река е затворен.\n1.2. Причини за това",
            id="numbered-heading",
        ),
        pytest.param("Край.\n\nи начало", "Край.\nи начало", id="blank-line"),
        pytest.param(
            "– Дойдохте ли тази сутрин?\n– Не дойдохме, а щяхме.",
            "– Дойдохте ли тази сутрин?\n– Не дойдохме, а щяхме.",
            id="dialogue",
        ),
    ],
)
def test_what_the_line_has_done_is_undone(lines, text):
    assert running_text([lines]) == text


@pytest.mark.parametrize("pages", [[], [""], ["", " \n \n"]])
def test_nothing_gives_nothing(pages):
    assert running_text(pages) == ""
