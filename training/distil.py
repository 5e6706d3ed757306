"""Stage 1: the new rows learn to say in other languages what the English model says in English.

For each pair the target is the English model's vector of the English; the student reads the other
text. Only the new rows learn. Everything follows from the seed; a run that was stopped goes on
from its last checkpoint. Writes `rows_distilled.npy` into the work folder.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional

from training.base import WIDTH, base_model, base_tokenizer
from training.build import multilingual_model
from training.text import (
    SHARES,
    Exclusions,
    Pair,
    exclusion_key,
    folder_arguments,
    join_pairs,
    read_dictionary,
    read_pairs,
)

CHUNK = 8_192  # pairs that are drawn, cut and sorted by length together; then a checkpoint
LONGEST = 128  # pieces of a text that are read in training
JOIN_CHANCE, MOST_JOINED = 0.15, 4
ENTRY_SHARE = 0.12  # of the pairs, drawn from the dictionaries
SOURCE_SHARES = {  # of the pairs of a file that are seen in one pass: these repeat themselves
    "synthetic_news_templates": 0.4,
    "mediawiki": 0.4,
    "debian_website": 0.5,
    "bitcoin_org": 0.5,
}
COSINE_WEIGHT, CONTRAST_WEIGHT, CONTRAST_SCALE = 4.0, 0.5, 20.0
WARM_UP = 0.03  # of the run
ENCODE_PIECES = 8_192  # of a batch that is only read
HELD_BACK = 150  # one English sentence in so many is kept for the dev figures
DEV_LANGUAGES = ("bg", "ru", "uk")
DEV_PAIRS = 400  # a language

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    """What decides a run's result."""

    start: str  # file of the rows to begin with
    chunks: int
    rate: float  # of Adam, at its highest
    batch_pieces: int  # of a batch, padding included
    seed: int


class SplitEmbedding(torch.nn.Module):
    """Word embeddings of which the English rows stand still and the new ones learn."""

    slots: torch.Tensor
    table: torch.Tensor

    def __init__(self, table: torch.Tensor, rows: Sequence[int]) -> None:
        super().__init__()
        slots = torch.full((len(table),), len(rows))
        slots[list(rows)] = torch.arange(len(rows))
        self.register_buffer("slots", slots)
        self.register_buffer("table", table)
        # one spare row at the end takes the place of every English piece; padding gets no gradient
        spare = torch.zeros(1, table.shape[1])
        self.learnt = torch.nn.Parameter(torch.cat([table[list(rows)], spare]))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Ids of any shape to rows, shape (..., 384)."""
        slots = self.slots[ids]
        spare = len(self.learnt) - 1
        new = functional.embedding(slots, self.learnt, padding_idx=spare, sparse=True)
        return torch.where((slots < spare)[..., None], new, self.table[ids])

    def rows(self) -> Vectors:
        """The learnt rows, shape (n, 384)."""
        values: Vectors = self.learnt.detach()[:-1].cpu().numpy()
        return values


class Teacher:
    """The English model's vectors of English texts, kept on disk as float16."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._device = folder, device
        self._model = base_model().to(device)
        self._tokenizer = base_tokenizer()
        self._tokenizer.enable_truncation(LONGEST)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384), from disk if the same texts were asked before."""
        name = hashlib.blake2b("\n".join(texts).encode(), digest_size=16).hexdigest()
        path = self._folder / f"{name}.npy"
        if not path.exists():
            distinct = {text: i for i, text in enumerate(dict.fromkeys(texts))}
            ids = [e.ids for e in self._tokenizer.encode_batch(list(distinct))]
            vectors = encode(self._model, ids, self._device)
            save_array(path, vectors[[distinct[text] for text in texts]].astype(np.float16))
        stored: Vectors = np.load(path).astype(np.float32)
        return stored


class Run:
    """A training run: the student, its optimiser, how far it has come, and where it is saved."""

    def __init__(
        self, work: Path, settings: Settings, checkpoint: Path, device: torch.device
    ) -> None:
        self.settings, self.device = settings, device
        self.chunks_done = 0
        self.model = multilingual_model(work, np.load(work / settings.start))
        rows = json.loads((work / "rows.json").read_text(encoding="utf-8"))
        self.embedding = SplitEmbedding(self.model.get_input_embeddings().weight.data, rows)
        self.model.requires_grad_(False)
        self.model.set_input_embeddings(self.embedding)
        self.model.to(device).eval()
        self.optimiser: torch.optim.Optimizer = torch.optim.SparseAdam(
            [self.embedding.learnt], betas=(0.9, 0.99)
        )
        self._checkpoint = checkpoint

    def save(self) -> None:
        state = {
            "settings": asdict(self.settings),
            "chunks_done": self.chunks_done,
            "learnt": self.embedding.learnt.detach(),
            "optimiser": self.optimiser.state_dict(),
        }
        beside = self._checkpoint.with_suffix(".new")
        torch.save(state, beside)
        beside.replace(self._checkpoint)

    def resume(self) -> None:
        """Take up the last checkpoint, if there is one of the same settings."""
        if not self._checkpoint.exists():
            return
        state = torch.load(self._checkpoint, map_location=self.device)
        if state["settings"] != asdict(self.settings):
            raise ValueError(
                f"{self._checkpoint} was made with {state['settings']}, not with "
                f"{asdict(self.settings)}: remove it to start anew"
            )
        self.chunks_done = state["chunks_done"]
        self.embedding.learnt.data.copy_(state["learnt"])
        self.optimiser.load_state_dict(state["optimiser"])

    def learn_chunk(self, ids: Sequence[list[int]], targets: Vectors) -> float:
        """One pass over a chunk; `targets` has shape (len(ids), 384). Returns the mean cosine."""
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        runs = batches([len(ids[i]) for i in order], self.settings.batch_pieces)
        random.Random(self.settings.seed + self.chunks_done).shuffle(runs)
        cosines = []
        for number, run in enumerate(runs):
            chosen = [order[i] for i in run]
            progress = (self.chunks_done + number / len(runs)) / self.settings.chunks
            for group in self.optimiser.param_groups:
                group["lr"] = self.settings.rate * rate_factor(progress)
            goal = torch.from_numpy(targets[chosen]).to(self.device)
            student = mean_vectors(self.model, [ids[i] for i in chosen], self.device)
            cosine, loss = distance(student, goal)
            self.optimiser.zero_grad()
            torch.autograd.backward(loss)
            self.optimiser.step()
            cosines.append(cosine.item())
        self.chunks_done += 1
        return float(np.mean(cosines))


def rate_factor(progress: float) -> float:
    """Up in a straight line during `WARM_UP`, then down in a straight line, nearly to zero."""
    return min(1.0, progress / WARM_UP + 0.01) * max(0.02, 1 - progress)


def distance(students: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean cosine and loss of unit vectors, both of shape (n, 384).

    Loss = 4 (1 - cosine) + 0.5 InfoNCE over the batch, where a copy of the target is no rival.
    """
    cosine = (students * targets).sum(dim=1).mean()
    itself = torch.eye(len(targets), dtype=torch.bool, device=targets.device)
    copies = (targets @ targets.T > 0.999) & ~itself
    scores = (CONTRAST_SCALE * students @ targets.T).masked_fill(copies, float("-inf"))
    labels = torch.arange(len(targets), device=targets.device)
    contrast = functional.cross_entropy(scores, labels)
    return cosine, COSINE_WEIGHT * (1 - cosine) + CONTRAST_WEIGHT * contrast


