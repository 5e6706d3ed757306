"""The front door: one command, `citat`, whose subcommands are loaded only when called."""

import io
import sys
from importlib import import_module
from typing import NoReturn

import click

from index.errors import CitatError

COMMANDS = {
    "ingest": "ingest.cli:ingest",
    "ask": "bot.cli:ask",
    "said": "bot.views.cli:said",
    "timeline": "bot.views.cli:timeline",
    "who": "bot.views.cli:who",
    "repl": "bot.cli:repl",
    "watch": "bot.watches.cli:watch",
    "bot": "bot.cli:bot",
    "review": "bot.reviews.cli:review",
    "eval": "bot.evaluation.cli:evaluate",
    "search": "index.cli:search",
    "show": "index.cli:show",
    "list": "index.cli:list_articles",
    "remove": "index.cli:remove",
    "statements": "ingest.statements.cli:statements",
    "status": "index.cli:status",
    "reindex": "index.cli:reindex",
    "migrate": "index.moving.cli:migrate",
}


class Commands(click.Group):
    """Subcommands by the place they are written; errors of ours become one line."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, function = COMMANDS[name].split(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except CitatError as error:
            told = click.ClickException(str(error))
            told.exit_code = error.exit_code  # type: ignore[misc]
            raise told from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="citat")
def cli() -> None:
    """Ask an archive of articles a question; get the exact words that answer it.

    \b
    citat ingest FOLDER          add articles
    citat ask "what did X say?"  ask once
    citat repl                   keep asking
    """  # noqa: D301 - \b is click's mark for lines that keep their breaks


def main() -> NoReturn:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # Any language goes through a pipe, whatever a machine's own encoding is.
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8")
    cli()
    sys.exit(0)


if __name__ == "__main__":
    main()
