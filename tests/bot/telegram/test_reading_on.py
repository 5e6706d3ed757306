"""A quote in its paragraph: opened in place, shared, and opened again by its link."""

import asyncio
from dataclasses import replace

import pytest

from bot.phrases import phrase
from index.records import Article
from tests.bot.botapi import BOT, FakeBotApi, group, utf16_slice
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    CALL,
    HARBOUR,
    LineFinder,
    asks,
    buttons,
    quoted,
    running,
    talking,
    taps,
    toast,
)

CONTEXT, BACK = phrase("en", "tg-context"), phrase("en", "tg-back")
SHARE, COPY = phrase("en", "tg-share"), phrase("en", "tg-copy-link")


@pytest.fixture
def database(tmp_path):
    return tmp_path / "chats.db"


def bold(message):
    return [
        utf16_slice(message["text"], entity)
        for entity in message["entities"]
        if entity["type"] == "bold"
    ]


def test_a_quote_is_opened_in_its_paragraph_and_closed_again(database):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "harbour?")
            chooser = await taps(api, ANNA, answer, CONTEXT)
            second = list(buttons(chooser))[1]
            opened = await taps(api, ANNA, chooser, second)
            return answer, chooser, opened, await taps(api, ANNA, opened, BACK), api.sent

    answer, chooser, opened, closed, sent = asyncio.run(talk())
    assert chooser["text"] == answer["text"]
    assert len(buttons(chooser)) == 4
    (around,) = quoted(opened)
    assert around in HARBOUR.text
    assert bold(opened) == ["The harbour keeps ship number 2."]
    assert bold(opened)[0] in around
    assert bold(opened)[0] != around
    assert list(buttons(opened)) == [BACK, SHARE, COPY]
    assert (closed["text"], closed["reply_markup"]) == (answer["text"], answer["reply_markup"])
    assert sent == [closed]


def test_the_only_quote_of_a_page_is_opened_at_once(database):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "съболезнования?")
            return await taps(api, ANNA, answer, CONTEXT)

    opened = asyncio.run(talk())
    assert quoted(opened) == [CALL.text]
    assert bold(opened) == [CALL.text.split("\n")[1]]


def test_what_is_left_out_of_a_paragraph_is_told_outside_of_the_quotation(database):
    text = " ".join(f"Whale number {number} sang all night long." for number in range(99))
    article = Article("whales", text, "Whales", "Sea", "en")

    class Sentences(LineFinder):
        """Quotes one sentence in the middle of a long paragraph."""

        def context(self, key, shown=None):
            found = super().context(key, shown)
            assert found
            words = "Whale number 50 sang all night long."
            start = text.index(words)
            quote = replace(found.quote, span=article.span(start, start + len(words)))
            span = article.span(start - 37, start + 2 * 37 - 1)
            return replace(found, quote=quote, span=span, goes_before=True, goes_on=True)

    async def talk():
        async with talking(database, Sentences([article])) as api:
            answer = await asks(api, ANNA, "whale?")
            return await taps(api, ANNA, answer, CONTEXT)

    opened = asyncio.run(talk())
    (around,) = quoted(opened)
    assert around == (
        "Whale number 49 sang all night long. Whale number 50 sang all night long."
        " Whale number 51 sang all night long."
    )
    assert opened["text"].startswith(f"[…]\n{around}\n[…]\nSea · ")


def test_a_quote_longer_than_a_message_is_opened_with_its_beginning(database):
    long = Article("long", "whale " * 4000 + "end.", "Long", "Sea", "en")

    async def talk():
        async with talking(database, LineFinder([long])) as api:
            answer = await asks(api, ANNA, "whale?")
            return await taps(api, ANNA, answer, CONTEXT)

    opened = asyncio.run(talk())
    assert quoted(opened)[0] in long.text
    assert "\n[…]\n" in opened["text"]
    assert len(opened["text"]) <= 4096


