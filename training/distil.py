"""Stages 1 and 2: the student learns to say in other languages what the English model says.

For each pair the target is the English model's vector of the English; the student reads the other
text. In stage 1 only the new rows learn. In stage 2 the body learns too, gently, and reads English
as well, so that English stays where it is. Everything follows from the seed; a run that was
stopped goes on from its last checkpoint. Writes the whole student into the work folder.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import accumulate, islice
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional

from training.base import WIDTH, base_model, base_tokenizer
from training.build import load_student, save_student
from training.spelling import CYRILLIC, spelt
from training.text import (
    SHARES,
    Exclusions,
    Pair,
    code_switched,
    exclusion_key,
    folder_arguments,
    join_pairs,
    read_dictionary,
    read_english,
    read_pairs,
    read_word_frequencies,
    translations,
    with_forms,
)

CHUNK = 8_192  # pairs that are drawn, cut and sorted by length together; then a checkpoint
LONGEST = 160  # pieces of a text that are read in training
JOIN_CHANCE, MOST_JOINED = 0.12, 8
ENTRY_SHARE = 0.15  # of a language's texts, drawn from the dictionaries
QUESTION_SHARE = 0.1  # of them, questions
SWITCHED_SHARE = 0.2  # of them, English with words put into the language, half of it questions
PASSAGE_SHARE = 0.03  # of them, and of English: passages of an encyclopaedia, switched likewise
REST_SHARE = 1 - ENTRY_SHARE - QUESTION_SHARE - SWITCHED_SHARE - PASSAGE_SHARE  # sentences
PASSAGES = "tydiqa_goldp"
RARE = 1e-6  # of running text: how often a word counts as seen that is in no list, or is rarer
SWITCH_CHANCE = 0.7  # for each word that a dictionary knows
SOURCE_SHARES = {  # how often the pairs of a file are seen in one pass, if not once
    "ms_coop_llm": 0.3,  # courses on software, much text of one kind
    "debian_website": 0.15,  # these repeat themselves
    "mediawiki": 0.15,
    "bitcoin_org": 0.3,
    "synthetic_news_templates": 0.2,
    "mozilla_org": 0.5,
    "tydiqa_goldp": 8.0,  # the only passages of an encyclopaedia
}
REPETITIVE = {"debian_website", "mediawiki", "bitcoin_org", "synthetic_news_templates"}
COSINE_WEIGHT, CONTRAST_WEIGHT, CONTRAST_SCALE = 4.0, 0.5, 20.0
WARM_UP = 0.03  # of the run
ENCODE_PIECES = 8_192  # of a batch that is only read
HELD_BACK = 150  # one English sentence in so many is kept for the dev figures
DEV_LANGUAGES = ("bg", "ru", "uk", "mk", "sr")
DEV_PAIRS = 400  # a language

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    """What decides a run's result."""

    start: str  # file of the student to begin with
    chunks: int
    rate: float  # of Adam for the rows, at its highest
    body_rate: float  # of Adam for the body; 0: it stands still
    english_share: float  # of the texts: English that is to stay as it is
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
        self.model = load_student(work, settings.start)
        self._rows = json.loads((work / "rows.json").read_text(encoding="utf-8"))
        table = self.model.get_input_embeddings().weight.data
        self.embedding = SplitEmbedding(table, self._rows)
        self.model.set_input_embeddings(self.embedding)
        self.model.to(device).eval()
        body = [value for name, value in self.model.named_parameters() if "encoder" in name]
        self.model.requires_grad_(False)
        self.embedding.learnt.requires_grad_(True)
        self.optimisers: list[tuple[torch.optim.Optimizer, float]] = [
            (torch.optim.SparseAdam([self.embedding.learnt], betas=(0.9, 0.99)), settings.rate)
        ]
        if settings.body_rate:
            for value in body:
                value.requires_grad_(True)
            adam = torch.optim.AdamW(body, betas=(0.9, 0.98), weight_decay=0.0)
            self.optimisers.append((adam, settings.body_rate))
        self._checkpoint = checkpoint

    def student(self) -> Any:
        """The model as it is now, with one table of rows."""
        model = copy.deepcopy(self.model)
        table = self.embedding.table.clone()
        table[self._rows] = self.embedding.learnt.detach()[:-1]
        rows = torch.nn.Embedding(len(table), WIDTH, padding_idx=0, _weight=table)
        model.set_input_embeddings(rows)
        return model.cpu()

    def save(self) -> None:
        state = {
            "settings": asdict(self.settings),
            "chunks_done": self.chunks_done,
            "model": self.model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser, _ in self.optimisers],
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
        self.model.load_state_dict(state["model"])
        for (optimiser, _), saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)

    def learn_chunk(self, ids: Sequence[list[int]], targets: Vectors) -> float:
        """One pass over a chunk; `targets` has shape (len(ids), 384). Returns the mean cosine."""
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        runs = batches([len(ids[i]) for i in order], self.settings.batch_pieces)
        random.Random(self.settings.seed + self.chunks_done).shuffle(runs)
        cosines = []
        for number, run in enumerate(runs):
            chosen = [order[i] for i in run]
            progress = (self.chunks_done + number / len(runs)) / self.settings.chunks
            goal = torch.from_numpy(targets[chosen]).to(self.device)
            student = mean_vectors(self.model, [ids[i] for i in chosen], self.device)
            cosine, loss = distance(student, goal)
            self.step(loss, progress)
            cosines.append(cosine.item())
        self.chunks_done += 1
        return float(np.mean(cosines))

    def step(self, loss: torch.Tensor, progress: float) -> None:
        """One step of all optimisers; `progress` is the share of the run that is done."""
        torch.autograd.backward(loss)
        for optimiser, rate in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate * rate_factor(progress)
            optimiser.step()
            optimiser.zero_grad()


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
    """The pairs without end, in a new order at each pass, as often as `SOURCE_SHARES` says.

    Neighbours in a file may come joined: they are often neighbours in a text.
    """
    rounds = ceil(max(1.0, *SOURCE_SHARES.values()))
    while pairs:
        kept = [
            pair
            for time in range(rounds)
            for pair in pairs
            if rng.random() < SOURCE_SHARES.get(pair.source, 1.0) - time
        ]
        joined = join_pairs(kept, JOIN_CHANCE, MOST_JOINED, rng)
        rng.shuffle(joined)
        yield from joined


