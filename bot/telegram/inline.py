"""Quotes for any chat: what is typed behind the bot's name is a question, each quote a result."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode
from telegram.ext import ContextTypes

from bot.answer import Quote
from bot.asked import Asked
from bot.conversation import Conversation
from bot.phrases import phrase
from bot.shelf import key
from bot.telegram.links import quote_key, quote_link
from bot.telegram.remarks import own_language, unless
from bot.telegram.render import described, said_or_title, shared_quote

PAUSE_S = 0.4
"""Who types on within this time has not asked yet."""

FEWEST_LETTERS = 3
MOST_RESULTS = 50
"""As many as Telegram shows for one query."""

CACHE_S = 60
"""How long Telegram may answer the same query by itself: the archive goes on."""


class Inline:
    """Answers inline queries; of those that somebody types one after another, the last."""

    def __init__(
        self,
        conversation: Conversation,
        work: Callable[..., Awaitable[Any]],
    ) -> None:
        self._conversation = conversation
        self._work = work
        self._last: dict[int, str] = {}

    async def answer(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Offer quotes, or a button that says why there are none."""
        query, language = cast("InlineQuery", update.inline_query), own_language(update)
        reader = query.from_user.id
        self._last[reader] = query.id
        await asyncio.sleep(PAUSE_S)
        if self._last.get(reader) != query.id:
            return
        asks = sum(map(str.isalpha, query.query)) >= FEWEST_LETTERS
        quotes = await self._work(self._quotes, query.query) if asks else ()
        if self._last.get(reader) != query.id:
            return
        del self._last[reader]
        told = phrase(language, "tg-inline-none" if asks else "tg-inline-hint")
        with unless("query is too old"):
            await query.answer(
                [_result(one, language, context.bot.username) for one in quotes],
                cache_time=CACHE_S,
                is_personal=True,  # in the reader's language, and not for the banned
                button=None if quotes else way_in(told),
            )

    def _quotes(self, text: str) -> tuple[Quote, ...]:
        """Return the quotes that answer a question, or the one that is shared by its key."""
        if shared := quote_key(text):
            context = self._conversation.context(shared)
            return (context.quote,) if context else ()
        found = Asked(text).answered(self._conversation).quotes
        return tuple({key(quote): quote for quote in found}.values())[:MOST_RESULTS]


def way_in(label: str) -> InlineQueryResultsButton:
    """Return a button above the results that leads into a chat with the bot."""
    return InlineQueryResultsButton(label, start_parameter="inline")


def _result(quote: Quote, language: str, username: str) -> InlineQueryResultArticle:
    """Return a quote as one sends it: with its source, and a way to read on."""
    page, shared = shared_quote(quote, language), key(quote)
    opened = InlineKeyboardButton(phrase(language, "tg-context"), url=quote_link(username, shared))
    return InlineQueryResultArticle(
        shared,
        said_or_title(quote, language),
        InputTextMessageContent(
            page.html, parse_mode=ParseMode.HTML, link_preview_options=page.link_preview
        ),
        reply_markup=InlineKeyboardMarkup.from_button(opened),
        description=described(quote),
    )
