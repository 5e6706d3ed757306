"""What an answer can be narrowed to with one tap: an outlet, a speaker or a week of its quotes."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.answer import Answer, Quote
from bot.questions.only import Only
from bot.questions.shown import filters
from bot.questions.slots import Slot, Slots

MOST_OF_A_KIND = 3
"""Outlets, speakers and weeks that are offered each: those of the best quotes."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to narrow an answer."""

    slot: Slot
    only: Only

    @property
    def key(self) -> str:
        """Return what the offer is found by again among those of the same answer."""
        told = repr(sorted(self.only.as_dict().items()))
        return blake2b(told.encode(), digest_size=6).hexdigest()

    def text(self, language: str) -> str:
        """Return it as the filter that it becomes is shown."""
        (shown,) = filters(self.only.narrowed(Slots("", language)), language)
        return shown.text


def offers(answer: Answer) -> list[Offer]:
    """Return how an answer can be narrowed: to what some of its quotes share, and others do not.

    What its question has narrowed already is not narrowed again.
    """
    filled = answer.understood.filled
    kinds: tuple[tuple[Slot, Callable[[Quote], Hashable], Callable[..., Only]], ...] = (
        (Slot.OUTLET, lambda quote: quote.article.source, lambda name: Only(outlet=name)),
        (Slot.SPEAKER, lambda quote: quote.speaker, lambda name: Only(speaker=name)),
        (Slot.PERIOD, _week, lambda week: Only(week=week)),
    )
    return [
        Offer(slot, narrowed(value))
        for slot, of_quote, narrowed in kinds
        if slot not in filled
        for value in _shared(map(of_quote, answer.quotes))
    ]


def _shared(values: Iterable[Hashable]) -> Iterator[Hashable]:
    """Yield the first few of several values; None is one of them, and not offered."""
    several = dict.fromkeys(values)
    if len(several) > 1:
        yield from [value for value in several if value is not None][:MOST_OF_A_KIND]


def _week(quote: Quote) -> datetime | None:
    """Return when the week of an article began, by its outlet's own clock."""
    published = quote.article.published
    if published is None:
        return None
    day = published.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
