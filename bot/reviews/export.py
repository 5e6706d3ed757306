"""Accepted reports as cases of `citat eval`: the case passes once the answer is right."""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.evaluation.cases import Case, case_of, read_cases
from bot.reviews.report import Report, Truth
from index.errors import SourceError

TABLES = {".csv", ".tsv"}


@dataclass(frozen=True, slots=True)
class Exported:
    """How many cases were written, and how many the file held already."""

    added: int
    known: int


def record(report: Report) -> dict[str, Any]:
    """Return an accepted report as a line of `citat eval`; keys without a value are left out.

    What was shown is wrong, but for what holds the words that the owner calls the answer.
    """
    truth = report.truth or Truth()
    record: dict[str, Any] = {
        "id": f"report-{report.id}",
        "question": report.question,
        "history": list(report.history),
        "article": list(truth.articles),
        "quote": list(truth.quotes),
    }
    if report.truth is None or truth.quotes:
        record["wrong"] = [
            shown.text for shown in report.quotes if not _holds_any(shown.text, truth.quotes)
        ]
    else:
        record["answerable"] = False
    return {key: value for key, value in record.items() if value != []}


def lines(reports: Iterable[Report], known: Iterable[Case] = ()) -> list[str]:
    """Return a line for each report that says something else than the known cases."""
    seen = {_bare(case) for case in known}
    fresh = []
    for report in reports:
        line = record(report)
        case = _bare(case_of(line))
        if case not in seen:
            seen.add(case)
            fresh.append(json.dumps(line, ensure_ascii=False) + "\n")
    return fresh


def export(path: Path, reports: Sequence[Report]) -> Exported:
    """Add the reports to a file of cases, each once; it is written beside and put in its place.

    Raises:
        SourceError: the file is a table, cannot be read or written, or has a report as it was
            judged before.
    """
    if path.suffix.lower() in TABLES:
        raise SourceError(f"{path} is a table; name a file of JSON lines: {path.stem}.jsonl")
    if not path.absolute().parent.is_dir():
        raise SourceError(f"cannot write {path}: there is no folder {path.parent}")
    known = read_cases(str(path)).cases if path.exists() else ()
    fresh = lines(reports, known)
    ids = {case.id for case in known}
    for line in map(json.loads, fresh):
        if line["id"] in ids:
            raise SourceError(f"{path} has {line['id']} as it was judged before: remove it there")
    if fresh:
        _append(path, "".join(fresh))
    return Exported(len(fresh), len(reports) - len(fresh))


def _append(path: Path, text: str) -> None:
    path = path.resolve()  # of a link, what it leads to
    beside = path.with_name(f".{path.name}.part")
    try:
        before = path.read_bytes() if path.exists() else b""
        end = b"" if before.endswith(b"\n") or not before else b"\n"
        beside.write_bytes(before + end + text.encode())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SourceError(f"cannot write {path}: {error.strerror}") from error


def _bare(case: Case) -> Case:
    """Return what a case says, without its place and its name."""
    return replace(case, line=0, id=None)


def _holds_any(text: str, quotes: Iterable[str]) -> bool:
    """Tell whether a text holds one of the quotes, or is part of one."""
    bare = " ".join(text.split())
    return any(quote in bare or bare in quote for quote in (" ".join(q.split()) for q in quotes))
