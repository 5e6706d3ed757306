"""A question becomes an answer: exact words of articles, or an honest reason for none."""

import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Answer, Quote, Reason, Understood
from bot.choosing import ChoiceSettings, choose
from index.errors import QuoteError
from index.search import Query, Searcher

log = logging.getLogger(__name__)

HISTORY = 3
"""How many of the last questions a follow-up may lean on."""
FOLLOW_UP = re.compile(
    r"\s*(?:and|but|what about|how about|а|и|ами|но|че|а що|що до|а как|и как|та|і)\b",
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
            kept = tuple(quote for quote in answer.quotes if self._still_true(quote))
        if len(kept) == len(answer.quotes):
            return answer
        reason = None if kept else Reason.NOTHING_NEAR
        return replace(answer, quotes=kept, reason=reason)

    def _ask(self, text: str, history: Sequence[str], language: str | None) -> Answer:
        if len(text) > self.settings.question_limit:
            limit = str(self.settings.question_limit)
            shown = text[:80] + "…"
            return Answer(Understood(shown, "und"), (), Reason.TOO_LONG, {"limit": limit})
        query = self.searcher.parse(text, language)
        if not re.search(r"[^\W\d_]{2}", text):
            return Answer(_understood(query, None), (), Reason.NOT_A_QUESTION)
        if not self.searcher.library.counts()["articles"]:
            return Answer(_understood(query, None), (), Reason.EMPTY_LIBRARY)
        follows = self._followed(query, history)
        if follows:
            query = self.searcher.parse(follows, query.language)
        hits = self.searcher.search(query)
        quotes = choose(self.searcher, query, hits, self.settings)
        near = tuple(quote for quote in quotes if quote.score >= self.settings.threshold)
        understood = replace(_understood(query, follows), question=text)
        if near:
            return Answer(understood, near)
        details = {"nearest": f"{quotes[0].score:.2f}"} if quotes else {}
        if query.unknown:
            details["name"] = ", ".join(query.unknown)
            return Answer(understood, (), Reason.UNKNOWN_NAME, details)
        return Answer(understood, (), Reason.NOTHING_NEAR, details)

    def _followed(self, query: Query, history: Sequence[str]) -> str | None:
        """Return the question completed by the one before it, if it leans on that."""
        if not history or not FOLLOW_UP.match(query.text):
            return None
        return f"{history[-HISTORY:][-1]} {query.text}"

    def _still_true(self, quote: Quote) -> bool:
        try:
            return self.searcher.library.words(quote.span) == quote.text
        except QuoteError as error:
            log.error("a quote was withheld: %s", error)  # noqa: TRY400  the one line is enough
            return False


def _understood(query: Query, follows: str | None) -> Understood:
    return Understood(query.text, query.language, query.surfaces, query.unknown, follows)
