"""A case is asked, and what came is compared with what answers it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any

from bot.answer import Answer, Quote
from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from bot.evaluation.cases import Case
from bot.evaluation.gold import Gold
from bot.evaluation.measures import Place
from bot.narrowing import Narrowing
from index.search import Searcher


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case, before anything is silenced.

    `rank` is the first right article's among the articles that the search found. `score` is the
    best quote's, minus infinity where there was nothing to quote: the case is answered by every
    threshold up to it. `article` and `sentence` tell where the first quote of a right article
    and of a right sentence stands, `wrong` where the first one that is known not to answer;
    `quoted` is the article quoted first.
    """

    case: Case
    gold: Gold | None
    language: str
    score: float
    rank: int | None = None
    article: Place | None = None
    sentence: Place | None = None
    quoted: str | None = None
    wrong: Place | None = None

    @property
    def answerable(self) -> bool | None:
        """Whether something answers the case; None if only wrong answers are known."""
        if self.gold is None:
            return False
        return True if self.gold.articles else None

    def is_right(self, threshold: float) -> bool:
        """Tell whether a reader is well served: the right words first, or silence if none are.

        Where only wrong answers are known, none of them may be shown.
        """
        if self.gold is None:
            return self.score < threshold
        wrong = self.wrong if self.wrong and self.wrong.score >= threshold else None
        if not self.answerable:
            return wrong is None
        place = self.sentence if self.gold.sentences else self.article
        first = place is not None and place.rank == 1 and place.score >= threshold
        return first and (wrong is None or wrong.rank > 1)

    def as_dict(self, threshold: float) -> dict[str, Any]:
        """Return what came of the case, as the machine interface prints it."""
        return {
            "line": self.case.line,
            "id": self.case.id,
            "question": self.case.question,
            "language": self.language,
            "answerable": self.answerable,
            "right": self.is_right(threshold),
            "score": round(self.score, 4) if isfinite(self.score) else None,
            "quoted": self.quoted,
            "search_rank": self.rank,
            "article_rank": self.article and self.article.rank,
            "sentence_rank": self.sentence and self.sentence.rank,
            "wrong_rank": self.wrong and self.wrong.rank,
        }


def unsilenced(searcher: Searcher, settings: ChoiceSettings) -> Conversation:
    """Return a conversation that answers whatever the score, so that it can be judged later."""
    return Conversation(searcher, replace(settings, threshold=-inf))


def ask(conversation: Conversation, case: Case, gold: Gold | None) -> Outcome:
    """Ask a case as a reader would: its language is detected, whatever the case says it is.

    Args:
        conversation: One that is `unsilenced`.
        case: The question, with those before it.
        gold: What answers it and what does not, None if nothing answers it.
    """
    answer = conversation.ask(case.question, case.history)
    language = case.language or answer.understood.language
    score = answer.quotes[0].score if answer else -inf
    quoted = answer.quotes[0].article.id if answer else None
    if gold is None:
        return Outcome(case, gold, language, score, quoted=quoted)
    return Outcome(
        case,
        gold,
        language,
        score,
        _rank(_searched(conversation.searcher, answer), gold),
        _first(answer.quotes, gold.has_article),
        _first(answer.quotes, gold.has_sentence),
        quoted,
        _first(answer.quotes, gold.has_wrong),
    )


def _searched(searcher: Searcher, answer: Answer) -> list[str]:
    """Return the articles found for a question as it was understood, best first."""
    slots = answer.understood.slots
    if slots is None:
        return []  # it was not taken for a question
    query = searcher.parse(slots.searched, slots.language, aside=slots.aside)
    hits = Narrowing.of(slots).search(searcher, query)
    return list(dict.fromkeys(hit.passage.span.article for hit in hits))


def _rank(articles: Sequence[str], gold: Gold) -> int | None:
    ranks = (rank for rank, article in enumerate(articles, 1) if article in gold.articles)
    return next(ranks, None)


def _first(quotes: Sequence[Quote], is_right: Callable[[Quote], bool]) -> Place | None:
    places = (Place(rank, quote.score) for rank, quote in enumerate(quotes, 1) if is_right(quote))
    return next(places, None)
