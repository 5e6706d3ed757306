"""Quotes for any chat, typed behind the bot's name (F26)."""

import asyncio

import pytest

from bot.phrases import phrase
from bot.telegram import inline
from index.records import Article
from tests.bot.botapi import BOT, utf16_slice
from tests.bot.telegram_world import (
    ANNA,
    BORIS,
    CALL,
    HARBOUR,
    HOSTILE,
    VERA,
    LineFinder,
    asks,
    quoted,
    talking,
)


@pytest.fixture
def database(tmp_path):
    return tmp_path / "chats.db"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.05)


async def types(api, reader, text):
    """Type behind the bot's name and return what is offered."""
    count = len(api.inline_answers)
    api.inline(reader, text)
    await api.until(lambda: len(api.inline_answers) > count)
    return api.inline_answers[-1]


def test_f26_each_quote_is_a_result_to_send_with_its_source(database):
    async def talk():
        async with talking(database) as api:
            return await types(api, BORIS, "съболезнования?")

    answer = asyncio.run(talk())
    (result,) = answer["results"]
    words = CALL.text.split("\n")[1]
    assert result["title"] == CALL.title
    assert result["description"] == words
    assert quoted(result["message"]) == [words]
    assert "Вестник · 16 октомври 2023 г. · Путин говори с" in result["message"]["text"]
    [[button]] = result["reply_markup"]["inline_keyboard"]
    assert button["url"].startswith(f"https://t.me/{BOT['username']}?start=q_")
    assert answer["is_personal"] is True
    assert answer["cache_time"] == inline.CACHE_S


def test_f26_a_hostile_article_is_sent_as_its_words(database):
    async def talk():
        async with talking(database) as api:
            return await types(api, ANNA, "whale?")

    results = asyncio.run(talk())["results"]
    assert [quoted(one["message"])[0] for one in results] == HOSTILE.text.split("\n")


def test_f26_no_more_than_fifty_results_each_once(database):
    text = "\n".join(f"The whale sings song number {number}." for number in range(60))
    finder = LineFinder([Article("songs", text, "Songs", "Sea", "en")])

    async def talk():
        async with talking(database, finder) as api:
            return await types(api, ANNA, "whale?")

    results = asyncio.run(talk())["results"]
    assert [quoted(one["message"])[0] for one in results] == text.split("\n")[:50]


@pytest.mark.parametrize("text", ["", "  ", "ab", "12345", "?!…"])
def test_f26_who_has_hardly_typed_is_told_how(database, text):
    finder = LineFinder()

    async def talk():
        async with talking(database, finder) as api:
            return await types(api, VERA, text)

    answer = asyncio.run(talk())
    assert answer["results"] == []
    assert answer["button"]["text"] == phrase("ru", "tg-inline-hint")
    assert finder.asked == []


def test_f26_where_nothing_is_found_a_button_leads_to_the_bot(database):
    async def talk():
        async with talking(database) as api:
            answer = await types(api, ANNA, "Ronaldo?")
            return answer, await asks(api, ANNA, f"/start {answer['button']['start_parameter']}")

    answer, greeting = asyncio.run(talk())
    assert answer["button"]["text"] == phrase("en", "tg-inline-none")
    assert greeting["text"].startswith(phrase("en", "tg-start"))


def test_f26_of_what_is_typed_on_and_on_the_last_is_answered(database, monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.3)
    finder = LineFinder()

    async def talk():
        async with talking(database, finder) as api:
            for end in range(3, len("harbour?")):
                api.inline(ANNA, "harbour?"[:end])
            last = api.inline(ANNA, "harbour?")
            other = api.inline(BORIS, "whale?")
            await api.until(lambda: len(api.inline_answers) == 2)
            await asyncio.sleep(0.4)
            return {one["inline_query_id"] for one in api.inline_answers}, {str(last), str(other)}

    answered, last = asyncio.run(talk())
    assert set(map(str, answered)) == last
    assert sorted(text for text, _ in finder.asked) == ["harbour?", "whale?"]


def test_f26_a_query_that_is_too_old_is_no_trouble(database, caplog):
    async def talk():
        async with talking(database) as api:
            api.fails("answerInlineQuery", 400, "query is too old and response timeout expired")
            api.inline(ANNA, "harbour?")
            await api.until(lambda: api.called("answerInlineQuery"))
            return await types(api, ANNA, "whale?")

    assert asyncio.run(talk())["results"]
    assert [entry for entry in caplog.records if entry.levelname == "ERROR"] == []


def test_f26_a_stranger_gets_a_way_to_the_bot_and_no_quotes(database):
    finder = LineFinder()

    async def talk():
        async with talking(database, finder, open_to_all=False, allowed_users=(ANNA.id,)) as api:
            return await types(api, VERA, "harbour?"), await types(api, ANNA, "harbour?")

    refused, answer = asyncio.run(talk())
    assert (refused["results"], refused["is_personal"]) == ([], True)
    assert refused["button"]["text"] == phrase("ru", "tg-stranger-inline")
    assert answer["results"]
    assert answer["is_personal"] is True
    assert [text for text, _ in finder.asked] == ["harbour?"]


def test_a_shared_quote_is_offered_by_its_key(database):
    async def talk():
        async with talking(database) as api:
            (found,) = (await types(api, ANNA, "съболезнования?"))["results"]
            again = await types(api, ANNA, f"q_{found['id']}")
            return found, again, await types(api, ANNA, "q_0123456789abcdef_0_4")

    found, again, gone = asyncio.run(talk())
    assert again["results"] == [found]
    assert gone["results"] == []


def test_a_quote_longer_than_a_message_is_offered_with_its_beginning(database):
    long = Article("long", "whale " * 4000 + "end.", "Long", "Sea", "en")

    async def talk():
        async with talking(database, LineFinder([long])) as api:
            return await types(api, ANNA, "whale?")

    (result,) = asyncio.run(talk())["results"]
    (words,) = quoted(result["message"])
    assert long.text.startswith(words)
    assert phrase("en", "tg-part", part=1, parts=11) in result["message"]["text"]


def test_a_result_is_previewed_by_its_own_article(database):
    async def talk():
        async with talking(database) as api:
            return await types(api, ANNA, "съболезнования harbour?")

    previews = [
        one["input_message_content"]["link_preview_options"].get("url")
        for one in asyncio.run(talk())["results"]
    ]
    assert previews == [CALL.url, *[None] * len(HARBOUR.text.split("\n"))]


def test_the_words_of_an_entity_are_cut_as_a_client_cuts_them(database):
    async def talk():
        async with talking(database) as api:
            return await types(api, ANNA, "whale?")

    for result in asyncio.run(talk())["results"]:
        message = result["message"]
        for entity in message["entities"]:
            assert utf16_slice(message["text"], entity) in message["text"]
