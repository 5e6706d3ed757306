"""The command for standing questions: watch."""

import sys
from typing import TYPE_CHECKING

import click

from index.errors import LibraryError
from index.options import Options, common_options, print_json

if TYPE_CHECKING:  # these import numpy and SQLite, which `citat --help` has no use for
    from bot.watches.news import Newsreader
    from bot.watches.store import Watch

AT_ONCE = 12
"""Quotes claimed together: what is lost if the program is killed while it prints them."""


@click.command()
@click.argument("action", type=click.Choice(["add", "list", "remove", "run"]))
@click.argument("what", metavar="[QUESTION|ID]", required=False)
@common_options
def watch(options: Options, action: str, what: str | None) -> None:
    """Put standing questions and print what newly answers them.

    \b
    citat watch add QUESTION   what is in the library now counts as known
    citat watch list           with the id of each
    citat watch remove ID
    citat watch run            print what came in since, each text once
    """  # noqa: D301 - \b is click's mark for lines that keep their breaks
    if (what is None) == (action in {"add", "remove"}):
        wanted = {"add": "a QUESTION", "remove": "the ID of a watch"}
        raise click.UsageError(f"{action} takes {wanted.get(action, 'nothing more')}")
    match action:
        case "add":
            _add(options, what or "")
        case "list":
            _list(options)
        case "remove":
            _remove(options, what or "")
        case _:
            _run(options)


def _add(options: Options, question: str) -> None:
    from bot.terminal import reader_language
    from bot.watches.local import put
    from bot.watches.news import why_not

    newsreader = _newsreader(options)
    answer = newsreader.conversation.ask(question)
    if told := why_not(answer, reader_language(answer)):
        raise click.UsageError(told)
    added = put(newsreader.watches, answer)
    if options.as_json:
        print_json(added.as_dict(), indent=None)
    else:
        _tell(added)


def _list(options: Options) -> None:
    from bot.watches.store import LOCAL, Watches

    with Watches.open(options.data) as watches:
        for one in watches.of(LOCAL):
            if options.as_json:
                print_json(one.as_dict(), indent=None)
            else:
                _tell(one)


def _remove(options: Options, id_: str) -> None:
    from bot.watches.store import LOCAL, Watches

    with Watches.open(options.data) as watches:
        if not watches.drop_typed(id_, LOCAL):
            raise LibraryError(f"there is no watch {id_}; `citat watch list` names them")
    if options.as_json:
        print_json({"removed": int(id_)})


def _run(options: Options) -> None:
    from bot.watches.store import LOCAL

    newsreader = _newsreader(options)
    while any(newsreader.check(one) for one in newsreader.watches.of(LOCAL)):
        pass  # a portion at a time
    for one in newsreader.watches.of(LOCAL):
        _print_news(options, newsreader, one)


def _print_news(options: Options, newsreader: "Newsreader", watch: "Watch") -> None:
    from bot.terminal import columns, has_colour, render
    from bot.watches.news import as_answer

    while deliveries := newsreader.watches.claim(watch, AT_ONCE):
        answer = as_answer(watch, deliveries)
        if options.as_json:
            quotes = [quote.as_dict() for quote in answer.quotes]
            told = {"watch": watch.id, "question": watch.question, "quotes": quotes}
            print_json(told, indent=None)
        else:
            _tell(watch)
            page = render(
                answer,
                width=columns(sys.stdout),
                colour=has_colour(sys.stdout),
                language=watch.language,
                count=len(deliveries),
            )
            click.echo(f"\n{page}\n")
        sys.stdout.flush()
        newsreader.watches.sent(deliveries)


def _tell(watch: "Watch") -> None:
    from bot.terminal import Screen, columns, has_colour
    from bot.watches.local import line

    click.echo(line(watch, Screen(columns(sys.stdout), has_colour(sys.stdout), watch.language)))


def _newsreader(options: Options) -> "Newsreader":
    from bot.choosing import ChoiceSettings
    from bot.conversation import Conversation
    from bot.watches.news import Newsreader
    from bot.watches.store import Watches

    settings = options.config.table("answer", ChoiceSettings)
    conversation = Conversation(options.searcher(), settings)
    return Newsreader(conversation, Watches.open(options.data))
