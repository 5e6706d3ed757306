"""Standing questions in Telegram, end to end: commands in, each new answer out, once."""

import asyncio
import logging
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError, TimedOut

from bot.dates import date_in_words
from bot.phrases import phrase
from bot.telegram import following
from bot.telegram import watching as rounds
from bot.telegram.watching import surely_unsent
from ingest.watching.ledger import Ledger
from ingest.watching.settings import WatchSettings
from tests.bot.botapi import FakeBotApi, group
from tests.bot.telegram_world import ANNA, BORIS, quoted, watching
from tests.bot.watches.bridge import COST, FERRY, LORRIES, QUESTION, RAIN
from tests.ingest.site import START, World
from tests.ingest.site.life import live
from tests.ingest.site.outlet import Outlet, Story

BLOCKED = 403, "Forbidden: bot was blocked by the user"


@pytest.fixture(autouse=True)
def quick_rounds(monkeypatch):
    monkeypatch.setattr(rounds, "EVERY_S", 0.02)
    monkeypatch.setattr(rounds, "QUIET_S", 0.1)
    monkeypatch.setattr(following, "EVERY_S", 0.02)


@asynccontextmanager
async def world(bridge, **settings):
    """A running bot over the bridge."""
    async with (
        FakeBotApi() as api,
        watching(api, bridge.library.path, bridge.conversation, **settings),
    ):
        yield api


async def watched(api, reader=BORIS, question=QUESTION, **extra):
    """Put a standing question and wait until it stands."""
    before = len(api.sent)
    api.says(reader, f"/watch {question}", **extra)
    return (await api.answers(before + 1))[-1]


async def some_rounds():
    await asyncio.sleep(0.4)


def news(api):
    return [message for message in api.sent if quoted(message)]


# From the feeds


def test_what_the_watcher_of_the_feeds_stores_reaches_who_waits_for_it(bridge):
    outlet = Outlet("Вести", language="bg")
    outlet.stories.append(Story("/bridge", "Мостът", [(START, [COST, RAIN])]))
    site, folder = World(outlets={"Вести": outlet}), bridge.library.path.parent

    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            with Ledger.open(folder) as ledger:
                ledger.add_feed(f"{outlet.url}/feed.xml", START)
            encoder, end = bridge.encoder, START + 60
            await asyncio.to_thread(live, folder, site.clock_url, end, WatchSettings(), encoder)
            await api.until(lambda: news(api))
            await some_rounds()
            return [words for message in news(api) for words in quoted(message)]

    with site.served():
        assert asyncio.run(conversation()) == [COST]


# The commands


def test_a_question_is_put_listed_and_ended(bridge):
    async def conversation():
        async with world(bridge) as api:
            api.says(BORIS, "/watches")
            await api.answers(1)
            await watched(api)
            for number, text in enumerate(("/watches", "/unwatch 1", "/watches"), start=3):
                api.says(BORIS, text)
                await api.answers(number)
        return [message["text"] for message in api.sent]

    none, added, *rest = asyncio.run(conversation())
    assert none == phrase("bg", "tg-watches-none")
    assert added.startswith(phrase("bg", "tg-watch-added", id=1, question=QUESTION))
    assert rest == [f"1  {QUESTION}", phrase("bg", "unwatched", id=1), none]


def test_a_reply_to_an_answer_puts_its_question_whole(bridge):
    async def conversation():
        async with world(bridge) as api:
            api.says(BORIS, "какво каза кметът Дрянков за купата?")
            await api.answers(1)
            api.says(BORIS, "а за моста в Белозар?")
            answer = (await api.answers(2))[-1]
            await asyncio.sleep(0.1)
            api.says(BORIS, "/watch", reply_to=answer)
            await api.answers(3)

    asyncio.run(conversation())
    [watch] = bridge.watches.of(BORIS.id)
    assert watch.question == "какво каза кметът Дрянков за моста в Белозар?"


def test_a_reply_to_what_somebody_wrote_puts_that(bridge):
    async def conversation():
        async with world(bridge) as api:
            asked = api.says(ANNA, QUESTION, chat=group())
            api.says(BORIS, "/watch", chat=group(), reply_to=asked)
            await api.answers(1)

    asyncio.run(conversation())
    [watch] = bridge.watches.of(group()["id"])
    assert (watch.question, watch.user) == (QUESTION, BORIS.id)


