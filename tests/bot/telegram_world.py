"""A small archive, a conversation over it that can be checked by eye, and a bot that runs."""

import threading
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bot.answer import Answer, Answers, Quote, Reason, Understood
from bot.conversation import Conversation
from bot.memory import Memory
from bot.questions.slots import Slot
from bot.reviews.store import Reports
from bot.telegram.app import UPDATES, build
from bot.telegram.handlers import Bot
from bot.telegram.settings import TelegramSettings
from bot.views.request import Request
from bot.views.view import Item, View
from bot.watches.news import Newsreader
from bot.watches.store import Watches
from index.records import Article
from tests.bot.fake_bot_api import FakeBotApi, Json, Reader
from tests.bot.telegram_text import utf16_slice

ANNA = Reader(7001, "en", "Anna")
BORIS = Reader(7002, "bg", "Борис")
VERA = Reader(7003, "ru", "Вера")

CALL = Article(
    id="call",
    text="Путин разговаря с Нетаняху за Газа.\nПутин изрази съболезнования на близките.",
    title="Путин говори с Нетаняху",
    source="Вестник",
    language="bg",
    url="https://www.vestnik.example/news/17?a=1&b=2",
    published=datetime(2023, 10, 16, 18, 30, tzinfo=UTC),
)
HARBOUR = Article(
    id="harbour",
    text="\n".join(f"The harbour keeps ship number {number}." for number in range(1, 8)),
    title="Ships <of> the harbour",
    source="Port & Tide",
    language="en",
)
HOSTILE = Article(
    id="hostile",
    text='Whale says a < b > c & "d" </blockquote><a href="tg://user?id=1">x</a> &lt; &amp;.\n'
    "Whale 🐋 tells @all_of_you 👩‍🚀: /start #tag on site.example 🇧🇬 — наистина!",
    title='</a><b>"Bold" & sons',
    source="<i>Odd</i>",
    language="en",
    url="https://odd.example/?q=%22<>",
)
ARTICLES = (CALL, HARBOUR, HOSTILE)


class LineFinder:
    """Quotes each line of the articles that holds a word of the question, five letters or more.

    A question that begins with "and" is completed by the one before it.
    """

    def __init__(self, articles: Sequence[Article] = ARTICLES) -> None:
        self.articles = {article.id: article for article in articles}
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.threads: set[str] = set()
        self.takes_s = 0.0
        self.breaks: Exception | None = None

    def ask(
        self,
        text: str,
        history: Sequence[str] = (),
        *,
        language: str | None = None,
        without: Collection[Slot] = (),
    ) -> Answer:
        self.asked.append((text, tuple(history)))
        self.threads.add(threading.current_thread().name)
        time.sleep(self.takes_s)
        if self.breaks is not None:
            raise self.breaks
        spoken = "bg" if any("а" <= letter <= "я" for letter in text.lower()) else "en"
        follows = f"{history[-1]} {text}" if history and text.startswith("and ") else None
        understood = Understood(text, language or spoken, follows=follows)
        if len(text) > 1000:
            return Answer(understood, reason=Reason.TOO_LONG, details={"limit": "1000"})
        if not any(letter.isalpha() for letter in text):
            return Answer(understood, reason=Reason.NOT_A_QUESTION)
        words = [word for word in text.lower().strip("?").split() if len(word) >= 5]
        quotes = tuple(
            quote
            for article in self.articles.values()
            for quote in lines(article)
            if any(word in quote.text.lower() for word in words)
        )
        if quotes:
            return Answer(understood, quotes)
        name = words[-1].capitalize() if words else ""
        return Answer(understood, reason=Reason.UNKNOWN_NAME, details={"name": name})

    def view(self, request: Request) -> View:
        found = self.ask(request.text)
        items = tuple(Item(quote) for quote in found.quotes)
        return View(request, found.understood.language, items, found.reason, found.details)

    def verified(self, answer: Answer) -> Answer:
        kept = tuple(
            quote
            for quote in answer.quotes
            if self.articles[quote.article.id].version == quote.span.version
        )
        return Answer(answer.understood, kept, answer.reason, answer.details)


def lines(article: Article) -> list[Quote]:
    """Return each line of the article as a quote."""
    quotes, start = [], 0
    for line in article.text.split("\n"):
        quotes.append(Quote(article, article.span(start, start + len(line)), 0.9))
        start += len(line) + 1
    return quotes


def quoted(message: Json) -> list[str]:
    """Return the words of each quotation, as a client cuts them out of the message."""
    return [
        utf16_slice(message["text"], entity)
        for entity in message["entities"]
        if entity["type"].endswith("blockquote")
    ]


@asynccontextmanager
async def built(
    api: FakeBotApi, database: Path, conversation: Answers | None = None, **settings: Any
) -> AsyncIterator[Bot]:
    """Build the bot for this server; everyone may talk to it unless told otherwise."""
    known = TelegramSettings(api_base_url=api.url, **{"open_to_all": True, **settings})
    watches = Watches.open(database.parent, create=True)
    memory = Memory.open(database)
    reports = Reports.open(database.parent)
    newsreader = Newsreader(cast("Conversation", conversation or LineFinder()), watches)
    application = build(newsreader, known, memory, reports, api.token)
    close = application.post_shutdown
    assert close is not None
    async with application:
        yield application
    await close(application)
    reports.close()
    memory.close()
    watches.close()


@asynccontextmanager
async def talking(
    database: Path, conversation: Answers | None = None, **settings: Any
) -> AsyncIterator[FakeBotApi]:
    """Run the bot against a server on loopback."""
    async with FakeBotApi() as api, running(api, database, conversation, **settings):
        yield api


@asynccontextmanager
async def running(
    api: FakeBotApi, database: Path, conversation: Answers | None = None, **settings: Any
) -> AsyncIterator[Bot]:
    """Run the bot against this server, without what it does before and after."""
    async with built(api, database, conversation, **settings) as application:
        updater = application.updater
        assert updater is not None
        await application.start()
        await updater.start_polling(timeout=1, allowed_updates=UPDATES)
        try:
            yield application
        finally:
            await updater.stop()
            await application.stop()


@asynccontextmanager
async def watching(
    api: FakeBotApi, database: Path, conversation: Answers, **settings: Any
) -> AsyncIterator[None]:
    """Run the bot against this server, with the rounds that it makes by itself."""
    async with running(api, database, conversation, **settings) as application:
        begin, end = application.post_init, application.post_stop
        assert begin is not None
        assert end is not None
        await begin(application)
        try:
            yield
        finally:
            await end(application)
