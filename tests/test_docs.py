"""What the documents say is so."""

import re
import shlex
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import citat
from bot.choosing import ChoiceSettings
from bot.telegram.settings import TelegramSettings
from index.encoder import EncoderSettings
from index.search import SearchSettings
from index.store import StoreSettings
from ingest.fetch import FetchSettings
from ingest.pipeline import IngestSettings
from ingest.watching.settings import WatchSettings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLES: dict[str, Any] = {
    "encoder": EncoderSettings(),
    "ingest": IngestSettings(),
    "fetch": FetchSettings(),
    "watch": WatchSettings(),
    "search": SearchSettings(),
    "store": StoreSettings(),
    "answer": ChoiceSettings(),
    "telegram": TelegramSettings(),
}


def test_the_example_configuration_lists_every_setting_with_its_default():
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {
        name: {key: list(value) if isinstance(value, tuple) else value for key, value in items}
        for name, settings in TABLES.items()
        for items in [asdict(settings).items()]
    }


def test_every_setting_is_explained_on_its_line_or_speaks_for_itself():
    lines = (ROOT / "config.example.toml").read_text(encoding="utf-8").splitlines()
    settings = [line for line in lines if "=" in line and not line.startswith("#")]
    assert len([line for line in settings if "#" in line]) >= len(settings) - 4


def test_every_command_in_the_readme_exists():
    named = re.findall(r"^(?:\$ )?citat (\w+)", README, re.MULTILINE)
    assert named
    assert set(named) <= set(citat.COMMANDS)


def test_every_file_that_the_readme_names_exists():
    for name in re.findall(r"`([\w./]+\.(?:py|toml|md))`", README):
        places = [ROOT / name, *(ROOT / part / name for part in ("index", "ingest", "bot"))]
        assert any(place.exists() for place in places), name


@pytest.mark.parametrize("script", ["demo", "test", "check", "setup"])
def test_scripts_are_executable_and_named_where_people_look(script):
    assert (ROOT / "scripts" / script).stat().st_mode & 0o100


@pytest.mark.parametrize("command", ["ask", "said"])
def test_the_readme_shows_what_is_really_printed(command, own_archive, encoder_loaded_once):
    block = re.search(rf"\$ citat ({command} [^\n]*)\n(.*?)```", README, re.DOTALL)
    assert block
    shown = CliRunner().invoke(citat.cli, [*shlex.split(block[1]), "--data", str(own_archive)])
    assert shown.exit_code == 0
    assert _without_ids_of_files(shown.stdout) == _without_ids_of_files(block[2])


def _without_ids_of_files(text: str) -> str:
    """They end in a hash of the path, which is another on every machine."""
    return re.sub(r"-[0-9a-f]{16}\b", "-", text).rstrip()


def test_the_changelog_has_a_section_for_what_is_not_yet_released():
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
