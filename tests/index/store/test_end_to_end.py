"""Questions to the sample archive are answered the same, wherever its index is."""

import json

import pytest
from click.testing import CliRunner

from citat import cli
from index.search import Searcher

QUESTIONS = [
    "What did Putin tell Netanyahu?",
    "Какво каза кметът за моста?",
    "Кто ограбил музей?",
    "кога прииждат реките",
    "vaccination plan 2021",
    "Why do the pilots strike?",
    "что решил центральный банк",
    "Who won the elections on Mars?",
]


@pytest.fixture
def config(milvus, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(f'[store]\nuri = "{milvus.uri}"\n', encoding="utf-8")
    return path


def test_the_same_passages_are_found(searcher, milvus, encoder):
    other = Searcher(searcher.library, encoder, storing=milvus)
    for question in QUESTIONS:
        found, wanted = (
            [(hit.passage.span, hit.score) for hit in each.search(each.parse(question))]
            for each in (other, searcher)
        )
        assert [span for span, _ in found] == [span for span, _ in wanted]
        assert [score for _, score in found] == pytest.approx(
            [score for _, score in wanted], abs=1e-3
        )
    other.refresh().close()


def test_the_same_quotes_are_shown(own_archive, config, encoder_loaded_once):
    asked = "\n".join(json.dumps({"id": question, "question": question}) for question in QUESTIONS)
    local, milvus = (
        CliRunner().invoke(
            cli, ["ask", "--jsonl", "-", "--data", str(own_archive), *more], input=asked
        )
        for more in ([], ["--config", str(config)])
    )
    assert local.exit_code == milvus.exit_code == 0
    answers = [[shown(line) for line in run.stdout.splitlines()] for run in (local, milvus)]
    assert answers[0] == answers[1]
    assert sum(len(quotes) for _, quotes in answers[0]) > len(QUESTIONS)


def shown(line: str) -> tuple[bool, list[tuple[str, str]]]:
    answer = json.loads(line)
    return answer["abstained"], [(quote["article"], quote["text"]) for quote in answer["quotes"]]


def test_what_is_ingested_and_removed_is_seen(own_archive, config, encoder_loaded_once, tmp_path):
    article = tmp_path / "salt.en.txt"
    article.write_text(
        'Salt mines\n\n"The salt mine of Provadia will close in March," said Petar Salov.',
        encoding="utf-8",
    )
    options = ["--data", str(own_archive), "--config", str(config)]
    asked = ["ask", "When will the salt mine of Provadia close?", "--json", *options]
    runner = CliRunner()
    assert json.loads(runner.invoke(cli, asked).stdout)["abstained"]
    ingested = runner.invoke(cli, ["ingest", str(article), *options])
    assert ingested.exit_code == 0
    quotes = json.loads(runner.invoke(cli, asked).stdout)["quotes"]
    assert "salt mine of Provadia" in quotes[0]["text"]
    removed = runner.invoke(cli, ["remove", quotes[0]["article"], *options])
    assert removed.exit_code == 0
    quotes = json.loads(runner.invoke(cli, asked).stdout)["quotes"]
    assert not [quote for quote in quotes if "Provadia" in quote["text"]]


def test_ingesting_keeps_what_it_has_stored_where_milvus_is_down(
    own_archive, encoder_loaded_once, tmp_path
):
    article = tmp_path / "salt.en.txt"
    article.write_text("The salt mine of Provadia will close in March.", encoding="utf-8")
    config = tmp_path / "down.toml"
    config.write_text('[store]\nuri = "http://127.0.0.1:1"\n', encoding="utf-8")
    run = CliRunner().invoke(
        cli,
        ["ingest", str(article), "--data", str(own_archive), "--config", str(config), "--json"],
    )
    assert run.exit_code == 1
    assert json.loads(run.stdout)["added"] == 1
    assert "Milvus at http://127.0.0.1:1 cannot be reached" in run.stderr
    assert "salt" in CliRunner().invoke(cli, ["list", "--data", str(own_archive)]).stdout
