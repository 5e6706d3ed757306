"""Pointers to other articles and furniture of the site go; prose never does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.boilerplate import (
    drop_lines,
    drop_related_links,
    is_related_link,
    recurring_candidates,
)
from ingest.cleaning import canonical

SHARED_ARTICLE = Path(__file__).parents[3] / "shared" / "articles" / "000_54105add2005449d.txt"


@pytest.mark.parametrize(
    "line",
    [
        "Още: Украйна обяви колко души се водят за изчезнали",
        "Още: така започва…",
        "Още",
        "Още по темата",
        "Още по темата: Путин и Нетаняху",
        "Вижте още",
        "Вижте също: Какво каза Кремъл",
        "Прочетете още Какво каза Кремъл",
        "» Четете още: Какво каза Кремъл?",
        "Read more: What the Kremlin wants.",
        "Още новини: Иванов обеща среща",
        "Още: Вучич каза „не“ (ВИДЕО)",
        "READ MORE >",
        "See also: The call",
        "See also The call in full",
        "Related: The call",
        "Also read",
        "Читайте также: Что сказал Кремль",
        "ЧИТАЙТЕ ТАКЖЕ Стартует массовая вакцинация",
        "Читайте ещё",
        "По теме: Звонок",
        "Материалы по теме",
        "Читайте також: Що сказав Кремль",
        "Дивіться також",
        "Mehr zum Thema: Der Anruf",
        "Lesen Sie auch: Der Anruf",
        "Lire aussi : L’appel",
        "À lire aussi",
        "Leer también",
        "Lee también: La llamada",
        "Leggi anche La telefonata",
        'Czytaj też: "Szaleństwo!"',
        "Zobacz także: Bohater z Polski. Poleci do Indii.",
        "Čtěte také: Hovor",
        "Čítajte aj Hovor",
        "Preberite tudi: Klic",
        "Pročitajte i: Poziv",
        "Прочитајте још: Позив",
        "Повеќе: Повик",
        "Citește și: Apelul",
        "Διαβάστε επίσης: Η κλήση",
        "Ayrıca okuyun: Arama",
    ],
)
def test_a_line_that_only_points_elsewhere_is_found(line):
    assert is_related_link(line)


@pytest.mark.parametrize(
    "line",
    [
        "Още през 2017 г. той заяви, че няма да подпише",
        "Още един депутат напусна групата",
        "Още по темата в звуковия файл.",
        "Още новини Иванов обеща за утре",
        "– Още…",
        "— Ещё",
        "- More",
        "Още: 12 души са ранени, каза министърът.",
        "Още: „Ние ще останем тук“, заяви „кметът.“",
        "Ещё: погибших нет, сообщили в больнице.",
        "More: nobody was hurt, the minister said.",
        "Вижте още, че цените растат",
        "Вижте още Рилския манастир и Боянската църква.",
        "Вижте кои са те:",
        "Read more than ten books a year and you will know",
        "Related costs have doubled",
        "More than half of them voted",
        "Ещё – хуже: дорога размыта",
        "Еще три страны не входят в первую десятку",
        "По теме переговоров сторонам договориться не удалось",
        "Більше половини українців не готові",
        "Mehr als die Hälfte stimmte dafür",
        "Więcej niż połowa głosowała",
        "Lire dans le texte est un art",
        "Путин каза: „Още: това е началото“",
        "",
        "Още: " + "дълга проза " * 30,
        "Czytaj także: Jest tu. " + "To zdanie ciągnie się dalej, jak to w prozie bywa. " * 3,
    ],
)
def test_prose_is_kept(line):
    assert not is_related_link(line)


def test_the_lines_around_a_pointer_stay_to_the_byte():
    text = (
        "Първи абзац.\n\nОще: Друга статия\n\nОще: Трета\n\nВтори  абзац.\nОще: Четвърта\nТрети."
    )
    assert drop_related_links(text) == "Първи абзац.\n\nВтори  абзац.\nТрети."


def test_a_text_of_pointers_only_is_kept():
    assert drop_related_links("Още: Едно\nОще: Друго") == "Още: Едно\nОще: Друго"


@given(st.lists(st.sampled_from(["Още: Друга статия", "Проза.", "", "See also", "Ред"])))
def test_dropping_keeps_text_canonical_and_drops_nothing_more_the_second_time(lines):
    once = drop_related_links(canonical("\n".join(lines)))
    assert canonical(once) == once
    assert drop_related_links(once) == once


def test_the_real_article_loses_its_pointers_and_nothing_else():
    if not SHARED_ARTICLE.exists():
        pytest.skip("../shared with the article is not here")
    lines = SHARED_ARTICLE.read_text(encoding="utf-8").strip().split("\n")
    prose = [line for line in lines if not line.startswith("Още:")]
    assert len(lines) - len(prose) == 10
    assert drop_related_links(canonical("\n".join(lines))) == "\n".join(prose)


def test_furniture_is_short_and_does_not_end_like_a_sentence():
    text = (
        "Снимка: БТА\nТова е изречение.\n„Цитат“\n\nСнимка: БТА\nАбонирайте се\n" + "дълъг " * 30
    )
    assert recurring_candidates(text) == ["Снимка: БТА", "Абонирайте се"]


@pytest.mark.parametrize(
    "line",
    [
        "Той каза:",
        "Във вторник,",
        "първо, мостът;",
        "– Не знам",
        "— Да",
        "- Не",
        "„Няма да го съборим",
        "«Нет, не снесём",
        "“We will not",
        '"Never again',
    ],
)
def test_a_line_that_goes_on_or_is_spoken_is_no_furniture(line):
    assert recurring_candidates(f"{line}\nАбонирайте се") == ["Абонирайте се"]


def test_the_only_line_is_no_furniture():
    assert recurring_candidates("Само един ред") == []


def test_given_lines_are_dropped_wherever_they_stand():
    text = "Абонирайте се\n\nПроза.\n\nАбонирайте се\n\nОще проза."
    assert drop_lines(text, {"Абонирайте се"}) == "Проза.\n\nОще проза."


def test_an_article_never_becomes_empty():
    assert drop_lines("Абонирайте се", ["Абонирайте се"]) == "Абонирайте се"
