"""The sets an encoder is measured on, as tasks that give one figure each.

`xquad`: a question finds its passage among 240 of its language (Artetxe et al. 2020), as MTEB
(Muennighoff et al. 2023) defines it. `xquad-across`: the passages are in another language.
`xquad-r`: a question finds the sentence that answers it (LAReQA, Roy et al. 2020). `tatoeba`: a
sentence finds its English among up to 1,000 (Artetxe and Schwenk 2019), as MTEB defines it.

The folder of them holds what is there of
`xquad/xquad.LANGUAGE.json`, in the form of SQuAD;
`lareqa/xquad_r.queries.jsonl` (id, lang, text, relevant: ids) and `.passages.jsonl` (id, lang,
title, text); `tatoeba_laser/tatoeba.CODE-eng.CODE` and `.eng`, a sentence a line.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from index.encoder import Vectors
from index.errors import CitatError

Kind = Literal["query", "passage", "sentence"]
Encode = Callable[[Sequence[str], Kind], Vectors]

ENGLISH = "en"
PIVOTS = {ENGLISH, "ru"}
TWO_LETTERS = {
    "ara": "ar",
    "bul": "bg",
    "deu": "de",
    "ell": "el",
    "heb": "he",
    "mkd": "mk",
    "ron": "ro",
    "rus": "ru",
    "srp": "sr",
    "tur": "tr",
    "ukr": "uk",
}
"""ISO 639-1 for the ISO 639-3 of Tatoeba; a code that is not here stays as it is."""

DEPTH = 10
DISCOUNTS = 1 / np.log2(np.arange(2, DEPTH + 2))


class EvaluationError(CitatError):
    """A folder of evaluation sets or a file of figures is missing or holds something else."""


@dataclass(frozen=True)
class Task:
    """Something to measure; `languages` are ISO 639-1 codes where there is one."""

    name: str
    languages: frozenset[str]
    measure: Callable[[Encode], float]


def chosen_tasks(folder: Path, groups: Sequence[str], languages: Sequence[str] = ()) -> list[Task]:
    """Return the tasks whose files are there; English need not be named as the other side.

    Raises:
        EvaluationError: there is no such folder, or it has no such task in one of the languages.
    """
    if not folder.is_dir():
        raise EvaluationError(
            f"{folder}: no such folder; name the one of xquad/, lareqa/ and tatoeba_laser/"
            " with --eval"
        )
    there = [task for group in groups for task in GROUPS[group](folder)]
    known = {language for task in there for language in task.languages}
    wanted = set(languages) or known
    tasks = [
        task for task in there if task.languages <= wanted | {ENGLISH} and task.languages & wanted
    ]
    if not tasks or not wanted <= known:
        raise EvaluationError(
            f"{folder} has no {', '.join(groups)} in {', '.join(sorted(wanted - known or wanted))}"
            f"; it has {', '.join(sorted(known)) or 'none'}"
        )
    return tasks


def xquad_tasks(folder: Path) -> list[Task]:
    return [
        Task(f"XQuAD {language}", frozenset({language}), partial(xquad, path, path))
        for language, path in _xquad_files(folder).items()
    ]


def xquad_across_tasks(folder: Path) -> list[Task]:
    files = _xquad_files(folder)
    return [
        Task(
            f"XQuAD {asked}→{read}",
            frozenset({asked, read}),
            partial(xquad, files[asked], files[read]),
        )
        for asked in files
        for read in files
        if asked != read and PIVOTS & {asked, read}
    ]


def xquad_r_tasks(folder: Path) -> list[Task]:
    if not (folder / "lareqa" / "xquad_r.passages.jsonl").exists():
        return []
    return [
        Task(f"XQuAD-R {language}", frozenset({language}), partial(xquad_r, folder, language))
        for language in sorted(_by_language(folder / "lareqa" / "xquad_r.queries.jsonl"))
    ]


def tatoeba_tasks(folder: Path) -> list[Task]:
    codes = sorted(path.suffix[1:] for path in folder.glob("tatoeba_laser/tatoeba.*-eng.???"))
    return [
        Task(
            f"Tatoeba {code}",
            frozenset({TWO_LETTERS.get(code, code), ENGLISH}),
            partial(tatoeba, folder, code),
        )
        for code in codes
        if code != "eng"
    ]


GROUPS: dict[str, Callable[[Path], list[Task]]] = {
    "xquad": xquad_tasks,
    "xquad-across": xquad_across_tasks,
    "xquad-r": xquad_r_tasks,
    "tatoeba": tatoeba_tasks,
}


def xquad(questions: Path, passages: Path, encode: Encode) -> float:
    """nDCG@10 of questions of one file over passages of another, which may be the same.

    Questions of the same words count once; passages have no title.
    """
    asked, read = _xquad_rows(questions), _xquad_rows(passages)
    columns = {passage: n for n, passage in enumerate(dict.fromkeys(p for _, p in read.values()))}
    relevant: dict[str, set[int]] = defaultdict(set)
    for key, (question, _) in asked.items():
        relevant[question].add(columns[read[key][1]])
    scores = encode(list(relevant), "query") @ encode(list(columns), "passage").T
    return ndcg_at_10(scores, list(relevant.values()))


def xquad_r(folder: Path, language: str, encode: Encode) -> float:
    """nDCG@10 of questions over the sentences of all passages, title before sentence."""
    sentences = _by_language(folder / "lareqa" / "xquad_r.passages.jsonl")[language]
    columns = {sentence["id"]: n for n, sentence in enumerate(sentences)}
    relevant = [
        (question["text"], {columns[key] for key in question["relevant"] if key in columns})
        for question in _by_language(folder / "lareqa" / "xquad_r.queries.jsonl")[language]
    ]
    relevant = [(question, found) for question, found in relevant if found]
    texts = [f"{sentence['title']} {sentence['text']}".strip() for sentence in sentences]
    scores = encode([question for question, _ in relevant], "query") @ encode(texts, "passage").T
    return ndcg_at_10(scores, [found for _, found in relevant])


def tatoeba(folder: Path, code: str, encode: Encode) -> float:
    """F1 of finding the English of each sentence."""
    foreign, english = (
        _lines(folder / "tatoeba_laser" / f"tatoeba.{code}-eng.{side}") for side in (code, "eng")
    )
    return bitext_f1(encode(foreign, "sentence") @ encode(english, "sentence").T)


def ndcg_at_10(scores: Vectors, relevant: Sequence[set[int]]) -> float:
    """Mean nDCG@10 with binary relevance (Järvelin and Kekäläinen 2002); ties keep their order.

    Args:
        scores: shape (questions, passages), the higher the better.
        relevant: for each question the columns of its passages, at least one.
    """
    best = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
    gains = [
        sum(DISCOUNTS[rank] for rank, column in enumerate(row) if column in columns)
        / DISCOUNTS[: len(columns)].sum()
        for row, columns in zip(best, relevant, strict=True)
    ]
    return float(np.mean(gains))


def bitext_f1(scores: Vectors) -> float:
    """F1 of taking the best column for each row, where row n belongs to column n.

    It is MTEB's: the row numbers are classes and weigh the same. A row that is found has recall 1
    and, if its column was taken k times, precision 1/k.
    """
    taken = np.argmax(scores, axis=1)
    times = np.bincount(taken, minlength=scores.shape[1])[: len(taken)]
    return float(np.mean(np.where(taken == np.arange(len(taken)), 2 / (1 + times), 0)))


def _xquad_files(folder: Path) -> dict[str, Path]:
    return {path.suffixes[0][1:]: path for path in sorted(folder.glob("xquad/xquad.??.json"))}


@cache
def _xquad_rows(path: Path) -> dict[str, tuple[str, str]]:
    """Return question and passage by the id of the question, which all languages share."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    return {
        question["id"]: (question["question"].strip(), paragraph["context"].strip())
        for article in articles
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    }


@cache
def _by_language(path: Path) -> dict[str, list[dict[str, Any]]]:
    rows = defaultdict(list)
    for line in _lines(path):
        row = json.loads(line)
        rows[row["lang"]].append(row)
    return dict(rows)


def _lines(path: Path) -> list[str]:
    # Not splitlines: some sentences have other separators of lines within.
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
