"""What `deploy/` promises: the unit and the image start what there is, and little may go wrong."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

import citat
from bot.telegram.settings import TOKEN_FILE_VARIABLE

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "deploy" / "citat-bot.service"
WATCHER = ROOT / "deploy" / "citat-watch.service"
CONTAINERFILE = ROOT / "deploy" / "Containerfile"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def settings_of(unit: Path) -> dict[str, list[str]]:
    """Return the values of each key of a unit; a key may come several times."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def instructions_of(containerfile: Path) -> list[tuple[str, str]]:
    """Return the instructions of an image, of all its stages, as pairs of name and the rest."""
    text = re.sub(r"^#.*\n", "", containerfile.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return [(name, rest) for name, rest in pairs]


def understood(arguments):
    """Tell whether the command line knows a subcommand and each of its options."""
    name, *rest = arguments
    command = citat.cli.get_command(click.Context(citat.cli), name)
    if command is None:
        return False
    options = {option for parameter in command.params for option in parameter.opts}
    return {word for word in rest if word.startswith("--")} <= options


# The unit


@pytest.fixture
def unit():
    return settings_of(UNIT)


def test_the_unit_is_restarted_unless_that_would_not_help(unit):
    assert unit["Type"] == ["notify"]
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]
    assert unit["RestartPreventExitStatus"] == ["2 3"]
    assert int(unit["WatchdogSec"][0]) > 90  # a silence of Telegram that is trouble
    assert int(unit["TimeoutStopSec"][0]) > 10  # the time that answers under way are given


def test_the_unit_is_nobody_and_may_write_only_its_archive(unit):
    assert unit["User"] == ["citat"]
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["StateDirectory"] == ["citat"]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert "ReadWritePaths" not in unit


def test_the_unit_starts_a_command_that_there_is(unit):
    program, *arguments = shlex.split(unit["ExecStart"][0])
    assert Path(program).name in PROJECT["scripts"]
    assert understood(arguments)


def test_the_token_reaches_the_bot_as_a_credential_and_never_in_the_environment(unit):
    name, _, source = unit["LoadCredential"][0].partition(":")
    variables = dict(pair.split("=", 1) for pair in unit["Environment"])
    assert variables == {
        "CITAT_DATA": "/var/lib/citat",
        "CITAT_CONFIG": "/etc/citat/citat.toml",
        TOKEN_FILE_VARIABLE: f"%d/{name}",
    }
    assert source == "/etc/citat/telegram-token"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    here = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    here.write_text(text.replace("/opt/citat/bin/citat", sys.executable), encoding="utf-8")
    verify = ["systemd-analyze", "verify", str(here)]
    run = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_calls_the_unit_well_protected():
    """Below 3 of 10, "OK" is what it says; an unprotected unit has 9.6."""
    rate = ["systemd-analyze", "security", "--offline=true", "--threshold=30", str(UNIT)]
    run = subprocess.run(rate, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-2000:]


# The image


@pytest.fixture
def image():
    return instructions_of(CONTAINERFILE)


def test_the_image_is_nobody_and_gets_its_signals_itself(image):
    last = dict(image)
    user, _, group = last["USER"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert image.index(("USER", last["USER"])) < image.index(("ENTRYPOINT", last["ENTRYPOINT"]))
    bases = [rest.split()[0] for name, rest in image if name == "FROM"]
    assert all(re.search(r":\d", base) for base in bases), "a base should name its version"


def test_the_image_starts_a_command_that_there_is(image):
    last = dict(image)
    words: list[str] = json.loads(last["ENTRYPOINT"]) + json.loads(last["CMD"])
    assert words[0] in PROJECT["scripts"]
    assert understood(words[1:])


def test_the_health_of_the_image_is_asked_of_a_command_that_there_is(image):
    words: list[str] = json.loads(dict(image)["HEALTHCHECK"].partition("CMD ")[2])
    assert words[0] in PROJECT["scripts"]
    assert understood(words[1:])


def test_the_image_holds_no_token_but_says_where_it_is_looked_for(image):
    variables = dict(pair.split("=", 1) for pair in dict(image)["ENV"].split())
    assert variables[TOKEN_FILE_VARIABLE] == "/run/secrets/telegram-token"
    assert "CITAT_TELEGRAM_TOKEN" not in variables


def test_the_image_takes_the_same_torch_as_the_project(image):
    (torch,) = [wanted for wanted in PROJECT["dependencies"] if wanted.startswith("torch")]
    assert any(f'"{torch}"' in rest for name, rest in image if name == "RUN")


def test_the_image_is_built_from_the_package_and_nothing_else():
    ignored = CONTAINERFILE.with_name("Containerfile.dockerignore").read_text(encoding="utf-8")
    kept = {line.removeprefix("!") for line in ignored.splitlines() if line.startswith("!")}
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    package = set(build["build"]["targets"]["wheel"]["only-include"])
    papers = {"pyproject.toml", PROJECT["readme"], *PROJECT["license-files"]}
    assert kept == package | papers
    assert all((ROOT / name).exists() for name in kept)


# The way there


def test_what_the_readme_tells_to_type_is_understood():
    section = README.partition("## Run it for others")[2].partition("\n## ")[0]
    commands = re.findall(
        r"(?:^|\s|/)citat (\w[^\n|#]*)",
        "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL)),
    )
    assert len(commands) >= 4
    for command in commands:
        assert understood(shlex.split(command)), command


def test_every_file_for_running_it_is_named_in_the_readme():
    for path in (ROOT / "deploy").iterdir():
        if path.suffix != ".dockerignore":
            assert f"deploy/{path.name}" in README


def test_the_watcher_is_confined_as_the_bot_is_and_shares_its_library():
    bot, watcher = settings_of(UNIT), settings_of(WATCHER)
    own = {"Description", "Type", "ExecStart", "RestartSec", "RestartPreventExitStatus"}
    assert {key: watcher[key] for key in watcher.keys() - own - {"Environment"}} == {
        key: bot[key] for key in watcher.keys() - own - {"Environment"}
    }
    assert set(watcher["Environment"]) < set(bot["Environment"])
    assert understood(shlex.split(watcher["ExecStart"][0])[1:])
