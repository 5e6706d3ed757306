"""The Bot API server of the tests, under the name that they know it by."""

from tests.bot.botapi import (
    ALREADY_SO,
    TOKEN,
    TOO_OLD,
    Call,
    FakeBotApi,
    Fault,
    Json,
    Reader,
    group,
)

__all__ = [
    "ALREADY_SO",
    "TOKEN",
    "TOO_OLD",
    "Call",
    "FakeBotApi",
    "Fault",
    "Json",
    "Reader",
    "group",
]