def by_frequency(
    entries: Sequence[Pair], frequencies: Mapping[str, float], rng: random.Random
) -> Iterator[Pair]:
    """Entries of one language without end, drawn by the square root of their word's frequency."""
    weights = [max(frequencies.get(entry.text.lower(), 0), RARE) ** 0.5 for entry in entries]
    cumulated = list(accumulate(weights))
    while entries:
        yield from rng.choices(entries, cum_weights=cumulated, k=CHUNK)


@dataclass(frozen=True)
class Text:
    """What there is to learn from."""

    pairs: Sequence[Pair]
    entries: Sequence[Pair]  # of dictionaries, with inflected forms
    english: Sequence[Pair] = ()  # English on both sides, in the order of its files
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # by language

    @classmethod
    def read(cls, data: Path) -> Text:
        exclusions = Exclusions.from_file(data / "excl_keys.bin")
        frequencies = {language: read_word_frequencies(data, language) for language in SHARES}
        dictionary = read_dictionary(data, SHARES, exclusions)
        entries = []
        for language in SHARES:
            own = [entry for entry in dictionary if entry.language == language]
            entries += with_forms(own, language, frequencies[language])
        return cls(
            read_pairs(data, SHARES, exclusions),
            entries,
            read_english(data, exclusions),
            frequencies,
        )

    def without(self, held_back: Callable[[Pair], bool]) -> Text:
        """The text less the pairs that are held back."""
        return replace(
            self,
            pairs=[pair for pair in self.pairs if not held_back(pair)],
            entries=[entry for entry in self.entries if not held_back(entry)],
            english=[pair for pair in self.english if not held_back(pair)],
        )

    def switched(
        self, language: str, english: Sequence[Pair], rng: random.Random
    ) -> Iterator[Pair]:
        """English without end, with words put into the language, names into its script."""
        words = self.words(language)
        spell = speller(language, rng)
        for pair in passes(english if words else (), rng):
            mixed = code_switched(pair.text, words, SWITCH_CHANCE, rng, spell)
            if mixed != pair.text:
                yield Pair(language, mixed, pair.english, "switched")

    def words(self, language: str) -> dict[str, list[str]]:
        """English word -> its translations into the language."""
        own = (entry for entry in self.entries if entry.language == language)
        return translations(own, self.frequencies.get(language, {}))


def speller(language: str, rng: random.Random) -> Callable[[str], str] | None:
    """What writes names in the language's script, if there are rules for it."""
    return partial(spelt, language=language, rng=rng) if language in CYRILLIC else None


def is_question(pair: Pair) -> bool:
    return pair.english.endswith("?")


def draw_chunks(text: Text, seed: int, english_share: float) -> Iterator[list[Pair]]:
    """Chunks without end: languages by `SHARES`, of each some entries and switched English."""
    rng = random.Random(seed)
    asked = [pair for pair in text.english if is_question(pair)]
    encyclopaedia = [pair for pair in text.english if pair.source == PASSAGES]
    long = join_pairs(encyclopaedia, 1.0, MOST_JOINED, rng)
    streams = []
    for language, share in SHARES.items():
        own = [pair for pair in text.pairs if pair.language == language]
        entries = [entry for entry in text.entries if entry.language == language]
        parts = (
            (passes(own, rng), REST_SHARE),
            (passes(list(filter(is_question, own)), rng), QUESTION_SHARE),
            (by_frequency(entries, text.frequencies.get(language, {}), rng), ENTRY_SHARE),
            (text.switched(language, text.english, rng), SWITCHED_SHARE / 2),
            (text.switched(language, asked, rng), SWITCHED_SHARE / 2),
            (text.switched(language, long, rng), PASSAGE_SHARE),
        )
        count = CHUNK * (1 - english_share) * share
        streams += [(stream, round(count * part)) for stream, part in parts]
    count = CHUNK * english_share
    streams.append((passes(text.english, rng), round(count * (1 - PASSAGE_SHARE))))
    streams.append((passes(long, rng), round(count * PASSAGE_SHARE)))
    while True:
        yield [pair for stream, count in streams for pair in islice(stream, count)]


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
            if pair.language == language and pair.source not in REPETITIVE
        }
        chosen += list(own.values())[:DEV_PAIRS]
    return chosen


