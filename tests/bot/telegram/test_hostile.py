"""Texts, addresses and buttons that mean harm, or only seem to (F22-F25)."""

import asyncio
from typing import cast

import pytest

from bot.answer import Answer, Quote, Understood
from bot.conversation import Conversation
from bot.phrases import LANGUAGES, phrase
from bot.telegram.showing import Showing
from index.library import Library
from index.records import Article
from ingest.cleaning import canonical
from tests.bot.botapi import FakeBotApi, clean, group
from tests.bot.botapi.detection import DETECTED
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    LineFinder,
    asks,
    buttons,
    quoted,
    running,
    talking,
    taps,
    toast,
)


@pytest.fixture
def database(tmp_path):
    with Library.open(tmp_path, create=True) as library:
        return library.path


def printed(text, **article):
    """Return an article as it is stored, whatever was printed."""
    known = {"id": "a", "title": "Whales", "source": "Sea", "language": "en", **article}
    return Article(text=canonical(text), **known)


def answered(database, article, question="whale?"):
    """Ask about an article and return all pages of the answer."""

    async def talk():
        async with talking(database, LineFinder([article])) as api:
            shown = [await asks(api, ANNA, question)]
            while "▶" in buttons(shown[-1]) or any("(1/" in one for one in buttons(shown[-1])):
                label = next(one for one in buttons(shown[-1]) if one == "▶" or "(1/" in one)
                shown.append(await taps(api, ANNA, shown[-1], label))
            return shown

    return asyncio.run(talk())


# What is quoted is what is stored, to the character


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The whale is a < b & b > c \"quoted\" 'so'.", id="markup"),
        pytest.param("The whale says &lt;b&gt; &amp;amp; &#60; &nbsp; &copy.", id="entities"),
        pytest.param("The whale </blockquote></a><b>bold</b> says <!-- so -->.", id="tags"),
        pytest.param('The whale <a href="tg://user?id=1">calls</a> you.', id="link-to-a-user"),
        pytest.param("The whale calls @all_of_you, #now: /start it on site.example.", id="active"),
        pytest.param("@whale_news tells at the very beginning and end: @whale_news", id="edges"),
        pytest.param("The whale \u202eesrever\u202c and \u200fshalom\u200f ok.", id="directions"),
        pytest.param("קול הלוויתן whale نهنگ می‌خواند.", id="right-to-left"),
        pytest.param("The whale 🐋👩‍🚀🇧🇬 and 👍🏽 and 𝕫.", id="emoji"),
        pytest.param("A whale in Malmo\u0308, A\u030angstro\u0308m, Sve\u0301t.", id="nfd"),
        pytest.param("The whale\twith\ta tab,\r\na line,\u2028another\u0085one.", id="breaks"),
        pytest.param("The whale\x00 \x07 \x1b[31m red \x7f \x9f.", id="control"),
        pytest.param("The whale x\u030a\u0333\u033fy.", id="removed-marks"),
        pytest.param("The\u00a0whale keeps\u00a0together.", id="hard-blanks"),
        pytest.param("\u200b\ufeff The whale is wide.  ", id="invisible-edges"),
    ],
)
def test_f22_each_quotation_is_a_slice_of_the_stored_article(database, text):
    article = printed(text)
    assert clean(article.text) == article.text
    words = [quote for page in answered(database, article) for quote in quoted(page)]
    assert words == [line for line in article.text.split("\n") if "whale" in line]
    assert words


def test_f22_titles_and_names_are_text_too(database):
    article = printed(
        "The whale sings.", title="</a><b>&lt;" + "x" * 300, source="<i>&amp;</i>\n@all"
    )
    (page,) = answered(database, article)
    assert "<i>&amp;</i> @all · undated · </a><b>&lt;xxx" in page["text"]
    kinds = {one["type"] for one in page["entities"]} - set(DETECTED)
    assert kinds == {"blockquote"}


# Long answers


@pytest.mark.parametrize("length", [4095, 4096, 4097, 20_000])
@pytest.mark.parametrize("letter", ["a", "я", "🐋"], ids=["latin", "cyrillic", "two-units"])
def test_f23_a_long_quote_arrives_whole_over_the_pages(database, length, letter):
    words = "whale " + letter * (length - 6)
    pages = answered(database, printed(words))
    whole = "".join(quote for page in pages for quote in quoted(page))
    assert whole.replace(" ", "") == words.replace(" ", "")
    for page in pages:
        assert len(page["text"].encode("utf-16-le")) // 2 <= 4096


@pytest.mark.parametrize("lead", ["", "x"])
def test_f23_a_cut_never_parts_the_halves_of_a_letter(database, lead):
    words = f"whale {lead}" + "🐋" * 3000
    for page in answered(database, printed(words)):
        for quote in quoted(page):
            assert quote.encode("utf-8").decode() in words


def test_f23_entities_stay_below_a_hundred(database):
    text = "\n".join(f"The whale sings song {n} to @all_of_you." for n in range(120))
    article = printed(text, url="https://sea.example/whales")

    async def talk():
        finder = LineFinder([article])
        async with talking(database, finder, quotes_per_message=20) as api:
            return await asks(api, ANNA, "whale?")

    page = asyncio.run(talk())
    own = [one for one in page["entities"] if one["type"] not in DETECTED]
    assert len(quoted(page)) == 20
    assert len(own) <= 100


