"""Only new rows learn, the same seed draws the same text, a stopped run ends as any other."""

import json
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from training.base import EMBEDDINGS, WIDTH, base_tokenizer
from training.build import save_student
from training.distil import (
    Run,
    Settings,
    SplitEmbedding,
    Text,
    batches,
    by_frequency,
    distance,
    draw_chunks,
    passes,
    rate_factor,
)
from training.text import SHARES, Pair
from training.vocabulary import extended_tokenizer, new_rows

CPU = torch.device("cpu")
SETTINGS = Settings(
    start="start.npy",
    chunks=2,
    rate=1e-2,
    body_rate=1e-3,
    english_share=0.1,
    batch_pieces=8,
    seed=1,
)


def test_english_rows_stand_still_and_new_rows_learn() -> None:
    table = torch.arange(12.0).reshape(4, 3)
    embedding = SplitEmbedding(table, rows=[1, 3])
    ids = torch.tensor([[0, 1], [2, 3]])
    assert torch.equal(embedding(ids), table[ids])
    embedding(ids).sum().backward()
    gradient = embedding.learnt.grad
    assert gradient is not None
    assert gradient.to_dense().tolist() == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]


def test_equal_vectors_are_at_no_distance_and_copies_are_no_rivals() -> None:
    targets = torch.eye(3)[[0, 1, 1]]
    cosine, loss = distance(targets, targets)
    assert cosine.item() == pytest.approx(1)
    assert loss.item() == pytest.approx(0, abs=1e-6)


def test_batches_hold_every_text_within_the_limit() -> None:
    assert batches([2, 2, 3, 5, 9], pieces=6) == [
        range(2),
        range(2, 3),
        range(3, 4),
        range(4, 5),
    ]
    assert batches([], pieces=6) == []


def test_the_rate_climbs_then_falls() -> None:
    rates = [rate_factor(progress) for progress in (0, 0.01, 0.03, 0.5, 1)]
    assert rates == pytest.approx([0.01, 0.33990, 0.97, 0.5, 0.02], abs=1e-4)


def test_a_pass_sees_the_pairs_of_a_file_as_often_as_it_should(monkeypatch) -> None:
    monkeypatch.setattr("training.distil.SOURCE_SHARES", {"often": 3.0, "seldom": 0.5})
    sources = ["often"] * 50 + ["seldom"] * 400 + ["once"] * 50
    pairs = [Pair("bg", str(i), str(i), source) for i, source in enumerate(sources)]
    monkeypatch.setattr("training.distil.JOIN_CHANCE", 0.0)
    seen = Counter(pair.source for pair in islice(passes(pairs, Random(1)), 380))
    assert seen["often"] > 130
    assert 150 < seen["seldom"] < 250
    assert 40 < seen["once"] <= 50


def test_frequent_words_are_drawn_more_often_and_unlisted_ones_too() -> None:
    entries = [Pair("bg", word, "word", "toy") for word in ("Често", "рядко", "никъде")]
    drawn = islice(by_frequency(entries, {"често": 1e-4, "рядко": 4e-6}, Random(1)), 1300)
    seen = Counter(pair.text for pair in drawn)
    assert 900 < seen["Често"] < 1100  # as the square roots: ten to two to one
    assert 150 < seen["рядко"] < 260
    assert 60 < seen["никъде"] < 140
    assert list(by_frequency([], {}, Random(1))) == []


def test_the_same_seed_draws_the_same_chunks() -> None:
    pairs = [Pair(lang, f"{lang} {i}", f"en {i}", "toy") for lang in SHARES for i in range(50)]
    entries = [Pair(lang, f"{lang} word", "word", "toy") for lang in SHARES]
    english = [Pair("en", text, text, "toy") for text in ("A word.", "What word?")]
    text = Text(pairs, entries, english)
    first, again = (list(islice(draw_chunks(text, 7, 0.1), 2)) for _ in range(2))
    other = next(draw_chunks(text, 8, 0.1))
    assert first == again
    assert first[0] != first[1]
    assert first[0] != other
    assert {pair.language for pair in first[0]} == {*SHARES, "en"}
    assert Pair("bg", "A bg word.", "A word.", "switched") in first[0]
    assert Pair("bg", "What bg word?", "What word?", "switched") in first[0]


def weights(run: Run) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in run.student().state_dict().items()}


@pytest.fixture
def work(tmp_path: Path, base: Path) -> Path:
    """A work folder with two new words, whose rows start anywhere."""
    tokenizer = extended_tokenizer(base_tokenizer(), ["котка", "куче"])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    rows = new_rows(tokenizer, base_tokenizer())
    (tmp_path / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    start = np.random.default_rng(1).normal(0, 0.05, (len(rows), WIDTH))
    np.save(tmp_path / "start.npy", start.astype(np.float32))
    return tmp_path


def test_a_stopped_run_goes_on_and_ends_as_one_that_was_not(work: Path) -> None:
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    ids = [tokenizer.encode(text).ids for text in ("котка", "куче и котка", "куче")]
    goals = np.eye(3, WIDTH, dtype=np.float32)

    whole = Run(work, SETTINGS, work / "whole.pt", CPU)
    start = weights(whole)
    whole.learn_chunk(ids, goals)
    whole.learn_chunk(ids[:2], goals[:2])

    stopped = Run(work, SETTINGS, work / "stopped.pt", CPU)
    stopped.learn_chunk(ids, goals)
    stopped.save()
    again = Run(work, SETTINGS, work / "stopped.pt", CPU)
    again.resume()
    again.learn_chunk(ids[:2], goals[:2])

    assert all(torch.equal(weights(again)[name], value) for name, value in weights(whole).items())
    assert any(not torch.equal(start[name], value) for name, value in weights(whole).items())


def test_the_body_stands_still_unless_it_has_a_rate(work: Path) -> None:
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    ids = [tokenizer.encode(text).ids for text in ("котка", "куче и котка", "cat")]
    run = Run(work, replace(SETTINGS, body_rate=0.0), work / "run.pt", CPU)
    start = weights(run)
    run.learn_chunk(ids, np.eye(3, WIDTH, dtype=np.float32))
    changed = {name for name, value in weights(run).items() if not torch.equal(start[name], value)}
    assert changed == {EMBEDDINGS}


def test_a_student_is_taken_up_where_it_was_left(work: Path) -> None:
    run = Run(work, SETTINGS, work / "run.pt", CPU)
    run.learn_chunk([[6, 20, 7], [6, 21, 7]], np.eye(2, WIDTH, dtype=np.float32))
    save_student(run.student(), work / "student.safetensors")
    further = Run(work, replace(SETTINGS, start="student.safetensors"), work / "further.pt", CPU)
    assert all(torch.equal(weights(further)[name], value) for name, value in weights(run).items())


def test_a_checkpoint_of_other_settings_is_refused(work: Path) -> None:
    Run(work, SETTINGS, work / "run.pt", CPU).save()
    with pytest.raises(ValueError, match="remove it to start anew"):
        Run(work, replace(SETTINGS, seed=2), work / "run.pt", CPU).resume()
