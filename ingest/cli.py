"""The command that takes articles in."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Self

import click

from index.errors import CitatError
from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # the pipeline imports numpy and SQLite, which `citat --help` has no use for
    from ingest.drafts import Draft, Skipped
    from ingest.fetch import FetchSettings
    from ingest.pipeline import Report


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="PATH|URL|-...")
@click.option("--progress", is_flag=True, help="Tell how far it is: JSON lines on stderr.")
@common_options
def ingest(options: Options, sources: tuple[str, ...], *, progress: bool) -> None:
    """Add articles: files and folders (.txt .md .html .jsonl), feeds, pages, standard input.

    What is there already is skipped, what has changed is replaced. Interrupt it at any time:
    the next run goes on where this one stopped.
    """
    from index.store import StoreSettings, open_store
    from ingest.fetch import FetchSettings
    from ingest.pipeline import IngestSettings, Report
    from ingest.pipeline import ingest as take_in

    fetching = options.config.table("fetch", FetchSettings)
    settings = options.config.table("ingest", IngestSettings)
    storing = options.config.table("store", StoreSettings)
    with options.library(create=True) as library:
        encoder = options.encoder()
        report, unread, interrupted = Report(), list[str](), False
        drafts = _read_all(sources, fetching, unread)
        try:
            with _Progress(visible=sys.stderr.isatty() and not options.as_json) as shown:
                show = _ProgressLines().show if progress else shown.show
                take_in(drafts, library, encoder, report, settings=settings, progress=show)
        except KeyboardInterrupt:
            interrupted = True
        except CitatError:
            if report.seen:
                _tell(report, as_json=options.as_json)
            raise
        _tell(report, as_json=options.as_json)  # it is stored, even if the store is out of reach
        store = open_store(storing, library, encoder.dimension)
        store.save()
        store.close()
    if interrupted:
        raise click.ClickException(
            "interrupted; all in the table is stored, run it again to go on"
        )
    if unread or (report.skipped and report.seen == len(report.skipped)):
        raise SystemExit(1)


def _read_all(
    sources: Sequence[str], settings: "FetchSettings", unread: list[str]
) -> Iterator["Draft | Skipped"]:
    """Read one source after the other and note those that could not be read at all."""
    from ingest.drafts import Skipped
    from ingest.sources import origin_of, read

    for source in sources:
        name, refused = origin_of(source), False
        for number, item in enumerate(read(source, settings)):
            refused = number == 0 and isinstance(item, Skipped) and item.origin == name
            yield item
        if refused:
            unread.append(source)


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


class _ProgressLines:
    """The same for a program that waits: a line of JSON, once a second at most."""

    def __init__(self) -> None:
        self._next = 0.0

    def show(self, report: "Report") -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 1
            done = {"seen": report.seen, "added": report.added, "updated": report.updated}
            click.echo(json.dumps(done), err=True)


def _tell(report: "Report", *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_dict())
    else:
        _print_report(report)


def _print_report(report: "Report") -> None:
    from rich.console import Console
    from rich.table import Table

    for skipped in report.skipped:
        click.secho(f"{skipped.origin}: {skipped.reason}", fg="yellow", err=True)
    facts = {
        **{name: getattr(report, name) for name in ("added", "updated", "unchanged")},
        "skipped": len(report.skipped),
        **{name: getattr(report, name) for name in ("sentences", "statements")},
        "seconds": round(report.seconds, 1),
    }
    table = Table(*facts)
    table.add_row(*map(str, facts.values()))
    Console(stderr=True).print(table)
