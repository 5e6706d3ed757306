"""The commands for what is watched: what they find, list, check, read and say."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from citat import cli
from index.library import Library
from tests.ingest.site import START, World
from tests.ingest.site.outlet import Answer, Outlet, Story

WORDS = ["The ferry to the island leaves at noon, the harbour master said.", "It rained all day."]
CONFIG = "[fetch]\nallow_private = true\n[watch]\npause_seconds = 0\n"


@pytest.fixture
def outlet():
    outlet = Outlet("Courier", stories=[Story("/a", "The ferry", [(START, WORDS)])])
    with World(outlets={"Courier": outlet}).served():
        yield outlet


@pytest.fixture
def config(tmp_path) -> Path:
    path: Path = tmp_path / "citat.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def run(tmp_path, config, encoder_loaded_once):
    def run(*arguments: str):
        common = ["--data", str(tmp_path / "data"), "--config", str(config)]
        return CliRunner().invoke(cli, [*arguments, *common])

    return run


def listed(run):
    return [json.loads(line) for line in run("feeds", "list", "--json").stdout.splitlines()]


@pytest.mark.parametrize("source", ["/feed.xml", "/news.xml"])
def test_a_feed_is_added_read_and_removed(run, outlet, source):
    url = outlet.url + source
    kind = "feed" if source == "/feed.xml" else "sitemap"
    added = json.loads(run("feeds", "add", url, "--backfill", "--json").stdout)
    assert (added["url"], added["kind"], added["entries"], added["new"], added["added"]) == (
        *(url, kind, 1, 1, True),
    )
    assert [(feed["url"], feed["condition"]) for feed in listed(run)] == [(url, "new")]
    assert json.loads(run("feeds", "read", "--json").stdout)["added"] == 1
    assert [feed["condition"] for feed in listed(run)] == ["well"]
    assert json.loads(run("feeds", "check", "--json").stdout)["new"] == 0
    assert json.loads(run("feeds", "remove", url, "--json").stdout) == {"removed": [url]}
    assert listed(run) == []
    assert json.loads(run("status", "--json").stdout)["articles"] == 1


def test_what_is_there_already_is_not_added_again(run, outlet):
    for expected in ("added: ", "was there already: "):
        assert run("feeds", "add", f"{outlet.url}/feed.xml").stdout.startswith(expected)
    assert len(listed(run)) == 1


@pytest.mark.parametrize(
    ("place", "answer"),
    [
        pytest.param(
            "/section",
            Answer(
                body=b"<html><head>"
                b"<link rel='alternate' type='application/rss+xml' href='/feed.xml'>"
                b"<link rel='alternate' type='application/atom+xml' href='/comments/feed'></head>"
                b"<body><p>News of the day</p></body></html>",
                headers={"Content-Type": "text/html"},
            ),
            id="page",
        ),
        pytest.param(
            "/robots.txt",
            Answer(
                body=b"User-agent: *\nSitemap: /feed.xml\n", headers={"Content-Type": "text/plain"}
            ),
            id="robots",
        ),
    ],
)
def test_the_feeds_that_a_page_names_are_added(run, outlet, place, answer):
    outlet.extra[place] = answer
    assert run("feeds", "add", outlet.url + place).exit_code == 0
    assert [feed["url"] for feed in listed(run)] == [f"{outlet.url}/feed.xml"]


def test_a_page_without_a_feed_is_looked_up_in_robots_txt(run, outlet):
    body = f"User-agent: *\nSitemap: {outlet.url}/news.xml\n".encode()
    outlet.extra["/robots.txt"] = Answer(body=body, headers={"Content-Type": "text/plain"})
    assert "--backfill takes all" in run("feeds", "add", f"{outlet.url}/").stdout
    assert [feed["url"] for feed in listed(run)] == [f"{outlet.url}/news.xml"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param("/missing", "answered 404 Not Found", id="missing"),
        pytest.param("/a", "names no feed and no sitemap; give the address of one", id="page"),
    ],
)
def test_where_there_is_nothing_to_watch_is_one_line(run, outlet, path, told):
    result = run("feeds", "add", outlet.url + path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{outlet.url}{path}: {told}\n"
    assert listed(run) == []


def test_only_an_address_of_the_web_can_be_watched(run):
    result = run("feeds", "add", "news.example", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "url": "news.example",
        "problem": "is not an http or https address",
    }


def test_a_check_stores_nothing(run, outlet):
    result = run("feeds", "check", f"{outlet.url}/feed.xml")
    assert "feed, entries 1, new 1, newest 2025-06-15" in result.stdout
    assert listed(run) == []


def test_a_feed_that_is_not_watched_cannot_be_removed(run, library):
    result = run("feeds", "remove", "https://a.example/feed")
    assert result.exit_code == 1
    assert "not watched: https://a.example/feed; `citat feeds list` names them" in result.stderr


def test_the_state_of_each_feed_is_told(run, outlet):
    run("feeds", "add", f"{outlet.url}/feed.xml", "--name", "Morning paper", "--every", "15")
    run("feeds", "read")
    line = run("feeds").stdout
    assert line.startswith(
        "well      Morning paper · last read 0 s ago · last new article 0 s ago"
    )
    assert "Morning paper" in run("status").stdout
    outlet.extra["/feed.xml"] = Answer(404)
    assert listed(run)[0]["every_minutes"] == 15


def test_a_sitemap_that_is_ingested_says_how_it_is_read(run, outlet):
    result = run("ingest", f"{outlet.url}/news.xml")
    assert result.exit_code == 1
    assert "is a sitemap; read it with: citat feeds add --backfill URL" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(("ingest",), "give a PATH, a URL or -, or --watch", id="no-source"),
        pytest.param(("feeds", "--json", "list"), "write --json behind list", id="in-front"),
        pytest.param(("feeds", "add"), "Missing argument 'URL...'", id="no-url"),
        pytest.param(("feeds", "add", "x", "--every", "0"), "--every", id="too-often"),
    ],
)
def test_wrong_usage_is_told(run, arguments, told):
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_watching_goes_on_until_a_signal_ends_it(outlet, config, tmp_path, number):
    command = [sys.executable, "-m", "citat", "ingest", "--watch", f"{outlet.url}/feed.xml"]
    process = subprocess.Popen(
        [*command, "--json", "--data", tmp_path / "data", "--config", config],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while process.poll() is None and not stored(tmp_path / "data"):
        time.sleep(0.1)
    process.send_signal(number)
    report, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, b"")
    assert json.loads(report)["added"] == 1


def stored(data) -> int:
    if not (data / "library.db").exists():
        return 0
    with Library.open(data, create=True) as library:
        return library.counts()["articles"]
