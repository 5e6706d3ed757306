"""Which articles may be quoted: those of the outlet and of the time that a question names."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answer import Reason
from bot.questions.shown import days
from bot.questions.slots import Outlet, Period, Slots
from index.database import LibraryFile
from index.query import Query
from index.records import Hit
from index.search import Searcher


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The outlet and the period of publication that an article has to have; None if any will do.

    An article without a date is of no period.
    """

    outlet: Outlet | None = None
    period: Period | None = None

    @classmethod
    def of(cls, slots: Slots) -> "Narrowing":
        """Take it from a question: when something happened does not say when it was printed."""
        return cls(slots.outlet, slots.period if slots.period_is_of_statement else None)

    def __bool__(self) -> bool:
        return self.outlet is not None or self.period is not None

    @property
    def reason(self) -> Reason:
        """Why nothing is quoted when nothing fits among what may be."""
        return Reason.NO_ARTICLE_OF_OUTLET if self.period is None else Reason.NO_ARTICLE_IN_PERIOD

    @property
    def details(self) -> Mapping[str, str]:
        """What fills the blanks of the reason's phrase."""
        details = {}
        if self.outlet is not None:
            details["outlet"] = self.outlet.source
        if self.period is not None:
            details["period"] = days(self.period)
        return details

    def search(
        self, searcher: Searcher, query: Query, besides: Sequence[int] = (), *, limit: int = 100
    ) -> list[Hit]:
        """Return the passages nearest to a question among the articles that may be quoted.

        `besides` are ids of passages that are ranked with them.
        """
        if not self:
            return searcher.search(query, besides=besides, limit=limit)
        with searcher.library.steady():  # what comes in meanwhile has no vectors in the index
            sentences = self._sentences(searcher.library)
            nearest = _nearest(searcher, query, sentences)
            near = searcher.library.passages_of_sentences(nearest)
            allowed = {article for article, _, _ in sentences}
            return searcher.search(query, limit=limit, besides=[*besides, *near], within=allowed)

    def _sentences(self, library: LibraryFile) -> "list[_Sentence]":
        conditions, values = [], []
        if self.outlet is not None:
            conditions.append("a.source = ?")
            values.append(self.outlet.source)
        if self.period is not None:
            for moment, sign in ((self.period.since, ">="), (self.period.until, "<")):
                if moment is not None:
                    conditions.append(f"datetime(a.published) {sign} datetime(?)")
                    values.append(moment.isoformat())
        return library.rows(  # "cross": else SQLite goes through every sentence of the library
            "select a.id, a.language, s.id from articles a"  # noqa: S608 - no value is in it
            " cross join sentences s on s.article = a.key"
            f" where {' and '.join(conditions)}",
            *values,
        )


ALL = sys.maxsize

_Sentence = tuple[str, str, int]
"""The id of its article, its language, and its own id."""


def _nearest(searcher: Searcher, query: Query, sentences: Sequence[_Sentence]) -> list[int]:
    """Return the ids of the nearest sentences of each language, as many as a search takes."""
    index = searcher.refresh()
    of_language: defaultdict[str, list[int]] = defaultdict(list)
    for _, language, id_ in sentences:
        of_language[language].append(id_)
    nearest: list[int] = []
    for language, ids in of_language.items():
        scores = index.scores(query.vector, language, ids)
        nearest += (
            ids[i] for i in np.argsort(-scores)[: searcher.settings.sentences_per_language]
        )
    return nearest
