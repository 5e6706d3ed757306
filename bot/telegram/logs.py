"""Logs that never hold the bot token, tracebacks included; for people or for programs."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

logger = logging.getLogger(__name__)

_ANY_TOKEN = re.compile(r"\d{6,}(?::|%3A)[\w-]{30,}", re.IGNORECASE)
_HIDDEN = "<token>"


def note(logger: logging.Logger, level: int, event: str, **facts: object) -> None:
    """Log an event with its facts: ids, numbers and durations, never what somebody wrote."""
    logger.log(level, event, extra={"facts": facts})


class RedactingFormatter(logging.Formatter):
    """Formats a record and then hides tokens, so that its traceback is covered as well."""

    def __init__(self, token: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._token = token

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        facts = (f" {name}={value}" for name, value in _facts(record).items())
        return super().formatMessage(record) + "".join(facts)

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record), self._token)


class JsonFormatter(RedactingFormatter):
    """Formats a record as one line of JSON: at, level, logger, event, its facts, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return redacted(json.dumps(line, ensure_ascii=False, default=str), self._token)


def redacted(text: str, token: str) -> str:
    """Return the text without this token and without anything else that looks like one."""
    return _ANY_TOKEN.sub(_HIDDEN, text.replace(token, _HIDDEN))


def set_up(token: str, stream: TextIO | None = None, *, as_json: bool = False) -> None:
    """Log to standard error (or `stream`) without the token; uncaught errors go the same way."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(token) if as_json else RedactingFormatter(token))
    root = logging.getLogger()
    # Any other handler would print what this one hides.
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)

    sys.excepthook = _log_uncaught


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    logger.critical("an error that nothing caught", exc_info=(kind, error, trace))


def _facts(record: logging.LogRecord) -> dict[str, object]:
    facts: dict[str, object] = getattr(record, "facts", {})
    return facts
