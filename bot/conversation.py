"""A question becomes an answer: exact words of articles, or an honest reason for none."""

import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import replace

from bot.answer import HISTORY, Answer, Quote, Reason, Understood
from bot.choosing import ChoiceSettings, choose
from bot.phrases import LANGUAGES
from index.errors import QuoteError
from index.languages import detect
from index.search import Searcher

log = logging.getLogger(__name__)

FOLLOW_UP = re.compile(
    r"\s*(?:and|but|what about|how about|а|и|ами|но|че|та|і|що до)\b",
    re.IGNORECASE,
)


class Conversation:
    """Answers questions over one library; safe to use from any thread, one at a time."""

    def __init__(self, searcher: Searcher, settings: ChoiceSettings | None = None) -> None:
        self.searcher = searcher
        self.settings = settings or ChoiceSettings()
        self._lock = threading.Lock()

    def ask(
        self, text: str, history: Sequence[str] = (), *, language: str | None = None
    ) -> Answer:
        """Answer a question; `history` are the questions before it, oldest first.

        Raises:
            LibraryError: the library cannot be read or was encoded with another model.
        """
        with self._lock:
            return self._ask(text.strip(), history, language)

    def verified(self, answer: Answer) -> Answer:
        """Read every quote again and drop what no longer equals its article.

        Call it just before anything is shown: an article may have been withdrawn or changed
        since the answer was made.
        """
        with self._lock:
            fresh = [self._as_stored(quote) for quote in answer.quotes]
        kept = tuple(quote for quote in fresh if quote is not None)
        if kept == answer.quotes:
            return answer
        return replace(answer, quotes=kept, reason=None if kept else Reason.NOTHING_NEAR)

    def _ask(self, text: str, history: Sequence[str], language: str | None) -> Answer:
        limit = self.settings.question_limit
        if len(text) > limit:
            understood = Understood(text[:80] + "…", language or detect(text, LANGUAGES))
            return Answer(understood, (), Reason.TOO_LONG, {"limit": str(limit)})
        if not re.search(r"[^\W\d_]{2}", text):
            understood = Understood(text, language or detect(text, LANGUAGES))
            return Answer(understood, (), Reason.NOT_A_QUESTION)
        whole = _completed(text, [asked for asked in history if len(asked) <= limit])
        query = self.searcher.parse(whole, language)
        understood = Understood(
            text, query.language, query.surfaces, query.unknown, whole if whole != text else None
        )
        if not len(self.searcher.refresh()):
            return Answer(understood, (), Reason.EMPTY_LIBRARY)
        quotes = choose(self.searcher, query, self.searcher.search(query), self.settings)
        near = tuple(quote for quote in quotes if quote.score >= self.settings.threshold)
        if near:
            return Answer(understood, near)
        details = {"nearest": f"{quotes[0].score:.2f}"} if quotes else {}
        if query.unknown:
            details["name"] = ", ".join(query.unknown)
            return Answer(understood, (), Reason.UNKNOWN_NAME, details)
        return Answer(understood, (), Reason.NOTHING_NEAR, details)

    def _as_stored(self, quote: Quote) -> Quote | None:
        """Return the quote with its article as it is stored now, None if its words are gone."""
        library = self.searcher.library
        try:
            article = library.quoted(quote.span)
        except QuoteError as error:
            log.error("a quote was withheld: %s", error)  # noqa: TRY400 - one line is enough
            return None
        also_in = tuple(other for other in quote.also_in if library.content_hash(other))
        return replace(quote, article=article, also_in=also_in)


def _completed(text: str, history: Sequence[str]) -> str:
    """Return a follow-up behind the questions it leans on, back to one that stands alone."""
    if not history or not FOLLOW_UP.match(text):
        return text
    recent = history[-HISTORY:]
    alone = [i for i, asked in enumerate(recent) if not FOLLOW_UP.match(asked)]
    return " ".join((*recent[alone[-1] if alone else 0 :], text))
