"""Links into the bot: what /start is sent with when somebody follows one."""

import re

QUOTE = "q_"
"""With it begins what opens a quote; the quote's key follows."""

_QUOTED = re.compile(rf"{QUOTE}(\w{{1,60}})", re.ASCII)


def quote_link(username: str, key: str) -> str:
    """Return the address that opens a quote in a chat with the bot, also after a restart."""
    return f"https://t.me/{username}?start={QUOTE}{key}"


def quote_key(payload: str) -> str | None:
    """Return the key of the quote that a payload or an inline query names."""
    found = _QUOTED.fullmatch(payload.strip())
    return found[1] if found else None
