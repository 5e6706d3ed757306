"""Options and start-up that the commands share."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.config import Config
from index.errors import SourceError
from index.records import without_surrogates

if TYPE_CHECKING:  # these import numpy and SQLite, which `citat --help` has no use for
    from index.encoder import Encoder
    from index.library import Library
    from index.search import Searcher


TABLES = ("answer", "encoder", "fetch", "ingest", "search", "store", "telegram", "watch")


@dataclass(frozen=True, slots=True)
class Options:
    """What every command is given."""

    config: Config
    data: Path
    as_json: bool

    def library(self, *, create: bool = False) -> "Library":
        from index.library import Library

        return Library.open(self.data, create=create)

    def encoder(self) -> "Encoder":
        from index.encoder import EncoderSettings, load_encoder

        return load_encoder(self.config.table("encoder", EncoderSettings))

    def searcher(self) -> "Searcher":
        """Open the library and check its encoder before the slow loading of the model."""
        from index.encoder import EncoderSettings, encoder_identity
        from index.search import Searcher, SearchSettings
        from index.store import StoreSettings

        library = self.library()
        library.claim_encoder(encoder_identity(self.config.table("encoder", EncoderSettings)))
        return Searcher(
            library,
            self.encoder(),
            self.config.table("search", SearchSettings),
            storing=self.config.table("store", StoreSettings),
        )


def common_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add --config, --data and --json, handed on as one `options`."""

    @click.option(
        "--config",
        type=click.Path(path_type=Path),
        envvar="CITAT_CONFIG",
        help="A TOML file; see config.example.toml.",
    )
    @click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="CITAT_DATA",
        help="The folder of the library.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
    def run(
        *args: Any, config: Path | None, data: Path | None, as_json: bool, **rest: Any
    ) -> None:
        settings = Config.read(config)
        settings.check_tables(TABLES)
        options = Options(settings, data or default_data(), as_json)
        command(*args, options=options, **rest)

    return update_wrapper(run, command)


def default_data() -> Path:
    """Return the folder where a user's programs keep their data."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "citat"


def print_json(value: object, *, indent: int | None = 2) -> None:
    click.echo(without_surrogates(json.dumps(value, ensure_ascii=False, indent=indent)))


def json_lines(path: str) -> Iterator[dict[str, Any]]:
    """Read JSON objects, one a line, from a file or `-`.

    Raises:
        SourceError: the file cannot be read, or a line is no JSON object; it names the line.
    """
    name = "standard input" if path == "-" else path
    try:
        yield from _objects(path, name)
    except OSError as error:
        raise SourceError(f"cannot read {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not in UTF-8: {error}") from error


def _objects(path: str, name: str) -> Iterator[dict[str, Any]]:
    with click.open_file(path, encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise SourceError(f"{name}:{number}: this is no JSON: {error}") from error
            if not isinstance(value, dict):
                raise SourceError(f"{name}:{number}: this is no JSON object")
            yield value


def question_of(line: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the question and its history of one line of the machine interface.

    Raises:
        SourceError: the question is missing or no text.
    """
    question, history = line.get("question"), line.get("history") or []
    if not isinstance(question, str):
        raise SourceError(f'the line with id {line.get("id")!r} has no "question"')
    if not isinstance(history, list) or not all(isinstance(item, str) for item in history):
        raise SourceError(f'"history" of {line.get("id")!r} should be a list of questions')
    return question, history
