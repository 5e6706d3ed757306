"""Answers as Telegram messages: the exact words, within every limit."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.answer import Answer, Quote, Reason, Understood
from bot.context import Context
from bot.phrases import LANGUAGES, phrase
from bot.questions.reading import read
from bot.telegram.keyboards import keyboard
from bot.telegram.render import (
    Flag,
    State,
    context_page,
    corrected_page,
    pages,
    reader_language,
    split,
    units,
    view_pages,
)
from bot.views.request import Kind, Request
from bot.views.view import Item, View
from index.namesakes import Name, Person
from index.records import Article
from tests.bot.botapi import formatted, utf16_slice
from tests.bot.botapi.detection import DETECTED
from tests.bot.questions.archives import SmallArchive
from tests.bot.telegram_world import CALL, HARBOUR, lines

ASKED = Understood("?", "en")

words = st.text(
    st.one_of(
        st.sampled_from("ab .!?\n«»”<>&\"'🐋👩‍🚀יم。@#/"),
        st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u030a\u0333\u033f"),
    ),
    min_size=1,
    max_size=400,
).filter(lambda text: text == text.strip())


def quote_of(text, **article):
    whole = Article(
        **{"id": "a", "text": text, "title": "T", "source": "S", "language": "en"} | article
    )
    return Quote(whole, whole.span(0, len(text)), 1.0)


def shown(page):
    """The message as a client has it: its text, and the words of each quotation."""
    text, entities = formatted(page.html, "HTML")
    quotations = [entity for entity in entities if entity["type"].endswith("blockquote")]
    return text, [utf16_slice(text, entity) for entity in quotations]


def source_line(quote, language="en"):
    (page,) = pages(Answer(ASKED, (quote,)), language, 3)
    return shown(page)[0].partition("\n")[2]


# Laws


@given(texts=st.lists(words, min_size=1, max_size=8), most=st.integers(1, 20))
def test_all_words_of_all_quotes_are_shown_and_no_others(texts, most):
    answer = Answer(ASKED, tuple(quote_of(text, id=text) for text in texts))
    found = [quotation for page in pages(answer, "en", most) for quotation in shown(page)[1]]
    assert found == texts


@example(text="A:#" * 40, line="", language="en")
@given(
    text=words.map(lambda text: text * 40).filter(lambda text: text == text.strip()),
    line=st.text("я🐋&<\n ", max_size=400),
    language=st.sampled_from(LANGUAGES),
)
def test_each_message_is_within_the_limits(text, line, language):
    said = {"speaker": line, "addressee": line, "via": line, "also_in": ("b",) * 99}
    long = replace(
        quote_of(text, title=line, source=line, url="https://" + "x." * 200 + "example"), **said
    )
    answer = Answer(replace(ASKED, follows=line), (long,) * 3)
    for page in pages(answer, language, 20):
        message, entities = formatted(page.html, "HTML")
        assert units(message) <= 4096
        # The limit is on what a bot sends; what Telegram itself detects is not counted.
        assert sum(entity["type"] not in DETECTED for entity in entities) <= 100


@given(
    texts=st.lists(words, min_size=1, max_size=20),
    line=st.text("я🐋&<\n ", max_size=400),
    since=st.datetimes(timezones=st.just(UTC)),
    language=st.sampled_from(LANGUAGES),
)
def test_each_message_has_room_for_flags_in_place_of_all_its_quotes(texts, line, since, language):
    origin = {"title": line, "source": line, "url": "https://" + "x." * 200 + "example"}
    answer = Answer(replace(ASKED, follows=line), tuple(quote_of(text) for text in texts))
    long = replace(answer.quotes[0].article, **origin)
    for page in pages(answer, language, 20):
        flags = [
            Flag(State.CHANGED, since, replace(one.quote.article, title=line))
            for one in page.pieces
        ]
        before = [Flag(State.WITHDRAWN, since, long)] * 20
        corrected = corrected_page(flags, before, language, page.head, page.foot)
        message, _ = formatted(corrected.html, "HTML")
        assert units(message) <= 4096
        assert message.count("⚠") >= len(flags)


@given(text=words, limit=st.integers(2, 60))
def test_parts_of_a_quote_lose_nothing_but_white_space_at_the_cuts(text, limit):
    parts = split(text, limit)
    place = 0
    for part in parts:
        start = text.index(part, place)
        assert not text[place:start].strip()
        assert 0 < units(part) <= limit
        assert part == part.strip()
        place = start + len(part)
    assert place == len(text)


@given(st.text())
def test_units_are_those_of_utf16(text):
    assert units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(
    text=words.map(lambda text: text * 40).filter(lambda text: text == text.strip()),
    line=st.text("я🐋&<\n ", max_size=400),
    language=st.sampled_from(LANGUAGES),
)
def test_each_message_of_a_view_is_within_the_limits(text, line, language):
    long = replace(quote_of(text, title=line, source=line), speaker=line, addressee=line, via=line)
    people = tuple(Person(f"{line}{n}", Name("x"), n) for n in range(9))
    request = Request(Kind.SAID, line or "x", line, line)
    items = (Item(long, denied=True, count=10**6),) * 3
    view = View(request, "en", items, people=people, similar=people, left=10**6, unnamed=10**6)
    for page in view_pages(view, language, 20):
        assert units(formatted(page.html, "HTML")[0]) <= 4096


@given(texts=st.lists(words, min_size=1, max_size=8, unique=True), most=st.integers(1, 20))
def test_all_words_of_a_view_are_shown_and_no_others(texts, most):
    items = tuple(Item(quote_of(text, id=text), count=3) for text in texts)
    view = View(Request(Kind.WHO, topic="x"), "en", items, left=1)
    shown_pages = view_pages(view, "en", most)
    assert [one for page in shown_pages for one in shown(page)[1]] == texts
    assert [shown(page)[0].startswith("about x\n\n") for page in shown_pages] == (
        [True] * len(shown_pages)
    )
    left = [shown(page)[0].endswith("\n\nNot shown: up to 1 more.") for page in shown_pages]
    assert left == [False] * (len(shown_pages) - 1) + [True]


def test_an_empty_view_says_why_and_who_may_be_meant():
    similar = (Person("Angela Merkel", Name("mrkl", frozenset({"angl"})), 3),)
    view = View(
        Request(Kind.SAID, "<Merkle>"),
        "en",
        reason=Reason.UNKNOWN_SPEAKER,
        details={"name": "<Merkle>"},
        similar=similar,
    )
    (page,) = view_pages(view, "en", 3)
    assert shown(page)[0] == (
        "said by <Merkle>\n\n"
        "The archive holds no statement by anybody called <Merkle>.\n\n"
        "Similar names: Angela Merkel (3)."
    )


# Where a long quote is cut


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        pytest.param("One two. Three four.", 12, ["One two.", "Three four."], id="sentences"),
        pytest.param("“One two.” Three four.", 12, ["“One two.”", "Three four."], id="closers"),
        pytest.param("One two\n\nthree four", 12, ["One two", "three four"], id="lines"),
        pytest.param("One two three four", 12, ["One two", "three four"], id="words"),
        pytest.param("一二三。四五六。", 6, ["一二三。", "四五六。"], id="no-white-space"),
        pytest.param("abcdefgh", 3, ["abc", "def", "gh"], id="one-word"),
        pytest.param("🐋🐋🐋", 3, ["🐋", "🐋", "🐋"], id="no-half-of-a-pair"),
        pytest.param("A. bcdefgh ijk", 12, ["A. bcdefgh", "ijk"], id="no-stub"),
        pytest.param("short", 12, ["short"], id="whole"),
    ],
)
def test_cuts_stand_at_the_best_border(text, limit, parts):
    assert split(text, limit) == parts


def test_quotes_that_do_not_fit_into_one_message_go_to_the_next_whole():
    long = quote_of("word " * 460 + "end.")
    assert [len(shown(page)[1]) for page in pages(Answer(ASKED, (long,) * 3), "en", 3)] == [
        1,
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("length", "kind"),
    [
        pytest.param(240, "blockquote", id="short"),
        pytest.param(241, "expandable_blockquote", id="long"),
    ],
)
def test_long_quotes_are_folded(length, kind):
    (page,) = pages(Answer(ASKED, (quote_of("x" * length),)), "en", 3)
    assert formatted(page.html, "HTML")[1][0]["type"] == kind


# The lines under a quote


@pytest.mark.parametrize(
    ("language", "date"),
    [
        pytest.param("en", "16 October 2023", id="en"),
        pytest.param("bg", "16 октомври 2023 г.", id="bg"),
        pytest.param("ru", "16 октября 2023 г.", id="ru"),
    ],
)
def test_the_date_is_in_the_readers_language(language, date):
    assert date in source_line(lines(CALL)[0], language)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param({}, "S · undated · T", id="plain"),
        pytest.param({"speaker": "Putin"}, "Putin\nS · undated · T", id="speaker"),
        pytest.param(
            {"speaker": "Putin", "addressee": "Netanyahu"},
            "Putin → Netanyahu\nS · undated · T",
            id="addressee",
        ),
        pytest.param(
            {"addressee": "Netanyahu"}, "→ Netanyahu\nS · undated · T", id="to-whom-only"
        ),
        pytest.param(
            {"speaker": "Kremlin", "via": "Reuters"},
            "Kremlin (via Reuters)\nS · undated · T",
            id="agency",
        ),
        pytest.param({"via": "TASS"}, "(via TASS)\nS · undated · T", id="agency-only"),
        pytest.param(
            {"also_in": ("b", "c")}, "S · undated · T · also in 2 more articles", id="also-in"
        ),
    ],
)
def test_what_is_known_of_a_quote_stands_under_it(changes, line):
    assert source_line(replace(quote_of("Words."), **changes)) == line


@pytest.mark.parametrize(
    ("url", "shown_title"),
    [
        pytest.param("https://www.a.example/x", "T (a.example)", id="https"),
        pytest.param("http://a.example", "T (a.example)", id="http"),
        pytest.param("javascript:alert(1)", "T", id="javascript"),
        pytest.param("file:///etc/passwd", "T", id="file"),
        pytest.param("tg://user?id=1", "T", id="tg"),
        pytest.param("http://[", "T", id="broken"),
        pytest.param("no address", "T", id="no-address"),
    ],
)
def test_only_web_addresses_become_links_and_their_domain_is_visible(url, shown_title):
    quote = quote_of("Words.", url=url)
    (page,) = pages(Answer(ASKED, (quote,)), "en", 3)
    assert source_line(quote) == f"S · undated · {shown_title}"
    assert ("<a href" in page.html) == ("(" in shown_title)
    assert (page.preview == url) == ("(" in shown_title)


def test_a_link_too_long_with_its_fragment_goes_without_it():
    url = "https://a.example/" + "x" * 1970
    (page,) = pages(Answer(ASKED, (quote_of("Words. " * 20 + "End.", url=url),)), "en", 3)
    assert f'href="{url}"' in page.html


def test_an_article_without_a_title_is_linked_by_its_domain():
    quote = quote_of("Words.", title="", url="https://a.example")
    assert source_line(quote) == "S · undated · a.example (a.example)"
    assert source_line(quote_of("Words.", title="")) == "S · undated"


def test_the_first_source_is_previewed_if_it_has_an_address():
    one, other = lines(CALL)[0], lines(HARBOUR)[0]
    assert pages(Answer(ASKED, (one, other)), "en", 3)[0].link_preview.url == CALL.url
    assert pages(Answer(ASKED, (other, one)), "en", 3)[0].link_preview.is_disabled


# Silence


@pytest.mark.parametrize("reason", [*Reason, None])
@pytest.mark.parametrize("language", LANGUAGES)
def test_silence_says_why_and_nothing_else(reason, language):
    name = "<Ronaldo & co>"
    details = {"name": name, "limit": "1000", "outlet": name, "period": "2018-03-02"}
    (page,) = pages(Answer(ASKED, reason=reason, details=details), language, 3)
    told = phrase(language, (reason or Reason.NOTHING_NEAR).value, **details)
    assert formatted(page.html, "HTML") == (told, [])


def test_what_was_understood_stands_above_the_reason_too():
    answer = Answer(replace(ASKED, follows="who <is> it?"), reason=Reason.NOTHING_NEAR)
    (page,) = pages(answer, "en", 3)
    assert shown(page)[0] == f"understood as: who <is> it?\n\n{phrase('en', 'nothing-near')}"


# Buttons and languages


@pytest.mark.parametrize(
    ("page", "count", "row"),
    [
        pytest.param(1, 4, [("More quotes (1/4)", "m:7:2")], id="first"),
        pytest.param(2, 4, [("◀", "m:7:1"), ("2/4", "m:7:2"), ("▶", "m:7:3")], id="middle"),
        pytest.param(4, 4, [("◀", "m:7:3"), ("4/4", "m:7:4")], id="last"),
    ],
)
def test_buttons_lead_to_the_pages_beside(page, count, row):
    markup = keyboard(7, page, count, "en")
    assert markup is not None
    assert [(button.text, button.callback_data) for button in markup.inline_keyboard[0]] == row


def test_one_page_needs_no_buttons():
    assert keyboard(7, 1, 1, "en") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_that_ask_again_fit_into_a_row_and_into_what_telegram_takes(language):
    question = f"What did Putin say about {'gas ' * 30}according to Reuters in 2016?"
    slots = read(question, "en", SmallArchive())
    understood = Understood("and in 2016?", "en", follows=question, slots=slots)
    markup = keyboard(10**18 - 1, 1, 1, language, understood)
    assert markup is not None
    labels = ["".join(button.text for button in row) for row in markup.inline_keyboard]
    assert all(len(label) <= 40 for label in labels)
    assert [label for label in labels if label.endswith("…")] == [labels[3]]
    data = [str(button.callback_data) for row in markup.inline_keyboard for button in row]
    assert [one.split(":")[-1] for one in data[:4]] == ["speaker", "period", "outlet", "topic"]
    assert [one[0] for one in data[4:]] == ["f"]
    assert all(len(one.encode()) <= 64 for one in data)


@pytest.mark.parametrize(
    ("code", "asked_in", "language"),
    [
        pytest.param("bg", "ru", "bg", id="the-reader's"),
        pytest.param("ru-RU", "en", "ru", id="with-a-region"),
        pytest.param("de", "bg", "bg", id="the-question's"),
        pytest.param(None, "ru", "ru", id="unknown"),
        pytest.param("de", "fr", "en", id="neither"),
    ],
)
def test_the_language_is_the_readers_else_the_questions_else_english(code, asked_in, language):
    assert reader_language(code, asked_in) == language


def test_an_aware_date_is_the_outlets_own_day():
    late = datetime(2023, 12, 31, 23, 59, tzinfo=UTC)
    assert "31 December 2023" in source_line(quote_of("Words.", published=late))


# Dates of the reader's own zone


def times(quote):
    (page,) = pages(Answer(ASKED, (quote,)), "en", 3)
    text, entities = formatted(page.html, "HTML")
    return [utf16_slice(text, one) for one in entities if one["type"] == "date_time"]


def test_where_the_hour_is_known_the_day_is_that_of_the_readers_zone():
    quote = lines(CALL)[0]
    (page,) = pages(Answer(ASKED, (quote,)), "en", 3)
    assert quote.article.published
    moment = int(quote.article.published.timestamp())
    assert f'<tg-time unix="{moment}" format="D">16 October 2023</tg-time>' in page.html
    assert times(quote) == ["16 October 2023"]


@pytest.mark.parametrize(
    "published",
    [
        pytest.param(None, id="undated"),
        pytest.param(datetime(2023, 10, 16, tzinfo=UTC), id="a-day-alone"),
        pytest.param(datetime(1912, 4, 15, 2, 20, tzinfo=UTC), id="before-such-clocks"),
    ],
)
def test_a_day_without_an_hour_stays_as_it_was_printed(published):
    assert times(quote_of("Words.", published=published)) == []


# A quote in its paragraph


@given(before=words, said=words, after=words, cuts=st.tuples(st.booleans(), st.booleans()))
def test_a_context_quotes_its_span_and_nothing_else(before, said, after, cuts):
    text = f"{before} {said} {after}"
    article = Article("a", text, "T", "S", "en")
    start = len(before) + 1
    quote = Quote(article, article.span(start, start + len(said)), 1.0)
    page = context_page(Context(quote, article.span(0, len(text)), *cuts), "en")
    message, quotations = shown(page)
    assert quotations == [text]
    assert message.startswith("[…]\n") == cuts[0] or text.startswith("[…]\n")
    assert units(message) <= 4096
    _, entities = formatted(page.html, "HTML")
    bold = [utf16_slice(message, one) for one in entities if one["type"] == "bold"]
    assert "".join(bold) == said  # in parts, where there is a hashtag in it
