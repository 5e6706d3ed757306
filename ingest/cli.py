"""The command that takes articles in."""

import sys
from typing import TYPE_CHECKING, Self

import click

from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # the pipeline imports numpy and SQLite, which `citat --help` has no use for
    from ingest.pipeline import Report


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="PATH|URL|-...")
@common_options
def ingest(options: Options, sources: tuple[str, ...]) -> None:
    """Add articles: files and folders (.txt .md .html .jsonl), feeds, pages, standard input.

    What is there already is skipped, what has changed is replaced. Interrupt it at any time:
    the next run goes on where this one stopped.
    """
    from index.vectors import open_index, save
    from ingest.fetch import FetchSettings
    from ingest.pipeline import IngestSettings, Report
    from ingest.pipeline import ingest as take_in
    from ingest.sources import read

    fetching = options.config.table("fetch", FetchSettings)
    settings = options.config.table("ingest", IngestSettings)
    with options.library(create=True) as library:
        encoder = options.encoder()
        drafts = (draft for source in sources for draft in read(source, fetching))
        report, interrupted = Report(), False
        with _Progress(visible=sys.stderr.isatty() and not options.as_json) as progress:
            try:
                take_in(
                    drafts, library, encoder, report, settings=settings, progress=progress.show
                )
            except KeyboardInterrupt:
                interrupted = True
        save(open_index(library, encoder.dimension), library)
    if options.as_json:
        print_json(report.as_dict())
    else:
        _print_report(report)
    if interrupted:
        raise click.ClickException(
            "interrupted; all in the table is stored, run it again to go on"
        )
    if report.skipped and report.seen == len(report.skipped):
        raise SystemExit(1)


class _Progress:
    """A line on the terminal while it goes."""

    def __init__(self, *, visible: bool) -> None:
        from rich.console import Console
        from rich.status import Status

        self._status = Status("reading", console=Console(stderr=True))
        self._visible = visible

    def __enter__(self) -> Self:
        if self._visible:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def show(self, report: "Report") -> None:
        if self._visible:
            rate = (report.added + report.updated) / max(report.seconds, 1e-9)
            self._status.update(f"{report.seen} articles, {rate:.1f} new ones a second")


def _print_report(report: "Report") -> None:
    from rich.console import Console
    from rich.table import Table

    for skipped in report.skipped:
        click.secho(f"{skipped.origin}: {skipped.reason}", fg="yellow", err=True)
    table = Table("added", "updated", "unchanged", "skipped", "sentences", "passages", "seconds")
    table.add_row(
        *map(str, (report.added, report.updated, report.unchanged, len(report.skipped))),
        *map(str, (report.sentences, report.passages, round(report.seconds, 1))),
    )
    Console(stderr=True).print(table)
