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

TOKEN_FILE_VARIABLE = "CITAT_TELEGRAM_TOKEN_FILE"  # noqa: S105 - as above

MOST_QUOTES = 20
"""Quotes a message may hold: three entities each stay well under Telegram's 100 a message."""

LOG_FORMATS = ("text", "json")

LAST_PORT = 65535

MOST_DAYS = 36_500

_LIMITS = (
    "watches_per_chat",
    "questions_per_minute",
    "questions_per_hour",
    "chat_questions_per_minute",
)


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """The [telegram] table; closed to everyone until ids are listed or `open_to_all` is set."""

    token_file: str = ""
    admins: tuple[int, ...] = ()
    allowed_users: tuple[int, ...] = ()
    allowed_chats: tuple[int, ...] = ()
    open_to_all: bool = False
    quotes_per_message: int = 3
    watches_per_chat: int = 20
    questions_per_minute: int = 10
    questions_per_hour: int = 120
    chat_questions_per_minute: int = 30
    keep_days: int = 30
    flag_changes_days: int = 30
    log_format: str = "text"
    metrics_port: int = 0
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
        for name in _LIMITS:
            if getattr(self, name) < 0:
                raise ConfigError(
                    f"[telegram] {name} = {getattr(self, name)} should not be negative",
                )
        for name in ("answer_deadline_seconds", "answer_within_minutes", "stop_within_seconds"):
            if getattr(self, name) <= 0:
                raise ConfigError(
                    f"[telegram] {name} = {getattr(self, name)} should be more than 0",
                )
        for name in ("admins", "allowed_users", "allowed_chats"):
            _check_ids(name, getattr(self, name))
        self._check_addresses()
        self._check_accounts()

    def _check_addresses(self) -> None:
        addresses = {"api_base_url": self.api_base_url}
        if self.webhook_url:
            addresses["webhook_url"] = self.webhook_url
        for name, address in addresses.items():
            if not address.startswith(("https://", "http://")):
                raise ConfigError(
                    f"[telegram] {name} = {address!r} should start with https://"
                    " (or http:// for a Bot API server of your own)",
                )

    def _check_accounts(self) -> None:
        if not 1 <= self.keep_days <= MOST_DAYS:
            raise ConfigError(
                f"[telegram] keep_days = {self.keep_days} should be 1 or more,"
                f" and {MOST_DAYS} at most",
            )
        if not 0 <= self.flag_changes_days <= MOST_DAYS:
            raise ConfigError(
                f"[telegram] flag_changes_days = {self.flag_changes_days} should lie between 1 and"
                f" {MOST_DAYS}, or be 0 for never",
            )
        if self.log_format not in LOG_FORMATS:
            raise ConfigError(
                f"[telegram] log_format = {self.log_format!r} should be one of"
                f" {', '.join(LOG_FORMATS)}",
            )
        if not 0 <= self.metrics_port <= LAST_PORT:
            raise ConfigError(
                f"[telegram] metrics_port = {self.metrics_port} should lie between 1 and"
                f" {LAST_PORT}, or be 0 for none",
            )

    @property
    def follow_days(self) -> int:
        """For how many days messages follow the articles they quote; 0: they never do."""
        return min(self.flag_changes_days, self.keep_days)

    @property
    def is_closed_to_all(self) -> bool:
        """Whether nobody at all may use the bot."""
        return not (self.open_to_all or self.admins or self.allowed_users or self.allowed_chats)


def read_token(settings: TelegramSettings, environment: Mapping[str, str] = os.environ) -> str:
    """Return the bot token: from the environment, a file named there, or that of the settings.

    Raises:
        ConfigError: there is none, or its file cannot be read.
    """
    if token := environment.get(TOKEN_VARIABLE, "").strip():
        return token
    if guarded := environment.get(TOKEN_FILE_VARIABLE, "").strip():
        return _token_in(Path(guarded))
    if not settings.token_file:
        raise ConfigError(
            f"no Telegram bot token: set the environment variable {TOKEN_VARIABLE}, or token_file"
            " in the [telegram] table to a file that holds it (@BotFather gives tokens)",
        )
    path = Path(settings.token_file).expanduser()
    token = _token_in(path)
    # Not asked of a file named in the environment: supervisors guard theirs in other ways.
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        logger.warning("others can read the token file %s; run: chmod 600 %s", path, path)
    return token


def _token_in(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"cannot read the token file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the token file {path} is not text") from error
    if not token or len(token.split()) > 1:
        raise ConfigError(f"the token file {path} should hold one token and nothing else")
    return token


def _check_ids(name: str, ids: tuple[int, ...]) -> None:
    for value in ids:
        if type(value) is not int:
            raise ConfigError(
                f"[telegram] {name} holds {value!r}: list numeric ids, which the bot tells to"
                " everyone it does not know",
            )
