"""`citat watch` as people and programs call it."""

import json

import pytest
from click.testing import CliRunner

from bot.phrases import phrase
from bot.watches.store import Watches
from citat import cli
from tests.bot.watches.bridge import COST, LORRIES, QUESTION

pytestmark = pytest.mark.usefixtures("encoder_loaded_once")


@pytest.fixture
def run(bridge):
    """Run `citat watch` on the archive of the bridge."""

    def command(*arguments):
        data = str(bridge.library.path.parent)
        return CliRunner().invoke(cli, ["watch", *arguments, "--data", data])

    return command


def test_a_question_is_put_listed_and_removed(run):
    added = run("add", QUESTION)
    assert (added.exit_code, added.stdout) == (0, f"1  {QUESTION}\n")
    assert run("list").stdout == added.stdout
    [listed] = map(json.loads, run("list", "--json").stdout.splitlines())
    assert listed == {"id": 1, "question": QUESTION, "paused": False}
    assert json.loads(run("remove", "1", "--json").stdout) == {"removed": 1}
    assert run("list").stdout == ""


def test_a_run_prints_what_is_new_once_for_people(run, bridge):
    run("add", QUESTION)
    assert run("run").stdout == ""
    bridge.prints("new", COST)
    printed = run("run").stdout
    assert printed.startswith(f"1  {QUESTION}\n\n 1 │ Кметът Дрянков каза, че новият мост")
    assert "Herald" in printed
    assert run("run").stdout == ""


def test_a_run_prints_what_is_new_once_for_programs(run, bridge):
    run("add", QUESTION, "--json")
    bridge.prints("new", COST)
    bridge.prints("newer", LORRIES)
    [told] = map(json.loads, run("run", "--json").stdout.splitlines())
    assert (told["watch"], told["question"]) == (1, QUESTION)
    assert {quote["text"] for quote in told["quotes"]} == {COST, LORRIES}
    for quote in told["quotes"]:
        text = bridge.library.article(quote["article"]).text
        assert text[quote["start"] : quote["end"]] == quote["text"]
    assert run("run", "--json").stdout == ""


def test_watches_of_telegram_are_left_to_the_bot(run, bridge):
    watch = bridge.watch(chat=5)
    bridge.prints("new", COST)
    assert run("list").stdout == run("run").stdout == ""
    assert run("remove", str(watch.id)).exit_code == 1
    assert bridge.delivered(5) == [COST]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param(["add"], 2, "add takes a QUESTION", id="no-question"),
        pytest.param(["run", "what"], 2, "run takes nothing more", id="too-much"),
        pytest.param(["remove"], 2, "remove takes the ID of a watch", id="no-id"),
        pytest.param(["remove", "9"], 1, "there is no watch 9; `citat watch list`", id="gone"),
        pytest.param(["remove", "first"], 1, "there is no watch first", id="no-number"),
        pytest.param(["add", "?!"], 2, phrase("en", "not-a-question"), id="no-words"),
        pytest.param(["add", "why " * 300], 2, phrase("en", "too-long", limit=1000), id="endless"),
    ],
)
def test_bad_input_is_one_clear_error(run, arguments, code, told):
    result = run(*arguments)
    assert result.exit_code == code
    assert f"Error: {told}" in result.stderr
    assert result.stdout == ""


def test_without_a_library_it_says_how_to_make_one(tmp_path):
    result = CliRunner().invoke(cli, ["watch", "list", "--data", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "make one with: citat ingest PATH" in result.stderr


def test_what_is_printed_when_the_program_is_killed_is_not_printed_again(run, bridge, monkeypatch):
    run("add", QUESTION)
    bridge.prints("new", COST)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Watches, "sent", killed)
    assert COST[:20] in run("run").stdout
    monkeypatch.undo()
    assert run("run").stdout == ""
