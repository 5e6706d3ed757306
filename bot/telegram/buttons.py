"""The buttons under an answer: each changes the message that holds it."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from telegram import CallbackQuery, Message, Update
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.answer import Answer
from bot.asked import Asked
from bot.memory import Kept, Memory
from bot.phrases import phrase
from bot.questions.slots import Slot
from bot.telegram.access import ANYBODY
from bot.telegram.board import Board
from bot.telegram.remarks import acknowledge, own_language
from bot.telegram.showing import Found, Showing, Shown, offered

_KEY = r"\d{1,18}"
_PAGE = r"\d{1,4}"


class Buttons:
    """Turns pages, opens quotes, and asks again with more or less of what was understood."""

    def __init__(
        self,
        showing: Showing,
        memory: Memory,
        board: Board,
        work: Callable[..., Awaitable[Any]],
    ) -> None:
        self._showing = showing
        self._board = board
        self._memory = memory
        self._work = work

    def handlers(self) -> list[CallbackQueryHandler[Any, Any]]:
        """Return the handlers; the last takes what no other understands."""
        slots = "|".join(Slot)
        return [
            CallbackQueryHandler(self.turn_page, rf"^m:{_KEY}:{_PAGE}$"),
            CallbackQueryHandler(self.choose_quote, rf"^c:{_KEY}:{_PAGE}$"),
            CallbackQueryHandler(self.context, rf"^c:{_KEY}:{_PAGE}:\w{{1,40}}$"),
            CallbackQueryHandler(self.choose_narrowing, rf"^n:{_KEY}:{_PAGE}$"),
            CallbackQueryHandler(self.narrow, rf"^n:{_KEY}:({slots}):\w{{1,20}}$"),
            CallbackQueryHandler(self.drop, rf"^d:{_KEY}:({slots})$"),
            CallbackQueryHandler(self.fresh, rf"^f:{_KEY}$"),
            CallbackQueryHandler(self.stale),
        ]

    async def turn_page(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show another page of an answer, or go back to it."""
        await self._look(update, self._showing.answer)

    async def choose_quote(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Let a quote of the page be chosen."""
        await self._look(update, self._showing.quotes)

    async def choose_narrowing(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Let be chosen what the answer is narrowed to."""
        await self._look(update, self._showing.narrowings)

    async def context(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show a quote in its paragraph, with a way back to its page."""
        _, asked, page, key = _data(update)
        query, language = _pressed(update), own_language(update)
        kept = await self.behind(update)
        if kept is None:
            return
        found = await self._work(self._showing.context, key, kept.asked)
        if found is None and (moved := await self._moved(query, key)):
            found = await self._work(self._showing.context, moved, kept.asked)
        if found is None:
            await acknowledge(query, phrase(language, "gone"))
            return
        await acknowledge(query)
        shown = self._showing.quote(found, language, context.bot, back=f"m:{asked}:{page}")
        await self.turn(query, kept, shown)

    async def narrow(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Ask again for one speaker, outlet or week only."""
        wanted = _data(update)[-1]

        def narrowed(asked: Asked) -> Asked:
            offer = offered(self._showing.found(asked), wanted)
            return asked.narrowed(offer.only) if offer else asked

        await self._ask_again(update, narrowed)

    async def drop(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Ask again without one more of the filters."""
        slot = Slot(_data(update)[-1])
        await self._ask_again(update, lambda asked: asked.dropping(slot))

    async def fresh(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Ask again as if nothing had been asked before."""
        await self._ask_again(update, Asked.fresh)

    async def stale(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say that a button is too old to be understood."""
        await acknowledge(_pressed(update), phrase(own_language(update), "tg-stale"))

    async def _look(
        self, update: Update, show: Callable[[Found, str | None, int, int], Shown]
    ) -> None:
        """Show the answer, at the page that the button names, in another way."""
        query, page = _pressed(update), int(_data(update)[2])
        kept = await self.behind(update)
        if kept is not None:
            await acknowledge(query)
            found = await self._work(self._showing.found, kept.asked)
            shown = show(found, query.from_user.language_code, kept.id, page)
            await self.turn(query, kept, shown)

    async def _ask_again(self, update: Update, changed: Callable[[Asked], Asked]) -> None:
        """Show the answer to a changed question, in the message that holds the one before."""
        query, language = _pressed(update), own_language(update)
        kept = await self.behind(update)
        if kept is None:
            return
        if kept.user not in {query.from_user.id, *ANYBODY}:
            await acknowledge(query, phrase(language, "tg-not-yours"))
            return
        found = await self._work(self._changed, kept, changed)
        # The sign of waiting is taken off last: a second press finds nothing left to change.
        code = query.from_user.language_code
        is_new = await self.turn(query, kept, self._showing.answer(found, code, kept.id))
        await acknowledge(query, None if is_new else phrase(language, "tg-already"))

    async def behind(self, update: Update) -> Kept | None:
        """Return the question that is answered above a pressed button; say if it is forgotten."""
        message, key = _pressed(update).message, int(_data(update)[1])
        kept: Kept | None = await self._work(self._memory.get, key)
        if (
            kept is None
            or not isinstance(message, Message)
            or kept.chat != message.chat_id
            or kept.message not in {None, message.message_id}
        ):
            await acknowledge(_pressed(update), phrase(own_language(update), "tg-stale"))
            return None
        return kept

    async def turn(self, query: CallbackQuery, kept: Kept, shown: Shown) -> bool:
        """Show it in the message of the pressed button; tell whether that was something new."""
        message = cast("Message", query.message)  # `behind` sees to it
        chat, number = message.chat_id, message.message_id
        return await self._board.turn(query.get_bot(), chat, number, kept.user, shown)

    async def _moved(self, query: CallbackQuery, key: str) -> str | None:
        message = cast("Message", query.message)
        return await self._board.moved(message.chat_id, message.message_id, key)

    def _changed(self, kept: Kept, changed: Callable[[Asked], Asked]) -> Found:
        """Answer a question that is asked in another way than before, and remember how."""
        asked = changed(kept.asked)
        found = self._showing.found(asked)
        if isinstance(found, Answer):
            self._memory.change(kept.id, asked, found.understood.meant)
        return found


def _pressed(update: Update) -> CallbackQuery:
    return cast("CallbackQuery", update.callback_query)  # a handler's pattern sees to it


def _data(update: Update) -> list[str]:
    """Return what a button says: what to do, the id of the question, and with what."""
    return (_pressed(update).data or "").split(":")
