"""Questions on the sample articles, with the sentences that answer them and without."""

from typing import Any

FLOOD = "https://ravnina.example.org/bedstvia/vedrena-prelya"
VERDICT = "https://zarechye.example.com/sud/yasenev-opravdan"
BRUMASE = "https://gazette.example.org/science/brumase-nylon-enzyme"
VACCINE = "https://zdraven-kurier.example.org/politiki/plan-morbili"
RATE_CUT = "kvarts-2024-0614-02"

ANSWERED: list[dict[str, Any]] = [
    {
        "id": "flood-bg",
        "question": "Колко души са евакуирани в Старо Ведрене?",
        "article": FLOOD,
        "quote": "Евакуирани са 340 души, няма загинали, съобщиха от местната спасителна служба.",
    },
    {
        "question": "How long can the dike at the Old Mill hold?",
        "article": FLOOD,
        "lang": "en",
    },
    {
        "question": "За что судили мастера карьера Ясенева?",
        "article": VERDICT,
    },
    {
        "question": "Кого признал невиновным суд Сосновецка?",
        "article": [VERDICT],
        "quote": "«Суд не нашёл доказательств того, что подсудимый знал о трещине в уступе», —"
        " сказала судья Ольга Пенкина, оглашая приговор.",
    },
    {
        "question": "Where does the enzyme brumase come from?",
        "quote": "The enzyme, named brumase, comes from a bacterium scraped off a mooring rope"
        " in Lake Orsmere.",
    },
    {
        "question": "Who led the work on brumase?",
        "article": BRUMASE,
    },
    {
        "question": "Задължителна ли е ваксината срещу морбили за възрастни?",
        "article": VACCINE,
        "quote": "„Ваксината няма да е задължителна за възрастни.",
    },
    {
        "question": "and for children?",
        "history": ["Is the measles vaccine compulsory for adults?"],
        "article": VACCINE,
    },
    {
        "question": "By how much did the central bank of Velmaria cut its rate?",
        "article": RATE_CUT,
    },
]
UNANSWERED: list[dict[str, Any]] = [
    {"question": "Who won the world chess championship in 1972?"},
    {"question": "Как се прави баница със спанак?"},
    {"question": "Сколько спутников у Юпитера?"},
    {"question": "What is the boiling point of mercury?"},
    {"question": "Кой е написал „Под игото“?"},
    {"question": "🙂", "answerable": False},
]
QUESTIONS = ANSWERED + UNANSWERED
