"""Who says what to whom in the articles of a library, for people and for programs."""

import json

import pytest
from click.testing import CliRunner, Result

from citat import cli


@pytest.fixture
def run(archive):
    def command(*arguments: str) -> Result:
        data = ["--data", str(archive.path.parent)]
        return CliRunner().invoke(cli, ["statements", *arguments, *data])

    return command


def call(archive) -> str:
    """The id of the sample article that tells of the telephone call."""
    found: str = next(a.id for a in archive.articles() if a.id.startswith("putin-netanyahu-call-"))
    return found


def test_every_offset_lies_in_the_text_of_its_article(run, archive):
    lines = [json.loads(line) for line in run("--jsonl").stdout.splitlines()]
    assert [line["article"] for line in lines] == archive.article_ids()
    spans = [
        (statement[key], archive.article(line["article"]).text)
        for line in lines
        for statement in line["statements"]
        for key in ("content", "cue", "speaker", "addressee")
        if statement[key]
    ]
    assert len(spans) > 50
    assert all(0 <= start < end <= len(text) for (start, end), text in spans)


def test_it_says_what_putin_told_netanyahu(run, archive):
    (line,) = map(json.loads, run(call(archive), "--jsonl").stdout.splitlines())
    told = [
        statement
        for statement in line["statements"]
        if "Путин" in (statement["speaker_name"] or "")
        and "Нетаняху" in (statement["addressee_name"] or "")
    ]
    assert told
    assert {statement["kind"] for statement in told} <= {"direct", "indirect", "mixed"}


def test_people_read_names_and_words(run, archive):
    shown = run(call(archive)).stdout
    assert archive.article(call(archive)).title in shown
    assert "Путин → " in shown


def test_an_article_that_is_not_there_is_named(run):
    result = run("nobody-wrote-this")
    assert result.exit_code == 1
    assert "there is no article 'nobody-wrote-this'" in result.output