@dataclass(frozen=True)
class Dev:
    """Held-back pairs: their word pieces, and what the teacher says of their English."""

    pairs: Sequence[Pair]
    ids: Sequence[list[int]]
    goal: Vectors  # shape (len(pairs), 384)

    @classmethod
    def of(cls, text: Text, tokenizer: Tokenizer, teacher: Teacher) -> Dev:
        pairs = dev_pairs([pair for pair in text.pairs if is_held_back(pair)])
        goal = teacher.vectors([pair.english for pair in pairs])
        return cls(pairs, piece_ids(tokenizer, pairs), goal)

    def figures(self, run: Run) -> str:
        return dev_figures(encode(run.model, self.ids, run.device), self.goal, self.pairs)


def train(run: Run, tokenizer: Tokenizer, teacher: Teacher, data: Path, stop: int) -> None:
    """The chunks that are still to do, with a checkpoint and a line of figures after each."""
    text = Text.read(data)
    dev = Dev.of(text, tokenizer, teacher)
    settings = run.settings
    chunks = draw_chunks(text.without(is_held_back), settings.seed, settings.english_share)
    print("before:", dev.figures(run), flush=True)
    began = time.monotonic()
    for chunk in islice(chunks, run.chunks_done, stop):
        targets = teacher.vectors([pair.english for pair in chunk])
        cosine = run.learn_chunk(piece_ids(tokenizer, chunk), targets)
        run.save()
        done = f"chunk {run.chunks_done}/{run.settings.chunks}, cosine {cosine:.4f}"
        print(f"{time.monotonic() - began:6.0f} s, {done}, {dev.figures(run)}", flush=True)


def piece_ids(tokenizer: Tokenizer, pairs: Sequence[Pair]) -> list[list[int]]:
    """The texts as ids of pieces."""
    encodings = tokenizer.encode_batch_fast([pair.text for pair in pairs])
    return [encoding.ids for encoding in encodings]


def save_array(path: Path, values: NDArray[Any]) -> None:
    """Write beside, then replace, so that a file that is there is whole."""
    beside = path.with_suffix(".new.npy")
    np.save(beside, values)
    beside.replace(path)


def stage_arguments(description: str | None, **defaults: object) -> argparse.ArgumentParser:
    """A parser of what every stage of training takes."""
    parser = folder_arguments(description)
    parser.add_argument("--start", help="rows or student to begin with, in the work folder")
    parser.add_argument("--result", help="student to write")
    parser.add_argument("--chunks", type=int, help=f"of {CHUNK} texts")
    parser.add_argument("--rate", type=float, help="highest rate for the rows")
    parser.add_argument("--body-rate", type=float, default=0.0, help="highest rate for the body")
    parser.add_argument("--english", type=float, default=0.0, help="share of English texts")
    parser.add_argument("--batch-pieces", type=int, default=1_024, help="of a batch, with padding")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=1)
    parser.set_defaults(**defaults)
    return parser


def begin(arguments: argparse.Namespace) -> tuple[Run, Tokenizer, Teacher]:
    """What a stage trains with, by its arguments; the run stands at its start."""
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    device = torch.device(arguments.device)
    settings = Settings(
        arguments.start,
        arguments.chunks,
        arguments.rate,
        arguments.body_rate,
        arguments.english,
        arguments.batch_pieces,
        arguments.seed,
    )
    tokenizer = Tokenizer.from_file(str(arguments.work / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    checkpoint = (arguments.work / arguments.result).with_suffix(".pt")
    run = Run(arguments.work, settings, checkpoint, device)
    return run, tokenizer, Teacher(arguments.work / "teacher", device)


def main() -> None:
    parser = stage_arguments(
        __doc__, start="rows_aligned.npy", result="stage1.safetensors", chunks=16, rate=3e-3
    )
    parser.add_argument("--stop", type=int, help="end after so many chunks, the rate still high")
    arguments = parser.parse_args()
    run, tokenizer, teacher = begin(arguments)
    run.resume()
    stop = arguments.chunks if arguments.stop is None else arguments.stop
    train(run, tokenizer, teacher, arguments.data, stop)
    save_student(run.student(), arguments.work / arguments.result)


if __name__ == "__main__":
    main()
