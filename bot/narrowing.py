"""Which articles may be quoted: those of the outlet and of the time that a question names."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answer import Reason
from bot.questions.shown import days
from bot.questions.slots import Outlet, Period, Slots
from index.query import Query
from index.records import Hit, Scope
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

    @property
    def scope(self) -> Scope:
        source = self.outlet.source if self.outlet is not None else None
        if self.period is None:
            return Scope(source)
        return Scope(source, self.period.since, self.period.until)

    def search(
        self, searcher: Searcher, query: Query, besides: Sequence[int] = (), *, limit: int = 100
    ) -> list[Hit]:
        """Return the passages nearest to a question among the articles that may be quoted.

        `besides` are ids of passages that are ranked with them.
        """
        return searcher.search(query, besides=besides, limit=limit, scope=self.scope)


ALL = sys.maxsize
