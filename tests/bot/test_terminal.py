"""An answer as text for people."""

import io
import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.answer import Answer, Quote, Reason, Understood
from bot.terminal import (
    AROUND,
    Screen,
    columns,
    has_colour,
    line_ranges,
    reader_language,
    render,
)
from index.records import Article

CALL = Article(
    id="call",
    text=(
        "Путин говори с Нетаняху по телефона.\n"
        "Русия прави всичко, за да не се стигне до хуманитарна беда в Газа, каза Путин.\n"
        "Разговорът е първи от началото на войната."
    ),
    title="Първи разговор",
    source="Дневник",
    language="bg",
    url="https://dnevnik.example/2023/call",
    published=datetime(2023, 10, 16, 18, 30, tzinfo=UTC),
)
WIRE = Article(
    id="wire", text="Kremlin confirms the call.", title="Wire", source="Agency", language="en"
)
SENTENCE = CALL.text.split("\n")[1]
UNDERSTOOD = Understood("какво каза Путин?", "bg", names=("Путин",))


def quote_of(article: Article, words: str, **more) -> Quote:
    start = article.text.index(words)
    return Quote(article, article.span(start, start + len(words)), 0.8, **more)


PUTIN = SENTENCE.index("Путин")
SAID = quote_of(CALL, SENTENCE, marks=((PUTIN, PUTIN + len("Путин")),))
BY_WIRE = quote_of(WIRE, WIRE.text)


def shown(answer: Answer, *, width=60, colour=False, language="bg", **page) -> str:
    return render(answer, width=width, colour=colour, language=language, **page)


def test_a_quote_stands_behind_a_bar_with_its_source_date_title_and_link_below():
    assert shown(Answer(UNDERSTOOD, (SAID,))) == (
        " 1 │ Русия прави всичко, за да не се стигне до хуманитарна\n"
        "   │ беда в Газа, каза Путин.\n"
        "     Дневник · 16 октомври 2023 г. · Първи разговор\n"
        "     https://dnevnik.example/2023/call#:~:text="
        "Русия%20прави%20всичко%2C%20за%20да,беда%20в%20Газа%2C%20каза%20Путин."
    )


def test_speaker_addressee_agency_and_copies_are_named_when_known():
    quote = quote_of(
        WIRE,
        WIRE.text,
        speaker="Putin",
        addressee="Netanyahu",
        via="Reuters",
        also_in=("a", "b"),
    )
    assert shown(Answer(UNDERSTOOD, (quote,)), language="en") == (
        " 1 │ Kremlin confirms the call.\n"
        "     Putin → Netanyahu, via Reuters\n"
        "     Agency · undated · Wire\n"
        "     also in: a, b"
    )


@pytest.mark.parametrize(
    ("known", "line"),
    [
        pytest.param({"speaker": "Putin"}, "Putin", id="speaker-alone"),
        pytest.param({"addressee": "Netanyahu"}, "→ Netanyahu", id="addressee-alone"),
        pytest.param({"via": "Reuters"}, "via Reuters", id="agency-alone"),
    ],
)
def test_what_is_not_known_of_the_speaker_leaves_no_trace(known, line):
    text = shown(Answer(UNDERSTOOD, (quote_of(WIRE, WIRE.text, **known),)), language="en")
    assert text.splitlines()[1] == f"     {line}"


def test_a_report_copied_by_many_names_five_and_counts_the_rest():
    quote = quote_of(WIRE, WIRE.text, also_in=tuple("abcdefgh"))
    assert shown(Answer(UNDERSTOOD, (quote,)), language="en").endswith(
        "     also in: a, b, c, d, e + 3"
    )


def test_a_page_shows_some_quotes_under_their_own_numbers_and_counts_the_rest():
    answer = Answer(UNDERSTOOD, (SAID, BY_WIRE, BY_WIRE, BY_WIRE))
    assert shown(answer, language="en", first=1, count=2) == (
        " 2 │ Kremlin confirms the call.\n"
        "     Agency · undated · Wire\n"
        "\n"
        " 3 │ Kremlin confirms the call.\n"
        "     Agency · undated · Wire\n"
        "\n"
        "More quotes: 1"
    )


def test_beyond_the_last_quote_there_is_nothing():
    assert shown(Answer(UNDERSTOOD, (SAID,)), first=3) == ""


def test_a_follow_up_says_once_how_it_was_understood():
    understood = Understood("и за Газа?", "bg", follows="какво каза Путин? и за Газа?")
    answer = Answer(understood, (BY_WIRE, BY_WIRE))
    first, second = shown(answer, count=1), shown(answer, first=1)
    assert first.splitlines()[0] == "разбрано като: какво каза Путин? и за Газа?"
    assert "разбрано" not in second


def test_what_was_understood_stands_above_the_reason_for_silence_too():
    answer = Answer(Understood("и?", "bg", follows="кой?"), reason=Reason.NOTHING_NEAR)
    assert shown(answer) == "разбрано като: кой?\n\nНе намерих нищо по въпроса в архива."