def test_a_reply_to_a_list_of_quotes_puts_nothing(bridge):
    async def conversation():
        async with world(bridge) as api:
            api.says(BORIS, "/timeline мостът в Белозар")
            listed = (await api.answers(1))[-1]
            await asyncio.sleep(0.1)
            api.says(BORIS, "/watch", reply_to=listed)
            return (await api.answers(2))[-1]["text"]

    assert asyncio.run(conversation()) == phrase("bg", "tg-watch-empty")
    assert bridge.watches.of(BORIS.id) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("/watch", phrase("bg", "tg-watch-empty"), id="nothing"),
        pytest.param("/watch ?!", phrase("bg", "not-a-question"), id="no-words"),
        pytest.param("/watch " + "а" * 1001, phrase("bg", "too-long", limit=1000), id="endless"),
        pytest.param("/unwatch", phrase("bg", "tg-unwatch-which"), id="no-number"),
        pytest.param("/unwatch all", phrase("bg", "tg-unwatch-which"), id="no-such-number"),
        pytest.param("/unwatch 7", phrase("bg", "tg-unwatch-which"), id="of-another-chat"),
    ],
)
def test_bad_input_gets_a_polite_answer(bridge, text, told):
    async def conversation():
        async with world(bridge) as api:
            api.says(BORIS, text)
            (answer,) = await api.answers(1)
        assert answer["text"] == told

    asyncio.run(conversation())
    assert bridge.watches.of(BORIS.id) == []


def test_a_chat_has_no_more_watches_than_the_configuration_allows(bridge):
    async def conversation():
        async with world(bridge, watches_per_chat=1) as api:
            await watched(api)
            answer = await watched(api, question="кой спечели купата на страната?")
        assert answer["text"] == phrase("bg", "tg-watch-most", count=1)

    asyncio.run(conversation())
    assert len(bridge.watches.of(BORIS.id)) == 1


def test_a_stranger_can_watch_nothing(bridge):
    async def conversation():
        async with world(bridge, open_to_all=False, allowed_users=(ANNA.id,)) as api:
            refused = await watched(api)
        assert refused["text"] == phrase("bg", "tg-stranger", id=BORIS.id)

    asyncio.run(conversation())
    assert bridge.watches.of(BORIS.id) == []


# What is new


def test_new_answers_come_in_one_message_and_once(bridge):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            bridge.library.write([bridge.entry("new", COST), bridge.entry("newer", LORRIES)])
            await api.until(lambda: news(api))
            bridge.prints("copy", COST)
            bridge.prints("rain", RAIN)
            await some_rounds()
            (message,) = news(api)
        assert sorted(quoted(message)) == sorted([COST, LORRIES])
        title = phrase("bg", "tg-watch-news", id=1, question=QUESTION)
        assert message["text"].startswith(f"{title}\n\n")
        assert "Herald" in message["text"]
        assert message["chat"]["id"] == BORIS.id
        assert "reply_to_message" not in message

    asyncio.run(conversation())


def test_more_than_a_message_holds_comes_in_several_and_nothing_is_lost(bridge):
    told = [COST.replace("двадесет", str(number)) for number in range(100, 130)]

    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            entries = [bridge.entry(f"new-{n}", text) for n, text in enumerate(told)]
            bridge.library.write(entries)
            await api.until(lambda: sum(len(quoted(one)) for one in news(api)) >= len(told), 20)
            await some_rounds()
            return [words for message in news(api) for words in quoted(message)]

    assert sorted(asyncio.run(conversation())) == told


def test_a_bot_that_starts_again_delivers_what_came_while_it_was_off(bridge):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            bridge.prints("new", COST)
            await api.until(lambda: news(api))
        bridge.prints("newer", LORRIES)
        async with world(bridge) as again:
            again.says(BORIS, "/help")  # the server has to know the chat
            await again.until(lambda: news(again))
            await some_rounds()
        return [quoted(message) for message in [*news(api), *news(again)]]

    assert asyncio.run(conversation()) == [[COST], [LORRIES]]


def test_news_come_in_the_language_and_the_topic_of_the_chat(bridge):
    async def conversation():
        async with world(bridge) as api:
            forum = {**group(), "is_forum": True}
            extra = {"chat": forum, "message_thread_id": 17, "is_topic_message": True}
            await watched(api, ANNA, **extra)
            bridge.prints("new", COST)
            await api.until(lambda: news(api))
            sent = api.called("sendMessage")[-1]
        assert sent["message_thread_id"] == 17
        assert sent["text"].startswith("<i>New for /watch 1: ")

    asyncio.run(conversation())


