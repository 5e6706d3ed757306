"""What the evaluation sets ask of an encoder, and what a figure means."""

import importlib.util
import json
from collections import Counter, defaultdict
from zlib import crc32

import numpy as np
import pytest

from benchmarks.tasks import GROUPS, EvaluationError, bitext_f1, chosen_tasks, ndcg_at_10
from index.encoder import Vectors

ONE_HIT_SECOND = 1 / np.log2(3)


def by_trigrams(texts, kind) -> Vectors:
    """Encode a text as its hashed trigrams: crude, and the same text always the same."""
    vectors = np.zeros((len(texts), 256), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        padded = f" {text.lower()} "
        for n in range(len(padded) - 2):
            row[crc32(padded[n : n + 3].encode()) % 256] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def names(tasks) -> list[str]:
    return [task.name for task in tasks]


class TestMetrics:
    def test_a_passage_on_the_first_place_counts_fully_on_the_second_less(self):
        scores = np.array([[0.9, 0.1], [0.9, 0.1]], np.float32)
        assert ndcg_at_10(scores, [{0}, {0}]) == 1
        assert ndcg_at_10(scores, [{0}, {1}]) == pytest.approx((1 + ONE_HIT_SECOND) / 2)

    def test_beyond_the_tenth_place_nothing_counts(self):
        scores = -np.arange(12, dtype=np.float32)[None]
        assert ndcg_at_10(scores, [{9}]) == pytest.approx(1 / np.log2(11))
        assert ndcg_at_10(scores, [{10}]) == 0

    def test_several_right_passages_share_the_best_that_can_be_reached(self):
        scores = np.array([[0.9, 0.8, 0.1]], np.float32)
        assert ndcg_at_10(scores, [{0, 1}]) == 1
        assert ndcg_at_10(scores, [{1, 2}]) == pytest.approx(
            (ONE_HIT_SECOND + 1 / 2) / (1 + ONE_HIT_SECOND)
        )

    def test_a_sentence_that_many_take_for_their_own_counts_less(self):
        assert bitext_f1(np.eye(3, dtype=np.float32)) == 1
        all_take_the_first = np.array([[1, 0, 0]] * 3, np.float32)
        assert bitext_f1(all_take_the_first) == pytest.approx(2 / (1 + 3) / 3)


class TestChoosing:
    def test_each_group_gives_a_task_for_each_language_that_is_there(self, evaluation_folder):
        assert {group: names(chosen_tasks(evaluation_folder, [group])) for group in GROUPS} == {
            "xquad": ["XQuAD de", "XQuAD en", "XQuAD ru"],
            "xquad-across": [
                "XQuAD de→en",
                "XQuAD de→ru",
                "XQuAD en→de",
                "XQuAD en→ru",
                "XQuAD ru→de",
                "XQuAD ru→en",
            ],
            "xquad-r": ["XQuAD-R en", "XQuAD-R ru"],
            "tatoeba": ["Tatoeba bul"],
        }

    def test_english_as_the_other_side_need_not_be_named(self, evaluation_folder):
        assert names(chosen_tasks(evaluation_folder, list(GROUPS), ["bg", "ru"])) == [
            "XQuAD ru",
            "XQuAD en→ru",
            "XQuAD ru→en",
            "XQuAD-R ru",
            "Tatoeba bul",
        ]

    def test_english_alone_is_english_on_both_sides(self, evaluation_folder):
        tasks = chosen_tasks(evaluation_folder, list(GROUPS), ["en"])
        assert names(tasks) == ["XQuAD en", "XQuAD-R en"]

    def test_a_language_that_is_not_there_is_said(self, evaluation_folder):
        with pytest.raises(EvaluationError, match="no xquad in fi; it has de, en, ru"):
            chosen_tasks(evaluation_folder, ["xquad"], ["ru", "fi"])
        with pytest.raises(EvaluationError, match="no tatoeba in en; it has bg, en"):
            chosen_tasks(evaluation_folder, ["tatoeba"], ["en"])

    def test_a_folder_that_is_missing_or_holds_nothing_is_said(self, tmp_path):
        with pytest.raises(EvaluationError, match=r"nowhere: no such folder.*--eval"):
            chosen_tasks(tmp_path / "nowhere", list(GROUPS))
        with pytest.raises(EvaluationError, match="it has none"):
            chosen_tasks(tmp_path, list(GROUPS))


class TestMeasuring:
    def test_an_encoder_that_knows_what_belongs_together_reaches_all(self, evaluation_folder):
        def knowing(texts, kind):
            return np.stack([np.eye(8, dtype=np.float32)[int(text[-2])] for text in texts])

        tasks = chosen_tasks(evaluation_folder, list(GROUPS))
        assert {task.name: task.measure(knowing) for task in tasks} == dict.fromkeys(
            names(tasks), 1
        )

    def test_questions_are_encoded_as_questions_and_passages_as_passages(self, evaluation_folder):
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        for group in ("xquad", "xquad-r", "tatoeba"):

            def encode(texts, kind, group=group):
                seen[group][kind] += len(texts)
                return by_trigrams(texts, kind)

            for task in chosen_tasks(evaluation_folder, [group]):
                task.measure(encode)
        assert seen == {
            "xquad": {"query": 9, "passage": 6},
            "xquad-r": {"query": 2, "passage": 4},
            "tatoeba": {"sentence": 4},
        }

    def test_a_question_asked_twice_counts_once_and_has_two_passages(self, evaluation_folder):
        content = json.loads((evaluation_folder / "xquad" / "xquad.en.json").read_text())
        first, second = content["data"][0]["paragraphs"]
        first["qas"] = second["qas"] = [{"id": "a", "question": "What is it?"}]
        second["qas"] = [{"id": "b", "question": "What is it? "}]
        folder = evaluation_folder.parent / "asked-twice"
        (folder / "xquad").mkdir(parents=True)
        (folder / "xquad" / "xquad.en.json").write_text(json.dumps(content))
        (task,) = chosen_tasks(folder, ["xquad"])
        encoded: list[str] = []

        def encode(texts, kind):
            encoded.extend(texts)
            return by_trigrams(texts, kind)

        assert task.measure(encode) == 1
        assert encoded.count("What is it?") == 1

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # open files
    def test_the_figures_are_those_of_the_scorer_that_was_checked_against_published_ones(
        self, shared_sets
    ):
        spec = importlib.util.spec_from_file_location("score", shared_sets / "score.py")
        assert spec
        assert spec.loader
        score = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(score)

        def encode(texts, kind, lang):
            return by_trigrams(texts, kind)

        expected = {
            "XQuAD ru": score.xquad(encode, "ru")["ndcg10"],
            "XQuAD en→ru": score.xquad_cross(encode, "en", "ru")["ndcg10"],
            "XQuAD-R ru": score.retrieval(encode, "lareqa/xquad_r", "ru", "ru")["ndcg10"],
            "Tatoeba srp": score.tatoeba(encode, "srp")["f1"],
        }
        tasks = {task.name: task for task in chosen_tasks(shared_sets, list(GROUPS), ["ru", "sr"])}
        assert {name: tasks[name].measure(by_trigrams) for name in expected} == pytest.approx(
            expected, abs=1e-6
        )
        assert expected["XQuAD ru"] > 0.3
        assert expected["Tatoeba srp"] > 0.01
