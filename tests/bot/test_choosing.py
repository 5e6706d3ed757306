"""Who speaks decides what is quoted, and every quote says who speaks in it."""

import pytest

from bot.choosing import ChoiceSettings, choose
from bot.sought import Sought
from index.names import name_key
from index.people import person_key
from index.search import Searcher
from ingest.drafts import Draft
from ingest.pipeline import IngestSettings, Report, ingest

CALL = """Лидерите говориха по телефона в понеделник.

Владимир Путин каза на Бенямин Нетаняху, че мирът в Газа е възможен само чрез преговори.

Бенямин Нетаняху каза на Владимир Путин, че мирът в Газа е далеч и войната ще продължи.

Ангела Меркел заяви, че мирът в Газа трябва да се пази от всички."""
BRIDGE = """Новината излезе вчера. Общината реши да затвори моста над реката. Ремонтът ще трае \
три месеца. Колите ще минават през гората. Кметът е на почивка."""
VISIT = """Ангела Меркел, канцлер на Германия, пристигна за разговор за Крим.

Санкциите ще останат, докато Крим е окупиран, каза Ангела Меркел."""
BOTH = """Ангела Меркел заяви, че вятърът е евтин, а Владимир Путин каза, че вятърът е скъп. \
Владимир Путин каза, че вятърът духа."""
TALKS = """Ангела Меркел каза на Еманюел Макрон, че морето е студено. \
Ангела Меркел каза на Борис Джонсън, че морето е топло."""
WIRE = "Вали. Газът остава, заяви Ангела Меркел, цитирана от Ройтерс. Днес минават 40 кубика."

STORIES = ("bridge", BRIDGE), ("visit", VISIT), ("both", BOTH), ("talks", TALKS)


@pytest.fixture
def quotes(library, encoder):
    """Ask an archive of a few articles whose words it holds."""
    drafts = [
        Draft(origin=f"test:{id_}", id=id_, language="bg", text=text)
        for id_, text in (("call", CALL), ("wire", WIRE), *STORIES)
    ]
    ingest(drafts, library, encoder, Report(), settings=IngestSettings(), progress=lambda _: None)
    searcher = Searcher(library, encoder)

    def ask(
        question: str, speaker: str = "", addressee: str = "", *, figure: bool = False, **settings
    ):
        by, to = (frozenset(filter(None, [person_key(n)])) for n in (speaker, addressee))
        surnames = frozenset([name_key(speaker.lower(), "bg")]) if by else frozenset()
        sought = Sought(by, to, frozenset(), surnames, figure)
        query = searcher.parse(question)
        besides = searcher.library.passages_said(sought.speakers, sought.addressees, 10)
        hits = searcher.search(query, besides=besides)
        return choose(searcher, query, hits, ChoiceSettings(**settings), sought)

    return ask


@pytest.mark.parametrize(
    ("speaker", "addressee", "words"),
    [("Путин", "Нетаняху", "чрез преговори"), ("Нетаняху", "Путин", "ще продължи")],
)
def test_what_one_told_the_other_comes_first_and_the_reverse_never(
    quotes, speaker, addressee, words
):
    question = f"Какво каза {speaker} на {addressee} за мира в Газа?"
    found = quotes(question, speaker, addressee, neighbour_margin=0)
    assert words in found[0].text
    reverse = {"чрез преговори", "ще продължи"} - {words}
    assert not any(part in quote.text for part in reverse for quote in found)


def test_what_others_say_counts_for_less_and_least_where_the_speaker_is_not_named(quotes):
    settings = {"neighbour_margin": 0, "quotes_per_article": 9}

    def lost(speaker: str, beginning: str) -> float:
        question = f"Какво каза {speaker} за мира в Газа?"
        anybody, sought = (
            {quote.text: quote.score for quote in quotes(question, who, **settings)}
            for who in ("", speaker)
        )
        text = next(text for text in anybody if text.startswith(beginning))
        return float(anybody[text]) - float(sought[text])

    assert lost("Меркел", "Ангела Меркел") == 0
    assert lost("Помпео", "Ангела Меркел") > 2 * lost("Меркел", "Владимир Путин") > 0


def test_a_sentence_without_a_figure_counts_for_less_where_one_is_asked_for(quotes):
    question = "Колко кубика газ минават през Газа?"
    anything = {quote.text: quote.score for quote in quotes(question)}
    figures = {quote.text: quote.score for quote in quotes(question, figure=True)}
    with_figure = {text for text in anything if any(map(str.isdigit, text))}
    assert 0 < len(with_figure) < len(anything)
    assert {text for text, score in anything.items() if figures[text] == score} == with_figure


def test_a_quote_says_who_speaks_to_whom_and_by_whose_report(quotes):
    told = quotes("Какво каза Путин на Нетаняху?", "Путин", "Нетаняху", neighbour_margin=0)[0]
    assert (told.speaker, told.addressee, told.via) == (
        "Владимир Путин",
        "Бенямин Нетаняху",
        None,
    )
    wire = next(quote for quote in quotes("Какво става с газа?") if "Газът" in quote.text)
    assert (wire.speaker, wire.addressee, wire.via) == ("Ангела Меркел", None, "Ройтерс")


def test_where_nobody_speaks_no_speaker_is_named(quotes):
    found = quotes("Кога говориха лидерите по телефона?", neighbour_margin=0)[0]
    assert found.text.startswith("Лидерите")
    assert found.speaker is None


def test_a_quote_grows_by_what_follows_and_by_the_sentence_before(quotes):
    asked = {"question": "Какво реши общината да затвори над реката?", "neighbour_margin": 1}
    assert quotes(**asked)[0].text == BRIDGE.partition(" Кметът")[0]
    [short, *_] = quotes(**asked, quote_length=60)
    assert short.text == "Общината реши да затвори моста над реката."


def test_words_of_another_never_come_under_the_name_of_who_is_quoted(quotes):
    found = quotes("Какво каза Меркел за мира в Газа?", "Меркел", neighbour_margin=1)
    merkel = next(quote for quote in found if quote.speaker == "Ангела Меркел")
    assert "Нетаняху каза" not in merkel.text


def test_who_speaks_goes_before_where_the_speaker_is_only_mentioned(quotes):
    question = "Какво каза Ангела Меркел за Крим?"
    said, mentioned = quotes(question, "Меркел", neighbour_margin=0)[:2]
    assert said.text.startswith("Санкциите")
    assert mentioned.text.startswith("Ангела Меркел, канцлер")


def test_words_in_another_language_than_the_question_count_for_a_little_more(quotes):
    def best(question: str) -> list[float]:
        return [quotes(question, across_languages=more)[0].score for more in (0.0, 0.1)]

    [plain, same] = best("Какво реши общината за моста?")
    [without, across] = best("What did the town decide about the bridge?")
    assert plain == same
    assert without < across


def test_where_two_speak_in_a_sentence_no_one_name_stands_under_it_unless_one_is_sought(quotes):
    question = {"question": "Какъв е вятърът, евтин или скъп?", "neighbour_margin": 0}
    assert quotes(**question)[0].speaker is None
    assert quotes(**question, speaker="Путин")[0].speaker == "Владимир Путин"


def test_words_to_another_never_come_under_the_name_of_who_was_told(quotes):
    found = quotes("Какво каза Меркел на Макрон?", "Меркел", "Макрон", neighbour_margin=1)
    assert (found[0].addressee, found[0].text) == ("Еманюел Макрон", TALKS.partition(" Анг")[0])
