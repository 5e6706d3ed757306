"""The table of an encoder's figures beside those of others."""

import json
import tomllib
from collections import Counter

import numpy as np
import pytest

from benchmarks.encoder import (
    PUBLISHED,
    Column,
    OnceEncoder,
    load,
    main,
    measure,
    published,
    saved,
    shown,
    table,
)
from benchmarks.tasks import GROUPS, EvaluationError, Kind, chosen_tasks
from index.errors import EncoderError


class CountingEncoder:
    """Counts how often it is given each text; a text becomes its length and its last digit."""

    def __init__(self):
        self.given: Counter[tuple[Kind, str]] = Counter()

    def __call__(self, texts, kind):
        self.given.update((kind, text) for text in texts)
        return np.array([[len(text), ord(text[-2])] for text in texts], np.float32)


class TestOnceEncoder:
    def test_the_vectors_are_those_of_the_encoder_in_the_order_of_the_texts(self):
        once = OnceEncoder(CountingEncoder())
        once(["two 2."], "query")
        assert once(["three 3.", "two 2.", "three 3."], "query").tolist() == [
            [8, ord("3")],
            [6, ord("2")],
            [8, ord("3")],
        ]

    def test_the_same_words_as_question_and_as_passage_are_two_texts(self):
        counting = CountingEncoder()
        once = OnceEncoder(counting)
        once(["two 2."], "query")
        once(["two 2."], "passage")
        assert counting.given == {("query", "two 2."): 1, ("passage", "two 2."): 1}

    def test_all_tasks_together_encode_each_text_once(self, evaluation_folder):
        counting = CountingEncoder()
        tasks = chosen_tasks(evaluation_folder, list(GROUPS))
        measure("counting", counting, tasks)
        assert set(counting.given.values()) == {1}
        # questions and passages of three languages, titled sentences of two, one pair of Tatoeba
        assert Counter(kind for kind, _ in counting.given) == {
            "query": 9,
            "passage": 6 + 4,
            "sentence": 4,
        }


class TestTable:
    def test_a_figure_that_is_not_there_is_a_dash(self):
        columns = [
            Column("ours", {"XQuAD en": 94.41, "XQuAD en→ru": 8}),
            Column("theirs", {"XQuAD en": 100}),
        ]
        assert table(["XQuAD en", "XQuAD en→ru"], columns) == (
            "| task        | ours | theirs |\n"
            "| ----------- | ---: | -----: |\n"
            "| XQuAD en    | 94.4 |  100.0 |\n"
            "| XQuAD en→ru |  8.0 |      - |"
        )

    def test_only_what_we_know_makes_a_line_and_only_its_figures_a_column(self, evaluation_folder):
        tasks = chosen_tasks(evaluation_folder, ["xquad", "tatoeba"])
        rows, columns = shown(tasks, [Column("ours", {"Tatoeba bul": 77.3})])
        assert rows == ["Tatoeba bul"]
        assert columns[0] == Column("ours", {"Tatoeba bul": 77.3})
        assert Column("LaBSE", {"Tatoeba bul": 94.6}) in columns
        assert "BM25" not in {column.name for column in columns}


class TestPublished:
    def test_each_model_has_a_label_of_its_own_and_a_page(self):
        models = tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))["model"]
        assert len({model["label"] for model in models}) == len(models)
        assert all(model["page"].startswith("https://") for model in models)
        assert all(
            model.keys() <= {"label", "name", "page", "XQuAD", "Tatoeba"} for model in models
        )

    def test_figures_are_percentages(self):
        figures = [figure for column in published() for figure in column.figures.values()]
        assert len(figures) > 90
        assert all(0 <= figure <= 100 for figure in figures)
        assert max(figures) > 90

    def test_every_figure_is_of_a_task_that_exists(self, shared_sets):
        tasks = {task.name for task in chosen_tasks(shared_sets, list(GROUPS))}
        assert {task for column in published() for task in column.figures} <= tasks


