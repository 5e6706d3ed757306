"""The command that measures: eval."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.errors import SourceError
from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # these import numpy and SQLite, which `citat --help` has no use for
    from bot.conversation import Conversation
    from bot.evaluation.asking import Outcome
    from bot.evaluation.cases import Case, CaseFile, Problem
    from bot.evaluation.gold import Gold
    from bot.evaluation.groups import Group


@click.command("eval")
@click.argument("file", metavar="FILE|-")
@click.option(
    "--svg",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Draw the curve of silence into this file.",
)
@click.option("--misses", is_flag=True, help="List the questions that went wrong, and how.")
@common_options
def evaluate(options: Options, file: str, svg: Path | None, *, misses: bool) -> None:
    """Measure citat on questions of your own.

    \b
    FILE has a question a line, as JSON objects or as a CSV table, with
      question  what a reader would ask
      article   id or address of the article that answers it, or several
      quote     a sentence that answers it, or several
      wrong     words that do not answer it, or several
      lang      the language of the question, where it should not be detected
    A question with none of these three has no answer in the archive.
    """  # noqa: D301 - \b is click's mark for lines that keep their breaks
    if svg and not svg.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {svg.parent}", param_hint="--svg")
    from bot.choosing import ChoiceSettings
    from bot.evaluation.asking import unsilenced
    from bot.evaluation.cases import read_cases
    from bot.evaluation.gold import locate_all
    from bot.evaluation.groups import by_language
    from bot.evaluation.tables import print_misses, print_tables

    settings = options.config.table("answer", ChoiceSettings)
    read = read_cases(file)
    searcher = options.searcher()
    located, missing = locate_all(read.cases, searcher.library)
    problems = sorted([*read.problems, *missing])
    _tell(read, problems)
    if not located:
        raise SourceError(f"{read.name} has no question that can be used")
    outcomes = _ask_all(unsilenced(searcher, settings), located, visible=not options.as_json)
    groups = by_language(outcomes)
    if options.as_json:
        print_json(
            {
                "file": read.name,
                "encoder": searcher.encoder.identity,
                "groups": [group.as_dict(settings.threshold) for group in groups],
                "cases": [outcome.as_dict(settings.threshold) for outcome in outcomes],
                "problems": [asdict(problem) for problem in problems],
                "ignored": read.ignored,
            }
        )
    else:
        print_tables(groups, settings.threshold)
        print_misses(outcomes if misses else [], settings.threshold)
    if svg:
        _draw(svg, groups, settings.threshold)
    if problems:
        raise SystemExit(1)


def _tell(read: "CaseFile", problems: Sequence["Problem"]) -> None:
    """Name the lines that cannot be used before the long work begins."""
    for problem in problems:
        click.secho(f"{read.name}:{problem.line}: {problem.reason}", fg="yellow", err=True)
    if read.ignored:
        click.secho(f"{read.name}: not read: {', '.join(read.ignored)}", fg="yellow", err=True)


def _ask_all(
    conversation: "Conversation", located: Mapping["Case", "Gold | None"], *, visible: bool
) -> list["Outcome"]:
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from bot.evaluation.asking import ask

    bar = Progress(
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not (visible and sys.stderr.isatty()),
    )
    with bar:
        cases = bar.track(located.items(), description="asking")
        return [ask(conversation, case, gold) for case, gold in cases]


def _draw(path: Path, groups: Sequence["Group"], threshold: float) -> None:
    """Write the picture beside and put it in its place, so that an older one stays whole."""
    from bot.evaluation.chart import Panel, draw

    panels = [
        Panel(group.title, group.scores, threshold, group.scores.suggested())
        for group in groups
        if group.suggests
    ]
    if not panels:
        raise click.ClickException(
            f"{path} was not drawn: it takes questions with an answer and without"
        )
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(draw(panels), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from error
