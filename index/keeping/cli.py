"""Commands that keep a library: backup, restore, verify, export."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import LibraryError
from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # these import numpy and SQLite, which `citat --help` has no use for
    from index.keeping.checks import Part
    from index.keeping.verify import Report

_ENDINGS = (".tar", ".tar.gz", ".tgz")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("target", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--gzip", "packed", is_flag=True, help="In FOLDER: a smaller file, by several times the time."
)
@click.option("--force", is_flag=True, help="Replace FILE.")
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="Keep so many backups of this library in FOLDER, and remove older ones.",
)
@common_options
def backup(options: Options, target: Path, *, packed: bool, force: bool, keep: int | None) -> None:
    """Write the library to one file, while bots and other commands use it.

    FILE.tar is as large as the library, FILE.tar.gz smaller; in a FOLDER it is named by the time.
    It holds all but the vector index, which is made anew. It holds readers' questions too, so
    keep it as you keep those.
    """
    from index.keeping.backup import backup as write
    from index.keeping.backup import dated, rotate

    folder = target if target.is_dir() else None
    path = dated(target, packed=packed) if folder else target
    if not path.name.endswith(_ENDINGS):
        raise click.UsageError(f"{target} is no folder; a file should end in .tar or .tar.gz")
    if not folder and (keep or packed):
        raise click.UsageError(f"--keep and --gzip are for a FOLDER that is there, not {target}")
    packed = not path.name.endswith(".tar")
    with options.library() as library, _bar("copying", "no backup was made") as progress:
        manifest = write(library, path, packed=packed, force=force, progress=progress)
    rotation = rotate(folder, manifest.library, keep) if folder and keep else None
    removed = [str(old) for old in rotation.removed] if rotation else []
    if options.as_json:
        print_json({"file": str(path), **manifest.as_dict(), "removed": removed})
        return
    articles = manifest.counts["articles"]
    click.echo(f"{path}: {articles} articles, {path.stat().st_size / 1e6:.1f} MB", err=True)
    for old in removed:
        click.echo(f"{old}: removed", err=True)
    for odd in rotation.unreadable if rotation else []:
        click.secho(f"{odd}: cannot be read, and is not counted", fg="yellow", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Also where there is a library; it is set aside.")
@common_options
def restore(options: Options, file: Path, *, force: bool) -> None:
    """Bring back the library of a backup, once all of it has proved sound.

    A library that is there already is kept beside it, in a folder `before-restore-...`.
    """
    from index.keeping.restore import restore as bring_back

    with _bar("restoring", "what was there is as it was") as progress:
        manifest = bring_back(file, options.data, force=force, progress=progress)
    if options.as_json:
        print_json({"folder": str(options.data), **manifest.as_dict()})
    else:
        articles, made = manifest.counts["articles"], manifest.made
        click.echo(f"{options.data}: {articles} articles, as of {made}", err=True)


@click.command()
@click.option("--repair", is_flag=True, help="Make anew what is derived and wrong.")
@click.option("--deep", is_flag=True, help="Encode every sentence anew, not only a sample.")
@common_options
def verify(options: Options, *, repair: bool, deep: bool) -> None:
    """Check that all that is stored agrees: texts, quotes, vectors, words and indexes."""
    from index.encoder import EncoderSettings, encoder_identity
    from index.keeping.repair import repair as make_anew
    from index.keeping.verify import verify as check

    with options.library() as library:
        if library.encoder:
            library.claim_encoder(
                encoder_identity(options.config.table("encoder", EncoderSettings))
            )
        encoder = options.encoder()
        articles = library.counts()["articles"]
        with _bar("checking", "nothing was changed", articles) as progress:
            found = check(library, encoder, _steps(progress, articles), deep=deep)
        left = found
        if repair and found.wrong:
            most = len(found.articles)
            with _bar("repairing", "run it again to go on", most) as progress:
                make_anew(library, encoder, found, _steps(progress, most))
            left = check(library, encoder, lambda _: None, deep=deep, only=[*found.articles])
    _tell(found, left, as_json=options.as_json)
    if wrong := left.wrong.total():
        cure = (
            "ingest the sources of these articles again, or restore a backup"
            if repair
            else "`citat verify --repair` makes anew what is derived"
        )
        raise LibraryError(f"{wrong} things are wrong: {cure}")


@click.command()
@click.argument("target", metavar="FILE|-")
@click.option("--source", "sources", multiple=True, help="Only of this outlet; may be repeated.")
@click.option("--since", type=_DAY, help="Only what was published on this day or later.")
@click.option("--until", type=_DAY, help="Only what was published on this day or earlier.")
@click.option("--statements", is_flag=True, help="Add who says what; JSON lines only.")
@click.option("--force", is_flag=True, help="Replace FILE.")
@common_options
def export(  # noqa: PLR0913 - a parameter for each option
    options: Options,
    target: str,
    *,
    sources: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    statements: bool,
    force: bool,
) -> None:
    """Write all articles as `citat ingest` takes them: to FILE.jsonl, FILE.parquet, or -.

    Taken in again, they are the very same articles, with the same ids and versions.
    """
    from index.keeping import export as exporting

    ending = ".jsonl" if target == "-" else Path(target).suffix.lower()
    if ending not in exporting.WRITERS:
        raise click.UsageError(f"{target} should end in .jsonl or .parquet, or be -")
    if statements and ending == ".parquet":
        raise click.UsageError("--statements go into .jsonl only")
    selection = exporting.Selection(sources, since and since.date(), until and until.date())
    write, damaged = exporting.WRITERS[ending], list[str]()
    with options.library() as library:
        total = exporting.count(library, selection)
        with _bar("exporting", "nothing was written", total) as progress:
            found = exporting.records(library, selection, damaged, statements=statements)
            with exporting.opened(target, force=force) as out:
                written = write(_counted(found, _steps(progress, total)), out)
    if target != "-" and options.as_json:
        print_json({"file": target, "articles": written, "damaged": damaged})
    elif target != "-":
        click.echo(f"{target}: {written} articles", err=True)
    if damaged:
        named = ", ".join(damaged[:3]) + (", ..." if len(damaged) > 3 else "")
        raise LibraryError(
            f"{len(damaged)} damaged articles are left out: {named};"
            " citat verify tells what is wrong"
        )


@contextmanager
def _bar(
    doing: str, interrupted: str, total: int | None = None
) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal; an interruption becomes a line that says how things stand."""
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), disable=not sys.stderr.isatty())
    try:
        with bar:
            task = bar.add_task(doing, total=total)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    except KeyboardInterrupt:
        raise click.ClickException(f"interrupted; {interrupted}") from None