def test_what_an_article_holds_stays_text(bridge):
    hostile = "Кметът Дрянков каза за моста в Белозар: <b>a & b</b> &lt; „няма да го събаряме“."

    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            bridge.prints("new", hostile)
            await api.until(lambda: news(api))
            return quoted(news(api)[0])

    assert asyncio.run(conversation()) == [hostile]


def test_what_was_delivered_and_is_changed_later_is_flagged_where_it_was_delivered(bridge):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            bridge.library.write([bridge.entry("new", COST), bridge.entry("newer", LORRIES)])
            await api.until(lambda: news(api))
            (message,) = [dict(one) for one in news(api)]
            bridge.prints("new", RAIN)
            await api.until(lambda: api.called("editMessageText"))
            await some_rounds()
            assert len(api.called("editMessageText")) == 1
            return message, api.now(message)

    message, now = asyncio.run(conversation())
    assert quoted(now) == [LORRIES]
    assert now["text"].partition("\n")[0] == message["text"].partition("\n")[0]
    today = date_in_words(datetime.now(UTC), "bg")
    assert phrase("bg", "tg-flag-changed", date=today) in now["text"]


def test_of_a_delivery_in_several_messages_the_one_that_is_changed_is_flagged(bridge):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            bridge.prints("new", LONG)
            await api.until(lambda: len(news(api)) == 2)
            first, second = (dict(one) for one in news(api))
            bridge.prints("new", LONG.replace("мост номер 249", "мост номер 250"))
            await api.until(lambda: api.called("editMessageText"))
            await some_rounds()
            return first, second, api.now(first), api.now(second)

    first, _, first_now, second_now = asyncio.run(conversation())
    assert first_now == first
    assert quoted(second_now) == []


# Trouble


def test_a_chat_that_blocked_the_bot_is_left_alone_until_it_starts_again(bridge, caplog):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            api.fails("sendMessage", *BLOCKED)
            bridge.prints("new", COST)
            await api.until(lambda: bridge.watches.of(BORIS.id)[0].paused)
            calls = len(api.called("sendMessage"))
            bridge.prints("meanwhile", FERRY)
            await some_rounds()
            assert len(api.called("sendMessage")) == calls
            api.says(BORIS, "/start")
            await api.until(lambda: news(api))
            bridge.prints("afterwards", LORRIES)
            await api.until(lambda: len(news(api)) == 2)
            await some_rounds()
            return [quoted(message) for message in news(api)]

    assert asyncio.run(conversation()) == [[COST], [LORRIES]]
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param((429, "Too Many Requests", 2, {"retry_after": 1}), id="too-many"),
        pytest.param((401, "Unauthorized", 1, {}), id="token-refused"),
    ],
)
def test_what_telegram_refuses_is_sent_later(bridge, fault):
    status, description, times, parameters = fault

    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            api.fails("sendMessage", status, description, times, **parameters)
            bridge.prints("new", COST)
            await api.until(lambda: news(api))
            await some_rounds()
            return [quoted(message) for message in news(api)]

    assert asyncio.run(conversation()) == [[COST]]


LONG = f"{COST[:-1]}, {' и '.join(f'мост номер {number}' for number in range(250))}."
"""A sentence of several messages."""


def test_of_a_long_quote_what_was_refused_is_sent_later_and_nothing_twice(bridge):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            api.fails("sendMessage", 429, "Too Many Requests", after=1, retry_after=1)
            bridge.prints("new", LONG)
            await api.until(lambda: len(news(api)) == 2)
            bridge.prints("newer", LORRIES)
            await api.until(lambda: len(news(api)) == 3)
            await some_rounds()
            return [quoted(message) for message in news(api)]

    [first], [second], last = asyncio.run(conversation())
    assert (f"{first} {second}", last) == (LONG, [LORRIES])


def test_of_a_long_quote_that_may_have_arrived_in_part_nothing_is_sent_again(bridge, caplog):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            api.fails("sendMessage", 502, "Bad Gateway", after=1)
            bridge.prints("new", LONG)
            await api.until(lambda: len(api.called("sendMessage")) == 3)
            await some_rounds()
            bridge.prints("newer", LORRIES)
            await api.until(lambda: len(news(api)) == 2)
            return [quoted(message) for message in news(api)]

    [first], last = asyncio.run(conversation())
    assert LONG.startswith(first)
    assert last == [LORRIES]
    assert "may be lost: Bad Gateway" in caplog.text


