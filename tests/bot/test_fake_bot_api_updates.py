"""Updates reach the bot by the rules of the real Bot API: polls, webhooks, and what people do."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.bot.botapi import Reader, channel, group
from tests.bot.botapi.client import bad, conversation, error
from tests.bot.botapi.refusals import OTHER_POLLER, WEBHOOK_CAME, WEBHOOK_IS_SET

ANNA = Reader(1, "en")
BORIS = Reader(2, "bg")


def texts(polled):
    return [update["message"]["text"] for update in polled["result"]]


# Polls


def test_updates_are_given_again_until_a_later_offset_confirms_them():
    async def steps(api, call):
        for text in ("one", "two", "three"):
            api.says(ANNA, text)
        polled = await call("getUpdates")
        second = polled["result"][1]["update_id"]
        assert texts(polled) == texts(await call("getUpdates")) == ["one", "two", "three"]
        assert texts(await call("getUpdates", limit=1)) == ["one"]
        assert texts(await call("getUpdates", offset=second)) == ["two", "three"]
        assert api.waiting == 2
        assert texts(await call("getUpdates", offset=second + 9)) == []
        await api.seen()

    conversation(steps)


def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest():
    async def steps(api, call):
        for text in ("one", "two", "three"):
            api.says(ANNA, text)
        assert texts(await call("getUpdates", offset=-2)) == ["two", "three"]
        assert texts(await call("getUpdates", offset=-9)) == ["two", "three"]
        assert api.waiting == 2

    conversation(steps)


def test_a_poll_waits_for_an_update_but_not_for_ever():
    async def steps(api, call):
        poll = asyncio.create_task(call("getUpdates", timeout=5))
        await api.until(lambda: api.calls)
        api.says(ANNA, "one")
        assert texts(await poll) == ["one"]
        assert texts(await call("getUpdates", timeout=0.05, offset=99)) == []

    conversation(steps)


def test_a_second_poll_ends_the_first():
    async def steps(api, call):
        first = asyncio.create_task(call("getUpdates", timeout=5))
        await api.until(lambda: api.calls)
        assert (await call("getUpdates"))["ok"]
        assert await first == error(409, OTHER_POLLER)

    conversation(steps)


def test_kinds_that_are_not_asked_for_are_not_kept_from_then_on():
    async def steps(api, call):
        api.says(ANNA, "before")
        assert texts(await call("getUpdates", allowed_updates=["callback_query"])) == ["before"]
        api.says(ANNA, "after")
        assert texts(await call("getUpdates")) == ["before"]
        assert texts(await call("getUpdates", allowed_updates=[])) == ["before"]
        api.says(ANNA, "again")
        assert texts(await call("getUpdates")) == ["before", "again"]

    conversation(steps)


def test_reactions_are_given_only_to_who_asks_and_unknown_kinds_always():
    async def steps(api, call):
        message = api.says(ANNA, "one")
        api.reacts(BORIS, message, "👍")
        api.update({"news_from_the_future": {"a": 1}})
        kinds = [list(update)[1] for update in (await call("getUpdates"))["result"]]
        assert kinds == ["message", "news_from_the_future"]
        await call("getUpdates", offset=9, allowed_updates=["message_reaction"])
        api.reacts(BORIS, message, "👍")
        (update,) = (await call("getUpdates"))["result"]
        assert update["message_reaction"]["new_reaction"] == [{"type": "emoji", "emoji": "👍"}]

    conversation(steps)


def test_an_update_may_come_twice():
    async def steps(api, call):
        update = api.update({"message": api.says(ANNA, "one")})
        await call("getUpdates", offset=update["update_id"] + 1)
        api.repeats(update)
        assert (await call("getUpdates"))["result"] == [update]
        assert (await call("getUpdates"))["result"] == []

    conversation(steps)


def test_who_polls_for_the_same_offset_again_and_again_is_slowed_down():
    async def steps(api, call):
        loop = asyncio.get_running_loop()
        api.says(ANNA, "one")
        api.says(ANNA, "two")
        assert len((await call("getUpdates"))["result"]) == 2
        assert len((await call("getUpdates"))["result"]) == 1
        await call("getUpdates", offset=9)
        begin = loop.time()
        poll = asyncio.create_task(call("getUpdates", offset=9))
        await asyncio.sleep(0.2)
        api.says(ANNA, "three")
        assert texts(await poll) == ["three"]
        assert loop.time() - begin >= 0.2

    conversation(steps, strict_polls=True)


def test_a_poll_that_waits_goes_home_when_the_server_stops():
    polls = []

    async def steps(api, call):
        polls.append(asyncio.create_task(call("getUpdates", timeout=50)))
        await api.until(lambda: api.calls)
        api.world.updates.end_polls(None)
        assert texts(await polls[0]) == []

    conversation(steps)


# Webhooks


@asynccontextmanager
async def listening(statuses=()):
    """A bot that gets deliveries: what came, each with its secret, and where."""
    came, answers = [], iter(statuses)

    async def hook(request):
        came.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        return web.Response(status=next(answers, 200))

    application = web.Application()
    application.router.add_post("/hook", hook)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        yield came, f"http://{host}:{port}/hook"
    finally:
        await runner.cleanup()


def test_a_webhook_gets_what_waits_and_what_comes_with_its_secret():
    async def steps(api, call):
        async with listening() as (came, url):
            api.says(ANNA, "one")
            assert (await call("setWebhook", url=url, secret_token="s_1"))["result"] is True
            api.says(BORIS, "two")
            await api.until(lambda: len(came) == 2)
            await api.seen()
            assert {secret for secret, _ in came} == {"s_1"}
            assert {update["message"]["text"] for _, update in came} == {"one", "two"}
            info = (await call("getWebhookInfo"))["result"]
            assert (info["url"], info["pending_update_count"]) == (url, 0)
            assert await call("getUpdates") == error(409, WEBHOOK_IS_SET)
            assert (await call("deleteWebhook"))["ok"]
            assert (await call("getUpdates"))["result"] == []

    conversation(steps)


def test_a_delivery_is_repeated_until_it_is_taken_and_holds_up_its_chat_only():
    async def steps(api, call):
        async with listening([500, 302]) as (came, url):
            await call("setWebhook", url=url, max_connections=1)
            for text in ("one", "two"):
                api.says(ANNA, text)
            await api.seen()
            assert [update["message"]["text"] for _, update in came] == ["one"] * 3 + ["two"]
            info = (await call("getWebhookInfo"))["result"]
            assert info["last_error_message"] == "Wrong response from the webhook: 302 Found"
            assert info["max_connections"] == 1

    conversation(steps)


def test_an_update_may_be_delivered_twice():
    async def steps(api, call):
        async with listening() as (came, url):
            await call("setWebhook", url=url)
            update = api.update({"message": api.says(ANNA, "one")})
            await api.seen()
            api.repeats(update)
            await api.until(lambda: len(came) == 3)
            assert came[1] == came[2] == (None, update)

    conversation(steps)


def test_a_webhook_nobody_listens_at_keeps_the_updates():
    async def steps(api, call):
        await call("setWebhook", url="http://127.0.0.1:1/hook")
        api.says(ANNA, "one")
        await api.until(lambda: api.world.webhook.info().get("last_error_message"))
        assert (await call("getWebhookInfo"))["result"]["pending_update_count"] == 1
        assert (await call("deleteWebhook", drop_pending_updates=True))["ok"]
        assert api.waiting == 0

    conversation(steps)


def test_nothing_is_delivered_beyond_loopback():
    async def steps(api, call):
        await call("setWebhook", url="https://bot.example/hook")
        api.says(ANNA, "one")
        await api.until(lambda: api.world.webhook.info().get("last_error_message"))
        info = (await call("getWebhookInfo"))["result"]
        assert info["last_error_message"] == "Connection refused"

    conversation(steps)


def test_a_webhook_ends_the_poll_that_waits():
    async def steps(api, call):
        poll = asyncio.create_task(call("getUpdates", timeout=5))
        await api.until(lambda: api.calls)
        await call("setWebhook", url="http://127.0.0.1:1/hook", drop_pending_updates=True)
        assert await poll == error(409, WEBHOOK_CAME)
        assert (await call("setWebhook", url=""))["ok"]
        assert (await call("getUpdates"))["ok"]

    conversation(steps)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(
            {"url": "http://bot.example/"},
            "bad webhook: An HTTPS URL must be provided for webhook",
            id="http",
        ),
        pytest.param(
            {"url": "https://bot.example:444/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
            id="port",
        ),
        pytest.param(
            {"url": "https://bot.example:x/"},
            "bad webhook: invalid webhook URL specified",
            id="no-port",
        ),
        pytest.param(
            {"url": "https://bot.example/", "secret_token": "a b"},
            "secret token contains unallowed characters",
            id="secret",
        ),
    ],
)
def test_a_wrong_webhook_is_refused(data, told):
    async def steps(_api, call):
        assert await call("setWebhook", **data) == bad(told)

    conversation(steps)


# What people do


def test_messages_come_with_what_telegram_marks_in_them():
    async def steps(api, call):
        api.says(ANNA, "/ask@citat_bot why?", chat=group(-5), thread=3)
        (update,) = (await call("getUpdates"))["result"]
        message = update["message"]
        assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 14}]
        assert message["from"]["language_code"] == "en"
        assert (message["chat"]["id"], message["message_thread_id"]) == (-5, 3)

    conversation(steps)


@pytest.mark.parametrize("what", ["photo", "voice", "document", "sticker", "location", "contact"])
def test_people_send_what_is_no_text(what):
    async def steps(api, call):
        api.sends(ANNA, what)
        (update,) = (await call("getUpdates"))["result"]
        assert what in update["message"]
        assert "text" not in update["message"]

    conversation(steps)


def test_an_edit_and_a_post_are_updates_of_their_own():
    async def steps(api, call):
        question = api.says(ANNA, "/ask a")
        edited = api.edits(ANNA, question, "b")
        post = api.posts(channel(), "post")
        api.edits(ANNA, post, "past")
        given = (await call("getUpdates"))["result"]
        assert [list(update)[1] for update in given] == [
            "message",
            "edited_message",
            "channel_post",
            "edited_channel_post",
        ]
        assert (given[0]["message"]["text"], given[1]["edited_message"]["text"]) == ("/ask a", "b")
        assert "entities" not in edited
        assert api.now(question) == edited
        assert "from" not in post

    conversation(steps)
