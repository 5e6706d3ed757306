"""Articles tell their language; questions are short, so they are told it among a few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.languages import OWN_SCRIPT, UNKNOWN, base_language, detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Река Ведрена преля в нощта срещу събота и наводни ниската част на града.", "bg"),
        ("Суд не нашёл доказательств того, что подсудимый знал о трещине.", "ru"),
        ("Міська голова повідомила, що місто не скасує безоплатний вхід.", "uk"),
        ("Researchers say the result is a setback, not the end.", "en"),
    ],
    ids=lambda text: text if len(text) == 2 else "",
)
def test_an_article_tells_its_language(text, language):
    assert detect(text) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("what did Putin tell Netanyahu?", "en"),
        ("какво каза Путин на Нетаняху?", "bg"),
        ("что Путин сказал Нетаньяху?", "ru"),
        ("какво?", "bg"),
        ("tram", "en"),
    ],
)
def test_a_question_is_told_among_the_languages_of_the_archive(question, language):
    assert detect(question, {"en", "bg", "ru"}) == language


@pytest.mark.parametrize("text", ["", "🙂🙂", "2023, 16:30!", " \n"])
def test_where_there_are_no_letters_there_is_no_language(text):
    assert detect(text) == detect(text, {"en"}) == UNKNOWN


@given(st.text())
def test_what_is_detected_is_one_of_those_asked_for_or_has_a_script_of_its_own(text):
    assert detect(text, {"en", "bg"}) in {"en", "bg", UNKNOWN, *OWN_SCRIPT}


@pytest.mark.parametrize(
    ("question", "language"),
    [("Τι είπε ο Πούτιν στον Νετανιάχου;", "el"), ("מה אמר פוטין לנתניהו?", "he")],
)
def test_a_script_of_its_own_tells_the_language_of_a_question(question, language):
    assert detect(question, {"en", "bg", "ru"}) == language


@pytest.mark.parametrize(
    ("code", "language"),
    [
        *[(code, "pt") for code in ("pt", "PT", " pt ", "pt-BR", "PT_br", "pt-Latn-BR")],
        ("ckb", "ckb"),
        *[(code, UNKNOWN) for code in ("", "e", "english", "x-klingon", "bg1", "42", "бг")],
    ],
)
def test_a_language_code_is_cut_to_its_language(code, language):
    assert base_language(code) == language
