"""Cyrillic typed in Latin letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.archive import NoArchive
from bot.questions.latin import Restored, restore
from tests.bot.questions.archives import SmallArchive

ARCHIVE = SmallArchive()


@pytest.mark.parametrize(
    ("typed", "language", "text"),
    [
        ("kakvo kaza Mei za Brexit", "bg", "какво каза Mei за Brexit"),
        ("kakvo kaza mei", "bg", "какво каза меи"),
        ("Kakvo otgovori Putin na Trump?", "bg", "Какво отговори Путин на Trump?"),
        ("kude kacna samoletut v Sofia", "bg", "къде кацна самолетът в София"),
        ("kyde katsna samoletyt", "bg", "къде кацна самолетът"),
        ("kade kacna samoletat", "bg", "къде кацна самолетът"),
        ("kolko gubi Ryanair vsqka godina", "bg", "колко губи Ryanair всяка година"),
        ("za6to vlaka zakusnq", "bg", "защо влака закъсня"),
        ("koga i kade kaza tova?", "bg", "кога и къде каза това?"),
        ("chto skazal Putin o vyborah", "ru", "что сказал Путин о выборах"),
        ("4to skazal Putin pro gaz", "ru", "что сказал Путин про газ"),
        ("kogda prizemlilsya samolet", "ru", "когда приземлился самолет"),
        ("pochemu Putin tak skazal", "ru", "почему Путин так сказал"),
        ("shcho skazav Zelenskyy pro hazu", "uk", "що сказав Zelenskyy про газу"),
        ("koly vin tse skazav", "uk", "коли він це сказав"),
    ],
)
def test_is_put_back_by_the_words_that_the_archive_knows(typed, language, text):
    assert restore(typed, ARCHIVE) == Restored(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "what did Putin tell Netanyahu",
        "what did May say about Sofia and the train to Kazan",
        "who said no",
        "Brexit",
        "Kaza",
        "co powiedziała Merkel o gazie",
        "was sagte Merkel zu Putin",
        "que dijo Merkel sobre el gas",
        "qu'a dit Macron sur la chose",
        "cosa ha detto Conte a Merkel",
        "ce a spus Johannis",
        "какво каза Мей",
        "",
        "4 6 2018",
    ],
)
def test_what_is_written_in_its_own_letters_is_left_alone(text):
    assert restore(text, ARCHIVE) is None


def test_without_an_archive_the_usual_reading_is_taken():
    restored = restore("kakvo kaza toi za mishkata i zrdv", NoArchive())
    assert restored == Restored("какво каза той за мишката и зрдв", "bg")


@given(st.text(alphabet="abcdehikopstvzyuq46 '?", max_size=60))
def test_never_fails_and_leaves_no_letter_of_lower_case_behind(text):
    restored = restore(text, ARCHIVE)
    assert restored is None or not set("abcdehikopstvzyuq") & set(restored.text)
