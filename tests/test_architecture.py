"""The tree is the architecture: imports go one way, and starting is quick."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import click
import pytest

from citat import COMMANDS, cli

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "index": {"index"},
    "ingest": {"ingest", "index"},
    "bot": {"bot", "index"},
    "citat": {"index"},  # the rest is loaded by name, when it is called
}
OURS = {"index", "ingest", "bot", "citat", "training", "benchmarks", "tests", "scripts"}
HEAVY = {
    "datasketch",
    "faiss",
    "feedparser",
    "grpc",
    "httpx",
    "milvus_lite",
    "ml_dtypes",
    "numpy",
    "onnx",
    "onnxruntime",
    "prometheus_client",
    "prompt_toolkit",
    "pymilvus",
    "rich",
    "sentence_transformers",
    "sqlite_utils",
    "telegram",
    "tokenizers",
    "torch",
    "trafilatura",
    "transformers",
}
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("index", "ingest", "bot")
    for path in (ROOT / package).rglob("*.py")
)
COMMAND_MODULES = sorted({place.split(":")[0] for place in COMMANDS.values()})


def imported(path: Path) -> set[str]:
    """Return the top names of all that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            names.add(str(node.module).split(".")[0])
    return names


@pytest.mark.parametrize("module", [*MODULES, "citat.py"])
def test_imports_go_one_way(module):
    package = module.split("/")[0].removesuffix(".py")
    assert imported(ROOT / module) & OURS <= MAY_IMPORT[package]


@pytest.mark.parametrize("module", MODULES)
def test_the_first_line_of_a_module_says_what_it_is_for(module):
    docstring = ast.get_docstring(ast.parse((ROOT / module).read_text(encoding="utf-8")))
    assert docstring
    assert docstring.split("\n")[0].endswith((".", ":", ";"))


def test_starting_a_command_line_imports_nothing_heavy():
    script = f"import sys, {', '.join(['citat', *COMMAND_MODULES])}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {name.split(".")[0] for name in run.stdout.split()} & HEAVY == set()


@pytest.mark.parametrize(("name", "place"), COMMANDS.items(), ids=COMMANDS)
class TestCommands:
    def test_exist_and_take_the_common_options(self, name, place):
        module, function = place.split(":")
        command = getattr(importlib.import_module(module), function)
        assert isinstance(command, click.Command)
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--config", "--data", "--json"} <= options

    def test_have_help(self, name, place):
        command = cli.get_command(click.Context(cli), name)
        assert command
        assert command.help
        assert command.get_short_help_str(200)[0].isupper()
        options = [p for p in command.params if isinstance(p, click.Option)]
        assert [option.name for option in options if not option.help] == []


def test_only_named_commands_are_there():
    assert cli.list_commands(click.Context(cli)) == list(COMMANDS)
    assert cli.get_command(click.Context(cli), "no-such-command") is None


def test_running_as_a_module_shows_the_help():
    run = subprocess.run(
        [sys.executable, "-m", "citat", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("Usage: ")
    for name in COMMANDS:
        assert f"\n  {name} " in run.stdout
