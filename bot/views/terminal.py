"""A view as text for people: what was asked for, the quotes, what is left."""

from bot.terminal import DIM, Screen
from bot.views.view import View


def render(view: View, screen: Screen, *, count: int | None = None) -> str:
    """Return the view with its first quotes, all of them unless `count` says how many."""
    language = screen.language
    told = [screen.lines(line, DIM) for line in view.told(language)]
    quotes = view.answer.quotes
    shown = len(quotes) if count is None else count
    numbered = list(enumerate(quotes, 1))[:shown]
    left = len(quotes) - shown
    page = screen.page(numbered, left=left, notes=view.notes(language))
    ending = view.ending(language) if left <= 0 else ""
    parts = ("\n".join(told), page or screen.silence(view.answer), screen.lines(ending, DIM))
    return "\n\n".join(filter(None, parts))