@pytest.mark.parametrize(
    ("answer", "phrase"),
    [
        pytest.param(
            Answer(UNDERSTOOD, reason=Reason.UNKNOWN_NAME, details={"name": "Роналдо"}),
            "Не намерих нищо по въпроса: архивът никъде не споменава Роналдо.",
            id="with-its-details",
        ),
        pytest.param(
            Answer(
                UNDERSTOOD, reason=Reason.NO_ARTICLE_IN_PERIOD, details={"period": "2018-03-02"}
            ),
            "Не намерих нищо по въпроса от това време: 2018-03-02.",
            id="none-of-that-time",
        ),
        pytest.param(
            Answer(UNDERSTOOD), "Не намерих нищо по въпроса в архива.", id="all-quotes-withdrawn"
        ),
    ],
)
def test_silence_is_the_reason_and_nothing_else(answer, phrase):
    assert shown(answer, width=100) == phrase


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("en", "en"), ("bg", "bg"), ("ru", "ru"), ("uk", "uk"), ("de", "en"), ("", "en")],
)
def test_the_reader_is_spoken_to_in_the_questions_language_or_in_english(asked, spoken):
    assert reader_language(Answer(Understood("?", asked))) == spoken


# Wrapping


@given(st.text(alphabet="аб é漢🇧\u0301\u00a0\n -", max_size=80), st.integers(1, 30))
def test_wrapping_only_turns_spaces_into_newlines(text, width):
    ranges = list(line_ranges(text, width))
    assert ranges[0][0] == 0
    assert ranges[-1][1] == len(text)
    for (_, end), (start, _) in pairwise(ranges):
        assert start == end + 1
        assert text[end] in " \n"


@given(st.text(alphabet="аб é漢\u0301\u00a0\n", max_size=80), st.integers(1, 30))
def test_a_line_is_too_wide_only_if_it_is_one_word(text, width):
    for start, end in line_ranges(text, width):
        line = text[start:end]
        assert "\n" not in line
        assert cell_len(line) <= width or " " not in line


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("аб вг де", ["аб вг", "де"], id="fits-to-the-cell"),
        pytest.param("漢字 漢 字", ["漢字", "漢 字"], id="wide-characters-fill-two-cells"),
        pytest.param("e\u0301e\u0301 e\u0301e\u0301 a", ["éé éé", "a"], id="accents-fill-none"),
        pytest.param("16\u00a0октомври г", ["16\u00a0октомври", "г"], id="no-break-space-holds"),
        pytest.param("а\n\nб", ["а", "", "б"], id="paragraphs-stay-apart"),
    ],
)
def test_lines_are_measured_in_cells(text, lines):
    wrapped = [text[start:end].replace("e\u0301", "é") for start, end in line_ranges(text, 5)]
    assert wrapped == lines


def test_a_narrow_window_still_has_room_for_words():
    assert shown(Answer(UNDERSTOOD, (SAID,)), width=3).startswith(" 1 │ Русия прави всичко,\n")


# Colour


def test_words_of_the_question_stand_out():
    assert "каза \x1b[36m\x1b[1mПутин\x1b[0m." in shown(Answer(UNDERSTOOD, (SAID,)), colour=True)


def test_a_mark_goes_on_over_the_end_of_a_line_and_marks_may_overlap():
    quote = quote_of(WIRE, WIRE.text, marks=((8, 20), (0, 7), (12, 25)))
    text = shown(Answer(UNDERSTOOD, (quote,)), colour=True, width=25, language="en")
    quoted = [line for line in text.splitlines() if "│" in line]
    assert [re.findall(r"\x1b\[36m\x1b\[1m(.*?)\x1b", line) for line in quoted] == [
        ["Kremlin", "confirms the"],
        ["call"],
    ]


def test_with_colour_the_address_is_a_link_to_the_sentence():
    last = shown(Answer(UNDERSTOOD, (SAID,)), colour=True).splitlines()[-1]
    assert last == (
        f"     \x1b]8;;{SAID.link}\x1b\\\x1b[2mhttps://dnevnik.example/2023/call\x1b[0m\x1b]8;;\x1b\\"
    )


@pytest.mark.parametrize("colour", [True, False])
def test_colour_changes_no_word(colour):
    answer = Answer(UNDERSTOOD, (SAID, BY_WIRE))
    text = shown(answer, colour=colour, language="en")
    bare = re.sub(r"\x1b\]8;;.*?\x1b\\|\x1b\[\d+m", "", text)
    words = [line[5:] for line in bare.splitlines() if "│" in line]
    assert " ".join(words) == f"{SENTENCE} {WIRE.text}"


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("\x1b\x07\x9b\x9d\r\b\t\n\u202e\u2028\udc80 a7[];\\"), st.characters()
    ),
    min_size=1,
    max_size=12,
)


