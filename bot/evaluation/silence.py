"""Where to fall silent: both errors as the threshold moves, and the threshold they suggest."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.measures import Proportion

THRESHOLDS: NDArray[np.float64] = np.arange(101) / 100
"""Two decimals, as in the configuration: what questions tell is never surer than that."""
RESAMPLES = 1000

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Errors:
    """What a threshold does wrong: `refused` of those with an answer, `answered` of the others."""

    threshold: float
    refused: Proportion
    answered: Proportion

    @property
    def balanced(self) -> float | None:
        """The mean of both errors, so that the rarer kind of question counts as much."""
        have, none = self.refused.of, self.answered.of
        if not have or not none:
            return None
        return (self.refused.count * none + self.answered.count * have) / (2 * have * none)


@dataclass(frozen=True, slots=True)
class Scores:
    """The best score of each question: of those that have an answer, and of those that have none.

    A question is answered if its score reaches the threshold. What is suggested takes both kinds.
    """

    answerable: Sequence[float]
    unanswerable: Sequence[float]

    @property
    def reach(self) -> tuple[float, float]:
        """The thresholds between which something changes: the least score and the greatest."""
        finite = [score for score in (*self.answerable, *self.unanswerable) if isfinite(score)]
        return (min(finite), max(finite)) if finite else (0.0, 1.0)

    def errors(self, threshold: float) -> Errors:
        return Errors(
            threshold,
            Proportion(sum(s < threshold for s in self.answerable), len(self.answerable)),
            Proportion(sum(s >= threshold for s in self.unanswerable), len(self.unanswerable)),
        )

    def curve(self) -> list[Errors]:
        """Return the errors at every hundredth from 0 to 1."""
        return [self.errors(float(threshold)) for threshold in THRESHOLDS]

    def suggested(self) -> float:
        """Return the threshold with the least balanced error.

        That is the greatest index of Youden (1950). Several thresholds often share it: then it
        is the middle of their widest stretch, which leaves new questions room on both sides; of
        two stretches or two middles, the higher, for silence is the lesser harm.
        """
        return _suggested(np.array(self.answerable), np.array(self.unanswerable))

    def interval(self) -> tuple[float, float]:
        """Return the 95 % percentile interval of the suggestion (bootstrap, Efron 1979).

        Questions of each kind are drawn anew, with replacement, `RESAMPLES` times.
        """
        dice = np.random.default_rng(0)
        kinds = np.array(self.answerable), np.array(self.unanswerable)
        drawn = [
            _suggested(*(dice.choice(kind, len(kind)) for kind in kinds)) for _ in range(RESAMPLES)
        ]
        low, high = np.percentile(drawn, [2.5, 97.5], method="nearest")
        return float(low), float(high)


def _suggested(answerable: _Floats, unanswerable: _Floats) -> float:
    costs = _costs(answerable, unanswerable)
    least = np.flatnonzero(costs == costs.min())
    stretches = np.split(least, np.flatnonzero(np.diff(least) > 1) + 1)
    widest = max(stretches, key=lambda stretch: (len(stretch), stretch[0]))
    return float(THRESHOLDS[widest[len(widest) // 2]])


def _costs(answerable: _Floats, unanswerable: _Floats) -> NDArray[np.int64]:
    """Return the balanced errors as whole numbers, so that equal ones are equal."""
    refused = np.searchsorted(np.sort(answerable), THRESHOLDS)
    answered = len(unanswerable) - np.searchsorted(np.sort(unanswerable), THRESHOLDS)
    costs: NDArray[np.int64] = refused * len(unanswerable) + answered * len(answerable)
    return costs
