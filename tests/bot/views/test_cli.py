"""The commands said, timeline and who, as people and programs call them."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from bot.conversation import Conversation
from citat import cli
from index.library import Library

pytestmark = pytest.mark.usefixtures("encoder_loaded_once")


@pytest.fixture
def run(newsroom):
    def command(*arguments: str):
        result = CliRunner().invoke(cli, [*arguments, "--data", str(newsroom)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


def test_people_read_what_was_said_when_and_where(run):
    result = run("said", "Kolev", "--to", "Deneva")
    assert result.exit_code == 0
    assert result.stdout == (
        "said by Kolev · to Deneva\n"
        "Kolev may be any of these; for one of them, give the full name: Ivan Kolev (5),\n"
        "Lena Koleva (1), Kolev without a first name (1).\n"
        "\n"
        " 1 │ “The tram stays,” he told Maria Deneva, who leads the drivers’ union.\n"
        "     Ivan Kolev → Maria Deneva · verbatim\n"
        "     council.example · 5 March 2018 · Kolev denied that the council had sold the\n"
        "     tram depot to a builder.\n"
        "     https://council.example/story#:~:text=“The%20tram%20stays%2C”%20he%20told%20Maria"
        "%20Deneva%2C%20who%20leads%20the%20drivers’%20union.\n"
    )


def test_programs_read_the_keys_of_a_quote_and_how_it_is_said(run):
    view = json.loads(run("said", "Иван Колев", "--about", "old bridge", "--json").stdout)
    (quote,) = view.pop("quotes")
    assert view == {
        "view": "said",
        "person": "Иван Колев",
        "to": None,
        "topic": "old bridge",
        "since": None,
        "until": None,
        "reason": None,
        "left": 0,
        "people": [{"name": "Ivan Kolev", "statements": 5}],
        "similar": [],
    }
    answer = json.loads(run("ask", "old bridge", "--json").stdout)
    assert set(quote) == {*answer["quotes"][0], "kind", "denied"}
    stored = json.loads(run("show", quote["article"], "--json").stdout)
    assert stored["text"][quote["start"] : quote["end"]] == quote["text"]
    assert (quote["kind"], quote["denied"], quote["via"]) == ("indirect", False, "Quartz")


def test_programs_read_who_speaks_of_a_topic(run):
    view = json.loads(run("who", "the tram depot", "--json").stdout)
    assert {one["name"]: one["statements"] for one in view["speakers"]} == {
        "Ivan Kolev": 2,
        "Kolev": 1,
    }
    assert view["unnamed"] == 1
    assert "tram" in view["speakers"][0]["example"]["text"]


def test_a_timeline_goes_by_date(run):
    view = json.loads(run("timeline", "old bridge", "--since", "2018-03-02", "--json").stdout)
    dates = [quote["published"] for quote in view["quotes"]]
    assert dates == sorted(dates)
    assert len(dates) == 2


def test_a_spreadsheet_opens_the_table(run):
    result = run("said", "Kolev", "--csv", "--until", "2018-03")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout_bytes.decode(), newline="")))
    assert [row["speaker"] for row in rows] == [
        "Lena Koleva",
        "Kolev",
        "Ivan Kolev",
        "Ivan Kolev",
        "Ivan Kolev",
    ]
    assert rows[1]["denied"] == "True"
    assert result.stdout_bytes.count(b"\r\n") == 6


def test_a_browser_opens_the_page(run):
    html = run("said", "Lena Koleva", "--html").stdout
    assert html.startswith("<!DOCTYPE html>\n")
    assert html.count("<mark>The singer Lena Koleva said") == 1


@pytest.mark.parametrize("form", ["--json", "--csv", "--html", None])
def test_what_is_withdrawn_before_it_is_shown_is_not_shown(run, form, monkeypatch):
    answer = Conversation.view

    def view(desk, request):
        made = answer(desk, request)
        gone = Library.article
        monkeypatch.setattr(
            Library, "article", lambda self, id_: None if id_ == "council" else gone(self, id_)
        )
        return made

    monkeypatch.setattr(Conversation, "view", view)
    result = run("said", "Ivan Kolev", *filter(None, [form]))
    assert result.exit_code == 0
    assert "old bridge" in result.output
    assert "The tram stays" not in result.output


@pytest.mark.parametrize("form", ["--json", "--csv", "--html", None])
def test_nothing_found_is_no_failure_and_says_why(run, form):
    result = run("said", "Merkel", *filter(None, [form]))
    assert result.exit_code == 0
    told = "unknown-speaker" if form == "--json" else "by anybody called Merkel"
    assert told in result.output


@pytest.mark.parametrize("command", ["said", "timeline", "who"])
@pytest.mark.parametrize("asked", ["", "  ", "?!"])
def test_what_has_no_words_is_not_looked_for(run, command, asked):
    assert json.loads(run(command, asked, "--json").stdout)["reason"] == "not-a-question"


def test_names_like_an_unknown_one_are_named(run):
    assert "Similar names: Мария Денева (2)." in run("said", "Demeva").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["said"], "Missing argument 'PERSON'", id="nobody"),
        pytest.param(["who"], "Missing argument 'TOPIC'", id="no-topic"),
        pytest.param(["said", "x", "--json", "--csv"], "give one of", id="two-forms"),
        pytest.param(["who", "x", "--csv", "--html"], "give one of", id="two-forms-of-who"),
        pytest.param(
            ["said", "x", "--since", "March"], "2019, 2019-03 or 2019-03-29", id="no-date"
        ),
        pytest.param(["said", "x", "--limit", "0"], "0 is not in the range", id="limit"),
        pytest.param(
            ["timeline", "x", "--since", "2019", "--until", "2018"],
            "--since 2019-01-01 is after --until 2018-12-31",
            id="backwards",
        ),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_is_right(run, arguments, told):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in " ".join(result.stderr.split())


@pytest.mark.parametrize("command", ["said", "timeline", "who"])
def test_without_a_library_the_cure_is_named(command, tmp_path):
    result = CliRunner().invoke(cli, [command, "x", "--data", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "make one with: citat ingest PATH" in result.stderr
