"""What was measured, as tables for people."""

import sys
from collections.abc import Sequence
from math import isfinite

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bot.evaluation.asking import Outcome
from bot.evaluation.groups import DEPTHS, Group
from bot.evaluation.measures import Proportion
from bot.evaluation.silence import THRESHOLDS
from bot.terminal import DIM, STRONG, Screen, columns, has_colour

STEP = 5
"""Hundredths between two rows of the curve."""
FEW = 20
"""Fewer questions of either kind tell little, and less than the interval admits."""


def print_tables(groups: Sequence[Group], threshold: float) -> None:
    """Print all figures at the threshold that is set; the first group is all questions."""
    console = Console(
        width=columns(sys.stdout), color_system="auto" if has_colour(sys.stdout) else None
    )
    answerable = [group for group in groups if group.answerable]
    if answerable:
        console.print(_search(answerable), _answers(answerable, threshold))
    if reported := [group for group in groups if group.wrong_hits(1, threshold).of]:
        console.print(_wrong(reported, threshold))
    console.print(_silence([group for group in groups if group.article is None], threshold))
    if groups[0].suggests:
        console.print(_curve(groups[0], threshold))
    click.echo(_advice(groups[0], threshold))


def print_misses(outcomes: Sequence[Outcome], threshold: float) -> None:
    """Print each question that went wrong, and how."""
    screen = Screen(columns(sys.stdout), has_colour(sys.stdout), "en")
    for outcome in outcomes:
        if not outcome.is_right(threshold):
            number = screen.ink(f"{outcome.case.line:>5}", DIM)
            click.echo(f"{number}  {screen.ink(outcome.case.question, STRONG)}")
            click.echo(f"       {screen.ink(_what_went_wrong(outcome, threshold))}")


def _search(groups: Sequence[Group]) -> Table:
    table = _table(
        "Search: an article that answers is among the first k found",
        ("questions", "n", *(f"recall@{k}" for k in DEPTHS), "MRR"),
    )
    for group in groups:
        recalls = (_share(group.recall(k)) for k in DEPTHS)
        n = str(len(group.answerable))
        table.add_row(group.label, n, *recalls, _number(group.mean_reciprocal_rank))
    return table


def _answers(groups: Sequence[Group], threshold: float) -> Table:
    table = _table(
        f"Answers at the threshold {threshold:g}: the first k quotes; silence is a miss",
        (
            *("questions", "n", "article hit@1\n(95 %)", "hit@3"),
            *("n", "sentence hit@1\n(95 %)", "hit@3"),
        ),
    )
    for group in groups:
        cells = list[str]()
        for hits in (group.article_hits, group.sentence_hits):
            first = hits(1, threshold)
            cells += [str(first.of), _with_interval(first), _share(hits(3, threshold))]
        table.add_row(group.label, *cells)
    return table


def _wrong(groups: Sequence[Group], threshold: float) -> Table:
    table = _table(
        f"Wrong answers at the threshold {threshold:g}",
        ("questions", "n", "shown first", "among the first 3"),
    )
    for group in groups:
        first, third = (group.wrong_hits(k, threshold) for k in (1, 3))
        table.add_row(group.label, str(first.of), _share(first), _share(third))
    return table


def _silence(groups: Sequence[Group], threshold: float) -> Table:
    table = _table(
        "Silence: questions refused that have an answer, answered that have none",
        (
            *("questions", "have", "have\nnone"),
            *(f"refused\nat {threshold:g}", f"answered\nat {threshold:g}"),
            *("suggested", "refused\nthere", "answered\nthere"),
        ),
    )
    for group in groups:
        scores = group.scores
        now = scores.errors(threshold)
        counts = str(now.refused.of), str(now.answered.of)
        then = ("–", "–", "–")
        if group.suggests:
            errors = scores.errors(scores.suggested())
            then = (f"{errors.threshold:.2f}", _share(errors.refused), _share(errors.answered))
        table.add_row(group.label, *counts, _share(now.refused), _share(now.answered), *then)
    return table


def _curve(group: Group, threshold: float) -> Table:
    table = _table(
        "The curve of silence, all questions",
        ("threshold", "refused", "answered", "balanced error", "article hit@1", ""),
    )
    scores = group.scores
    suggested, (low, high) = scores.suggested(), scores.reach
    steps = {float(step) for step in THRESHOLDS[::STEP] if low - 0.05 < step < high + 0.05}
    for step in sorted({*steps, threshold, suggested}):
        errors = scores.errors(step)
        marks = (("set", threshold), ("suggested", suggested))
        table.add_row(
            f"{step:.2f}" if step == round(step, 2) else f"{step:g}",
            _share(errors.refused),
            _share(errors.answered),
            _number(errors.balanced),
            _share(group.article_hits(1, step)),
            ", ".join(name for name, marked in marks if marked == step),
        )
    return table


def _advice(group: Group, threshold: float) -> str:
    scores = group.scores
    have, none = len(scores.answerable), len(scores.unanswerable)
    if not group.suggests:
        return (
            "No threshold is suggested: that takes questions with an answer and without; there are"
            f" {have} and {none}."
        )
    suggested, (low, high) = scores.suggested(), scores.interval()
    now, then = scores.errors(threshold).balanced, scores.errors(suggested).balanced
    advice = (
        f"Suggested threshold: {suggested:.2f} (95 %: {low:.2f} to {high:.2f}), balanced error"
        f" {_number(then)}"
    )
    if suggested == threshold:
        advice += "; it is set already."
    else:
        advice += (
            f" instead of {_number(now)} at {threshold:g}.\n"
            f"To take it, write threshold = {suggested:.2f} under [answer] in your configuration."
        )
    if min(have, none) < FEW:
        advice += f"\n{have} questions with an answer and {none} without are few: ask more."
    return advice


def _what_went_wrong(outcome: Outcome, threshold: float) -> str:
    if not isfinite(outcome.score):
        told = ["silent, there was nothing to quote"]
    elif outcome.score < threshold:
        told = [f"silent, the best score was {outcome.score:.3f}"]
    else:
        told = [f"quoted first: {outcome.quoted} ({outcome.score:.3f})"]
    if outcome.gold is None:
        return f"{told[0]}; nothing answers it"
    if outcome.wrong:
        told.append(f"quote that does not answer: {outcome.wrong.rank}")
    if not outcome.answerable:
        return "; ".join(told)
    if outcome.gold.sentences:
        quote = outcome.sentence.rank if outcome.sentence else "none"
        told.append(f"quote with its sentence: {quote}")
    told.append(f"place of its article in the search: {outcome.rank or 'none'}")
    return "; ".join(told)


def _table(title: str, names: Sequence[str]) -> Table:
    """Make a table of numbers behind a column of names."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE, collapse_padding=True
    )
    for name in names:
        table.add_column(name, justify="left" if name in {names[0], ""} else "right")
    return table


def _share(proportion: Proportion) -> str:
    return _number(proportion.value)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _with_interval(proportion: Proportion) -> str:
    if proportion.interval is None:
        return "–"
    low, high = proportion.interval
    return f"{_share(proportion)} ({low:.2f}–{high:.2f})"
