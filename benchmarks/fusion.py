"""How the channels of a search are best fused: by which weights, and over words folded how.

    python -m benchmarks.fusion xquad [--pairs ru en en-ru ru-en] [--foldings ru en el]
    python -m benchmarks.fusion gold --data LIBRARY [--articles ARTICLES.jsonl]

`xquad` takes the passages of a language into a library as articles are taken in and asks it the
questions of the same language or, as `en-ru`, of another. It prints nDCG@10 and recall of each
channel as `Searcher.search` ranks, an article by its best passage; nDCG@10 for a grid of weights;
and, for some languages, nDCG@10 with words that are folded otherwise.

`gold` asks the questions of `gold_dev.jsonl` of a library that holds their articles and judges
the quotes by `score_gold.py`, for a grid of weights and then, with the best of them, for other
settings of what is quoted. The figures are those of the ranking; then those at the threshold that
these questions suggest (`bot/evaluation/silence.py`).

Each text is encoded once: the vectors are kept among temporary files by the model's identity.
`fusion.md` says what was found.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from benchmarks.channels import (
    FOLDINGS,
    TODAY,
    WEIGHTS,
    WORDS_WEIGHTS,
    Figures,
    Ranking,
    Values,
)
from benchmarks.gold import HITS, Gold, RecallingSearcher, Trial, tried
from benchmarks.remembering import FOLDER, remembering
from benchmarks.tasks import EvaluationError
from bot.choosing import ChoiceSettings
from index.config import Config
from index.encoder import BUILT_IN, Encoder
from index.errors import CitatError
from index.library import Library
from index.options import Options
from index.query import Query
from index.search import Channel, Searcher, SearchSettings
from ingest.drafts import Draft
from ingest.pipeline import IngestSettings, Report, ingest

GROUPS = ("all", "same", "cross")
SILENCE = ("false_abst", "abst_rec")
"""Shares left unanswered, as the scorer calls them: of what has an answer, of what has none."""


# XQuAD


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions and, for each, the numbers of the passages that answer it."""

    texts: Sequence[str]
    relevant: Sequence[Collection[int]]


def xquad_passages(folder: Path, language: str) -> list[str]:
    return list(dict.fromkeys(passage for _, passage in _rows(folder, language).values()))


def xquad_questions(folder: Path, asked: str, read: str) -> Questions:
    """Return the questions of one language over the passages of another or the same.

    Questions of the same words count once.
    """
    numbers = {text: n for n, text in enumerate(xquad_passages(folder, read))}
    answers = _rows(folder, read)
    relevant = defaultdict[str, set[int]](set)
    for key, (question, _) in _rows(folder, asked).items():
        relevant[question].add(numbers[answers[key][1]])
    return Questions(list(relevant), list(relevant.values()))


def _rows(folder: Path, language: str) -> dict[str, tuple[str, str]]:
    """Return question and passage by the id of the question, which all languages share."""
    path = folder / "xquad" / f"xquad.{language}.json"
    if not path.exists():
        raise EvaluationError(f"{path} is not there; name the folder of the sets with --eval")
    return {
        question["id"]: (question["question"].strip(), paragraph["context"].strip())
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    }


@contextmanager
def archive_of(texts: Sequence[str], language: str, encoder: Encoder) -> Iterator[Searcher]:
    """Take texts in as articles, into a library that is there for as long as it is searched."""
    drafts = [
        # A search breaks ties by id: so it is done in the order of the texts.
        Draft(origin="archive", id=f"{number:06}", text=text, language=language)
        for number, text in enumerate(texts)
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder), create=True) as library,
    ):
        report = ingest(
            drafts, library, encoder, Report(), settings=IngestSettings(), progress=lambda _: None
        )
        if report.skipped:
            raise EvaluationError(f"{language}: a text was left out: {report.skipped[0].reason}")
        yield Searcher(library, encoder)


def searched(searcher: Searcher, queries: Sequence[Query], channel: Channel) -> list[Ranking]:
    """Return the articles that `Searcher.search` ranks, each by its best passage."""
    numbers = {id_: n for n, id_ in enumerate(searcher.library.article_ids())}
    hits = (searcher.search(query, channel=channel) for query in queries)
    return [list(dict.fromkeys(numbers[hit.passage.span.article] for hit in of)) for of in hits]


@dataclass(frozen=True, slots=True)
class Pair:
    """What was measured of questions in `asked` over passages in `read`."""

    asked: str
    read: str
    told: float  # share of the questions whose language is detected
    channels: Mapping[Channel, Figures]
    weights: Mapping[SearchSettings, float]  # nDCG@10

    @property
    def label(self) -> str:
        return self.read if self.asked == self.read else f"{self.asked}→{self.read}"