def mean_vectors(
    model: torch.nn.Module, ids: Sequence[list[int]], device: torch.device
) -> torch.Tensor:
    """Unit mean-pooled vectors, shape (len(ids), 384), computed in bfloat16, given in float32."""
    padded = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
    for row, values in zip(padded, ids, strict=True):
        row[: len(values)] = torch.tensor(values)
    padded = padded.to(device)
    mask = padded != 0
    with torch.autocast(device.type, dtype=torch.bfloat16):
        states = model(input_ids=padded, attention_mask=mask.long()).last_hidden_state.float()
    return functional.normalize((states * mask[..., None]).sum(dim=1), dim=1)


@torch.no_grad()
def encode(model: torch.nn.Module, ids: Sequence[list[int]], device: torch.device) -> Vectors:
    """Unit vectors, shape (len(ids), 384), of texts of any number and order."""
    vectors = np.zeros((len(ids), WIDTH), np.float32)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    for batch in batches([len(ids[i]) for i in order], ENCODE_PIECES):
        chosen = [order[i] for i in batch]
        vectors[chosen] = mean_vectors(model, [ids[i] for i in chosen], device).cpu().numpy()
    return vectors


def batches(lengths: Sequence[int], pieces: int) -> list[range]:
    """Runs of neighbours of at most `pieces` pieces, padded to the longest (or one text)."""
    runs, start, longest = [], 0, 0
    for i, length in enumerate(lengths):
        longest = max(longest, length)
        if i > start and (i + 1 - start) * longest > pieces:
            runs.append(range(start, i))
            start, longest = i, length
    return [*runs, range(start, len(lengths))] if lengths else runs


