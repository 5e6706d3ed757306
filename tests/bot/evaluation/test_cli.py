"""`citat eval` from end to end: the samples, the real encoder, files as owners write them."""

import csv
import json
import re
from pathlib import Path
from unittest.mock import ANY
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from bot.choosing import ChoiceSettings
from citat import cli
from index.options import Options
from tests.bot.evaluation.questions import ANSWERED, FLOOD, QUESTIONS, UNANSWERED

pytestmark = pytest.mark.usefixtures("encoder_loaded_once")

README = Path(__file__).parents[3] / "README.md"
THRESHOLD = ChoiceSettings().threshold


@pytest.fixture
def run(archive, tmp_path):
    """Run `citat eval` on some questions of the sample archive."""

    def command(questions, *arguments: str, **more) -> Result:
        file = tmp_path / "questions.jsonl"
        if isinstance(questions, list):
            questions = "".join(json.dumps(line) + "\n" for line in questions)
        file.write_text(questions, encoding="utf-8")
        call = ["eval", str(file), "--data", str(archive.path.parent), *arguments]
        result = CliRunner().invoke(cli, call, **more)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "\x1b" not in result.output, "no colours where there is no terminal"
        return result

    return command


@pytest.fixture(scope="module")
def measured(archive, encoder, tmp_path_factory):
    """What `citat eval --json` prints for all questions."""
    file = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in QUESTIONS), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("CITAT_CONFIG", raising=False)
        patched.setattr(Options, "encoder", lambda _: encoder)
        call = ["eval", str(file), "--json", "--data", str(archive.path.parent)]
        result = CliRunner().invoke(cli, call)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def asked(archive, line):
    """What `citat ask --jsonl` answers to one question."""
    call = ["ask", "--jsonl", "-", "--data", str(archive.path.parent)]
    return json.loads(CliRunner().invoke(cli, call, input=json.dumps(line)).stdout)


class TestJson:
    def test_agrees_with_what_readers_are_shown(self, measured, archive):
        (everything, *_) = measured["groups"]
        shown = [(line, asked(archive, line)["quotes"]) for line in QUESTIONS]
        have = [(line, quotes) for line, quotes in shown if line in ANSWERED]
        none = [quotes for line, quotes in shown if line in UNANSWERED]

        def right(line, quotes):
            stored = [archive.article(quote["article"]) for quote in quotes]
            named = line.get("article")
            named = {named} if isinstance(named, str) else set(named or [])
            sentence = line.get("quote", "nowhere")
            return any(
                {article.id, article.url} & named or sentence in article.text for article in stored
            )

        now = everything["current"]
        assert (everything["answerable"], everything["unanswerable"]) == (len(have), len(none))
        assert now["threshold"] == THRESHOLD
        assert now["false_abstention"] == rounded(sum(not q for _, q in have) / len(have))
        assert now["false_answers"] == rounded(sum(bool(q) for q in none) / len(none))
        for depth in (1, 3):
            hits = sum(right(line, quotes[:depth]) for line, quotes in have)
            assert now["article"][f"hit@{depth}"] == rounded(hits / len(have))
            told = [
                any(line["quote"] in quote["text"] for quote in quotes[:depth])
                for line, quotes in have
                if "quote" in line
            ]
            assert now["sentence"][f"hit@{depth}"] == rounded(sum(told) / len(told))
        assert now["article"]["hit@1"] > 0.5, "the samples are easy"
        assert now["sentence"]["n"] == sum("quote" in line for line in ANSWERED)

    def test_has_a_curve_that_begins_talkative_and_ends_silent(self, measured):
        curve = measured["groups"][0]["curve"]
        assert [point["threshold"] for point in curve] == [step / 100 for step in range(101)]
        assert (curve[0]["false_abstention"], curve[-1]["false_answers"]) == (0, 0)
        assert curve[0]["false_answers"] > 0.5
        assert curve[-1]["false_abstention"] > 0.5
        hits = [point["hit@1"] for point in curve]
        assert hits == sorted(hits, reverse=True)

    def test_suggests_the_threshold_with_the_least_balanced_error(self, measured):
        everything = measured["groups"][0]
        suggested = everything["suggested"]
        least = min(point["balanced_error"] for point in everything["curve"])
        assert suggested["balanced_error"] == least <= everything["current"]["balanced_error"]
        low, high = suggested["threshold_interval"]
        assert 0 <= low <= high <= 1

    def test_taking_the_suggestion_makes_it_the_current_threshold(self, run, tmp_path, measured):
        suggested = measured["groups"][0]["suggested"]
        config = tmp_path / "citat.toml"
        config.write_text(f"[answer]\nthreshold = {suggested['threshold']}\n")
        after = json.loads(run(QUESTIONS, "--json", "--config", str(config)).stdout)["groups"][0]
        assert after["current"] | {"threshold_interval": ANY} == suggested

    def test_groups_by_the_language_of_the_question_and_by_pair(self, measured):
        groups = {
            (group["question_language"], group["article_language"]): group
            for group in measured["groups"]
        }
        languages = [pair for pair in groups if pair[0] and not pair[1]]
        assert {language for language, _ in languages} >= {"bg", "en", "ru"}
        for kind in ("answerable", "unanswerable"):
            total = groups[None, None][kind]
            assert sum(groups[language][kind] for language in languages) == total
        assert groups["bg", None]["suggested"] is None, "five of each kind are too few to part"
        assert all(groups[pair]["answerable"] >= 5 for pair in groups if pair[1])

    def test_gives_recall_that_grows_with_depth_and_bounds_the_reciprocal_rank(self, measured):
        for group in measured["groups"]:
            if group["answerable"]:
                *recalls, mrr = group["search"].values()
                assert [*group["search"]] == [
                    "recall@1",
                    "recall@3",
                    "recall@5",
                    "recall@10",
                    "mrr",
                ]
                assert recalls == sorted(recalls)
                assert recalls[0] <= mrr <= 1

    def test_tells_what_came_of_each_question(self, measured):
        cases = measured["cases"]
        assert [case["question"] for case in cases] == [line["question"] for line in QUESTIONS]
        assert [case["line"] for case in cases] == [*range(1, len(QUESTIONS) + 1)]
        first, last = cases[0], cases[-1]
        assert (first["id"], first["language"], first["answerable"]) == ("flood-bg", "bg", True)
        assert first["right"] is True
        assert first["search_rank"] == first["article_rank"] == first["sentence_rank"] == 1
        assert last["right"] is True
        assert (last["answerable"], last["score"], last["quoted"]) == (False, None, None)