def measure_pair(searcher: Searcher, asked: str, read: str, questions: Questions) -> Pair:
    queries = _parsed(searcher, questions)
    relevant = questions.relevant
    values = Values.of_search(searcher, queries)
    channels = {
        channel: Figures.of(searched(searcher, queries, channel), relevant)
        for channel in (Channel.DENSE, Channel.WORDS)
    }
    channels[Channel.BOTH] = Figures.of(values.ranked(TODAY), relevant)
    weights = {
        settings: Figures.of(values.ranked(settings), relevant).ndcg10 for settings in WEIGHTS
    }
    told = sum(query.language == asked for query in queries) / len(queries)
    return Pair(asked, read, told, channels, weights)


@dataclass(frozen=True, slots=True)
class Folded:
    """nDCG@10 with words folded in one way: alone, with today's weights, with the best for it."""

    words: float
    both: float
    best: float
    best_weight: float


def measure_foldings(searcher: Searcher, questions: Questions) -> dict[str, Folded]:
    """Measure every folding, and the one that is there without the keys of names."""
    queries = _parsed(searcher, questions)
    values = Values.of_all(searcher, queries)

    def ndcg(values: Values, settings: SearchSettings) -> float:
        return Figures.of(values.ranked(settings), questions.relevant).ndcg10

    def measured(values: Values, settings: SearchSettings = TODAY) -> Folded:
        both = {x: ndcg(values, replace(settings, words_weight=x)) for x in WORDS_WEIGHTS}
        best = max(both, key=lambda weight: both[weight])
        alone = ndcg(values, replace(settings, dense_weight=0))
        return Folded(alone, both[settings.words_weight], both[best], best)

    return {
        **{
            name: measured(values.folded(searcher, queries, folding))
            for name, folding in FOLDINGS.items()
        },
        "as it is, no names": measured(values, replace(TODAY, names_weight=0)),
    }


def _parsed(searcher: Searcher, questions: Questions) -> list[Query]:
    searcher.encoder.encode_queries(questions.texts)  # at once, which is faster; it remembers
    return [searcher.parse(text) for text in questions.texts]


def print_pairs(pairs: Sequence[Pair]) -> None:
    print("\n## Channels, x 100; told: the language of so many questions is detected\n")
    header = [f"{channel} {figure}" for channel in Channel for figure in ("nDCG", "R@1", "R@5")]
    _print_table(
        ["pair", "told", *header],
        [
            [
                pair.label,
                _percent(pair.told),
                *(
                    _percent(figure)
                    for channel in Channel
                    for figure in astuple(pair.channels[channel])
                ),
            ]
            for pair in pairs
        ],
    )
    print("\n## nDCG@10 x 100 by weight, that of dense being 1\n")
    _print_table(
        ["words, names", *(pair.label for pair in pairs)],
        [
            [
                f"{settings.words_weight}, {settings.names_weight}",
                *(_percent(pair.weights[settings]) for pair in pairs),
            ]
            for settings in WEIGHTS
        ],
    )


def print_foldings(foldings: Mapping[str, Mapping[str, Folded]]) -> None:
    print("\n## Foldings, nDCG@10 x 100: words alone / both / both at the best weight of words\n")
    names = next(iter(foldings.values()))
    _print_table(
        ["folding", *foldings],
        [
            [
                name,
                *(
                    f"{_percent(of[name].words)} / {_percent(of[name].both)}"
                    f" / {_percent(of[name].best)} at {of[name].best_weight}"
                    for of in foldings.values()
                ),
            ]
            for name in names
        ],
    )


def print_trials(gold: Gold, trials: Sequence[Trial]) -> None:
    print("\n## All trials: ranking alone, then at the threshold that these questions suggest\n")
    header = [f"{group} {figure}" for group in GROUPS for figure in HITS]
    _print_table(
        ["settings", *header, "threshold", "hit@1", "hit@3", "refused", "silent"],
        [[trial.label, *_hits(trial, *GROUPS), *_at_threshold(gold, trial)] for trial in trials],
    )
    threshold = trials[0].choice.threshold
    print(f"\n## As it is, at the threshold that is set, {threshold}\n")
    _print_table(
        ["questions", "n", *HITS, "refused", "silent"],
        [
            [group, str(of["answerable"]), *(_share(of[name]) for name in (*HITS, *SILENCE))]
            for group, of in gold.summaries(trials[0].quoted, threshold).items()
            if group in GROUPS
        ],
    )


