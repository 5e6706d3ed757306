"""Standing questions of whoever works at the terminal: at the command line and at the prompt."""

from bot.answer import Answer
from bot.terminal import STRONG, Screen, reader_language
from bot.watches.news import whole_question
from bot.watches.store import Watch, Watches
from index.errors import LibraryError


def put(watches: Watches, answer: Answer) -> Watch:
    """Put the question of an answer as a standing one; what is in the library now is known.

    Raises:
        LibraryError: the library cannot be written, or the watch was removed at once.
    """
    added = watches.add(whole_question(answer), reader_language(answer))
    if added is None:
        raise LibraryError("the watch was removed a moment ago; add it again")
    return added


def line(watch: Watch, screen: Screen) -> str:
    """Return a standing question in one line, behind its number."""
    return f"{screen.ink(str(watch.id), STRONG)}  {screen.ink(watch.question)}"
