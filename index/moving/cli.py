"""The command that takes an archive to another store."""

import sys
import time
from typing import TYPE_CHECKING

import click

from index.errors import StoreError
from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # they import numpy and SQLite, which `citat --help` has no use for
    from index.library import Library
    from index.moving.moving import Moved
    from index.store import StoreSettings


@click.command()
@click.option(
    "--to",
    required=True,
    metavar="URI|local",
    help="http://HOST:PORT of Milvus, a folder that ends in .db, or local: files beside it.",
)
@click.option("--replace", is_flag=True, help="Make it anew, whatever is there.")
@common_options
def migrate(options: Options, to: str, *, replace: bool) -> None:
    """Take the archive to another store, check it, and tell what to configure.

    The library stays where it is. Interrupt it at any time: the next run goes on.
    """
    from dataclasses import asdict

    from index.moving.checking import check
    from index.moving.moving import LOCAL
    from index.store import StoreSettings

    settings = options.config.table("store", StoreSettings)
    started = time.monotonic()
    with options.library() as library:
        moved = _move(library, settings, to, anew=replace, quiet=options.as_json)
        checked = check(library, moved.store)
        moved.store.close()
    facts = {"to": to, "brought": moved.brought, "seconds": round(time.monotonic() - started, 1)}
    if options.as_json:
        print_json(facts | asdict(checked) | {"problems": checked.problems})
    if checked.problems:
        raise StoreError(
            f"{to} does not hold the archive: {'; '.join(checked.problems)}."
            f" Make it anew: citat migrate --to {to} --replace"
        )
    if options.as_json:
        return
    click.echo(
        f"{sum(checked.sentences.values())} sentences are there, {moved.brought} came now; of a"
        f" sample {checked.recall:.1%} of the nearest sentences and {checked.words:.1%} of the"
        f" words are found",
        err=True,
    )
    click.echo(f'Now configure:\n\n[store]\nuri = "{"" if to == LOCAL else to}"')


def _move(
    library: "Library", settings: "StoreSettings", to: str, *, anew: bool, quiet: bool
) -> "Moved":
    """Move with a bar on a terminal; interrupted, tell how to go on."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from index.moving.moving import move

    bar = Progress(
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        disable=quiet or not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task("moving", total=library.counts()["sentences"])
        try:
            return move(
                library, settings, to, anew=anew, progress=lambda step: bar.advance(task, step)
            )
        except KeyboardInterrupt:
            raise click.ClickException(
                "interrupted; what has been moved is kept, run it again to go on"
            ) from None