def print_languages(before: Trial, after: Trial) -> None:
    print(f"\n## By language: as it is, then the best ({after.search}, {after.choice})\n")
    groups = sorted(before.summaries)
    _print_table(
        ["question→article", "n", *HITS, *HITS],
        [
            [
                group,
                str(before.summaries[group]["answerable"]),
                *_hits(before, group),
                *_hits(after, group),
            ]
            for group in groups
        ],
    )


def _hits(trial: Trial, *groups: str) -> list[str]:
    summaries = [trial.summaries.get(group) for group in groups]
    return [_share(summary[hit] if summary else None) for summary in summaries for hit in HITS]


def _at_threshold(gold: Gold, trial: Trial) -> list[str]:
    """Return what silence leaves, and the shares refused of what has an answer and has none."""
    threshold = gold.suggested_threshold(trial.quoted)
    summary = gold.summaries(trial.quoted, threshold)["all"]
    figures = (summary[name] for name in ("hit@1", "hit@3", *SILENCE))
    return [f"{threshold:.2f}", *map(_share, figures)]


# The command


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table: names to the left, figures to the right."""
    widths = [max(map(len, cells)) for cells in zip(header, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for first, *others in (header, rule, *rows):
        cells = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
        print(f"| {' | '.join(cells)} |")


def run_xquad(arguments: argparse.Namespace) -> None:
    pairs, foldings = list[Pair](), dict[str, dict[str, Folded]]()
    languages = [*(read for _, read in arguments.pairs), *arguments.foldings]
    with remembering(_options(arguments, Path()).encoder(), arguments.vectors) as encoder:
        print(f"Encoder: {encoder.identity}. {TODAY}.")
        for read in dict.fromkeys(languages):
            with archive_of(xquad_passages(arguments.eval, read), read, encoder) as searcher:
                for asked in (asked for asked, of in arguments.pairs if of == read):
                    questions = xquad_questions(arguments.eval, asked, read)
                    pairs.append(measure_pair(searcher, asked, read, questions))
                if read in arguments.foldings:
                    questions = xquad_questions(arguments.eval, read, read)
                    foldings[read] = measure_foldings(searcher, questions)
            print(f"{read} done", file=sys.stderr, flush=True)
    if pairs:
        print_pairs(pairs)
    if foldings:
        print_foldings(foldings)


def run_gold(arguments: argparse.Namespace) -> None:
    questions = arguments.gold or arguments.eval / "gold_dev.jsonl"
    gold = Gold.read(arguments.eval / "score_gold.py", questions, arguments.articles)
    options = _options(arguments, arguments.data)
    with (
        options.library() as library,
        remembering(options.encoder(), arguments.vectors) as encoder,
    ):
        print(f"Encoder: {encoder.identity}. {TODAY}, {ChoiceSettings()}.")
        trials = list(tried(gold, RecallingSearcher(library, encoder)))
    print_trials(gold, trials)
    print_languages(trials[0], max(trials, key=lambda trial: trial.worth))


def _options(arguments: argparse.Namespace, data: Path) -> Options:
    return Options(Config(None, {"encoder": {"model": arguments.model}}), data, as_json=False)


def _pair(text: str) -> tuple[str, str]:
    asked, _, read = text.partition("-")
    return asked, read or asked


def main(line: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--model", default=BUILT_IN, metavar="FOLDER", help="or a model's name")
    common.add_argument("--eval", type=Path, default=Path("../shared/eval"), metavar="FOLDER")
    common.add_argument("--vectors", type=Path, default=FOLDER, help="where vectors are kept")
    commands = parser.add_subparsers(required=True, metavar="xquad|gold")
    xquad = commands.add_parser("xquad", parents=[common])
    xquad.add_argument(
        "--pairs",
        nargs="*",
        type=_pair,
        default=[("ru", "ru"), ("en", "en"), ("en", "ru"), ("ru", "en")],
        metavar="LANGUAGE",
        help="ru: questions and passages; en-ru: questions in the first, passages in the second",
    )
    xquad.add_argument(
        "--foldings",
        nargs="*",
        default=["ru", "en", "el", "de", "ro", "tr"],
        metavar="LANGUAGE",
        help="languages in which other foldings are tried",
    )
    xquad.set_defaults(run=run_xquad)
    gold = commands.add_parser("gold", parents=[common])
    gold.add_argument("--data", type=Path, required=True, metavar="LIBRARY")
    gold.add_argument("--gold", type=Path, metavar="QUESTIONS.jsonl")
    gold.add_argument(
        "--articles", type=Path, default=Path("../shared/articles/news.jsonl"), metavar="FILE"
    )
    gold.set_defaults(run=run_gold)
    arguments = parser.parse_args(line)
    try:
        arguments.run(arguments)
    except CitatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
