"""python-telegram-bot, as it is, understands all that the stand-in Bot API gives."""

import asyncio

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter

from tests.bot.botapi import FakeBotApi, Reader, channel, group

ANNA = Reader(1, "en")
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("more", callback_data="m:1:2")]])


def talk(steps, **options):
    async def run():
        async with FakeBotApi(**options) as api, Bot(api.token, f"{api.url}/bot") as bot:
            await steps(api, bot)

    asyncio.run(run())


def test_every_update_is_read():
    async def steps(api, bot):
        forum = group(-5, is_forum=True)
        question = api.says(ANNA, "/ask @citat_bot", chat=forum, thread=3)
        api.says(ANNA, "why?", chat=forum, reply_to=question)
        for what in ("photo", "voice", "document", "sticker", "location", "contact"):
            api.sends(ANNA, what)
        api.edits(ANNA, question, "/ask more")
        api.edits(ANNA, api.posts(channel(), "post"), "past")
        api.blocks(ANNA)
        api.unblocks(ANNA)
        sent = await bot.send_message(-5, "x", reply_markup=KEYBOARD)
        api.clicks(ANNA, sent.to_dict(), "more")
        query = api.inline(ANNA, "whale", chat_type="group")
        content = InputTextMessageContent("x")
        result = InlineQueryResultArticle("1", "T", content, reply_markup=KEYBOARD)
        assert await bot.answer_inline_query(query, [result])
        message = api.chooses(ANNA, query, "1")
        api.clicks(ANNA, message)
        assert await bot.edit_message_text("y", inline_message_id=message["inline_message_id"])
        api.deletes(question)
        api.presses(ANNA, question, "m:1:2")
        api.update({"message_reaction": {}, "news_from_the_future": 1})
        updates = await bot.get_updates(allowed_updates=Update.ALL_TYPES, limit=100)
        kinds = [next(name for name in Update.ALL_TYPES if update[name]) for update in updates]
        assert kinds == [
            *["message"] * 8,
            "edited_message",
            "channel_post",
            "edited_channel_post",
            *["my_chat_member"] * 2,
            "callback_query",
            "inline_query",
            "chosen_inline_result",
            *["callback_query"] * 2,
        ]

    talk(steps)


def test_every_entity_is_read():
    async def steps(api, bot):
        api.says(ANNA, "question")
        html = (
            "<b>b</b><i>i</i><u>u</u><s>s</s><tg-spoiler>p</tg-spoiler><code>c</code>"
            '<pre><code class="language-py">p</code></pre><a href="https://a.example">a</a>'
            '<a href="tg://user?id=7">m</a><tg-emoji emoji-id="7">👍</tg-emoji>'
            '<tg-time unix="1647531900" format="wD">then</tg-time> /start #tag $USD @anna_b'
            " a@b.example b.example"
        )
        sent = await bot.send_message(1, html, parse_mode="HTML")
        assert [entity.type for entity in sent.entities] == [
            MessageEntity.BOLD,
            MessageEntity.ITALIC,
            MessageEntity.UNDERLINE,
            MessageEntity.STRIKETHROUGH,
            MessageEntity.SPOILER,
            MessageEntity.CODE,
            MessageEntity.PRE,
            MessageEntity.TEXT_LINK,
            MessageEntity.TEXT_MENTION,
            MessageEntity.CUSTOM_EMOJI,
            MessageEntity.DATE_TIME,
            MessageEntity.BOT_COMMAND,
            MessageEntity.HASHTAG,
            MessageEntity.CASHTAG,
            MessageEntity.MENTION,
            MessageEntity.EMAIL,
            MessageEntity.URL,
        ]
        times = [entity.unix_time.timestamp() for entity in sent.entities if entity.unix_time]
        assert times == [1647531900]

    talk(steps)


def test_every_method_is_understood():
    async def steps(api, bot):
        api.says(ANNA, "question")
        post = api.posts(channel(-7, username="news"), "post")
        assert (await bot.get_me()).username == "citat_bot"
        away = ReplyParameters(post["message_id"], chat_id="@news", quote="os")
        sent = await bot.send_message(1, "x", reply_markup=KEYBOARD, reply_parameters=away)
        assert sent.external_reply.chat.id == -7
        assert sent.quote.position == 1
        assert (await sent.edit_text("y")).text == "y"
        assert (await sent.edit_reply_markup(KEYBOARD)).reply_markup == KEYBOARD
        assert await sent.set_reaction("👀")
        assert await bot.send_chat_action(1, "typing")
        assert await bot.send_message_draft(1, 7, "x")
        assert await sent.delete()
        commands, groups = [BotCommand("ask", "Ask")], BotCommandScopeAllGroupChats()
        assert await bot.set_my_commands(commands, groups, "bg")
        assert await bot.get_my_commands(groups, "bg") == tuple(commands)
        assert await bot.delete_my_commands(groups, "bg")
        assert await bot.set_my_name("Citat")
        assert (await bot.get_my_name()).name == "Citat"
        assert await bot.set_my_short_description("x")
        assert (await bot.get_my_short_description()).short_description == "x"
        assert await bot.set_my_description("x")
        assert (await bot.get_my_description()).description == "x"
        assert (await bot.get_chat(1)).type == "private"
        assert (await bot.get_chat_member(1, 1)).status == "member"
        assert await bot.set_webhook(f"{api.url}/nowhere", secret_token="s", max_connections=2)
        assert (await bot.get_webhook_info()).max_connections == 2
        assert await bot.delete_webhook()
        assert await bot.leave_chat(-7)
        assert await bot.close()
        assert await bot.log_out()

    talk(steps)


@pytest.mark.parametrize(
    ("happens", "error"),
    [
        pytest.param(lambda api: None, BadRequest, id="no-such-chat"),
        pytest.param(lambda api: api.blocks(ANNA), Forbidden, id="blocked"),
        pytest.param(lambda api: api.upgrades(ANNA, ANNA.chat, -9), ChatMigrated, id="migrated"),
        pytest.param(
            lambda api: api.fails("sendMessage", 429, "Too Many Requests", retry_after=3),
            RetryAfter,
            id="flood",
        ),
        pytest.param(
            lambda api: api.fails("sendMessage", 401, "Unauthorized"), InvalidToken, id="token"
        ),
        pytest.param(lambda api: api.fails("sendMessage", 409, "Conflict"), Conflict, id="409"),
    ],
)
def test_every_refusal_is_the_error_that_it_is(happens, error, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "true")

    async def steps(api, bot):
        if error is not BadRequest:
            api.says(ANNA, "question")
        happens(api)
        with pytest.raises(error):
            await bot.send_message(1, "x")

    talk(steps)