# Addresses


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("javascript:alert(1)", "", id="script"),
        pytest.param("file:///etc/passwd", "", id="file"),
        pytest.param("tg://user?id=1", "", id="telegram"),
        pytest.param("ftp://sea.example/", "", id="ftp"),
        pytest.param("http://localhost/whale", " (localhost)", id="no-dot"),
        pytest.param("http://[::1", "", id="broken"),
        pytest.param("https://sea.example/" + "x" * 5000, " (sea.example)", id="endless"),
    ],
)
def test_f24_an_address_that_is_no_link_is_delivered_as_text(database, url, shown):
    (page,) = answered(database, printed("The whale sings.", url=url))
    assert page["text"].endswith(f"Sea · undated · Whales{shown}")
    assert [one for one in page["entities"] if "url" in one] == []
    assert page["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("https://good.example@evil.example/", "evil.example", id="user-part"),
        pytest.param('https://sea.example/"><b>', "sea.example", id="markup"),
        pytest.param("https://www.море.example/кит?a=1&b=2", "море.example", id="letters"),
    ],
)
def test_f24_a_link_shows_where_it_leads(database, url, host):
    (page,) = answered(database, printed("The whale sings.", url=url))
    assert page["text"].endswith(f"Whales ({host})")
    (link,) = [one["url"] for one in page["entities"] if "url" in one]
    assert link.startswith(url)


# Buttons


@pytest.mark.parametrize(
    "data", ["m:{}:1", "c:{}:1", "c:{}:1:x", "n:{}:1", "n:{}:outlet:x", "d:{}:outlet", "f:{}"]
)
def test_f25_a_button_of_a_wiped_database_is_answered_politely(database, data):
    async def talk():
        async with FakeBotApi() as api:
            async with running(api, database):
                answer = await asks(api, ANNA, "harbour?")
            database.unlink()
            Library.open(database.parent, create=True).close()
            async with running(api, database):
                return await toast(api, ANNA, answer, data.format(1)), api.now(answer) == answer

    assert asyncio.run(talk()) == (phrase("en", "tg-stale"), True)


@pytest.mark.parametrize(
    "data",
    [
        "m",
        "m:1",
        "m:-1:1",
        "m:x:1",
        "m:1:1:1",
        "c:1:1:" + "x" * 50,
        "c:1:1:../..",
        "n:1:topic:",
        "n:1:everything:x",
        "l:xx",
        "d:1:",
        "\u0661:\u0661:\u0661",
        "ф" * 32,
    ],
)
def test_f25_a_button_that_says_nothing_is_answered_politely(database, data):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "harbour?")
            return await toast(api, ANNA, answer, data), api.now(answer) == answer

    assert asyncio.run(talk()) == (phrase("en", "tg-stale"), True)


def test_f25_a_press_that_is_too_old_is_obeyed_and_no_trouble(database, caplog):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "harbour?")
            api.presses(ANNA, answer, "c:1:1", stale=True)
            await api.until(lambda: api.now(answer) != answer)
            return api.now(answer)

    assert phrase("en", "tg-back") in buttons(asyncio.run(talk()))
    assert [entry for entry in caplog.records if entry.levelname == "ERROR"] == []


@pytest.mark.parametrize("kind", ["tg-context", "tg-only"])
def test_f25_a_second_press_changes_nothing(database, kind):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "whale or harbour?")
            data = buttons(answer)[phrase("en", kind)]
            for _ in range(2):
                await toast(api, ANNA, answer, data)
            await api.seen()
            return api.sent, len(api.called("editMessageText"))

    (answer,), edits = asyncio.run(talk())
    assert phrase("en", "tg-back") in buttons(answer)
    assert edits == 2


def test_f25_a_stranger_who_presses_sees_nothing_new(database):
    async def talk():
        async with talking(database, open_to_all=False, allowed_users=(ANNA.id,)) as api:
            answer = await asks(api, ANNA, "/ask harbour?", chat=group())
            told = {
                await toast(api, BORIS, answer, data)
                for data in ("m:1:2", "c:1:1", "n:1:1", "d:1:topic", "f:1", "l:ru")
            }
            assert api.now(answer) == answer
            return told

    refused = phrase("bg", "tg-strange-group", id=group()["id"])
    assert asyncio.run(talk()) == {refused}


def test_f25_a_button_of_another_message_is_stale(database):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "harbour?")
            await asks(api, ANNA, "whale?")
            return [await toast(api, ANNA, answer, data) for data in ("c:2:1", "n:2:1", "m:2:1")]

    assert asyncio.run(talk()) == [phrase("en", "tg-stale")] * 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_f25_what_buttons_send_is_never_longer_than_telegram_takes(language):
    source = "Много дълго име на вестник " * 9
    text = "Дума. " * 200_000
    articles = [Article(str(n), text, "T", f"{source}{n}", "bg") for n in range(3)]
    end = len(text) - 1
    quotes = tuple(Quote(one, one.span(end - 5, end), 1.0, speaker=one.source) for one in articles)
    found = Answer(Understood("?", "bg"), quotes)
    showing = Showing(cast("Conversation", LineFinder()), 3)
    asked = 10**18 - 1
    ways = (showing.answer, showing.quotes, showing.narrowings)
    for shown in [way(found, language, asked, 9999) for way in ways]:
        assert shown.buttons
        for row in shown.buttons.inline_keyboard:
            for button in row:
                assert 1 <= len(str(button.callback_data).encode()) <= 64


def test_an_answer_has_at_most_two_rows_of_buttons_above_its_filters(database):
    async def talk():
        async with talking(database) as api:
            return await asks(api, ANNA, "whale or harbour?")

    assert len(asyncio.run(talk())["reply_markup"]["inline_keyboard"]) == 2
