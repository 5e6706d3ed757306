"""Commands that look into the library: search, show, list, remove, status, reindex."""

import sys
import time
from datetime import datetime

import click

from index.errors import LibraryError, QuoteError
from index.feeds import feed_line, feeds, waiting
from index.options import Options, common_options, json_lines, print_json, question_of
from index.records import Article


@click.command()
@click.argument("question", required=False)
@click.option("--jsonl", metavar="[FILE|-]", is_flag=False, flag_value="-", help="Questions in.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many."
)
@click.option(
    "--channel",
    type=click.Choice(["dense", "words", "both"]),
    default="both",
    show_default=True,
    help="Which way to search.",
)
@common_options
def search(
    options: Options, question: str | None, jsonl: str | None, limit: int, channel: str
) -> None:
    """Find passages without choosing quotes.

    With --jsonl, lines {"id", "question"} come in and lines {"id", "hits"} go out.
    """
    if (question is None) == (jsonl is None):
        raise click.UsageError("give a QUESTION or --jsonl")
    searcher = options.searcher()
    from index.search import Channel

    for line in json_lines(jsonl) if jsonl else [{"id": None, "question": question}]:
        asked, _ = question_of(line)
        hits = searcher.search(searcher.parse(asked), limit=limit, channel=Channel(channel))
        if jsonl or options.as_json:
            found = [
                {
                    "article": hit.passage.span.article,
                    "start": hit.passage.span.start,
                    "end": hit.passage.span.end,
                    "score": round(hit.score, 6),
                }
                for hit in hits
            ]
            print_json({"id": line.get("id"), "hits": found}, indent=None)
            continue
        for hit in hits:
            try:
                text = searcher.library.words(hit.passage.span).replace("\n", " ")
            except QuoteError:  # it was changed or withdrawn a moment ago
                continue
            where = f"{hit.passage.span.article}  {hit.score:.3f}"
            click.echo(f"{click.style(where, bold=True)}\n  {text}")


@click.command()
@click.argument("article")
@common_options
def show(options: Options, article: str) -> None:
    """Print one stored article; quotes are slices of its text."""
    with options.library() as library:
        found = library.article(article)
    if found is None:
        raise LibraryError(f"there is no article {article!r}; `citat list` names them")
    if options.as_json:
        print_json(_article_dict(found) | {"text": found.text})
        return
    click.secho(found.title, bold=True)
    click.echo(" · ".join(filter(None, [found.source, _date(found.published), found.author])))
    click.echo(found.url or "", nl=found.url is not None)
    click.echo(f"\n{found.text}")


@click.command("list")
@click.option("--limit", default=-1, help="At most so many.")
@common_options
def list_articles(options: Options, limit: int) -> None:
    """List the articles, newest first."""
    with options.library() as library:
        for article in library.articles(limit=limit):
            if options.as_json:
                print_json(_article_dict(article), indent=None)
            else:
                date = _date(article.published) or "undated   "
                click.echo(
                    f"{date}  {article.language}  {click.style(article.id, bold=True)}"
                    f"  {article.source}  {article.title}"
                )


@click.command()
@click.argument("articles", nargs=-1, required=True)
@common_options
def remove(options: Options, articles: tuple[str, ...]) -> None:
    """Remove articles by id; they stop answering at once."""
    with options.library() as library:
        removed = library.remove(articles)
    if options.as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"{len(removed)} removed", err=True)
    missing = [article for article in articles if article not in removed]
    if missing:
        raise LibraryError(f"not in the library: {', '.join(missing)}")


@click.command()
@common_options
def status(options: Options) -> None:
    """Tell what the library holds, and how the feeds are doing that are watched for it."""
    with options.library() as library:
        newest = next(library.articles(limit=1), None)
        languages = library.languages()
        facts: dict[str, object] = {
            "folder": str(options.data),
            **library.counts(),
            "languages": languages,
            "newest": _date(newest.published) if newest else None,
            "encoder": library.encoder,
            "generation": library.generation,
        }
        watched, wait = feeds(library), waiting(library)
    now = time.time()
    if options.as_json:
        told = [feed.as_dict(now) for feed in watched]
        print_json({**facts, "feeds": told, "pages_waiting": wait})
        return
    if watched:
        facts |= {"feeds": len(watched), "waiting": f"{wait} pages"}
    facts["languages"] = ", ".join(f"{code} {count}" for code, count in languages.items())
    for name, fact in facts.items():
        click.echo(f"{name:11} {'none' if fact is None else fact}")
    for feed in watched:
        click.echo(feed_line(feed, now))


@click.command()
@common_options
def reindex(options: Options) -> None:
    """Encode the library anew with the configured encoder, and fold its words anew."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    from index.reindex import reencode, refold

    with options.library() as library:
        encoder = options.encoder()
        bar = Progress(
            *Progress.get_default_columns(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        with bar:
            task = bar.add_task("encoding", total=library.counts()["sentences"])
            done = reencode(library, encoder, lambda steps: bar.advance(task, steps))
            task = bar.add_task("folding", total=library.counts()["articles"])
            refold(library, lambda steps: bar.advance(task, steps))
    if options.as_json:
        print_json({"sentences": done, "encoder": encoder.identity})
    else:
        click.echo(f"{done} sentences encoded with {encoder.identity}", err=True)


def _article_dict(article: Article) -> dict[str, object]:
    return {
        "id": article.id,
        "version": article.version,
        "title": article.title,
        "source": article.source,
        "author": article.author,
        "url": article.url,
        "published": article.published.isoformat() if article.published else None,
        "language": article.language,
    }


def _date(date: datetime | None) -> str | None:
    return date.date().isoformat() if date else None
