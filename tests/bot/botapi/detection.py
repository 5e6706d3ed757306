"""What Telegram makes clickable by itself, near enough for the texts of the tests."""

import re
from collections.abc import Iterator

from tests.bot.botapi.marks import Mark

_HOST = (
    r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|info|bg|ru|ua|uk|eu|example)(?![\w-])(?::\d+)?"
)
DETECTED = {
    "mention": r"(?<![\w@/])@[A-Za-z]\w{2,31}\b",
    "hashtag": r"(?<![\w#])#\w*[^\W\d]\w*",
    "cashtag": r"(?<![\w$])\$(?-i:[A-Z]{3,8})\b",
    "bot_command": r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b",
    "email": rf"(?<![\w.+-])[a-z0-9_.+-]+@{_HOST}",
    "url": rf"(?<![\w@./])(?:https?://)?{_HOST}(?:[/?#](?:[^\s<>]*[^\s<>.,:;!?'\"()\[\]])?)?",
}
"""The types, and what each looks like; letters of any case."""


def detected(text: str) -> Iterator[Mark]:
    """Yield all mentions, tags, commands and addresses of a text."""
    for kind, pattern in DETECTED.items():
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield Mark(kind, found.start(), found.end())
