"""Stage 3: the student learns which passage answers a question.

Contrastive (van den Oord et al. 2018): a question's own passage against the others of its batch
and against one that an earlier student took for near. English questions and passages are partly
put into another language, word by word. Between these batches distillation goes on as in stage 2,
so that translations stay together. Writes the whole student into the work folder.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional

from training.build import save_student
from training.distil import (
    SWITCH_CHANCE,
    Dev,
    Run,
    Teacher,
    Text,
    begin,
    draw_chunks,
    encode,
    is_held_back,
    mean_vectors,
    piece_ids,
    speller,
    stage_arguments,
)
from training.text import (
    LATIN,
    SHARES,
    Exclusions,
    Question,
    code_switched,
    read_questions,
)

BATCH = 24  # questions, each with its passage and a near one
BATCHES = 50  # of questions, before each chunk of distillation
TEMPLATES, TEMPLATE_SHARE = "synthetic_templates", 0.06  # of that file's questions, in one pass
SWITCHED = 0.5  # of the questions and of the passages, in languages of another script
NEAR = 20  # passages among which the near one is drawn
SCALE = 20.0


@dataclass(frozen=True)
class Mined:
    """Questions, distinct passages, which passage answers each, and which are near.

    `own` has shape (questions,), `near` (questions, NEAR); both hold numbers of passages.
    """

    questions: Sequence[str]
    passages: Sequence[str]
    own: NDArray[np.int64]
    near: NDArray[np.int64]


def mine(run: Run, tokenizer: Tokenizer, questions: Sequence[Question]) -> Mined:
    """Find the passages that the student takes for near but that answer another question."""
    passages = list(dict.fromkeys(question.passage for question in questions))
    number = {passage: i for i, passage in enumerate(passages)}
    own = np.array([number[question.passage] for question in questions])
    texts = [question.text for question in questions]
    vectors = [
        encode(run.model, [e.ids for e in tokenizer.encode_batch_fast(list(part))], run.device)
        for part in (texts, passages)
    ]
    near = []
    for question, answer in zip(vectors[0], own, strict=True):
        scores = vectors[1] @ question
        scores[scores >= scores[answer]] = -1.0  # what seems better may be as good an answer
        near.append(np.argsort(-scores)[:NEAR])
    return Mined(texts, passages, own, np.array(near))


def passes(mined: Mined, text: Text, rng: random.Random) -> Iterator[list[tuple[str, str, str]]]:
    """Batches without end of question, passage and near passage."""
    languages = [language for language in SHARES if language not in LATIN]
    words = {language: text.words(language) for language in languages}

    def perhaps_switched(original: str) -> str:
        if rng.random() > SWITCHED:
            return original
        language = rng.choice(languages)
        spell = speller(language, rng)
        return code_switched(original, words[language], SWITCH_CHANCE, rng, spell)

    while True:
        order = rng.sample(range(len(mined.own)), len(mined.own))
        for i in range(0, len(order) - BATCH + 1, BATCH):
            yield [
                (
                    perhaps_switched(mined.questions[number]),
                    perhaps_switched(mined.passages[mined.own[number]]),
                    perhaps_switched(mined.passages[rng.choice(mined.near[number].tolist())]),
                )
                for number in order[i : i + BATCH]
            ]


def contrast(questions: torch.Tensor, passages: torch.Tensor) -> torch.Tensor:
    """InfoNCE of unit vectors, (n, 384) and (m, 384), m >= n: passage i answers question i."""
    scores = SCALE * questions @ passages.T
    labels = torch.arange(len(questions), device=questions.device)
    there = functional.cross_entropy(scores, labels)
    return (there + functional.cross_entropy(scores.T[: len(questions)], labels)) / 2


def learn_questions(
    run: Run, tokenizer: Tokenizer, batches: Iterator[list[tuple[str, str, str]]]
) -> float:
    """A chunk's worth of questions; returns how many of them found their passage in the batch."""
    right = []
    for number, batch in enumerate(islice(batches, BATCHES)):
        columns = zip(*batch, strict=True)
        ids = [[e.ids for e in tokenizer.encode_batch_fast(list(part))] for part in columns]
        questions = mean_vectors(run.model, ids[0], run.device)
        passages = mean_vectors(run.model, ids[1] + ids[2], run.device)
        run.step(
            contrast(questions, passages),
            (run.chunks_done + number / BATCHES) / run.settings.chunks,
        )
        best = (questions @ passages.T).argmax(dim=1)
        right.append((best == torch.arange(len(batch), device=run.device)).float().mean().item())
    return float(np.mean(right))


def train(run: Run, tokenizer: Tokenizer, teacher: Teacher, data: Path) -> None:
    """The chunks that are still to do, with a checkpoint and a line of figures after each."""
    text, settings = Text.read(data), run.settings
    rng = random.Random(settings.seed)
    questions = [
        question
        for question in read_questions(data, Exclusions.from_file(data / "excl_keys.bin"))
        if question.source != TEMPLATES or rng.random() < TEMPLATE_SHARE
    ]
    dev = Dev.of(text, tokenizer, teacher)
    text = text.without(is_held_back)
    chunks = draw_chunks(text, settings.seed, settings.english_share)
    batches = passes(mine(run, tokenizer, questions), text, rng)
    run.resume()
    for _ in islice(batches, run.chunks_done * BATCHES):
        continue  # what was learnt before the checkpoint
    began = time.monotonic()
    for chunk in islice(chunks, run.chunks_done, settings.chunks):
        right = learn_questions(run, tokenizer, batches)
        targets = teacher.vectors([pair.english for pair in chunk])
        cosine = run.learn_chunk(piece_ids(tokenizer, chunk), targets)
        run.save()
        done = f"chunk {run.chunks_done}/{settings.chunks}, right {right:.1%}, cosine {cosine:.4f}"
        print(f"{time.monotonic() - began:6.0f} s, {done}, {dev.figures(run)}", flush=True)


def main() -> None:
    arguments = stage_arguments(
        __doc__,
        start="stage2.safetensors",
        result="stage3.safetensors",
        chunks=6,
        rate=5e-4,
        body_rate=3e-5,
        english=0.12,
        batch_pieces=1_536,
        seed=3,
    ).parse_args()
    run, tokenizer, teacher = begin(arguments)
    train(run, tokenizer, teacher, arguments.data)
    save_student(run.student(), arguments.work / arguments.result)


if __name__ == "__main__":
    main()
