"""Sentence borders: "|" stands for one with a blank, "¦" for one without."""

import re
import time
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning import canonical
from ingest.sentences import split

LANGUAGES = tomllib.loads(
    files("ingest").joinpath("abbreviations.toml").read_text(encoding="utf-8"),
)

BORDER = re.compile("[|¦]")

EXAMPLES = {
    "bg": [
        "Той дойде.|Тя си тръгна.",
        "Това стана през 2018 г.|Той беше там.",
        "През 2018 г. Европа реши друго.",
        "На изборите през 2016 г. Тръмп победи.",
        "Тя дойде от гр. Пловдив, ул. Иван Вазов 5.|Той не.",
        "Проф. А. П. Иванов и доц. Хр. Стоянов от бул. „Витоша“ говориха.",
        "Президентът Й. Плевнелиев и Дж. К. Роулинг се срещнаха.",
        "Пише в. „Билд“, цитиран от в. Либерасион.",
        "Струва 5 млн. лв.|Европа плаща.",
        "Цената е 2.5 или 2,5 млн. лв. на 29.03.2019 в 14.30 ч. в сайта dnevnik.bg.|Край.",
        "Той говори за мир и т.н.|Признаците са налице.",
        "„Няма да стане!“, каза той.|„Защо?“ – попита тя.",
        "„Това е война!“ – Борис Джонсон.",
        "Той мълча… и си отиде.|Не... не е така.",
        "Какво?!|Нищо!..|Край.",
        "Каза: „Да.“|Тя кимна.",
        "Вината е обща (виж чл. 5 и ал. 2).|Така е.",
        "Придвижването към т.нар. Съединени щати спря, вж. Брюксел.",
        "– Идваш ли?|– Не.",
        "Избраха го през 1992 г. (Бил Клинтън), а после не.",
        "Това е краят.¦Тогава всичко спря.",
        'Край, каза БТА.¦"Северен поток" е спрян.',
        'Попита: "Кой беше?"Тогава млъкна.',
        "Видя го в DW.com и news.bg. онзи ден.",
        "1. Първо правило.|2. Второ правило.",
        "Изминаха 11 хил. км.|Скоро спряха.",
        "Най-добрият (!) Отбор загуби.",
        ".|16.02.2018 Германия реши.",
    ],
    "ru": [
        "В 1984 г. Джеральдин Ферраро проиграла.",
        "Редакция: г. Москва, ул. Артамонова, д. 16.",
        "Страны: США, ЕС и др.|Россия против.",
        "«Цитата.|Ещё цитата», — сказал он.|— Нет.",
        "«Когда?» — спросил Путин.|Никто не ответил.",
        "Он заплатил 5 тыс. руб.|Потом ушёл.",
        "Это 4,6 млрд долл. США.|При этом спор идёт.",
        "Из-за т.н. санкций и т. д.|Затем всё кончилось.",
        "В XX в. правила были иными.|Центр им. Гамалеи открыт.",
        "Он сказал им.|Они поняли.",
        "Об этом сказал А.В. Иванов, т.е. директор.",
        "Они (члены ЕС. – Ред.) согласны.",
    ],
    "uk": [
        "Це було у 2009 р.|Він поїхав на р. Дніпро.",
        "Це т. зв. Європа, м. Київ, вул. Хрещатик, 5 тис. грн.|Про це пише УП.",
        "Д. Рааб та інші.|Ще один.",
    ],
    "en": [
        "Mr. Smith met Sen. Jones of the U.S. Senate.|He left the U.S.|The end.",
        "It was 5 p.m.|They left at 6 p.m. Eastern time.",
        "J. K. Rowling wrote No. 5, e.g. Tom vs. Bob.|It is a No.|They left.",
        "On Jan. 5 Apple Inc. CEO Tim Cook came to Washington, D.C.|He spoke.",
        "“Really?” Donald Trump asked.|“Yes.”|He smiled.",
        '"It is over."|The crowd left (at last.)|So did we.',
        "Pi is 3.14.|See example.com.|Done...|And gone.",
    ],
    "pl": [
        "Za jest 52 proc. Brytyjczyków.|Przeciw jest 48 proc.|Wcześniej było inaczej.",
        "W 2016 r. Polska sprzedała mniej.|Było tak do 2019 r.|Potem nie.",
        "Minister ds. Brexitu, m.in. Wlk. Brytania i prof. Gut.|To wszystko.",
    ],
    "cs": [
        "Dne 23. června 2018 a 23. 6. 2018 mluvil Karel IV. Lucemburský.|Pak odešel.",
        "Staví Nord Stream 2.|Americký velvyslanec varoval, např. tzv. Dohodu.",
    ],
    "sk": ["Dňa 5. mája prišiel napr. prof. Novák.|Potom odišiel."],
    "sl": ["Dne 3. maja je dr. Janez Novak dejal: »Ne.«|Potem je odšel."],
    "hr": ["Rođen je 5. svibnja 2018. u Zagrebu.|Dr. Ivić i sv. Marko su ondje."],
    "sr": ["Године 2018. Србија је др. Петровић.|То је крај."],
    "mk": ["Тоа беше во 2018 г.|Тој дојде со проф. Петров."],
    "de": ["Am 3. Oktober kam z. B. Dr. Müller für 5 Mio. Euro.|Das war es."],
    "fr": ["« Pourquoi ? » dit M. Dupont.|Il partit. »|Elle resta."],
    "el": ["Τι είναι αυτό;|Είναι ο κ. Παπαδόπουλος."],
    "zh": ["你好。¦「好。」¦再见"],
    "ka": ["ეს არის.|ის არის."],
    "xx": ["Dr. Smith came.|Nobody knew J. Doe.|End"],
}


