"""What the bot says besides its answers: short messages and toasts, in the reader's language."""

import contextlib
from collections.abc import Iterator

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, ReplyParameters, Update
from telegram.error import BadRequest

from bot.telegram.render import reader_language


async def say(message: Message, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
    """Reply to a message."""
    await message.reply_text(text, reply_markup=buttons, reply_parameters=bound_to(message))


async def acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    """Take the waiting sign off a pressed button; show the text for a moment."""
    with unless("query is too old"):
        await query.answer(text)


@contextlib.contextmanager
def unless(*refusals: str) -> Iterator[None]:
    """Swallow these refusals of Telegram: what was wanted is so already, or comes too late."""
    try:
        yield
    except BadRequest as error:
        if not any(refusal in error.message.lower() for refusal in refusals):
            raise


def bound_to(message: Message) -> ReplyParameters:
    """Return what makes a message a reply to this one, as long as it is there."""
    return ReplyParameters(message.message_id, allow_sending_without_reply=True)


def own_language(update: Update) -> str:
    """Return the language of whoever wrote or pressed."""
    user = update.effective_user
    return reader_language(user.language_code if user else None, "en")
