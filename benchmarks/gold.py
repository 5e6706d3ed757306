"""The gold questions asked with other weights and other settings of what is quoted."""

import importlib.util
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Any

from benchmarks.channels import TODAY, WEIGHTS
from benchmarks.tasks import EvaluationError
from bot.choosing import ChoiceSettings
from bot.conversation import Conversation
from bot.evaluation.silence import Scores
from index.query import Query
from index.records import ANYWHERE, Hit, Scope
from index.search import Channel, Searcher, SearchSettings

HITS = ("hit@1", "hit@3", "mrr")
CHOICES: Mapping[str, Sequence[Any]] = {
    "sentence_share": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    "neighbour_margin": (0.0, 0.1, 0.2, 0.4),
    "quote_length": (300, 500, 800),
    "quotes_per_article": (1, 2, 3),
    "passages": (20, 40, 80),
}


@dataclass
class RecallingSearcher(Searcher):
    """Searches once for each question, and fuses anew by the weights that are set now."""

    _found: dict[str, list[Hit]] = field(default_factory=dict)

    def search(
        self,
        query: Query,
        *,
        limit: int = 100,
        channel: Channel = Channel.BOTH,
        besides: Sequence[int] = (),
        within: Collection[str] | None = None,
        scope: Scope = ANYWHERE,
    ) -> list[Hit]:
        if channel is not Channel.BOTH:
            return super().search(
                query, limit=limit, channel=channel, besides=besides, within=within, scope=scope
            )
        if query.text not in self._found:
            self._found[query.text] = super().search(
                query, limit=sys.maxsize, besides=besides, within=within, scope=scope
            )
        hits = [self._fused_anew(query, hit) for hit in self._found[query.text]]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage.span))[:limit]

    def _fused_anew(self, query: Query, hit: Hit) -> Hit:
        score = self.fused(query, dense=hit.dense, words=hit.words, names=hit.names)
        return replace(hit, score=score)


Quoted = Mapping[str, Sequence[Mapping[str, Any]]]
"""The quotes for each question by its id, best first, as `score_gold.py` takes them."""


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold questions, and the scorer that judges what is quoted for them."""

    scorer: Any
    questions: Sequence[Mapping[str, Any]]
    texts: Mapping[str, str]
    _squeezed: dict[str, Any] = field(default_factory=dict)  # what the scorer makes of the texts

    @classmethod
    def read(cls, scorer: Path, questions: Path, articles: Path) -> "Gold":
        """Read the questions and the articles as they were before they were taken in.

        Raises:
            EvaluationError: one of the files is not there.
        """
        for path in (scorer, questions, articles):
            if not path.exists():
                raise EvaluationError(f"{path} is not there; see --eval, --gold and --articles")
        spec = importlib.util.spec_from_file_location(scorer.stem, scorer)
        if spec is None or spec.loader is None:
            raise EvaluationError(f"{scorer} is no Python")
        module: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        texts = {article["id"]: article["text"] for article in module.load(articles)}
        return cls(module, module.load(questions), texts)

    def ask(self, searcher: Searcher, settings: ChoiceSettings) -> Quoted:
        """Return what a conversation quotes, however low it scores."""
        conversation = Conversation(searcher, replace(settings, threshold=-inf))
        return {
            asked["id"]: [
                self.scorer.place(quote.as_dict(), self.texts, self._squeezed)
                for quote in conversation.ask(asked["question"], asked.get("history") or ()).quotes
            ]
            for asked in self.questions
        }

    def summaries(self, quoted: Quoted, threshold: float = -inf) -> dict[str, dict[str, Any]]:
        """Return the scorer's summary of all, of `same` and `cross` language, and of each pair."""
        groups = defaultdict[str, list[Any]](list)
        for asked in self.questions:
            quotes = [q for q in quoted[asked["id"]] if q["score"] >= threshold]
            prediction = {"quotes": quotes, "abstained": not quotes}
            judged = self.scorer.judge(asked, prediction, raw=False)
            for group in ("all", *self._pairs(asked)):
                groups[group].append(judged)
        return {group: self.scorer.summary(judged) for group, judged in groups.items()}

    def suggested_threshold(self, quoted: Quoted) -> float:
        best: dict[bool, list[float]] = {True: [], False: []}
        for asked in self.questions:
            scores = [quote["score"] for quote in quoted[asked["id"]]]
            best[bool(asked["answerable"])].append(max(scores, default=-inf))
        return Scores(best[True], best[False]).suggested()

    def _pairs(self, asked: Mapping[str, Any]) -> tuple[str, ...]:
        languages = [self.scorer.lang(span["article"]) for span in asked.get("spans", ())]
        if not languages:
            return ()
        kind = "same" if asked["lang"] in languages else "cross"
        return kind, f"{asked['lang']}→{languages[0]}"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of asking with some settings."""

    label: str
    search: SearchSettings
    choice: ChoiceSettings
    quoted: Quoted
    summaries: Mapping[str, Mapping[str, Any]]

    @property
    def worth(self) -> float:
        """One figure to choose by: hit@1, hit@3 and the mean reciprocal rank count the same."""
        return float(sum(self.summaries["all"][figure] for figure in HITS))


def tried(
    gold: Gold,
    searcher: Searcher,
    weights: Iterable[SearchSettings] = WEIGHTS,
    choices: Mapping[str, Sequence[Any]] = CHOICES,
) -> Iterator[Trial]:
    """Yield trials: today's settings, then all weights, then one choice after the other.

    Each choice is tried with the best weights and with what was best of the choices before it.
    """

    def trial(label: str, search: SearchSettings, choice: ChoiceSettings) -> Trial:
        searcher.settings = search
        quoted = gold.ask(searcher, choice)
        print(label, file=sys.stderr, flush=True)
        return Trial(label, search, choice, quoted, gold.summaries(quoted))

    best = trial("as it is", TODAY, ChoiceSettings())
    yield best
    for search in weights:
        label = f"words {search.words_weight}, names {search.names_weight}"
        done = trial(label, search, best.choice)
        yield done
        best = max(best, done, key=lambda trial: trial.worth)
    for name, values in choices.items():
        before = best
        for value in values:
            choice: ChoiceSettings = replace(before.choice, **{name: value})
            if choice != before.choice:
                done = trial(f"{name} {value}", before.search, choice)
                yield done
                best = max(best, done, key=lambda trial: trial.worth)
