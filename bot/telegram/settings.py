"""What the Telegram voice is told: the [telegram] table and the bot token."""

import logging
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.errors import ConfigError

logger = logging.getLogger(__name__)

TOKEN_VARIABLE = "CITAT_TELEGRAM_TOKEN"  # noqa: S105 - the variable's name, no secret

MOST_QUOTES = 20
"""Quotes a message may hold: three entities each stay well under Telegram's 100 a message."""


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """The [telegram] table; closed to everyone until ids are listed or `open_to_all` is set."""

    token_file: str = ""
    allowed_users: tuple[int, ...] = ()
    allowed_chats: tuple[int, ...] = ()
    open_to_all: bool = False
    quotes_per_message: int = 3
    watches_per_chat: int = 20
    api_base_url: str = "https://api.telegram.org"
    answer_deadline_seconds: float = 60.0
    answer_within_minutes: int = 720
    stop_within_seconds: float = 10.0
    pace_sends: bool = True
    webhook_url: str = ""
    webhook_listen: str = "127.0.0.1"
    webhook_port: int = 8443

    def __post_init__(self) -> None:
        if not 1 <= self.quotes_per_message <= MOST_QUOTES:
            raise ConfigError(
                f"[telegram] quotes_per_message = {self.quotes_per_message} should lie between"
                f" 1 and {MOST_QUOTES}",
            )
        if self.watches_per_chat < 0:
            raise ConfigError(
                f"[telegram] watches_per_chat = {self.watches_per_chat} should not be negative",
            )
        if not self.api_base_url.startswith(("https://", "http://")):
            raise ConfigError(
                f"[telegram] api_base_url = {self.api_base_url!r} should start with https://"
                " (or http:// for a Bot API server of your own)",
            )
        for name in ("answer_deadline_seconds", "answer_within_minutes", "stop_within_seconds"):
            if getattr(self, name) <= 0:
                raise ConfigError(
                    f"[telegram] {name} = {getattr(self, name)} should be more than 0",
                )
        if self.webhook_url and not self.webhook_url.startswith(("https://", "http://")):
            raise ConfigError(
                f"[telegram] webhook_url = {self.webhook_url!r} should start with https://"
                " (or http:// for a Bot API server of your own)",
            )
        for name in ("allowed_users", "allowed_chats"):
            _check_ids(name, getattr(self, name))


def read_token(settings: TelegramSettings, environment: Mapping[str, str] = os.environ) -> str:
    """Return the bot token: from the environment first, else from the token file.

    Raises:
        ConfigError: there is none, or its file cannot be read.
    """
    if token := environment.get(TOKEN_VARIABLE, "").strip():
        return token
    if not settings.token_file:
        raise ConfigError(
            f"no Telegram bot token: set the environment variable {TOKEN_VARIABLE}, or token_file"
            " in the [telegram] table to a file that holds it (@BotFather gives tokens)",
        )
    return _token_in(Path(settings.token_file).expanduser())


def _token_in(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigError(f"cannot read the token file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the token file {path} is not text") from error
    if not token or len(token.split()) > 1:
        raise ConfigError(f"the token file {path} should hold one token and nothing else")
    if os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH):
        logger.warning("others can read the token file %s; run: chmod 600 %s", path, path)
    return token


def _check_ids(name: str, ids: tuple[int, ...]) -> None:
    for value in ids:
        if type(value) is not int:
            raise ConfigError(
                f"[telegram] {name} holds {value!r}: list numeric ids, which the bot tells to"
                " everyone it does not know",
            )