class TestLoading:
    def test_vectors_are_float32_and_of_length_one(self, tiny_model):
        vectors = load(str(tiny_model()))(["One.", "Two words."], "sentence")
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)

    @pytest.mark.parametrize(
        ("kind", "prompt"),
        [("query", "query: "), ("passage", "passage: "), ("sentence", "query: ")],
    )
    def test_a_prompt_is_put_before_its_kind_of_text(self, kind, prompt, tiny_model):
        folder = str(tiny_model())
        plain = load(folder)
        prompted = load(folder, query_prompt="query: ", passage_prompt="passage: ")
        assert prompted(["Who is it?"], kind) == pytest.approx(
            plain([f"{prompt}Who is it?"], kind), abs=1e-6
        )
        assert prompted(["Who is it?"], kind) != pytest.approx(
            plain(["Who is it?"], kind), abs=1e-3
        )

    def test_a_model_that_is_neither_here_nor_to_be_had_is_named(self, tmp_path):
        with pytest.raises(EncoderError, match=r"nowhere'.*no such folder.*hub.*connection"):
            load(str(tmp_path / "nowhere"))

    def test_a_folder_without_a_model_is_named(self, tmp_path):
        with pytest.raises(EncoderError, match=f"cannot load the model in {tmp_path}"):
            load(str(tmp_path))


class TestCommand:
    @pytest.fixture
    def run(self, evaluation_folder, capsys):
        def run(*arguments) -> tuple[int, str, str]:
            code = main([*map(str, arguments), "--eval", str(evaluation_folder)])
            return (code, *capsys.readouterr())

        return run

    def test_models_saved_figures_and_published_ones_stand_side_by_side(
        self, run, tiny_model, tmp_path
    ):
        first, second = str(tiny_model(0)), str(tiny_model(1))
        code, out, err = run(first, "--save", tmp_path / "stage0.json", "--tasks", "xquad")
        assert code == 0
        assert err.count(f"{first}: XQuAD ") == 3
        assert "(3 of 3)" in err
        code, out, _ = run(second, "--beside", tmp_path / "stage0.json")
        assert code == 0
        head, _, *lines = out.splitlines()
        assert head.replace(" ", "").startswith(f"|task|{second}|stage0|BM25|MiniLM-L6|")
        cells = {line.split("|")[1].strip(): line.split("|")[2:] for line in lines if "|" in line}
        assert cells["XQuAD ru"][2].strip() == "87.1"
        assert cells["XQuAD en→ru"][1].strip() == "-"

    def test_saved_figures_are_shown_without_measuring(self, run, tiny_model, tmp_path):
        _, measured, _ = run(tiny_model(), "--save", tmp_path / "stage0.json", "--json")
        code, out, err = run("--beside", tmp_path / "stage0.json", "--json")
        assert (code, err) == (0, "")
        ours, *others = json.loads(out)
        assert ours == {**json.loads(measured)[0], "name": "stage0"}
        assert others == json.loads(measured)[1:]
        assert len(ours["figures"]) == 12

    def test_a_file_of_several_models_keeps_their_names(self, run, tiny_model, tmp_path):
        first, second = str(tiny_model(0)), str(tiny_model(1))
        run(first, second, "--save", tmp_path / "both.json", "--tasks", "tatoeba")
        assert [column.name for column in saved(tmp_path / "both.json")] == [
            f"both: {first}",
            f"both: {second}",
        ]

    @pytest.mark.parametrize("content", [None, "{", '{"XQuAD en": 3}', "[3]", '[{"name": "x"}]'])
    def test_a_file_without_saved_figures_is_named(self, content, tmp_path):
        if content:
            (tmp_path / "stage0.json").write_text(content)
        with pytest.raises(EvaluationError, match=r"stage0.json: no figures that --save wrote"):
            saved(tmp_path / "stage0.json")

    def test_what_is_wrong_is_one_line_and_the_exit_code_is_1(self, run, tmp_path):
        code, out, err = run(tmp_path / "nowhere")
        assert (code, out) == (1, "")
        assert err.startswith("error: cannot load the model")
        assert err.count("\n") == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param(["--tasks", "no-such-task"], id="unknown-task"),
            pytest.param(["m", "--save", "no/such/folder/x.json"], id="nowhere-to-save"),
            pytest.param(["--beside", "x.json", "--save", "y.json"], id="nothing-to-save"),
        ],
    )
    def test_wrong_usage_is_told_before_anything_is_measured(self, run, arguments):
        with pytest.raises(SystemExit) as exit_:
            run(*arguments)
        assert exit_.value.code == 2
