"""A date as the reader would write it: "16 October 2023", "16 октомври 2023 г."."""

from datetime import datetime

from bot.phrases import locale, phrase


def date_in_words(moment: datetime | None, language: str) -> str:
    """Return the day in the reader's language, as the outlet's own clock showed it."""
    if moment is None:
        return phrase(language, "show-undated")
    from babel.dates import format_date  # slow to load

    words = format_date(moment.date(), "long", locale=locale(language))
    # CLDR has narrow blanks that do not break, which terminals and search take for other letters.
    return words.replace("\u202f", " ").replace("\u00a0", " ")
