"""A Bot API server on loopback: enough of Telegram to talk to the bot as its readers do.

`says`, `clicks` and their kin are the readers' side (`Readers`), `sent` and `calls` show what the
bot did, `fails` and its kin make methods fail. Behaviour and error texts follow the real server
where the bot can see a difference. Every quotation that the bot sends is held against the stored
articles (`Law`); `python -m tests.bot.botapi` runs the server as a process of its own.
"""

from tests.bot.botapi.faults import Ending, Fault
from tests.bot.botapi.law import Law, stored_in
from tests.bot.botapi.marks import Json, utf16_slice
from tests.bot.botapi.people import BOT, TOKEN, Reader, channel, group
from tests.bot.botapi.refusals import ALREADY_SO, TOO_OLD, Refused
from tests.bot.botapi.server import METHODS, Call, FakeBotApi
from tests.bot.botapi.text import clean, formatted

__all__ = [
    "ALREADY_SO",
    "BOT",
    "METHODS",
    "TOKEN",
    "TOO_OLD",
    "Call",
    "Ending",
    "FakeBotApi",
    "Fault",
    "Json",
    "Law",
    "Reader",
    "Refused",
    "channel",
    "clean",
    "formatted",
    "group",
    "stored_in",
    "utf16_slice",
]
