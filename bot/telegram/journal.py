"""What is counted, timed and logged of each answer: ids and figures, never a word of it."""

import logging

from telegram import Message

from bot.answer import Answer
from bot.telegram.logs import note
from bot.telegram.metrics import OUTCOME, Metrics
from bot.telegram.replies import author
from bot.views.view import View

logger = logging.getLogger(__name__)

ANSWERED = "answered"
"""The outcome of a question for which there are quotes; of others it is the reason for silence."""


class Journal:
    """Keeps account of answers."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def answered(self, message: Message, found: Answer | View, seconds: float) -> None:
        """Note what was found for a message, and after how long it was told."""
        outcome = found.reason.value if found.reason else ANSWERED
        self._metrics.vitals.count(OUTCOME + outcome)
        self._metrics.answer_seconds.observe(seconds)
        note(
            logger,
            logging.INFO,
            "answered",
            chat=message.chat_id,
            user=author(message),
            message=message.message_id,
            outcome=outcome,
            quotes=len(found.quotes if isinstance(found, Answer) else found.items),
            ms=round(1000 * seconds),
        )