def rounded(share):
    return pytest.approx(share, abs=1e-4)


def test_people_get_tables_with_the_same_figures(run, measured):
    result = run(QUESTIONS)
    assert (result.exit_code, result.stderr) == (0, "")
    everything = measured["groups"][0]
    search, article = everything["search"], everything["current"]["article"]
    figures = " +".join(f"{value:.3f}" for value in search.values())
    assert re.search(rf"^ +all +{len(ANSWERED)} +{figures} *$", result.stdout, re.MULTILINE)
    low, high = article["hit@1_interval"]
    hit = re.escape(f"{article['hit@1']:.3f} ({low:.2f}–{high:.2f})")
    assert re.search(rf"^ +all +{len(ANSWERED)} +{hit} ", result.stdout, re.MULTILINE)
    suggested = everything["suggested"]
    assert f"Suggested threshold: {suggested['threshold']:.2f} (95 %: " in result.stdout
    assert re.search(
        rf"^ +{suggested['threshold']:.2f} .* suggested *$", result.stdout, re.MULTILINE
    )
    assert re.search(rf"^ +{THRESHOLD:.2f} .* set", result.stdout, re.MULTILINE)
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_questions_that_went_wrong_are_listed_on_demand(run, measured):
    wrong = [case for case in measured["cases"] if not case["right"]]
    impossible = {"question": "Who stole the tide clock?", "article": FLOOD}
    result = run([*QUESTIONS, impossible], "--misses")
    listed = re.findall(r"^ {3,4}(\d+)  (.+)\n {7}(.+)$", result.stdout, re.MULTILINE)
    expected = [(str(case["line"]), case["question"]) for case in wrong]
    expected.append((str(len(QUESTIONS) + 1), impossible["question"]))
    assert [(line, question) for line, question, _ in listed] == expected
    assert "place of its article in the search: " in listed[-1][2]
    assert not re.search(r"^ {3,4}\d+  ", run(QUESTIONS).stdout, re.MULTILINE)


def test_a_table_and_json_lines_measure_the_same(run, measured, tmp_path, archive):
    path = tmp_path / "questions.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        keys = ("id", "question", "article", "quote", "lang", "history", "answerable")
        rows = csv.DictWriter(file, keys, delimiter=";")
        rows.writeheader()
        rows.writerows(
            {k: "\n".join(v) if isinstance(v, list) else v for k, v in line.items()}
            for line in QUESTIONS
        )
    call = ["eval", str(path), "--json", "--data", str(archive.path.parent)]
    from_table = json.loads(CliRunner().invoke(cli, call).stdout)
    assert from_table["groups"] == measured["groups"]


