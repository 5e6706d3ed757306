"""Commands that answer: ask, repl, bot."""

import sys
from dataclasses import asdict
from importlib.util import find_spec
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
@click.option(
    "--check", is_flag=True, help="Only test all that the bot needs, and say what to do."
)
@click.option("--health", is_flag=True, help="Tell whether the running bot is well; exit 0 or 1.")
@common_options
def bot(options: Options, *, check: bool, health: bool) -> None:
    """Answer in Telegram until stopped.

    The token is taken from CITAT_TELEGRAM_TOKEN, from the file that CITAT_TELEGRAM_TOKEN_FILE
    names, or from the one named in [telegram] token_file.

    Exit codes: 0 stopped, 1 failed, 2 wrong usage, 3 Telegram keeps rejecting the token,
    4 another program takes the bot's updates.
    """
    if check:
        _check(options)
        return
    if health:
        _tell_health(options)
        return
    from bot.telegram.app import run
    from bot.telegram.settings import TelegramSettings, read_token

    settings = options.config.table("telegram", TelegramSettings)
    token = read_token(settings)  # fails at once, not after the model has been loaded
    conversation = conversation_of(options)
    run(
        conversation,
        settings,
        conversation.searcher.library.path,
        token,
        ingest=_ingest_command(options),
    )


def _check(options: Options) -> None:
    """Print a line for each finding as it comes; exit with 1 if any is bad."""
    from bot.telegram.check import Checks

    findings = []
    for finding in Checks(options).findings():
        findings.append(finding)
        if not options.as_json:
            state = click.style("ok    ", "green") if finding.ok else click.style("failed", "red")
            click.echo(f"{finding.check:8}  {state}  {finding.told}")
    if options.as_json:
        print_json([asdict(finding) for finding in findings])
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


def _ingest_command(options: Options) -> list[str]:
    """Return the command that takes in an address behind it: this very program, once more."""
    program = find_spec("citat")
    if program is None or program.origin is None:
        return []
    config = [] if options.config.path is None else ["--config", str(options.config.path)]
    command = [sys.executable, program.origin, "ingest", "--json", "--progress", *config]
    return [*command, "--data", str(options.data), "--"]


def _tell_health(options: Options) -> None:
    from bot.telegram.delivery.health import illness

    if told := illness(options.data):
        raise click.ClickException(told)
    click.echo("The bot is well.")


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
