"""How well a sentence encoder finds, beside what others published.

    python -m benchmarks.encoder [MODEL ...] [--tasks xquad tatoeba] [--languages en ru bg]

A MODEL is a folder or a name that sentence-transformers can load; `built-in` is the default. What
the tasks are is said in `tasks.py`, where the published figures come from in `published.toml`.

`--save` keeps what was measured and `--beside` sets it beside later figures; with `--beside` and
no MODEL nothing is measured. Prompts hold for every MODEL of a call: a model with other ones is
measured in a call of its own, and set beside.
"""

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.tasks import GROUPS, Encode, EvaluationError, Kind, Task, chosen_tasks
from index.encoder import BUILT_IN, Vectors, folder_or_name
from index.errors import CitatError, EncoderError

Figures = dict[str, float]
"""What each task gave, times 100, by the name of the task."""

BATCH = 32
PUBLISHED = Path(__file__).with_name("published.toml")
LEGEND = """\
XQuAD, XQuAD-R: nDCG@10 x 100; a→b: questions in a, passages in b. Tatoeba: F1 x 100.
Figures of others: benchmarks/published.toml says whose they are and where they stand."""


@dataclass(frozen=True)
class Column:
    """The figures of one encoder, under the name by which the table knows it."""

    name: str
    figures: Figures


class OnceEncoder:
    """Encodes each text once, however many tasks ask for it."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._vectors: dict[tuple[Kind, str], NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str], kind: Kind) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in self._vectors]
        if new:
            vectors = self._encode(new, kind)
            self._vectors.update(zip([(kind, text) for text in new], vectors, strict=True))
        return np.stack([self._vectors[kind, text] for text in texts])


def load(
    model: str, query_prompt: str = "", passage_prompt: str = "", device: str = "cpu"
) -> Encode:
    """Load a model to be computed in float32; without a prompt it uses its own, if it has one.

    A sentence, being neither question nor passage, gets the prompt of a question, as e5 wants.

    Raises:
        EncoderError: there is no such folder or model, or its files are damaged.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    place = folder_or_name(model)
    try:
        loaded: Any = SentenceTransformer(place, device=device).float()
    except Exception as error:  # any library below may raise anything for a broken model
        raise EncoderError(_why_not_loaded(place, error)) from error

    def encode(texts: Sequence[str], kind: Kind) -> Vectors:
        # These sort what they are given by length, so that little of a batch is padding.
        methods = {
            "query": (loaded.encode_query, query_prompt),
            "passage": (loaded.encode_document, passage_prompt),
            "sentence": (loaded.encode, query_prompt),
        }
        method, prompt = methods[kind]
        vectors: Vectors = method(
            list(texts),
            prompt=prompt or None,
            batch_size=BATCH,
            show_progress_bar=False,
            normalize_embeddings=True,
        )
        return vectors

    return encode


def _why_not_loaded(place: str, error: Exception) -> str:
    if Path(place).exists():
        return f"cannot load the model in {place}: {error}"
    return (
        f"cannot load the model {place!r}: there is no such folder, and no model of that name"
        f" could be fetched from the hub or found in its cache ({type(error).__name__});"
        " check the name and the connection"
    )


def measure(name: str, encode: Encode, tasks: Sequence[Task]) -> Column:
    """Measure an encoder, telling on standard error how far it is."""
    once = OnceEncoder(encode)
    figures = {}
    for done, task in enumerate(tasks, 1):
        figures[task.name] = round(100 * task.measure(once), 3)
        told = f"{name}: {task.name} {figures[task.name]:.1f} ({done} of {len(tasks)})"
        print(told, file=sys.stderr, flush=True)
    return Column(name, figures)


def published() -> list[Column]:
    """Return what others published for the same tasks."""
    return [
        Column(
            model["label"],
            {
                f"{task} {language}": figure
                for task in ("XQuAD", "Tatoeba")
                for language, figure in model.get(task, {}).items()
            },
        )
        for model in tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))["model"]
    ]


def as_json(columns: Sequence[Column]) -> str:
    return json.dumps([asdict(column) for column in columns], indent=1, ensure_ascii=False)


def saved(path: Path) -> list[Column]:
    """Return the columns that `--save` wrote, under the name of their file.

    Raises:
        EvaluationError: there is no such file, or it holds something else.
    """
    try:
        columns = [
            Column(column["name"], {task: float(x) for task, x in column["figures"].items()})
            for column in json.loads(path.read_text(encoding="utf-8"))
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise EvaluationError(f"{path}: no figures that --save wrote: {error!r}") from error
    if len(columns) == 1:
        return [replace(columns[0], name=path.stem)]
    return [replace(column, name=f"{path.stem}: {column.name}") for column in columns]


def table(tasks: Sequence[str], columns: Sequence[Column]) -> str:
    """Return a Markdown table: a line for each task, a dash for a figure that is not there."""
    rows = [["task", *(column.name for column in columns)]]
    for task in tasks:
        figures = [column.figures.get(task) for column in columns]
        rows.append([task, *("-" if x is None else f"{x:.1f}" for x in figures)])
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    rows.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def shown(tasks: Sequence[Task], own: Sequence[Column]) -> tuple[list[str], list[Column]]:
    """Return the rows of which something of ours is known, and all columns with a figure there."""
    rows = [task.name for task in tasks if any(task.name in column.figures for column in own)]
    columns = [
        replace(
            column, figures={row: column.figures[row] for row in rows if row in column.figures}
        )
        for column in (*own, *published())
    ]
    return rows, [column for column in columns if column.figures]


def arguments_of(line: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--eval", type=Path, default=Path("../shared/eval"), metavar="FOLDER")
    parser.add_argument("--tasks", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--languages", nargs="+", default=[], metavar="CODE", help="such as bg")
    parser.add_argument("--query-prompt", default="", help='e.g. "query: "; of sentences too')
    parser.add_argument("--passage-prompt", default="", help='e.g. "passage: "')
    parser.add_argument("--device", default="cpu", help="e.g. cuda")
    parser.add_argument("--save", type=Path, metavar="FILE.json", help="keep the figures")
    parser.add_argument("--beside", type=Path, nargs="+", default=[], metavar="FILE.json")
    parser.add_argument("--json", action="store_true", help="print the columns as --save does")
    arguments = parser.parse_args(line)
    if not arguments.models and not arguments.beside:
        arguments.models = [BUILT_IN]
    if arguments.save and not arguments.models:
        parser.error("--save keeps what is measured: name a MODEL")
    if arguments.save and not arguments.save.parent.is_dir():
        parser.error(f"--save {arguments.save}: there is no folder {arguments.save.parent}")
    return arguments


def main(line: Sequence[str] | None = None) -> int:
    arguments = arguments_of(line)
    try:
        tasks = chosen_tasks(arguments.eval, arguments.tasks, arguments.languages)
        beside = [column for path in arguments.beside for column in saved(path)]
        prompts = arguments.query_prompt, arguments.passage_prompt
        # All are loaded first, so that a wrong name is told before an hour of measuring.
        encoders = {name: load(name, *prompts, arguments.device) for name in arguments.models}
    except CitatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    measured = [measure(name, encode, tasks) for name, encode in encoders.items()]
    if arguments.save:
        arguments.save.write_text(as_json(measured) + "\n", encoding="utf-8")
    rows, columns = shown(tasks, [*measured, *beside])
    print(as_json(columns) if arguments.json else f"{table(rows, columns)}\n\n{LEGEND}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
