"""Commands that look through the archive: said, timeline, who."""

import sys
from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

import click

from bot.cli import conversation_of
from bot.phrases import LANGUAGES
from bot.views.request import LIMIT, Days, Kind, Request, days
from index.options import Options, common_options, print_json
from index.records import without_surrogates

if TYPE_CHECKING:  # it imports what `citat --help` has no use for
    from bot.views.view import View


class _Date(click.ParamType[Days]):
    """A day, a month or a year."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Days:
        found = value if isinstance(value, tuple) else days(value)
        if found is None:
            self.fail(f"{value!r} is no date; give one as 2019, 2019-03 or 2019-03-29", param, ctx)
        return found


def view_options(command: Callable[..., Request]) -> Callable[..., None]:
    """Add what all views share to a command that makes a request, and print what it asks for."""

    @click.option("--since", type=_Date(), help="From this day, month or year on.")
    @click.option("--until", type=_Date(), help="Up to this day, month or year, all of it.")
    @click.option(
        "--limit",
        type=click.IntRange(min=1),
        default=LIMIT,
        show_default=True,
        help="How many to show.",
    )
    @click.option("--csv", "as_csv", is_flag=True, help="Print a table, for spreadsheets.")
    @click.option("--html", "as_html", is_flag=True, help="Print a page, for browsers.")
    @common_options
    def run(
        options: Options,
        *,
        since: Days | None,
        until: Days | None,
        limit: int,
        as_csv: bool,
        as_html: bool,
        **rest: Any,
    ) -> None:
        if options.as_json + as_csv + as_html > 1:
            raise click.UsageError("give one of --json, --csv and --html")
        if since and until and since[0] > until[1]:
            raise click.UsageError(f"--since {since[0]} is after --until {until[1]}")
        narrowed = {"since": since and since[0], "until": until and until[1], "limit": limit}
        conversation = conversation_of(options)
        view = conversation.view(command(**rest, **narrowed)).verified(conversation)
        if options.as_json:
            print_json(view.as_dict())
        elif as_csv:
            _print_table(view)
        else:
            click.echo(_page(view, as_html=as_html))

    return update_wrapper(run, command)


@click.command()
@click.argument("person")
@click.option("--about", default="", metavar="TOPIC", help="Only what is near these words.")
@click.option("--to", default="", metavar="PERSON", help="Only what is said to them.")
@view_options
def said(person: str, about: str, to: str, **narrowed: Any) -> Request:
    """List what PERSON said, the newest first.

    The name may be in any script; a surname alone finds everybody who bears it.
    """
    person, about, to = map(without_surrogates, (person, about, to))
    return Request(Kind.SAID, person.strip(), about.strip(), to.strip(), **narrowed)


@click.command()
@click.argument("topic")
@view_options
def timeline(topic: str, **narrowed: Any) -> Request:
    """List the quotes nearest to TOPIC, the oldest first."""
    return Request(Kind.TIMELINE, topic=without_surrogates(topic).strip(), **narrowed)


@click.command()
@click.argument("topic")
@view_options
def who(topic: str, **narrowed: Any) -> Request:
    """List who speaks of TOPIC, those who say most of it first."""
    return Request(Kind.WHO, topic=without_surrogates(topic).strip(), **narrowed)


def _page(view: "View", *, as_html: bool) -> str:
    from bot.terminal import Screen, columns, has_colour
    from bot.views.report import report
    from bot.views.terminal import render

    language = view.language if view.language in LANGUAGES else "en"
    if as_html:
        return report(view, language)
    return render(view, Screen(columns(sys.stdout), has_colour(sys.stdout), language))


def _print_table(view: "View") -> None:
    from bot.phrases import phrase
    from bot.views.table import table

    click.echo(table(view).encode(), nl=False)  # bytes: or Windows would end lines once more
    if view.reason:
        click.echo(phrase(view.language, view.reason.value, **view.details), err=True)
