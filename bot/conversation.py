"""A question becomes an answer: exact words of articles, or an honest reason for none."""

import logging
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bot.answer import HISTORY, Answer, Quote, Reason, Understood
from bot.choosing import Candidate, ChoiceSettings, choose
from bot.context import Context, in_context
from bot.narrowing import Narrowing
from bot.phrases import LANGUAGES
from bot.printings import with_copies
from bot.questions.only import ANYTHING, Only
from bot.questions.slots import Slot
from bot.questions.stored import StoredArchive
from bot.questions.understanding import Understanding, understand
from bot.shelf import Outlet, outlets, recalled
from bot.silence import refusal, silence
from bot.sought import Sought
from bot.views.looking import look
from bot.views.request import Request
from bot.views.view import View
from index.errors import QuoteError
from index.languages import detect
from index.query import Query
from index.records import without_surrogates
from index.search import Searcher

log = logging.getLogger(__name__)

MOST_SAID = 200
"""Passages with a statement of whom the question names that are ranked with those found."""


class Conversation:
    """Answers questions over one library; safe to use from any thread, one at a time."""

    def __init__(self, searcher: Searcher, settings: ChoiceSettings | None = None) -> None:
        self.searcher = searcher
        self.settings = settings or ChoiceSettings()
        self.archive = StoredArchive(searcher.library)
        self._lock = threading.RLock()

    def ask(
        self,
        text: str,
        history: Sequence[str] = (),
        *,
        language: str | None = None,
        without: Collection[Slot] = (),
        only: Only = ANYTHING,
    ) -> Answer:
        """Answer a question; `history` are those before it as they were typed, oldest first.

        What was understood of it can be dropped again: it is asked `without` these slots. It can
        be narrowed beside its words as well, to `only` one speaker, outlet or week.

        Raises:
            LibraryError: the library cannot be read or was encoded with another model.
        """
        with self._lock:
            earlier = [without_surrogates(asked) for asked in history]
            return self._ask(without_surrogates(text.strip()), earlier, language, without, only)

    def view(self, request: Request) -> View:
        """List statements or quotes as they are in one state of the library.

        Raises:
            LibraryError: the library cannot be read or was encoded with another model.
        """
        with self.steady() as searcher:
            return look(searcher, self.settings, request)

    def context(self, key: str, shown: str | None = None) -> Context | None:
        """Return the quote of a key in its paragraph, None if its words are gone.

        `shown` is the id of the article that it was shown from.
        """
        with self.steady() as searcher:
            quote = recalled(searcher.library, key, shown)
            if quote is None:
                return None
            sentences = searcher.library.sentences(quote.article.id)
        return in_context(quote, [(one.span.start, one.span.end) for one in sentences])

    def outlets(self) -> list[Outlet]:
        """Return the outlets of the archive, those of most articles first."""
        with self.steady() as searcher:
            return outlets(searcher.library)

    @contextmanager
    def steady(self) -> Iterator[Searcher]:
        """Search without the conversation, alone and in one state of the library."""
        with self._lock, self.searcher.library.steady():
            yield self.searcher

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

    def _ask(
        self,
        text: str,
        history: Sequence[str],
        language: str | None,
        without: Collection[Slot],
        only: Only,
    ) -> Answer:
        limit = self.settings.question_limit
        if refused := refusal(text, limit):
            asked = text if len(text) <= limit else text[:80] + "…"
            return Answer(Understood(asked, language or detect(text, LANGUAGES)), (), *refused)
        earlier = [asked for asked in history if len(asked) <= limit][-HISTORY:]
        understanding = understand(text, earlier, self.archive, language=language)
        understanding = understanding.without(*without).only(only)
        slots = understanding.slots
        query = self.searcher.parse(slots.searched, slots.language, aside=slots.aside)
        understood = _understood(understanding, query)
        if not len(self.searcher.refresh()):
            return Answer(understood, (), Reason.EMPTY_LIBRARY)
        narrowing, sought = Narrowing.of(slots), Sought.of(slots)

        def leads(one: Candidate) -> bool:
            return not sought.alone or sought.is_said(one.statements, one.article.language)

        library = self.searcher.library
        with library.steady():  # or an article could change between its words and who says them
            said = library.passages_said(sought.speakers, sought.addressees, MOST_SAID)
            hits = narrowing.search(self.searcher, query, said, limit=self.settings.passages)
            quotes = choose(self.searcher, query, hits, self.settings, sought, leads)
            near = [quote for quote in quotes if quote.score >= self.settings.threshold]
            earliest = not narrowing and not sought.alone
            shown = with_copies(self.searcher, query, near, sought, earliest=earliest)
        if shown:
            return Answer(understood, tuple(shown))
        reason, details = silence(query, narrowing, sought)
        nearest = {"nearest": f"{quotes[0].score:.2f}"} if quotes else {}
        return Answer(understood, (), reason, {**nearest, **details})

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


def _understood(understanding: Understanding, query: Query) -> Understood:
    follows, restored = understanding.follows, understanding.restored
    return Understood(
        understanding.asked,
        query.language,
        query.surfaces,
        query.unknown,
        follows=follows.whole if follows else None,
        slots=understanding.slots,
        carried=follows.carried if follows else (),
        restored=restored.text if restored else None,
        corrections=understanding.corrections,
    )
