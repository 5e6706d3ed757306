"""Beside peers: all get the same, one clock and one scorer judge, and citat speaks as they do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.peers.__main__ import HEADER, main, table
from benchmarks.peers.encoder_files import GRAPH
from benchmarks.peers.environments import PeerError
from benchmarks.peers.material import LONGEST, SHORTEST, material
from benchmarks.peers.measuring import Measured
from benchmarks.peers.processes import Asked
from benchmarks.tasks import EvaluationError

ROOT = Path(__file__).parents[2]
SENTENCE = "Городской совет решил построить новый мост через реку. "


@pytest.fixture
def articles(tmp_path):
    """News whose passages are told apart by a number."""
    path = tmp_path / "news.jsonl"
    rows = [
        {"id": f"news-{n}", "text": f"Номер {n}.\n\n{SENTENCE * 12}\n\nКонец."} for n in range(9)
    ]
    rows.append({"id": "short", "text": SENTENCE})
    rows.append({"id": "long", "text": SENTENCE * 60})
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


class TestMaterial:
    def test_the_passages_that_answer_are_among_as_many_of_news_as_are_asked_for(
        self, evaluation_folder, articles
    ):
        given = material(evaluation_folder, articles, 7)
        texts = dict(given.passages)
        assert len(texts) == len(given.passages) == 7
        news = [text for id_, text in texts.items() if id_.startswith("news-")]
        assert len(news) == 5
        assert all(SHORTEST <= len(text) <= LONGEST for text in news)
        for questions in given.questions.values():
            assert {texts[id_] for _, ids in questions for id_ in ids} == {"Кошка 1.", "Собака 2."}

    def test_english_and_russian_questions_are_asked_for_the_same_passages(
        self, evaluation_folder, articles
    ):
        asked = material(evaluation_folder, articles, 2).questions
        assert list(asked) == ["ru", "en"]
        assert asked["ru"][2] == ("Кто лает 2?", asked["en"][2][1])
        assert asked["en"][2][0] == "Who barks 2?"

    def test_fewer_questions_change_no_passage(self, evaluation_folder, articles):
        all_of, few = (material(evaluation_folder, articles, 6, n) for n in (None, 1))
        assert few.passages == all_of.passages
        assert {len(asked) for asked in few.questions.values()} == {1}

    def test_more_passages_than_there_are_is_said(self, evaluation_folder, articles):
        with pytest.raises(EvaluationError, match="has 9 passages; --passages asks for 98"):
            material(evaluation_folder, articles, 100)


class TestTheCommand:
    @pytest.fixture
    def line(self, evaluation_folder, articles, tmp_path):
        work = tmp_path / "work"
        graph = work / "encoder" / GRAPH
        graph.parent.mkdir(parents=True)
        graph.touch()  # of no use to citat, which has the encoder
        return [
            *("--only", "citat", "--passages", "6", "--work", str(work)),
            *("--eval", str(evaluation_folder), "--articles", str(articles)),
        ]

    def test_citat_takes_in_answers_and_is_judged_as_a_peer_is(self, line, tmp_path, capsys):
        assert main([*line, "--rounds", "1"]) == 0
        header, _, row = capsys.readouterr().out.splitlines()
        told = dict(zip(_cells(header), _cells(row), strict=True))
        assert tuple(told) == HEADER
        assert told["system"] == "citat"
        assert 50 < float(told["ru"]) <= 100
        assert all(float(told[name]) > 0 for name in HEADER[1:])
        raw = json.loads((tmp_path / "work" / "measured.json").read_text())["citat"]
        assert len(raw["question_ms"]) == 6
        assert raw["told"][0]["skipped"] == 0
        assert main([*line, "--rounds", "0"]) == 0
        assert "| citat | - | - |" in capsys.readouterr().out

    def test_what_was_never_taken_in_is_not_asked(self, line, capsys):
        assert main([*line, "--rounds", "0"]) == 1
        assert "ask for --rounds 1 or more" in capsys.readouterr().err


def test_what_a_library_prints_is_not_taken_for_an_answer(tmp_path):
    passages = tmp_path / "passages.jsonl"
    passages.write_text('{"id": "a", "text": "Мост."}\n')
    script = (
        "from benchmarks.peers.protocol import speak\n"
        "def taking_in(model, store):\n"
        "    print('loading')\n"
        "    return lambda passages: print(passages) or {'taken': len(passages)}\n"
        "speak(taking_in, None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "ingest", "model", "store"],
        input=f"{passages}\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"ready": True},
        {"taken": 1},
    ]
    assert "loading" in done.stderr


def test_a_system_that_ends_before_it_has_answered_is_named_with_its_log(tmp_path):
    asked = Asked("txtai", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "txtai.log")
    try:
        with pytest.raises(PeerError, match=r"txtai ended with 3; see .*txtai\.log"):
            asked.hear()
    finally:
        asked.close()


def test_the_table_shows_the_best_of_the_rounds_and_the_quantiles_of_all_questions():
    measured = Measured(
        ingest_s=[20.0, 10.0],
        ingest_processor_s=[16.0, 15.0],
        cold_s=[3.25, 2.0],
        question_ms=[*map(float, range(1, 101))],
        question_processor_ms=4.0,
        resident_mib=512.4,
        ndcg={"ru": 96.96, "en": 93.0},
    )
    assert table({"citat": measured}, 200).splitlines()[2] == (
        "| citat | 20.0 | 75 | 50.5 | 96.0 | 4.0 | 2.0 | 512 | 97.0 | 93.0 |"
    )


def _cells(row):
    return [cell.strip() for cell in row.strip("|").split("|")]
