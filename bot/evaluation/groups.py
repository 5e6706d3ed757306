"""Outcomes by language: what is measured, of all questions, of each language, of each pair."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.asking import Outcome
from bot.evaluation.gold import Gold
from bot.evaluation.measures import Proportion, hits, mean_reciprocal_rank, recall
from bot.evaluation.silence import Errors, Scores

DEPTHS = (1, 3, 5, 10)
"""Ranks of articles down to which recall is measured."""
FEWEST = 5
"""With fewer questions a pair of languages has no row, and a language no threshold of its own."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some outcomes: all of them, those of a question's language, or those of a pair.

    `question` is the language of the question and `article` that of what answers it; None is any.
    """

    outcomes: tuple[Outcome, ...]
    question: str | None = None
    article: str | None = None

    @property
    def label(self) -> str:
        return " → ".join(filter(None, (self.question, self.article))) or "all"

    @property
    def title(self) -> str:
        """The label in words, with the numbers of both kinds of question."""
        scores = self.scores
        asked = f"Questions in {self.question}" if self.question else "All questions"
        return (
            f"{asked}: {len(scores.answerable)} with an answer, {len(scores.unanswerable)} without"
        )

    @property
    def answerable(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.answerable]

    @property
    def scores(self) -> Scores:
        """The best scores of both kinds of question, for the curve of silence."""
        unanswerable = (outcome for outcome in self.outcomes if outcome.gold is None)
        return Scores(
            [outcome.score for outcome in self.answerable],
            [outcome.score for outcome in unanswerable],
        )

    @property
    def suggests(self) -> bool:
        """Tell whether there are questions of both kinds, and of one language enough."""
        scores, fewest = self.scores, FEWEST if self.question else 1
        return min(len(scores.answerable), len(scores.unanswerable)) >= fewest

    def recall(self, k: int) -> Proportion:
        """Of answerable questions, those with a right article among the first k of the search."""
        return recall([outcome.rank for outcome in self.answerable], k)

    @property
    def mean_reciprocal_rank(self) -> float | None:
        return mean_reciprocal_rank([outcome.rank for outcome in self.answerable])

    def article_hits(self, k: int, threshold: float) -> Proportion:
        """Of answerable questions, those with a right article among the first k quotes shown."""
        return hits([outcome.article for outcome in self.answerable], k, threshold)

    def sentence_hits(self, k: int, threshold: float) -> Proportion:
        """Of questions whose sentence is given, those that show it in the first k quotes."""
        places = [outcome.sentence for outcome in self.answerable if _has_sentences(outcome.gold)]
        return hits(places, k, threshold)

    def wrong_hits(self, k: int, threshold: float) -> Proportion:
        """Of questions with known wrong answers, those that show one in the first k quotes."""
        places = [outcome.wrong for outcome in self.outcomes if _has_wrong(outcome.gold)]
        return hits(places, k, threshold)

    def as_dict(self, threshold: float) -> dict[str, Any]:
        """Return all figures, as the machine interface prints them, at a threshold that is set."""
        scores = self.scores
        suggested = scores.suggested() if self.suggests else None
        return {
            "question_language": self.question,
            "article_language": self.article,
            "answerable": len(scores.answerable),
            "unanswerable": len(scores.unanswerable),
            "search": {
                **{f"recall@{k}": _rounded(self.recall(k).value) for k in DEPTHS},
                "mrr": _rounded(self.mean_reciprocal_rank),
            },
            "current": self._at(threshold),
            "suggested": None
            if suggested is None
            else {**self._at(suggested), "threshold_interval": list(scores.interval())},
            "curve": None if self.article else [self._point(errors) for errors in scores.curve()],
        }

    def _point(self, errors: Errors) -> dict[str, Any]:
        hit = self.article_hits(1, errors.threshold)
        return {**_errors_dict(errors), "hit@1": _rounded(hit.value)}

    def _at(self, threshold: float) -> dict[str, Any]:
        return {
            **_errors_dict(self.scores.errors(threshold)),
            "article": _hits_dict(
                self.article_hits(1, threshold), self.article_hits(3, threshold)
            ),
            "sentence": _hits_dict(
                self.sentence_hits(1, threshold), self.sentence_hits(3, threshold)
            ),
            "wrong": _shown_dict(self.wrong_hits(1, threshold), self.wrong_hits(3, threshold)),
        }


def by_language(outcomes: Sequence[Outcome]) -> list[Group]:
    """Return all outcomes, then each language of questions, then each pair that has enough.

    A row that would repeat the one of all questions is left out.
    """
    languages = Counter(outcome.language for outcome in outcomes)
    pairs = Counter(
        (outcome.language, outcome.gold.language)
        for outcome in outcomes
        if outcome.gold is not None and outcome.answerable
    )
    groups = [Group(tuple(outcomes))]
    if len(languages) > 1:
        groups += [
            Group(_asked_in(language, outcomes), language)
            for language, _ in languages.most_common()
        ]
    if len(pairs) > 1:
        groups += [
            Group(_answered_in(article, _asked_in(language, outcomes)), language, article)
            for (language, article), count in sorted(pairs.items())
            if count >= FEWEST
        ]
    return groups


def _asked_in(language: str, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    return tuple(outcome for outcome in outcomes if outcome.language == language)


def _answered_in(language: str, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    return tuple(
        outcome
        for outcome in outcomes
        if outcome.gold is not None and outcome.gold.language == language
    )


def _has_sentences(gold: Gold | None) -> bool:
    return gold is not None and bool(gold.sentences)


def _has_wrong(gold: Gold | None) -> bool:
    return gold is not None and bool(gold.wrong)


def _errors_dict(errors: Errors) -> dict[str, Any]:
    return {
        "threshold": errors.threshold,
        "false_abstention": _rounded(errors.refused.value),
        "false_answers": _rounded(errors.answered.value),
        "balanced_error": _rounded(errors.balanced),
    }


def _hits_dict(first: Proportion, third: Proportion) -> dict[str, Any]:
    interval = first.interval
    return {
        "n": first.of,
        "hit@1": _rounded(first.value),
        "hit@1_interval": [_rounded(end) for end in interval] if interval else None,
        "hit@3": _rounded(third.value),
    }


def _shown_dict(first: Proportion, third: Proportion) -> dict[str, Any]:
    return {
        "n": first.of,
        "shown@1": _rounded(first.value),
        "shown@3": _rounded(third.value),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