def _steps(progress: Callable[[int, int], None], total: int) -> Callable[[int], None]:
    """Return what is told of steps, where `progress` is told how many are done."""
    done = 0

    def step(steps: int) -> None:
        nonlocal done
        done += steps
        progress(done, total)

    return step


def _counted(
    found: Iterator[dict[str, Any]], step: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    for record in found:
        yield record
        step(1)


def _tell(found: "Report", left: "Report", *, as_json: bool) -> None:
    from index.keeping.checks import Part

    facts = {part: _facts(part, found, left) for part in Part}
    if as_json:
        print_json({part.value: fact for part, fact in facts.items()})
        return
    for part, fact in facts.items():
        state = f"{fact['wrong']} wrong" if fact["wrong"] else "all right"
        mended = f", {fact['repaired']} repaired" if fact["repaired"] else ""
        click.echo(f"{part:11} {fact['checked']:>9} checked, {state}{mended}")
        for example in fact["examples"]:
            where = f"{example['article']}: " if example["article"] else ""
            click.secho(f"  {where}{example['what']}", fg="yellow")


def _facts(part: "Part", found: "Report", left: "Report") -> dict[str, Any]:
    return {
        "checked": found.checked[part],
        "wrong": found.wrong[part],
        "repaired": max(0, found.wrong[part] - left.wrong[part]),
        "examples": [
            {"article": fault.article, "what": fault.what} for fault in found.examples[part]
        ],
    }