def cut(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in split(text, language)]


@pytest.mark.parametrize(
    ("language", "example"),
    [(language, example) for language, many in EXAMPLES.items() for example in many],
)
def test_borders(language, example):
    text = example.replace("|", " ").replace("¦", "")
    assert cut(text, language) == BORDER.split(example)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (language, sentence)
        for language, many in EXAMPLES.items()
        for example in many
        for sentence in BORDER.split(example)
    ],
)
def test_a_sentence_is_not_split_again(language, sentence):
    assert len(split(sentence, language)) == 1


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("Заглавие\nТекст.\n\nОще", ["Заглавие", "Текст.", "Още"], id="newline"),
        pytest.param("счупен\nред. Край", ["счупен\nред.", "Край"], id="hard-wrapped-line"),
        pytest.param("Край.\nи друго", ["Край.", "и друго"], id="finished-line"),
        pytest.param("абзац\n\nдруг", ["абзац", "друг"], id="blank-line"),
        pytest.param("край. 🙂 🙂\n* * *", ["край. 🙂 🙂", "* * *"], id="symbols"),
        pytest.param("", [], id="nothing"),
        pytest.param("...", ["..."], id="marks-only"),
    ],
)
def test_lines(text, sentences):
    assert cut(text, "bg") == sentences


def test_a_long_sentence_stays_one():
    text = "дума, " * 1000 + "край."
    assert split(text, "bg") == [(0, len(text))]


@given(
    st.text(alphabet=st.sampled_from('аБ1 .!?…"“„«»)(—-\nгв,:;A\u00a0')) | st.text(),
    st.sampled_from([*LANGUAGES, "xx"]),
)
def test_spans_lose_nothing_but_blanks(text, language):
    text = canonical(text)
    position = 0
    for start, end in split(text, language):
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_abbreviation_has_one_meaning(language):
    kinds = ("before", "numeral", "unit", "ending", "doubtful")
    words = [word for kind in kinds for word in LANGUAGES[language].get(kind, "").split()]
    assert sorted(words) == sorted(set(words))
    assert not [word for word in words if word.endswith(".")]


@pytest.mark.parametrize("unit", ["a. ", ". ", "1. ", "! ", "2018 г. Б ", 'ббб."Аа ', "а\n \n"])
def test_time_grows_with_the_length_only(unit):
    start = time.process_time()
    split(unit * 50_000, "bg")
    assert time.process_time() - start < 10
