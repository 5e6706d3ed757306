"""A date as the reader would write it: "16 October 2023", "16 октомври 2023 г."."""

from datetime import datetime

from bot.phrases import phrase


def date_in_words(moment: datetime | None, language: str) -> str:
    """Return the day in the reader's language, as the outlet's own clock showed it."""
    if moment is None:
        return phrase(language, "show-undated")
    month = phrase(language, "show-months").split()[moment.month - 1]
    return phrase(language, "show-date", day=moment.day, month=month, year=moment.year)