@given(HOSTILE, st.text("\x1b\x9b\r]8;\\ a", min_size=1, max_size=12))
def test_no_field_can_bring_controls_to_the_terminal(field, text):
    article = Article(
        id=field, text=text, title=field, source=field, language="en", url=f"https://a/{field}"
    )
    quote = Quote(
        article,
        article.span(0, len(text)),
        0.5,
        marks=((0, 1),),
        also_in=(field,),
        speaker=field,
        addressee=field,
        via=field,
    )
    understood = Understood(field, "en", (field,), (field,), follows=field)
    told = []
    for colour in (False, True):
        screen = Screen(80, colour=colour, language="en")
        told += [
            shown(Answer(understood, (quote,)), language="en", colour=colour),
            shown(Answer(understood, reason=Reason.UNKNOWN_NAME, details={"name": field})),
            screen.sources([(1, quote)]),
            screen.context(quote),
            screen.explanation(understood, [(1, quote)], field),
        ]
    ours = re.compile(r"\x1b\[\d+m|\x1b\]8;;[!-~]*\x1b\\|\n")
    for output in told:
        assert (
            re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", ours.sub("", output))
            is None
        )
    assert all("\x1b" not in output for output in told[:5])


# Beyond the quotes


def test_sources_name_each_article_once_with_the_numbers_of_its_quotes():
    screen = Screen(80, colour=False, language="en")
    first = quote_of(CALL, "Путин говори с Нетаняху по телефона.")
    assert screen.sources([(1, first), (2, BY_WIRE), (4, SAID)]) == (
        "     1, 4 · Дневник · 16 October 2023 · Първи разговор\n"
        "     https://dnevnik.example/2023/call#:~:text="
        "Путин%20говори%20с%20Нетаняху%20по%20телефона.\n"
        "\n"
        "     2 · Agency · undated · Wire"
    )


def test_a_quote_in_its_article_stands_behind_the_heavy_bar():
    assert Screen(100, colour=False, language="en").context(SAID) == (
        "     Първи разговор\n"
        "     Дневник · 16 October 2023\n"
        "     https://dnevnik.example/2023/call#:~:text="
        "Русия%20прави%20всичко%2C%20за%20да,беда%20в%20Газа%2C%20каза%20Путин.\n"
        "\n"
        "   │ Путин говори с Нетаняху по телефона.\n"
        "   ┃ Русия прави всичко, за да не се стигне до хуманитарна беда в Газа, каза Путин.\n"
        "   │ Разговорът е първи от началото на войната."
    )


PARAGRAPH = "две " * 74 + "три.\n"


@pytest.mark.parametrize(
    ("before", "after", "shown_words"),
    [
        pytest.param(
            PARAGRAPH * 5,
            "\n" + PARAGRAPH * 5,
            f"{PARAGRAPH}Тук.\n{PARAGRAPH.rstrip()}",
            id="between-paragraphs",
        ),
        pytest.param(
            "Едно две. " * 99,
            " Едно две." * 99,
            "Едно две. " * 49 + "Тук." + " Едно две." * 49,
            id="between-sentences",
        ),
        pytest.param(
            "дума " * 200,
            " дума" * 200,
            "дума " * 99 + "Тук." + " дума" * 99,
            id="between-words",
        ),
        pytest.param("ж" * 999 + " ", " " + "ж" * 999, "Тук.", id="never-inside-a-word"),
    ],
)
def test_a_long_article_is_cut_where_it_hurts_least(before, after, shown_words):
    article = Article(id="long", text=f"{before}Тук.{after}", title="Т", source="И", language="bg")
    text = Screen(10**6, colour=False, language="bg").context(quote_of(article, "Тук."))
    cut, *lines, end = text.partition("\n\n")[2].splitlines()
    assert cut == end == "   │ […]"
    assert "\n".join(line[5:] for line in lines) == shown_words
    assert len(shown_words) <= 2 * AROUND + len("Тук.")


def test_an_explanation_tells_names_scores_words_and_the_nearest_miss():
    understood = Understood("и Роналдо?", "bg", ("Путин",), ("Роналдо",), follows="кой?")
    screen = Screen(80, colour=False, language="en")
    assert screen.explanation(understood, [(1, SAID), (2, BY_WIRE)], "0.31") == (
        "language: bg\n"
        "names: Путин\n"
        "names the archive does not know: Роналдо\n"
        "understood as: кой?\n"
        "1: score 0.80; matched words: Путин\n"
        "2: score 0.80; matched words: –\n"
        "nearest score below the bar: 0.31"
    )


def test_an_explanation_of_a_plain_question_is_one_line():
    screen = Screen(80, colour=False, language="ru")
    assert screen.explanation(Understood("кто?", "ru"), []) == "язык: ru"


# The window


class Window(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("set_columns", "fills"), [("60", 60), ("400", 100)], ids=["all", "readable"]
)
def test_a_window_is_filled_as_far_as_lines_stay_readable(set_columns, fills, monkeypatch):
    monkeypatch.setenv("COLUMNS", set_columns)
    assert columns(Window()) == fills


def test_a_pipe_has_eighty_columns_and_no_colour(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert (columns(io.StringIO()), has_colour(io.StringIO())) == (80, False)


@pytest.mark.parametrize(("no_colour", "colour"), [("", True), ("1", False)])
def test_colour_at_a_window_can_be_forbidden(no_colour, colour, monkeypatch):
    monkeypatch.setenv("NO_COLOR", no_colour)
    assert has_colour(Window()) is colour
