"""What is said to the bot: everything in private, in groups what names it or replies to it."""

from telegram import Message, MessageEntity
from telegram.ext import filters


class _SpokenTo(filters.MessageFilter):
    """In a group: messages that mention the bot or reply to it."""

    def filter(self, message: Message) -> bool:
        bot, replied = message.get_bot(), message.reply_to_message
        if replied and replied.from_user and replied.from_user.id == bot.id:
            return True
        mentions = message.parse_entities([MessageEntity.MENTION]).values()
        return f"@{bot.username}".lower() in map(str.lower, mentions)


class _Commanded(filters.MessageFilter):
    """Commands, but for those that name another bot of the group."""

    def filter(self, message: Message) -> bool:
        if not filters.COMMAND.filter(message):
            return False
        bot = (message.text or "").split()[0].partition("@")[2]
        return not bot or bot.lower() == message.get_bot().username.lower()


SPOKEN_TO = filters.ChatType.PRIVATE | _SpokenTo()
"""What is said to the bot in words."""

ADDRESSED = SPOKEN_TO | _Commanded()
"""The same, and its commands."""
