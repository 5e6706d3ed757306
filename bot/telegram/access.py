"""Who may use the bot, and how much: one gate in front of every kind of update."""

import contextlib
import logging
import time
from collections.abc import Callable
from typing import NoReturn, cast

from telegram import (
    Chat,
    ChatMember,
    InlineQuery,
    Message,
    Update,
    User,
)
from telegram.constants import ChatID
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot.phrases import phrase
from bot.telegram.addressed import ADDRESSED
from bot.telegram.bans import Bans
from bot.telegram.inline import way_in
from bot.telegram.limits import Limits, TooMuch
from bot.telegram.logs import note
from bot.telegram.remarks import acknowledge, own_language, say
from bot.telegram.render import reader_language
from bot.telegram.settings import TelegramSettings
from bot.telegram.vitals import Vitals

logger = logging.getLogger(__name__)

ANYBODY = (ChatID.ANONYMOUS_ADMIN, ChatID.FAKE_CHANNEL)
"""Users in whose name others write: nobody can tell who of them it is."""

TAP_COST = 0.25
"""A tap in questions: it is less work, and comes in rows."""

LETTER_COST = 0.125
"""A change of an inline query in questions: most are given up before they are answered."""

_JOINED = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.RESTRICTED)


class Gate:
    """Lets the allowed through as much as they may; tells anyone else once, or nothing.

    `bans` are those who may not, whoever else may; `vitals` counts who does not get through;
    `clock` is the time of day in seconds, as of `time.time`.
    """

    def __init__(
        self,
        settings: TelegramSettings,
        bans: Bans,
        vitals: Vitals,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._bans = bans
        self._vitals = vitals
        self._clock = clock
        self._limits = Limits(
            user_minute=settings.questions_per_minute,
            user_hour=settings.questions_per_hour,
            chat_minute=settings.chat_questions_per_minute,
        )
        self._told: set[int] = set()

    def allows_ids(self, user: int | None, chat: int | None) -> bool:
        """Tell whether this user may use the bot anywhere, or everybody in this chat."""
        if user in self._settings.admins:
            return True
        return not self._bans.holds(user, chat) and (
            self._settings.open_to_all
            or user in self._settings.allowed_users
            or chat in self._settings.allowed_chats
        )

    async def check(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Stop an update before any other handler sees it, unless it may go on."""
        try:
            await self._check(update)
        except ApplicationHandlerStop:
            raise
        except Exception as error:
            # Any other error would be logged and then let the update through.
            logger.exception("the gate failed at update %s", update.update_id)
            raise ApplicationHandlerStop from error

    async def _check(self, update: Update) -> None:
        user = update.effective_user.id if update.effective_user else None
        chat = update.effective_chat.id if update.effective_chat else None
        if not self.allows_ids(user, chat):
            await self._refuse(update, user, chat)
        if user in self._settings.admins:
            return
        # Those behind one name would have to share its limit over all groups.
        asker = chat if user is None or user in ANYBODY else user
        if (cost := self._cost(update)) and (
            too_much := self._limits.take(asker, chat, cost, self._asked_at(update))
        ):
            await self._hold_back(update, too_much, user, chat)

    def _asked_at(self, update: Update) -> float:
        """Return when something was asked: what had to wait for the bot was not asked at once."""
        message = update.message or update.edited_message
        if message is None:  # a tap, which bears no date
            return self._clock()
        return (message.edit_date or message.date).timestamp()

    @staticmethod
    def _cost(update: Update) -> float:
        """Return how many questions an update counts for."""
        if update.callback_query:
            return TAP_COST
        if update.inline_query:
            return LETTER_COST
        if update.message or update.edited_message:
            if ADDRESSED.check_update(update):
                return 1
            # What was answered once is answered anew, whatever it has become.
            return TAP_COST if update.edited_message else 0
        return 0

    async def _refuse(self, update: Update, user: int | None, chat: int | None) -> NoReturn:
        self._vitals.count("refused")
        note(logger, logging.DEBUG, "refused", update=update.update_id, user=user, chat=chat)
        # A stranger who has blocked the bot must not become an error.
        with contextlib.suppress(TelegramError):
            if not self._bans.holds(user, chat):
                await self._tell_stranger(update)
        if _was_added(update):
            note(logger, logging.INFO, "leaves a chat", chat=chat, user=user)
            with contextlib.suppress(TelegramError):  # it may have been sent away meanwhile
                await cast("Chat", update.effective_chat).leave()
        raise ApplicationHandlerStop

    async def _tell_stranger(self, update: Update) -> None:
        line = refusal(update.effective_user, update.effective_chat)
        if update.callback_query is not None:
            await update.callback_query.answer(line, show_alert=True)
        elif update.inline_query is not None:
            await _refuse_inline(update.inline_query, own_language(update))
        elif _was_added(update) or (update.message and ADDRESSED.check_update(update)):
            await self._tell_once(cast("Chat", update.effective_chat), update.message, line)

    async def _tell_once(self, chat: Chat, message: Message | None, line: str) -> None:
        if chat.id in self._told or chat.type == Chat.CHANNEL:
            return
        self._told.add(chat.id)
        note(logger, logging.INFO, "told a stranger", chat=chat.id)
        await (message.reply_text(line) if message else chat.send_message(line))

    async def _hold_back(
        self, update: Update, too_much: TooMuch, user: int | None, chat: int | None
    ) -> NoReturn:
        self._vitals.count("limited")
        if too_much.is_news:
            note(logger, logging.INFO, "asks too much", user=user, chat=chat)
        told = phrase(own_language(update), "tg-too-much", seconds=too_much.seconds)
        # As above; and a notice that is lost does not matter.
        with contextlib.suppress(TelegramError):
            if update.callback_query is not None:
                # Without any answer the button would look as if it were still at work.
                await acknowledge(update.callback_query, told if too_much.is_news else None)
            elif update.message is not None and too_much.is_news:
                await say(update.message, told)
        raise ApplicationHandlerStop


def refusal(user: User | None, chat: Chat | None) -> str:
    """Return the one line for a stranger: in a group it names the group's id."""
    language = reader_language(user.language_code if user else None, "en")
    if chat is None or chat.type == Chat.PRIVATE:
        return phrase(language, "tg-stranger", id=user.id if user else "?")
    return phrase(language, "tg-strange-group", id=chat.id)


async def _refuse_inline(query: InlineQuery, language: str) -> None:
    """Show no results but a button that leads to the private chat, where the id is told."""
    button = way_in(phrase(language, "tg-stranger-inline"))
    await query.answer([], is_personal=True, button=button)


def _was_added(update: Update) -> bool:
    """Tell whether somebody has just brought the bot into a group or a channel."""
    change = update.my_chat_member
    return (
        change is not None
        and change.chat.type != Chat.PRIVATE
        and change.new_chat_member.status in _JOINED
        and change.old_chat_member.status not in _JOINED
    )