def test_the_quotes_of_a_view_are_opened_too(database):
    async def talk():
        async with talking(database) as api:
            listed = await asks(api, ANNA, "/said съболезнования")
            opened = await taps(api, ANNA, listed, CONTEXT)
            return listed, opened, await taps(api, ANNA, opened, BACK)

    listed, opened, closed = asyncio.run(talk())
    assert quoted(opened) == [CALL.text]
    assert closed["text"] == listed["text"]


def test_anybody_in_a_group_may_open_a_quote(database):
    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "/ask съболезнования?", chat=group())
            return await taps(api, BORIS, answer, CONTEXT)

    assert quoted(asyncio.run(talk())) == [CALL.text]


def test_a_quote_that_was_withdrawn_cannot_be_opened(database):
    finder = LineFinder()

    async def talk():
        async with talking(database, finder) as api:
            answer = await asks(api, ANNA, "съболезнования?")
            finder.articles["call"] = replace(CALL, text="Нещо друго.")
            told = await toast(api, ANNA, answer, buttons(answer)[CONTEXT])
            assert api.now(answer) == answer
            return told

    assert asyncio.run(talk()) == phrase("en", "gone")


# Links


def test_a_quote_has_a_link_that_opens_it_also_after_a_restart_and_for_others(database):
    async def talk():
        async with FakeBotApi() as api:
            async with running(api, database):
                answer = await asks(api, ANNA, "съболезнования?")
                opened = await taps(api, ANNA, answer, CONTEXT)
            database.unlink()
            async with running(api, database):
                link = buttons(opened)[COPY]
                shown = await asks(api, BORIS, f"/start {link.partition('?start=')[2]}")
                return opened, link, shown

    opened, link, shown = asyncio.run(talk())
    assert link.startswith(f"https://t.me/{BOT['username']}?start=q_")
    assert len(link.partition("?start=")[2]) <= 64
    assert quoted(shown) == quoted(opened) == [CALL.text]
    assert bold(shown) == bold(opened)
    assert list(buttons(shown)) == [phrase("bg", "tg-share"), phrase("bg", "tg-copy-link")]


def test_the_link_of_a_quote_that_was_withdrawn_says_so(database):
    finder = LineFinder()

    async def talk():
        async with talking(database, finder) as api:
            answer = await asks(api, ANNA, "съболезнования?")
            opened = await taps(api, ANNA, answer, CONTEXT)
            del finder.articles["call"]
            return await asks(api, ANNA, f"/start {buttons(opened)[SHARE]}")

    assert asyncio.run(talk())["text"] == phrase("en", "gone")


@pytest.mark.parametrize("payload", ["", "inline", "q_", "q_%00", "q_" + "9" * 300, "x; drop"])
def test_another_link_greets(database, payload):
    async def talk():
        async with talking(database) as api:
            return await asks(api, ANNA, f"/start {payload}".strip())

    assert asyncio.run(talk())["text"].startswith(phrase("en", "tg-start"))


def test_without_inline_mode_nothing_is_shared_by_it(database, monkeypatch):
    monkeypatch.setitem(BOT, "supports_inline_queries", False)

    async def talk():
        async with talking(database) as api:
            answer = await asks(api, ANNA, "съболезнования?")
            return await taps(api, ANNA, answer, CONTEXT)

    assert list(buttons(asyncio.run(talk()))) == [BACK, COPY]


def test_the_samples_are_opened_as_they_are_stored(archive, conversation, tmp_path):
    async def talk():
        async with talking(tmp_path / "chats.db", conversation) as api:
            answer = await asks(api, ANNA, "what did Putin tell Netanyahu?")
            chooser = await taps(api, ANNA, answer, CONTEXT)
            opened = []
            for label in list(buttons(chooser))[:-1]:
                opened.append(await taps(api, ANNA, chooser, label))
                await taps(api, ANNA, chooser, BACK)
                chooser = await taps(api, ANNA, chooser, CONTEXT)
            return answer, opened

    answer, opened = asyncio.run(talk())
    texts = [article.text for article in archive.articles()]
    assert [bold(one)[0] for one in opened] == quoted(answer)
    for one in opened:
        (around,) = quoted(one)
        assert any(around in text for text in texts)