def test_the_rest_of_what_was_withdrawn_meanwhile_is_not_sent(bridge):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            api.fails("sendMessage", 429, "Too Many Requests", after=1, retry_after=1)
            bridge.prints("new", LONG)
            await api.until(lambda: len(api.called("sendMessage")) == 3)
            bridge.prints("new", RAIN, LONG)
            await asyncio.sleep(1.4)
            return [quoted(message) for message in news(api)]

    [[only]] = asyncio.run(conversation())
    assert LONG.startswith(only)


def test_what_may_have_arrived_is_not_sent_again(bridge, caplog):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            api.fails("sendMessage", 502, "Bad Gateway")
            bridge.prints("new", COST)
            await api.until(lambda: len(api.called("sendMessage")) == 2)
            await some_rounds()
            bridge.prints("newer", LORRIES)
            await api.until(lambda: news(api))
            await some_rounds()
            return [quoted(message) for message in news(api)]

    assert asyncio.run(conversation()) == [[LORRIES]]
    assert "news for watch 1 may be lost: Bad Gateway" in caplog.text


def test_what_telegram_cannot_take_pauses_this_watch_alone(bridge, caplog):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            await watched(api, question="кой затваря моста в Белозар за камиони?")
            api.fails("sendMessage", 400, "message thread not found")
            bridge.prints("new", LORRIES)
            await api.until(lambda: news(api))
            await some_rounds()

    asyncio.run(conversation())
    assert [bool(one.paused) for one in bridge.watches.of(BORIS.id)] == [True, False]
    assert "watch 1 is paused, Telegram says: Message thread not found" in caplog.text


def test_a_group_that_becomes_a_supergroup_is_followed(bridge):
    async def conversation():
        async with world(bridge) as api:
            await watched(api, chat=group(-5))
            api.says(ANNA, "hello", chat=group(-1005))
            api.fails("sendMessage", 400, "group chat was upgraded", migrate_to_chat_id=-1005)
            bridge.prints("new", COST)
            await api.until(lambda: news(api))
            await some_rounds()
            return [message["chat"]["id"] for message in news(api)]

    assert asyncio.run(conversation()) == [-1005]


def test_who_may_no_longer_ask_gets_nothing(bridge):
    bridge.watch(chat=BORIS.id)

    async def conversation():
        async with world(bridge, open_to_all=False, allowed_users=(ANNA.id,)) as api:
            api.says(BORIS, "/help")
            await api.answers(1)
            bridge.prints("new", COST)
            await api.until(lambda: bridge.watches.of(BORIS.id)[0].paused)
            await some_rounds()
            assert news(api) == []

    asyncio.run(conversation())


def test_an_article_withdrawn_before_it_is_sent_stays_unsent(bridge):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            api.fails("sendMessage", 429, "Too Many Requests", retry_after=1)
            bridge.prints("new", COST)
            await api.until(lambda: len(api.called("sendMessage")) == 2)
            bridge.library.remove(["new"])
            await asyncio.sleep(1.2)
            assert news(api) == []
            assert len(api.called("sendMessage")) == 2

    asyncio.run(conversation())


def test_a_round_that_fails_is_logged_and_the_next_goes_on(bridge, caplog, monkeypatch):
    async def conversation():
        async with world(bridge) as api:
            await watched(api)
            check = bridge.newsreader.check
            tried = []

            def once_broken(self, watch):
                tried.append(watch)
                if len(tried) == 1:
                    raise ZeroDivisionError("a secret of ours")
                return check(watch)

            monkeypatch.setattr("bot.watches.news.Newsreader.check", once_broken)
            bridge.prints("new", COST)
            await api.until(lambda: news(api))
            return [quoted(message) for message in news(api)]

    assert asyncio.run(conversation()) == [[COST]]
    assert "a round of the watches ended early" in caplog.text


def caused_by(cause: Exception) -> NetworkError:
    error = NetworkError("no answer")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "unsent"),
    [
        pytest.param(Forbidden("blocked"), True, id="blocked"),
        pytest.param(BadRequest("chat not found"), True, id="bad"),
        pytest.param(caused_by(httpx.ConnectError("refused")), True, id="not-connected"),
        pytest.param(caused_by(httpx.ConnectTimeout("slow")), True, id="connecting"),
        pytest.param(caused_by(httpx.ReadError("reset")), False, id="answer-lost"),
        pytest.param(TimedOut(), False, id="no-answer-in-time"),
        pytest.param(NetworkError("Bad Gateway"), False, id="gateway"),
        pytest.param(TelegramError("anything else"), False, id="unknown"),
    ],
)
def test_only_what_certainly_reached_nobody_may_be_sent_again(error, unsent):
    assert surely_unsent(error) is unsent
