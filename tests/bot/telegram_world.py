"""A small archive, a conversation over it that can be checked by eye, and a bot that runs."""

import threading
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bot import shelf
from bot.answer import Answer, Answers, Quote, Reason, Understood
from bot.context import Context, in_context
from bot.conversation import Conversation
from bot.phrases import phrase
from bot.questions.only import ANYTHING, Only
from bot.questions.slots import Slot
from bot.shelf import Outlet
from bot.telegram.app import UPDATES, build
from bot.telegram.backstage import Backstage
from bot.telegram.delivery.service import Service
from bot.telegram.settings import TelegramSettings
from bot.telegram.stores import Stores
from bot.telegram.vitals import Vitals
from bot.views.request import Request
from bot.views.view import Item, View
from bot.watches.news import Newsreader
from bot.watches.store import Watches
from index.records import Article
from tests.bot.botapi import FakeBotApi, Json, Reader, stored_in, utf16_slice
from tests.bot.botapi.law import Articles

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

FREE = {
    "open_to_all": True,
    "pace_sends": False,
    "questions_per_minute": 0,
    "questions_per_hour": 0,
    "chat_questions_per_minute": 0,
}


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
        only: Only = ANYTHING,
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

    def context(self, key: str, shown: str | None = None) -> Context | None:
        quotes = [quote for article in self.articles.values() for quote in lines(article)]
        quotes.sort(key=lambda one: one.article.id != shown)
        quote = next((one for one in quotes if shelf.key(one) == key), None)
        if quote is None:
            return None
        return in_context(quote, [(o.span.start, o.span.end) for o in lines(quote.article)])

    def outlets(self) -> list[Outlet]:
        return [Outlet(one.source, 1, one.published) for one in self.articles.values()]

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


def articles_of(conversation: Answers) -> Articles:
    """Return what gives the texts that a conversation may quote, as they are stored now."""
    if isinstance(conversation, Conversation):
        return stored_in(conversation.searcher.library.path)
    finder = cast("LineFinder", conversation)
    return lambda: [article.text for article in finder.articles.values()]


def quoted(message: Json) -> list[str]:
    """Return the words of each quotation, as a client cuts them out of the message."""
    return [
        utf16_slice(message["text"], entity)
        for entity in message["entities"]
        if entity["type"].endswith("blockquote")
    ]


@asynccontextmanager
async def built(
    api: FakeBotApi,
    database: Path,
    conversation: Answers | None = None,
    *,
    ingest: Sequence[str] = (),
    **settings: Any,
) -> AsyncIterator[Service]:
    """Build the bot for this server; everyone may ask as much as they like unless told not to."""
    conversation = conversation or LineFinder()
    api.law.knows(articles_of(conversation))
    known = TelegramSettings(api_base_url=api.url, **{**FREE, **settings})
    Watches.open(database.parent, create=True).close()
    vitals = Vitals()
    with (
        Stores.open(database) as stores,
        closing(Backstage.open(known, database, vitals, stores, ingest=ingest)) as backstage,
    ):
        newsreader = Newsreader(cast("Conversation", conversation), stores.watches)
        application = build(newsreader, known, stores, api.token, backstage)
        close = application.post_shutdown
        assert close is not None
        service = Service(
            application,
            stores,
            known,
            vitals,
            kinds=UPDATES,
            allows=backstage.gate.allows_ids,
        )
        async with application:
            yield service
        await close(application)


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
) -> AsyncIterator[Service]:
    """Run the bot against this server, without what it does before and after."""
    async with (
        built(api, database, conversation, **settings) as service,
        service.serving(),
    ):
        yield service


@asynccontextmanager
async def watching(
    api: FakeBotApi, database: Path, conversation: Answers, **settings: Any
) -> AsyncIterator[None]:
    """Run the bot against this server, with the rounds that it makes by itself."""
    async with running(api, database, conversation, **settings) as service:
        application = service.application
        begin, end = application.post_init, application.post_stop
        assert begin is not None
        assert end is not None
        await begin(application)
        try:
            yield
        finally:
            await end(application)


def buttons(message: Json) -> dict[str, str]:
    """Return the message's buttons, each with what it sends, opens or copies."""
    rows = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    ways = ("callback_data", "url", "switch_inline_query")
    return {
        button["text"]: next((button[way] for way in ways if way in button), None)
        or button["copy_text"]["text"]
        for row in rows
        for button in row
    }


async def asks(api: FakeBotApi, reader: Reader, text: str, **where: Any) -> Json:
    """Write and return the reply, as it is then."""
    count = len(api.sent)
    api.says(reader, text, **where)
    return dict((await api.answers(count + 1))[-1])


async def taps(api: FakeBotApi, reader: Reader, message: Json, button: str) -> Json:
    """Press a button by its label, and return what the message has become."""
    before = dict(api.now(message))
    api.presses(reader, message, buttons(before)[button])
    await api.until(lambda: api.now(message) != before)
    return dict(api.now(message))


async def toast(api: FakeBotApi, reader: Reader, message: Json, data: str) -> str | None:
    """Send what some button sends, and return what is shown for a moment."""
    count = len(api.toasts)
    api.presses(reader, message, data)
    await api.until(lambda: len(api.toasts) > count)
    shown: str | None = api.toasts[-1].get("text")
    return shown


def asks_to_forget(language, questions, standing, reports=0):
    """Return how the bot tells what it keeps."""
    return phrase(
        language,
        "tg-forget",
        questions=phrase(language, "tg-questions", count=questions),
        standing=phrase(language, "tg-standing", count=standing),
        reports=phrase(language, "tg-reports", count=reports),
    )
