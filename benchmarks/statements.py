"""Statements beside gold: who said what to whom, in Bulgarian, Russian, Ukrainian and English.

usage: python -m benchmarks.statements SAID_FOLDER NEWS_JSONL [--polnear POLNEAR_JSONL]

SAID_FOLDER holds `said_dev.jsonl` and its scorer `score_said.py`; NEWS_JSONL the articles;
POLNEAR_JSONL English articles with attributions. Prints a table for each, and the time that
an article takes.
"""

import importlib.util
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from index.records import Range
from index.statements import Statement
from ingest.statements.extract import extract

CITRON = {"content overlap F1": 0.833, "content exact F1": 0.593, "source overlap F1": 0.853}
"""BBC Citron on the test part of PARC 3.0, which PolNeAR resembles: not the same articles."""
_OVERLAP = 0.5
_TOLERANCE = 2


@click.command()
@click.argument("said", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("news", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--gold", default="said_dev.jsonl", show_default=True, help="File of SAID_FOLDER.")
@click.option("--polnear", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(said: Path, news: Path, gold: str, polnear: Path | None) -> None:
    """Print how many of the gold statements are found, and how well."""
    scorer = _module(said / "score_said.py")
    wanted = scorer.load(said / gold)
    articles = {a["id"]: a for a in _lines(news) if a["id"] in wanted}
    for name, article in wanted.items():
        extract(articles[name]["text"], article["language"])  # fills the caches of words
    predicted, characters = {}, 0
    started = time.process_time()
    for name, article in wanted.items():
        text = articles[name]["text"]
        characters += len(text)
        predicted[name] = {
            "article": name,
            "statements": [found.as_dict() for found in extract(text, article["language"])],
        }
    seconds = time.process_time() - started
    tallies, _, _ = scorer.score(wanted, predicted)
    for language in sorted(tallies, key=lambda key: (key == "all", key)):
        print(f"{language:4} {_row(scorer.rep(tallies[language]))}")
    print(f"{seconds / characters * 3e6:.1f} ms of one core for 3,000 characters")
    if polnear:
        for name, value in english(_lines(polnear)).items():
            beside = f"   Citron {CITRON[name]:.3f}" if name in CITRON else ""
            print(f"en   {name:20} {value:.3f}{beside}")


def english(articles: Iterator[dict[str, Any]]) -> dict[str, float]:
    """Return scores on attributions of PolNeAR: contents of IoU >= 0.5, paired one to one."""
    tally: Counter[str] = Counter()
    for article in articles:
        gold = [a for a in article["attributions"] if a.get("content")]
        found = _joined(extract(article["text"], "en"))
        pairs = _pairs([a["content"] for a in gold], [f.content for f in found])
        tally.update(gold=len(gold), found=len(found), matched=len(pairs))
        for one, other in pairs:
            span, source = found[other].content, gold[one].get("source")
            speaker = found[other].speaker
            same = all(
                abs(a - b) <= _TOLERANCE
                for a, b in zip(_hull(gold[one]["content"]), _hull(span), strict=True)
            )
            tally["exact"] += same
            tally["sourced"] += bool(source)
            place = speaker.range if speaker else None
            tally["source"] += bool(source and place and _shared(source, [place]))
    matched, sourced = tally["matched"], max(tally["sourced"], 1)
    return {
        "content overlap P": matched / max(tally["found"], 1),
        "content overlap R": matched / max(tally["gold"], 1),
        "content overlap F1": _f1(matched, tally["found"], tally["gold"]),
        "content exact F1": _f1(tally["exact"], tally["found"], tally["gold"]),
        "source accuracy": tally["source"] / sourced,
        "source overlap F1": _f1(tally["source"], tally["found"], tally["gold"]),
    }


def _joined(found: Sequence[Statement]) -> list[Statement]:
    """Join a quotation that goes on behind its report to it, as PolNeAR does."""
    joined: list[Statement] = []
    for statement in found:
        if joined and statement.cue is None:
            content = (*joined[-1].content, *statement.content)
            joined[-1] = replace(joined[-1], content=content)
        else:
            joined.append(statement)
    return joined


def _row(scores: Mapping[str, Any]) -> str:
    overlap, exact = scores["overlap"], scores["exact"]
    return (
        f"gold {scores['gold']:3} found {scores['pred']:3} matched {scores['matched']:3}"
        f"  overlap P {overlap['p']:.3f} R {overlap['r']:.3f} F1 {overlap['f1']:.3f}"
        f"  exact F1 {exact['f1']:.3f}  speaker {scores['speaker']:.3f} name {scores['name']:.3f}"
        f"  addressee P {scores['addressee_p']:.2f} R {scores['addressee_r']:.2f}"
        f"  kind {scores['kind']:.3f}"
    )


def _pairs(
    gold: Sequence[Sequence[Sequence[int]]], found: Sequence[Sequence[Range]]
) -> list[tuple[int, int]]:
    """Pair spans greedily, the largest intersection over union first."""
    scored = sorted(
        (
            (-_iou(one, other), i, j)
            for i, one in enumerate(gold)
            for j, other in enumerate(found)
            if _shared(one, other)
        ),
    )
    pairs: dict[int, int] = {}
    for score, i, j in scored:
        if -score >= _OVERLAP and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return list(pairs.items())


def _iou(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> float:
    shared = _shared(one, other)
    return shared / (_length(one) + _length(other) - shared)


def _shared(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> int:
    return sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in other)


def _length(spans: Sequence[Sequence[int]]) -> int:
    return sum(end - start for start, end in spans)


def _hull(spans: Sequence[Sequence[int]]) -> tuple[int, int]:
    return min(start for start, _ in spans), max(end for _, end in spans)


def _f1(right: int, found: int, gold: int) -> float:
    return 2 * right / max(found + gold, 1)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise click.UsageError(f"{path} cannot be loaded; SAID_FOLDER needs its scorer.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


if __name__ == "__main__":
    main()