def is_held_back(pair: Pair) -> bool:
    """Whether a pair is kept for the dev figures; pairs of one English sentence go together."""
    digest = hashlib.blake2b(exclusion_key(pair.english).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % HELD_BACK == 0


def passes(pairs: Sequence[Pair], rng: random.Random) -> Iterator[Pair]:
    """The pairs without end, in a new order at each pass, thinned by `SOURCE_SHARES`."""
    while pairs:
        kept = [pair for pair in pairs if rng.random() < SOURCE_SHARES.get(pair.source, 1.0)]
        rng.shuffle(kept)
        yield from kept


def draw_chunks(pairs: Sequence[Pair], entries: Sequence[Pair], seed: int) -> Iterator[list[Pair]]:
    """Chunks without end: languages by `SHARES`, some texts joined, some from dictionaries."""
    rng = random.Random(seed)
    streams = {
        language: (
            passes([pair for pair in pairs if pair.language == language], rng),
            passes([entry for entry in entries if entry.language == language], rng),
        )
        for language in SHARES
    }
    while True:
        chunk: list[Pair] = []
        for language, (sentences, words) in streams.items():
            entry_count = round(CHUNK * SHARES[language] * ENTRY_SHARE)
            count = round(CHUNK * SHARES[language]) - entry_count
            chunk += join_pairs(list(islice(sentences, count)), JOIN_CHANCE, MOST_JOINED, rng)
            chunk += islice(words, entry_count)
        yield chunk


def dev_figures(vectors: Vectors, goal: Vectors, dev: Sequence[Pair]) -> str:
    """Mean cosine to the goal, and how many texts of a language have their English nearest.

    `vectors` of the texts and `goal` of their English have shape (len(dev), 384).
    """
    figures = [f"dev cosine {(vectors * goal).sum(axis=1).mean():.4f}, nearest right"]
    for language in DEV_LANGUAGES:
        own = [i for i, pair in enumerate(dev) if pair.language == language]
        right = (vectors[own] @ goal[own].T).argmax(axis=1) == np.arange(len(own))
        figures.append(f"{language} {right.mean():.1%}")
    return " ".join(figures)


def dev_pairs(held_back: Sequence[Pair]) -> list[Pair]:
    """The first `DEV_PAIRS` of each dev language, distinct, repetitive files left out."""
    chosen: list[Pair] = []
    for language in DEV_LANGUAGES:
        own = {
            pair.english: pair
            for pair in held_back
            if pair.language == language and pair.source not in SOURCE_SHARES
        }
        chosen += list(own.values())[:DEV_PAIRS]
    return chosen


def train(run: Run, tokenizer: Tokenizer, teacher: Teacher, data: Path) -> None:
    """All chunks that are still to do, with a checkpoint and a line of figures after each."""
    exclusions = Exclusions.from_file(data / "excl_keys.bin")
    pairs = read_pairs(data, SHARES, exclusions)
    entries = read_dictionary(data, SHARES, exclusions)
    dev = dev_pairs([pair for pair in pairs if is_held_back(pair)])
    goal = teacher.vectors([pair.english for pair in dev])
    chunks = draw_chunks(
        [pair for pair in pairs if not is_held_back(pair)],
        [entry for entry in entries if not is_held_back(entry)],
        run.settings.seed,
    )
    dev_ids = piece_ids(tokenizer, dev)
    print("before:", dev_figures(encode(run.model, dev_ids, run.device), goal, dev), flush=True)
    began = time.monotonic()
    for chunk in islice(chunks, run.chunks_done, run.settings.chunks):
        targets = teacher.vectors([pair.english for pair in chunk])
        cosine = run.learn_chunk(piece_ids(tokenizer, chunk), targets)
        run.save()
        figures = dev_figures(encode(run.model, dev_ids, run.device), goal, dev)
        done = f"chunk {run.chunks_done}/{run.settings.chunks}, cosine {cosine:.4f}"
        print(f"{time.monotonic() - began:6.0f} s, {done}, {figures}", flush=True)


def piece_ids(tokenizer: Tokenizer, pairs: Sequence[Pair]) -> list[list[int]]:
    """The texts as ids of pieces."""
    encodings = tokenizer.encode_batch_fast([pair.text for pair in pairs])
    return [encoding.ids for encoding in encodings]


def save_array(path: Path, values: NDArray[Any]) -> None:
    """Write beside, then replace, so that a file that is there is whole."""
    beside = path.with_suffix(".new.npy")
    np.save(beside, values)
    beside.replace(path)


def main() -> None:
    parser = folder_arguments(__doc__)
    parser.add_argument("--start", default="rows_aligned.npy", help="rows to begin with")
    parser.add_argument("--result", default="rows_distilled.npy", help="rows to write")
    parser.add_argument("--chunks", type=int, default=8, help=f"of {CHUNK} pairs")
    parser.add_argument("--rate", type=float, default=3e-3, help="highest rate of Adam")
    parser.add_argument("--batch-pieces", type=int, default=1_024, help="of a batch, with padding")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    device = torch.device(arguments.device)
    settings = Settings(
        arguments.start,
        arguments.chunks,
        arguments.rate,
        arguments.batch_pieces,
        arguments.seed,
    )
    result = arguments.work / arguments.result
    tokenizer = Tokenizer.from_file(str(arguments.work / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    run = Run(arguments.work, settings, result.with_suffix(".pt"), device)
    run.resume()
    train(run, tokenizer, Teacher(arguments.work / "teacher", device), arguments.data)
    save_array(result, run.embedding.rows())


if __name__ == "__main__":
    main()
