"""The commands for what is watched: feeds add, list, remove, check, read."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from index.errors import LibraryError, SourceError
from index.feeds import feed_line
from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # these import numpy, SQLite and httpx, which `citat --help` has no use for
    from ingest.drafts import Skipped
    from ingest.pipeline import Report
    from ingest.watching.finding import Found

_TAKES = ("auto", "feed", "page")


@click.group(invoke_without_command=True)
@click.pass_context
@common_options
def feeds(context: click.Context, options: Options) -> None:
    """Watch feeds and sitemaps: what they name comes into the library.

    \b
    citat feeds add URL      a feed, a sitemap, or a page that names them
    citat feeds              how each is doing
    citat ingest --watch     read them on their schedules, until stopped
    citat feeds read         read them once, from cron, say
    """  # noqa: D301 - \b is click's mark for lines that keep their breaks
    if context.invoked_subcommand is None:
        _list(options)
        return
    for parameter in context.command.params:
        if context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"write {parameter.opts[-1]} behind {context.invoked_subcommand}"
            )


@feeds.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--name", help="What to call it; its own title, else.")
@click.option(
    "--every",
    type=click.FloatRange(min=1),
    metavar="MINUTES",
    help="Read it so often; by its habits, else.",
)
@click.option(
    "--takes",
    type=click.Choice(_TAKES),
    default="auto",
    show_default=True,
    help="Texts of the feed, of the pages, or of the feed where they are whole.",
)
@click.option("--backfill", is_flag=True, help="Of a sitemap: take all that it names.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Take nothing older, by the date that it states.",
)
@common_options
def add(options: Options, urls: tuple[str, ...], **chosen: Any) -> None:
    """Watch feeds and sitemaps from now on.

    A page or a robots.txt is looked through for those that it names. Of a sitemap the last three
    days are taken, and with --backfill all.
    """
    from ingest.watching.ledger import Ledger

    found, failed = _look_at(options, urls)
    every, since, name = chosen["every"], chosen["since"], chosen["name"]
    told = {
        "takes": chosen["takes"],
        "every": None if every is None else every * 60,
        "backfill": int(chosen["backfill"]),
        "since": None if since is None else since.replace(tzinfo=UTC).timestamp(),
    }
    with Ledger.open(options.data, create=True) as ledger:
        for one in found:
            told |= {"kind": one.kind, "name": name or one.name}
            is_new = ledger.add_feed(one.url, time.time(), **told) is not None
            if options.as_json:
                print_json({**one.as_dict(), "added": is_new}, indent=None)
            else:
                click.echo(f"{'added' if is_new else 'was there already'}: {_described(one)}")
                if is_new and one.kind != "feed" and not told["backfill"]:
                    click.echo("  of what is older than three days, nothing; --backfill takes all")
    sys.exit(1 if failed else 0)


@feeds.command("list")
@common_options
def list_feeds(options: Options) -> None:
    """Tell how each feed is doing."""
    _list(options)


@feeds.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@common_options
def remove(options: Options, urls: tuple[str, ...]) -> None:
    """Watch feeds no more; their articles stay."""
    from ingest.watching.ledger import Ledger

    with Ledger.open(options.data) as ledger:
        removed = [url for url in urls if ledger.drop_feed(url)]
    if options.as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"{len(removed)} removed", err=True)
    missing = [url for url in urls if url not in removed]
    if missing:
        raise LibraryError(f"not watched: {', '.join(missing)}; `citat feeds list` names them")


@feeds.command()
@click.argument("urls", nargs=-1, metavar="[URL...]")
@common_options
def check(options: Options, urls: tuple[str, ...]) -> None:
    """Read feeds now and tell what is there; nothing of it is stored."""
    from index.feeds import feeds as stored

    if not urls:
        with options.library() as library:
            urls = tuple(feed.address for feed in stored(library))
    found, failed = _look_at(options, urls)
    for one in found:
        if options.as_json:
            print_json(one.as_dict(), indent=None)
        else:
            click.echo(_described(one))
    sys.exit(1 if failed else 0)


@feeds.command()
@common_options
def read(options: Options) -> None:
    """Read all that is due once, and end; articles of a backlog come in too."""
    report = watch_feeds(options, (), once=True)
    if options.as_json:
        print_json(report.as_dict())
    else:
        click.echo(f"{report.added} new, {report.updated} changed", err=True)


def watch_feeds(options: Options, urls: Sequence[str], *, once: bool = False) -> "Report":
    """Watch the feeds of the library, with those that are given; return what came in.

    Raises:
        SourceError: nothing that is given can be watched.
        LibraryError: another watcher is running, or the library cannot be written.
    """
    from ingest.watching.ledger import Ledger
    from ingest.watching.running import watch

    with Ledger.open(options.data, create=True) as ledger:
        unknown = [url for url in urls if ledger.feed(url) is None]
    found, failed = _look_at(options, unknown)
    if failed and len(failed) == len(urls):
        raise SourceError("nothing that is given can be watched")
    with Ledger.open(options.data) as ledger:
        for one in found:
            ledger.add_feed(one.url, time.time(), kind=one.kind, name=one.name)
    with _progress(visible=sys.stderr.isatty() and not options.as_json) as show:
        return watch(options, once=once, show=show)


def _look_at(options: Options, urls: Sequence[str]) -> "tuple[list[Found], list[Skipped]]":
    """Return what can be watched at addresses, and those where nothing can, which are told."""
    from ingest.drafts import Skipped
    from ingest.watching.running import look_at

    seen = list(look_at(options, urls)) if urls else []
    failed = [one for one in seen if isinstance(one, Skipped)]
    for one in failed:
        if options.as_json:
            print_json({"url": one.origin, "problem": one.reason}, indent=None)
        else:
            click.secho(f"{one.origin}: {one.reason}", fg="yellow", err=True)
    return [found for one in seen if not isinstance(one, Skipped) for found in one], failed


def _described(found: "Found") -> str:
    newest = found.newest.date().isoformat() if found.newest else "undated"
    facts = f"{found.kind}, entries {found.entries}, new {found.new}, newest {newest}"
    return f"{click.style(found.url, bold=True)}  {found.name}\n  {facts}"


def _list(options: Options) -> None:
    from index.feeds import feeds as stored

    now = time.time()
    with options.library() as library:
        for feed in stored(library):
            if options.as_json:
                print_json(feed.as_dict(now), indent=None)
            else:
                click.echo(feed_line(feed, now))


@contextmanager
def _progress(*, visible: bool) -> "Iterator[Callable[[Report, int], None] | None]":
    """Show a line on the terminal while it goes."""
    if not visible:
        yield None
        return
    from rich.console import Console
    from rich.status import Status

    with Status("watching; Ctrl-C ends it", console=Console(stderr=True)) as status:
        yield lambda report, waiting: status.update(
            f"{report.added} new, {report.updated} changed, {waiting} pages wait; Ctrl-C ends it"
        )
