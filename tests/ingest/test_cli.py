"""The command that takes articles in: what it reports and how it exits when something fails."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from citat import cli
from index.library import Library

pytestmark = pytest.mark.usefixtures("encoder_loaded_once")


@pytest.fixture
def ingest_command(tmp_path) -> Callable[..., Result]:
    def run(*arguments: object, stdin: str | None = None) -> Result:
        command = ["ingest", *map(str, arguments), "--data", str(tmp_path / "data")]
        return CliRunner().invoke(cli, command, input=stdin)

    return run


@pytest.fixture
def good(tmp_path) -> Path:
    path: Path = tmp_path / "good.txt"
    path.write_text("Cabin crews walked out.")
    return path


@pytest.mark.parametrize("absent", ["absent.txt", "./absent.txt", "http://127.0.0.1:9/", "a\0b"])
def test_a_source_that_cannot_be_read_at_all_is_a_failure_beside_good_ones(
    ingest_command, good, absent
):
    result = ingest_command(absent, good, "--json")
    report = json.loads(result.stdout)
    assert (report["added"], len(report["skipped"])) == (1, 1)
    assert result.exit_code == 1


def test_nothing_on_standard_input_is_a_failure_too(ingest_command, good):
    assert ingest_command("-", good, stdin="").exit_code == 1


def test_a_bad_part_of_a_source_is_no_failure(ingest_command, good, tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"%PDF-1.7")
    lines = tmp_path / "lines.jsonl"
    lines.write_text('broken\n{"text": "They want more pay."}\n')
    result = ingest_command(tmp_path, "--json")
    assert (json.loads(result.stdout)["added"], result.exit_code) == (2, 0)
    assert ingest_command(lines, good).exit_code == 0


def fills_up(data: Path, articles: int) -> None:
    """Make a library that says the disk is full as soon as it holds so many articles."""
    with Library.open(data, create=True) as library:
        library.rows(
            "create trigger full before insert on articles"
            f" when (select count(*) from articles) >= {articles}"
            " begin select raise(abort, 'database or disk is full'); end"
        )


def test_what_is_stored_is_reported_before_an_error_that_ends_the_run(ingest_command, tmp_path):
    fills_up(tmp_path / "data", 2)
    (tmp_path / "c.toml").write_text("[ingest]\nbatch_articles = 2\n")
    path = tmp_path / "news.jsonl"
    path.write_text("".join(f'{{"id": "{n}", "text": "Ship {n} left."}}\n' for n in range(6)))
    result = ingest_command(path, "--json", "--config", tmp_path / "c.toml")
    assert json.loads(result.stdout)["added"] == 2
    assert "the disk is full" in result.stderr
    assert result.exit_code == 1


def test_an_error_before_anything_is_stored_is_all_that_is_printed(ingest_command, good, tmp_path):
    fills_up(tmp_path / "data", 0)
    result = ingest_command(good, "--json")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert result.stderr.count("\n") == 1


def test_a_program_that_waits_is_told_how_far_it_is(ingest_command, tmp_path):
    lines = [json.dumps({"text": f"The ferry number {number} sails."}) for number in range(3)]
    (tmp_path / "ferries.jsonl").write_text("\n".join(lines))
    result = ingest_command(tmp_path / "ferries.jsonl", "--json", "--progress")
    told = [json.loads(line) for line in result.stderr.splitlines()]
    assert told[0] == {"seen": 0, "added": 0, "updated": 0}
    assert json.loads(result.stdout)["added"] == 3
