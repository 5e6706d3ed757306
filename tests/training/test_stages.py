"""The commands of all stages, one after the other, on a text of a few words."""

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from transformers import BertModel

from training import alignment, build, distil, growth, questions, vocabulary
from training.base import EMBEDDINGS, WIDTH

PAIRS = {
    "котката": "cat",
    "кучето": "dog",
    "котката спи": "cat sleeps",
    "кучето яде": "dog eats",
    "кучето спи": "dog sleeps",
    "котката яде": "cat eats",
}
LIMITS: dict[ModuleType, dict[str, object]] = {
    vocabulary: {"SUPPORT": 1, "SAMPLE_WORDS": 1_000},
    distil: {"CHUNK": 64, "HELD_BACK": 4, "DEV_LANGUAGES": ("bg",)},
}


@pytest.fixture
def folders(base, tmp_path: Path, write_rows, monkeypatch) -> list[str]:
    """The two folders that every command takes, as its arguments."""
    data, work = tmp_path / "data", tmp_path / "work"
    rows = [f"bg\ten\t{text}\t{english}" for text, english in PAIRS.items()]
    write_rows(data / "parallel/toy.tsv.gz", *rows * 2)
    entries = ("bg\tспи\tsleeps", "bg\tяде\teats", "bg\tкотката\tcat", "bg\tкучето\tdog")
    write_rows(data / "dict/toy.tsv.gz", *entries)
    write_rows(data / "wordfreq/bg.tsv.gz", *(f"{word}\t0.1" for word in ["котката", "кучето"]))
    write_rows(data / "wordfreq/en.tsv.gz", "cat\t0.1", "house\t0.1")
    write_rows(data / "mono/toy.sr.txt.gz", "Mačka spava.", "Мачка једе.")
    (data / "excl_keys.bin").write_bytes(b"")
    for module, limits in LIMITS.items():
        for name, value in limits.items():
            monkeypatch.setattr(module, name, value)
    return ["--data", str(data), "--work", str(work)]


def run(monkeypatch, module, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", [module.__name__, *arguments])
    module.main()


def similarities(folder: Path) -> np.ndarray:
    model = SentenceTransformer(str(folder), device="cpu")
    vectors = model.encode([*PAIRS, *PAIRS.values()])
    return np.asarray(vectors[: len(PAIRS)] @ vectors[len(PAIRS) :].T)


def test_stage_0_reads_the_words_that_the_text_translates(folders, monkeypatch, tmp_path) -> None:
    run(monkeypatch, vocabulary, *folders)
    run(monkeypatch, alignment, *folders)
    out = tmp_path / "model"
    run(monkeypatch, build, *folders, "--out", str(out))
    assert similarities(out).argmax(axis=1).tolist() == list(range(len(PAIRS)))
    assert (out / "README.md").exists()
    monkeypatch.setattr(build, "LARGEST_FILE_BYTES", 1000)
    with pytest.raises(ValueError, match="bytes of weights, at most 1,000 allowed"):
        run(monkeypatch, build, *folders, "--out", str(tmp_path / "too-large"))
    assert not (tmp_path / "too-large").exists()


def test_stages_1_and_2_bring_translations_nearer(folders, monkeypatch, tmp_path) -> None:
    run(monkeypatch, vocabulary, *folders)
    work = Path(folders[-1])
    count = len(json.loads((work / "rows.json").read_text(encoding="utf-8")))
    anywhere = np.random.default_rng(1).normal(0, 0.3, (count, WIDTH))
    np.save(work / "anywhere.npy", anywhere.astype(np.float32))
    body = ["--body-rate", "1e-4", "--english", "0.2"]
    nearness = [nearness_of("anywhere.npy", folders, monkeypatch, tmp_path)]
    for start, result, options in (
        ("anywhere.npy", "stage1.safetensors", []),
        ("stage1.safetensors", "stage2.safetensors", body),
    ):
        names = ["--start", start, "--result", result, "--chunks", "4"]
        run(monkeypatch, distil, *folders, *names, *options)
        nearness.append(nearness_of(result, folders, monkeypatch, tmp_path))
    assert nearness[0] < nearness[1] < nearness[2]


def test_a_student_reads_better_with_more_pieces_and_keeps_its_body(
    folders, monkeypatch, tmp_path
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    with monkeypatch.context() as with_letters_only:
        with_letters_only.setattr(vocabulary, "ROWS", 0)
        run(monkeypatch, vocabulary, *folders)
    run(monkeypatch, alignment, *folders)
    options = ["--start", "rows_aligned.npy", "--result", "stage2.safetensors", "--chunks", "2"]
    run(monkeypatch, distil, *folders, *options, "--body-rate", "1e-4")
    run(monkeypatch, build, *folders, "--student", "stage2.safetensors", "--out", str(small))

    run(monkeypatch, vocabulary, *folders)
    run(monkeypatch, alignment, *folders)
    run(monkeypatch, growth, *folders, "--folder", str(small))
    run(monkeypatch, build, *folders, "--student", "grown.safetensors", "--out", str(large))
    right = [
        int((similarities(folder).argmax(axis=1) == np.arange(len(PAIRS))).sum())
        for folder in (small, large)
    ]
    assert right[0] < right[1]
    bodies = [body_of(folder) for folder in (small, large)]
    assert all((bodies[0][name] == bodies[1][name]).all() for name in bodies[0])


def test_stage_3_brings_questions_nearer_to_their_passages(
    folders, monkeypatch, tmp_path, write_rows
) -> None:
    asked = {"кой спи": "котката спи", "кой яде": "кучето яде"}
    rows = [f"bg\t{question}\t{passage}" for question, passage in asked.items()]
    write_rows(Path(folders[1]) / "qa/toy.tsv.gz", *rows)
    for name, value in {"BATCH": 2, "NEAR": 1, "BATCHES": 5}.items():
        monkeypatch.setattr(questions, name, value)
    run(monkeypatch, vocabulary, *folders)
    run(monkeypatch, alignment, *folders)
    nearer = []
    for student, chunks in (("rows_aligned.npy", 0), ("stage3.safetensors", 2)):
        if chunks:
            options = ["--start", "rows_aligned.npy", "--chunks", str(chunks)]
            run(monkeypatch, questions, *folders, *options)
        out = tmp_path / student
        run(monkeypatch, build, *folders, "--student", student, "--out", str(out))
        model = SentenceTransformer(str(out), device="cpu")
        scores = model.encode([*asked]) @ model.encode([*asked.values()]).T
        nearer.append(scores.diagonal().sum() - scores[[0, 1], [1, 0]].sum())
    assert nearer[0] < nearer[1]


def body_of(folder: Path) -> dict[str, torch.Tensor]:
    state = BertModel.from_pretrained(folder).state_dict()
    del state[EMBEDDINGS]
    return dict(state)


def nearness_of(student: str, folders, monkeypatch, tmp_path) -> float:
    out = tmp_path / "models" / student
    run(monkeypatch, build, *folders, "--student", student, "--out", str(out))
    return float(similarities(out).diagonal().mean())
