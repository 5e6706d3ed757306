"""Who wrote a message, what it replies to, and which earlier questions it may follow."""

from telegram import Message

from bot.memory import Kept, Memory


def author(message: Message) -> int:
    """Return the id of who wrote a message; that of the chat if nobody is named."""
    return message.from_user.id if message.from_user else message.chat_id


def replied_to(message: Message) -> Message | None:
    """Return the message that this one replies to."""
    reply = message.reply_to_message
    # In a topic of a forum, what replies to nothing replies to the topic's beginning.
    return None if reply is None or reply.forum_topic_created is not None else reply


def question_behind(message: Message, memory: Memory) -> Kept | None:
    """Return the question of the answer that a message replies to."""
    reply = replied_to(message)
    return memory.answered_by(message.chat_id, reply.message_id) if reply else None


def thread_before(message: Message, memory: Memory) -> tuple[str, ...]:
    """Return the questions a message may follow: those of what it replies to, else the last."""
    if replied_to(message) is None:
        return memory.recent(message.chat_id)
    kept = question_behind(message, memory)
    return kept.thread if kept else ()
