"""Reports at a terminal: one in a line, one whole, and all that wait, one after another."""

import sys
from collections.abc import Iterator

import click

from bot.answer import Quote
from bot.phrases import phrase
from bot.questions.shown import filters
from bot.questions.slots import Slots
from bot.reviews.report import Report, Shown, State, Truth
from bot.reviews.store import Reports
from bot.reviews.truth import NOTHING, typed
from bot.terminal import DIM, ERROR, STRONG, Screen, columns, has_colour
from index.errors import CitatError
from index.library import Library

CHOICES = "[a]ccept, [r]eject, [s]kip or [q]uit"
WHERE = f"Where is the answer? ARTICLE:START-END, its exact words, {NOTHING}, or Enter if unknown"


def screen() -> Screen:
    """Return how to write to the owner."""
    return Screen(columns(sys.stdout), has_colour(sys.stdout), "en")


def line(report: Report, on: Screen) -> str:
    """Return a report in one line."""
    told = f"{report.at:%Y-%m-%d}  {report.state:8}  {_reason(report)}: {report.question}"
    return f"{on.ink(f'{report.id:>4}', STRONG)}  {on.ink(told)}"


def whole(report: Report, library: Library, on: Screen) -> str:
    """Return a report with what was asked before, what was shown and where it stands."""
    head = f"Report {report.id} · {report.state} · {report.at:%Y-%m-%d %H:%M} · {_reason(report)}"
    before = [on.lines(f"after: {asked}", DIM) for asked in report.history]
    only = report.only.narrowed(Slots("", "en"))
    narrowed = [on.lines(f"only: {one.text}", DIM) for one in filters(only, "en")]
    shown = report.standing(library).quotes
    quotes = [_quote(number, one, library, on) for number, one in enumerate(shown, 1)]
    parts = [
        "\n".join([on.ink(head, STRONG), *before, on.lines(report.question), *narrowed]),
        *(quotes or [on.lines("Nothing was quoted, or it has been changed since.", DIM)]),
        *_verdict(report, on),
    ]
    return "\n\n".join(parts)


def walk(reports: Reports, library: Library) -> None:
    """Go through the reports that wait; each decision is stored before the next is asked for."""
    waiting = reports.of(State.OPEN)
    on = screen()
    for number, report in enumerate(waiting, 1):
        click.echo(f"{whole(report, library, on)}\n")
        match _chosen(f"{number}/{len(waiting)}"):
            case "a":
                _accept(reports, report, library, on)
            case "r":
                reports.reject(report)
            case "q":
                return
        click.echo()
    click.echo(f"Reports that wait: {reports.waiting()}.")


def _chosen(place: str) -> str:
    """Ask until one of the choices is made; its first letter is enough."""
    while True:
        answer: str = click.prompt(f"{place}  {CHOICES}", prompt_suffix=": ")
        if (letter := answer.strip().lower()[:1]) in {"a", "r", "s", "q"}:
            return letter


def _accept(reports: Reports, report: Report, library: Library, on: Screen) -> None:
    """Ask where the answer is until that can be used, and accept."""
    while True:
        answer = click.prompt(WHERE, default="", show_default=False, prompt_suffix=": ")
        try:
            accepted = reports.accept(report, typed(answer, library))
        except CitatError as error:
            click.echo(on.ink(str(error), ERROR))
        else:
            click.echo("\n".join(_verdict(accepted, on)) or "Accepted.")
            return


def _reason(report: Report) -> str:
    return phrase("en", report.why.phrase)


def _verdict(report: Report, on: Screen) -> Iterator[str]:
    if report.truth is None:
        return
    if report.truth == Truth():
        yield on.lines("Nothing in the archive answers it.")
        return
    for quote in report.truth.quotes:
        yield on.lines(f"Answer: {quote}")
    yield on.lines(f"It stands in: {', '.join(report.truth.articles)}", DIM)


def _quote(number: int, shown: Shown, library: Library, on: Screen) -> str:
    """Return the words where they stand now, or that they are gone."""
    article = library.article(shown.span.article)
    if article is None or not shown.text:
        what = "withdrawn since" if article is None else "changed since, these words are gone"
        return on.lines(f"{number:>2}   {shown.span.article}: {what}", DIM)
    return on.quote(number, Quote(article, shown.span, 0), shown.place)