def test_lines_that_cannot_be_used_are_named_and_the_rest_is_measured(run, tmp_path):
    lines = [
        *map(json.dumps, QUESTIONS),
        "{",
        json.dumps({"question": "Who?", "article": "no-such-id"}),
        json.dumps({"question": " ", "article": FLOOD}),
        json.dumps({"question": "Who?", "article": FLOOD, "quote": "Nobody said this."}),
        json.dumps({"question": "What else?", "artcle": FLOOD}),
    ]
    result = run("\n".join(lines), "--json")
    assert result.exit_code == 1
    first = len(QUESTIONS) + 1
    problems = json.loads(result.stdout)["problems"]
    assert [problem["line"] for problem in problems] == [*range(first, first + 4)]
    told = result.stderr.splitlines()
    assert told[:4] == [
        f"{tmp_path / 'questions.jsonl'}:{problem['line']}: {problem['reason']}"
        for problem in problems
    ]
    assert told[4:] == [f"{tmp_path / 'questions.jsonl'}: not read: artcle"]
    assert json.loads(result.stdout)["groups"][0]["answerable"] == len(ANSWERED)


@pytest.mark.parametrize("content", ["", "{", '{"question": "Who?", "article": "no-such-id"}'])
def test_a_file_with_no_question_that_can_be_used_is_an_error(run, tmp_path, content):
    result = run(content)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == (
        f"Error: {tmp_path / 'questions.jsonl'} has no question that can be used"
    )


class TestPicture:
    def test_shows_the_curve_of_all_questions(self, run, tmp_path, measured):
        path = tmp_path / "silence.svg"
        assert run(QUESTIONS, "--svg", str(path)).exit_code == 0
        texts = [text.text for text in ET.parse(path).iter("{http://www.w3.org/2000/svg}text")]
        suggested = measured["groups"][0]["suggested"]["threshold"]
        counts = f"{len(ANSWERED)} with an answer, {len(UNANSWERED)} without"
        assert f"All questions: {counts}" in texts
        assert f"threshold: {THRESHOLD:g} is set, {suggested:g} is suggested" in texts
        assert [entry.name for entry in tmp_path.glob(".*")] == []

    def test_takes_both_kinds_of_question(self, run, tmp_path):
        path = tmp_path / "silence.svg"
        result = run(ANSWERED, "--svg", str(path))
        assert result.exit_code == 1
        assert f"there are {len(ANSWERED)} and 0." in result.stdout
        assert (
            result.stderr
            == f"Error: {path} was not drawn: it takes questions with an answer and without\n"
        )
        assert not path.exists()

    def test_that_has_no_folder_is_refused_before_the_long_work(self, run, tmp_path):
        result = run(QUESTIONS, "--svg", str(tmp_path / "none" / "silence.svg"))
        assert result.exit_code == 2
        assert f"there is no folder {tmp_path / 'none'}" in result.stderr

    def test_that_cannot_be_written_leaves_the_figures_and_says_why(
        self, run, tmp_path, monkeypatch
    ):
        path = tmp_path / "silence.svg"
        path.write_text("older")

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        result = run(QUESTIONS, "--svg", str(path))
        assert result.exit_code == 1
        assert result.stderr == f"Error: cannot write {path}: No space left on device\n"
        assert "Suggested threshold" in result.stdout
        assert path.read_text() == "older"
        assert [entry.name for entry in tmp_path.glob(".*")] == []


def test_questions_without_an_answer_alone_are_measured_too(run):
    result = run(UNANSWERED)
    assert result.exit_code == 0
    assert "recall@1" not in result.stdout
    assert "there are 0 and 6." in result.stdout


def test_interrupting_it_changes_nothing(run, archive, encoder, monkeypatch, tmp_path):
    def interrupted(texts):
        raise KeyboardInterrupt

    before, generation = sorted(archive.path.parent.iterdir()), archive.generation
    monkeypatch.setattr(encoder, "encode_queries", interrupted)
    result = run(QUESTIONS, "--svg", str(tmp_path / "silence.svg"))
    assert result.exit_code == 1
    assert "Aborted!" in result.stderr
    assert (sorted(archive.path.parent.iterdir()), archive.generation) == (before, generation)
    assert not (tmp_path / "silence.svg").exists()


def test_the_example_of_the_readme_can_be_measured(archive, tmp_path):
    block = re.search(r"```csv\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    path = tmp_path / "questions.csv"
    path.write_text(block[1], encoding="utf-8")
    call = ["eval", str(path), "--json", "--data", str(archive.path.parent)]
    result = CliRunner().invoke(cli, call)
    assert (result.exit_code, result.stderr) == (0, "")
    cases = json.loads(result.stdout)["cases"]
    assert {case["answerable"] for case in cases} == {True, False}
