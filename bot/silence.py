"""Why nothing is quoted: the most telling reason, and what fills its phrase."""

import re
from collections.abc import Mapping

from bot.answer import Reason
from bot.narrowing import Narrowing
from bot.small_talk import is_small_talk
from bot.sought import Sought
from index.query import Query

Silence = tuple[Reason, Mapping[str, str]]


def refusal(text: str, limit: int) -> Silence | None:
    """Return why such words are not searched at all; None if they are."""
    if len(text) > limit:
        return Reason.TOO_LONG, {"limit": str(limit)}
    if not re.search(r"[^\W\d_]{2}", text) or is_small_talk(text):
        return Reason.NOT_A_QUESTION, {}
    return None


def silence(query: Query, narrowing: Narrowing, sought: Sought | None = None) -> Silence:
    """Return why no quote is near."""
    if query.unknown:
        return Reason.UNKNOWN_NAME, {"name": ", ".join(query.unknown)}
    if narrowing:
        return narrowing.reason, narrowing.details
    if sought:
        return Reason.NOTHING_SAID, {}
    return Reason.NOTHING_NEAR, {}
