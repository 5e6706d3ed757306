"""Commands that answer: ask, repl, bot."""

import sys
from typing import TYPE_CHECKING

import click

from index.options import Options, common_options, json_lines, print_json, question_of

if TYPE_CHECKING:  # these import numpy and SQLite, which `citat --help` has no use for
    from bot.conversation import Conversation


@click.command()
@click.argument("question", required=False)
@click.option("--jsonl", metavar="[FILE|-]", is_flag=False, flag_value="-", help="Questions in.")
@click.option(
    "--quotes", type=click.IntRange(min=1), default=3, show_default=True, help="How many to show."
)
@common_options
def ask(options: Options, question: str | None, jsonl: str | None, quotes: int) -> None:
    """Ask once, or many questions with --jsonl.

    With --jsonl, lines {"id", "question", "history"} come in and one line each goes out.
    """
    if (question is None) == (jsonl is None):
        raise click.UsageError("give a QUESTION or --jsonl")
    conversation = conversation_of(options)
    if jsonl is not None:
        _answer_lines(conversation, jsonl)
        return
    answer = conversation.verified(conversation.ask(question or ""))
    if options.as_json:
        print_json(answer.as_dict())
        return
    from bot.terminal import columns, has_colour, reader_language, render

    page = render(
        answer,
        width=columns(sys.stdout),
        colour=has_colour(sys.stdout),
        language=reader_language(answer),
        count=quotes,
    )
    click.echo(page)


@click.command()
@common_options
def repl(options: Options) -> None:
    """Keep asking at a prompt; :help tells what else it can do."""
    from bot.repl import Session, run
    from bot.reviews.store import Reports
    from bot.watches.store import Watches

    conversation = conversation_of(options)
    with Watches.open(options.data) as watches, Reports.open(options.data) as reports:
        run(
            Session(conversation, watches, reports, sys.stdout),
            articles=conversation.searcher.library.counts()["articles"],
            history=options.data / "history",
        )


@click.command()
@common_options
def bot(options: Options) -> None:
    """Answer in Telegram until stopped.

    The token is taken from CITAT_TELEGRAM_TOKEN or from the file named in [telegram] token_file.
    """
    from bot.telegram.app import run
    from bot.telegram.settings import TelegramSettings, read_token

    settings = options.config.table("telegram", TelegramSettings)
    token = read_token(settings)  # fails at once, not after the model has been loaded
    conversation = conversation_of(options)
    run(conversation, settings, conversation.searcher.library.path, token)


def conversation_of(options: Options) -> "Conversation":
    """Open the library and load the encoder."""
    from bot.choosing import ChoiceSettings
    from bot.conversation import Conversation

    settings = options.config.table("answer", ChoiceSettings)
    return Conversation(options.searcher(), settings)


def _answer_lines(conversation: "Conversation", path: str) -> None:
    for line in json_lines(path):
        question, history = question_of(line)
        answer = conversation.verified(conversation.ask(question, history))
        print_json({"id": line.get("id"), **answer.as_dict()}, indent=None)
