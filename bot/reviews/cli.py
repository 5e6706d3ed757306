"""The command for reported answers: review."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sys import maxsize
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from index.errors import LibraryError
from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # these import numpy and SQLite, which `citat --help` has no use for
    from bot.reviews.report import Report
    from bot.reviews.store import Reports
    from index.library import Library

_ID = click.argument("number", metavar="ID", type=click.IntRange(1, maxsize))


@click.group(invoke_without_command=True)
@click.pass_context
@common_options
def review(context: click.Context, options: Options) -> None:
    """Judge the answers that readers report as wrong, one after another.

    An accepted report can become a case of `citat eval`.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    if options.as_json:
        raise click.UsageError("--json goes with list, show, accept, reject or export")
    from bot.reviews.terminal import walk

    with _opened(options) as (reports, library):
        walk(reports, library)


@review.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are judged.")
@common_options
def list_reports(options: Options, *, everything: bool) -> None:
    """List the reports that wait, oldest first."""
    from bot.reviews.report import State
    from bot.reviews.terminal import line, screen

    with _opened(options) as (reports, library):
        for report in reports.of(*State) if everything else reports.of(State.OPEN):
            if options.as_json:
                print_json(report.standing(library).as_dict(), indent=None)
            else:
                click.echo(line(report, screen()))


@review.command()
@_ID
@common_options
def show(options: Options, number: int) -> None:
    """Print a report with what was shown and where that stands."""
    with _opened(options) as (reports, library):
        _print(options, _named(number, reports), library)


@review.command()
@_ID
@click.option(
    "--answer", "places", metavar="ARTICLE:START-END", multiple=True, help="Where the answer is."
)
@click.option("--words", multiple=True, help="Exact words of the archive that answer.")
@click.option("--unanswerable", is_flag=True, help="Nothing in the archive answers it.")
@common_options
def accept(
    options: Options,
    number: int,
    places: tuple[str, ...],
    words: tuple[str, ...],
    *,
    unanswerable: bool,
) -> None:
    """Say that a report is right, and where the answer is."""
    if unanswerable and (places or words):
        raise click.UsageError("--unanswerable leaves nothing to be said by --answer or --words")
    from bot.reviews.truth import truth_of

    with _opened(options) as (reports, library):
        report = _named(number, reports)
        known = unanswerable or places or words
        truth = truth_of(places, words, library) if known else None
        _print(options, reports.accept(report, truth), library)


@review.command()
@_ID
@common_options
def reject(options: Options, number: int) -> None:
    """Say that a report is wrong."""
    with _opened(options) as (reports, library):
        _print(options, reports.reject(_named(number, reports)), library)


@review.command()
@click.argument("file", metavar="FILE|-", type=click.Path(path_type=Path, allow_dash=True))
@common_options
def export(options: Options, file: Path) -> None:
    """Add the accepted reports to FILE as cases of `citat eval`, each once."""
    from bot.reviews import export as cases
    from bot.reviews.report import State

    with _opened(options) as (reports, _):
        accepted = reports.of(State.ACCEPTED)
    if str(file) == "-":
        click.echo("".join(cases.lines(accepted)), nl=False)
        return
    done = cases.export(file, accepted)
    if options.as_json:
        print_json({"file": str(file), "added": done.added, "known": done.known})
    else:
        told = f"{file}: cases added: {done.added}, there already: {done.known}"
        click.echo(told)


@contextmanager
def _opened(options: Options) -> "Iterator[tuple[Reports, Library]]":
    from bot.reviews.store import Reports

    with options.library() as library, Reports.open(options.data) as reports:
        yield reports, library


def _named(number: int, reports: "Reports") -> "Report":
    report = reports.get(number)
    if report is None:
        raise LibraryError(f"there is no report {number}; `citat review list --all` names them")
    return report


def _print(options: Options, report: "Report", library: "Library") -> None:
    from bot.reviews.terminal import screen, whole

    if options.as_json:
        print_json(report.standing(library).as_dict())
    else:
        click.echo(whole(report, library, screen()))


def _refuse_options(context: click.Context) -> None:
    """Refuse options in front of a subcommand, which has its own and would not see them."""
    for parameter in context.command.params:
        if context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"write {parameter.opts[-1]} behind {context.invoked_subcommand}"
            )
