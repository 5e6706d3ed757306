"""Logs that never hold the bot token, tracebacks included."""

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import TextIO

from telegram.error import InvalidToken

_ANY_TOKEN = re.compile(r"\d{6,}(?::|%3A)[\w-]{30,}", re.IGNORECASE)
_HIDDEN = "<token>"


class RedactingFormatter(logging.Formatter):
    """Formats a record and then hides tokens, so that its traceback is covered as well."""

    def __init__(self, token: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record), self._token)


def redacted(text: str, token: str) -> str:
    """Return the text without this token and without anything else that looks like one."""
    return _ANY_TOKEN.sub(_HIDDEN, text.replace(token, _HIDDEN))


def set_up(token: str, stream: TextIO | None = None) -> None:
    """Log to standard error (or `stream`) without the token; uncaught errors go the same way."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(token))
    handler.addFilter(_not_told_elsewhere)
    root = logging.getLogger()
    # Any other handler would print what this one hides.
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)

    def excepthook(
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        lines = traceback.format_exception(kind, error, trace)
        (stream or sys.stderr).write(redacted("".join(lines), token))

    sys.excepthook = excepthook


def _not_told_elsewhere(record: logging.LogRecord) -> bool:
    """Refuse the traceback of a token rejected at start: `run` says it in one line."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, InvalidToken) and "Bootstrap" in record.getMessage())
