"""A question learns to find its own passage, beside translations that stay together."""

from itertools import islice
from random import Random

import numpy as np
import torch

from training.distil import Text
from training.questions import BATCH, Mined, contrast, passes
from training.text import Exclusions, Pair, read_questions


def test_a_question_is_at_no_loss_where_only_its_own_passage_is_near() -> None:
    vectors = torch.eye(6)
    assert contrast(vectors[:3], vectors).item() < 1e-6
    assert contrast(vectors[:3], vectors[[1, 0, 2, 3, 4, 5]]).item() > 1


def test_a_batch_sets_each_passage_beside_a_near_one_of_another_question() -> None:
    count = BATCH + 3
    mined = Mined(
        [f"question {i}" for i in range(count)],
        [f"passage {i}" for i in range(count)],
        np.arange(count),
        np.array([[(i + 1) % count] for i in range(count)]),
    )
    text = Text([], [Pair("ru", "вопрос", "question", "toy")])
    batches = list(islice(passes(mined, text, Random(1)), 4))
    assert {len(batch) for batch in batches} == {BATCH}
    for question, passage, near in (row for batch in batches for row in batch):
        number = int(question.split()[1])
        assert passage == f"passage {number}"
        assert near == f"passage {(number + 1) % count}"
    assert {row[0].split()[0] for batch in batches for row in batch} == {"question", "вопрос"}


def test_a_question_with_an_evaluation_sentence_in_its_passage_is_dropped(
    tmp_path, write_rows
) -> None:
    write_rows(
        tmp_path / "qa/tydiqa_goldp.tsv.gz",
        "en\tWhy do cats sleep?\tNobody knows. Cats sleep a lot.",
        "en\tWhy do dogs bark?\tThey are dogs.",
    )
    found = read_questions(tmp_path, Exclusions.of(["cats sleep a lot"]))
    assert [question.text for question in found] == ["Why do dogs bark?"]
