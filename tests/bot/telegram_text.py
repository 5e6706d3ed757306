"""What Telegram does to a text, under the names that the tests know it by."""

from tests.bot.botapi.detection import DETECTED
from tests.bot.botapi.html import parse_html
from tests.bot.botapi.marks import Mark, utf16_slice
from tests.bot.botapi.refusals import Refused
from tests.bot.botapi.text import clean, formatted

__all__ = ["DETECTED", "Mark", "Refused", "clean", "formatted", "parse_html", "utf16_slice"]
