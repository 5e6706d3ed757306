"""What the bot tells of itself and its archive: /start, /help, /sources, /lang, /privacy."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes, filters

from bot.dates import date_in_words
from bot.memory import Memory
from bot.phrases import LANGUAGES, phrase
from bot.shelf import Outlet
from bot.telegram.board import Board
from bot.telegram.chosen import CHOSEN
from bot.telegram.links import quote_key
from bot.telegram.remarks import acknowledge, own_language, say, unless
from bot.telegram.render import label
from bot.telegram.settings import TelegramSettings
from bot.telegram.showing import Showing

Handler = CommandHandler[Any, Any] | CallbackQueryHandler[Any, Any]

MOST_OUTLETS = 40
"""Outlets that are listed by name: one message holds so many."""

_OWN = "own"
"""What stands for the language of each reader's Telegram."""


class Telling:
    """Answers the commands that ask nothing of the articles."""

    def __init__(
        self,
        showing: Showing,
        board: Board,
        memory: Memory,
        work: Callable[..., Awaitable[Any]],
        resume: Callable[[int], Awaitable[None]],
        settings: TelegramSettings,
    ) -> None:
        self._settings = settings
        self._board = board
        self._showing = showing
        self._memory = memory
        self._work = work
        self._resume = resume

    def handlers(self, fresh: filters.BaseFilter) -> list[Handler]:
        """Return the handlers of the commands, and of the buttons that choose a language."""
        codes = "|".join((*LANGUAGES, _OWN))
        return [
            CommandHandler("start", self.start, fresh),
            CommandHandler("help", self.help, fresh),
            CommandHandler("sources", self.sources, fresh),
            CommandHandler("lang", self.languages, fresh),
            CommandHandler("privacy", self.privacy, fresh),
            CallbackQueryHandler(self.speak, rf"^l:({codes})$"),
        ]

    async def choose(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Let all that handles this update speak the language that was chosen in its chat."""
        chat, user = update.effective_chat, update.effective_user
        CHOSEN.set(self._memory.language(*(one.id for one in (chat, user) if one)))

    async def start(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Open the quote that a link leads to, else say what this is and how to ask."""
        message, language = _message(update), own_language(update)
        await self._resume(message.chat_id)
        key = quote_key(context.args[0]) if context.args else None
        if key is None:
            told = phrase(language, "tg-start") + "\n\n" + phrase(language, "tg-help")
            await say(message, told)
            return
        found = await self._work(self._showing.context, key)
        if found is None:
            await say(message, phrase(language, "gone"))
            return
        await self._board.reply(message, self._showing.quote(found, language, context.bot))

    async def help(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show how to ask."""
        await say(_message(update), phrase(own_language(update), "tg-help"))

    async def sources(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """List the outlets of the archive."""
        outlets = await self._work(self._showing.outlets)
        await say(_message(update), _listing(outlets, own_language(update)))

    async def privacy(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Tell what is kept of a reader, and for how long."""
        language = own_language(update)
        days = phrase(language, "tg-days", count=self._settings.keep_days)
        shown = phrase(language, "tg-days", count=self._settings.follow_days)
        await say(_message(update), phrase(language, "tg-privacy", days=days, shown=shown))

    async def languages(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Let the language of the chat be chosen."""
        language = own_language(update)
        names = [
            InlineKeyboardButton(phrase(code, "name"), callback_data=f"l:{code}")
            for code in LANGUAGES
        ]
        own = InlineKeyboardButton(phrase(language, "tg-lang-own"), callback_data=f"l:{_OWN}")
        rows = [names[at : at + 2] for at in range(0, len(names), 2)]
        await say(
            _message(update), phrase(language, "tg-lang"), InlineKeyboardMarkup([*rows, [own]])
        )

    async def speak(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Speak the chosen language from now on, and say so in it, in place of the buttons."""
        query = cast("CallbackQuery", update.callback_query)
        if query.message is None:
            await acknowledge(query, phrase(own_language(update), "tg-stale"))
            return
        code = str(query.data).removeprefix("l:")
        chosen = None if code == _OWN else code
        await self._work(self._memory.speak, query.message.chat.id, chosen)
        CHOSEN.set(chosen)
        key = "tg-lang-set" if chosen else "tg-lang-unset"
        with unless("not modified", "to edit not found"):
            await query.edit_message_text(phrase(own_language(update), key))
        await acknowledge(query)


def _listing(outlets: Sequence[Outlet], language: str) -> str:
    if not outlets:
        return phrase(language, "empty-library")
    lines = [_line(one, language) for one in outlets[:MOST_OUTLETS]]
    total = sum(one.articles for one in outlets)
    head = phrase(language, "tg-sources", articles=_articles(total, language))
    if len(outlets) > MOST_OUTLETS:
        lines.append(phrase(language, "tg-sources-left", count=len(outlets) - MOST_OUTLETS))
    return "\n".join((head, "", *lines))


def _line(outlet: Outlet, language: str) -> str:
    told = f"{label(outlet.name)}: {_articles(outlet.articles, language)}"
    if outlet.newest is None:
        return told
    date = date_in_words(outlet.newest, language)
    return f"{told}, {phrase(language, 'tg-newest', date=date)}"


def _articles(count: int, language: str) -> str:
    return phrase(language, "tg-articles", count=count)


def _message(update: Update) -> Message:
    return cast("Message", update.message)  # a handler's filters see to it
