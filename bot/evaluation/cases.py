"""Questions with what answers them, as the owner of an archive writes them: JSON lines or CSV."""

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import SourceError
from index.languages import UNKNOWN, base_language
from index.records import without_surrogates

KEYS = ("id", "question", "article", "quote", "wrong", "lang", "answerable", "history")
LISTS = ("article", "quote", "wrong", "history")
"""Keys that may have several values: a list in JSON, a line each in a cell of CSV."""
DELIMITERS = ",;\t"
YES_OR_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what answers it; a case that names nothing has no answer in the archive.

    `articles` are ids or addresses and `quotes` sentences of them: any one of each answers.
    `wrong` are words that do not; where they stand alone, nobody has said what does.
    `line` is where the case begins in its file, the first line being 1.
    """

    line: int
    question: str
    articles: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    language: str | None = None
    id: str | None = None
    wrong: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return bool(self.articles or self.quotes)

    @property
    def unanswerable(self) -> bool:
        return not (self.answerable or self.wrong)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A line that cannot be used, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that was read: the cases, the lines that are none, and keys that nobody reads."""

    name: str
    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]


def read_cases(path: str) -> CaseFile:
    """Read the cases of a file, or of standard input (`-`); a bad line does not stop the rest.

    Raises:
        SourceError: the file cannot be read, is not in UTF-8, or is no table of questions.
    """
    name = "standard input" if path == "-" else path
    text = _content(path, name)
    lines = _rows(text, name) if _is_table(path, text) else _json_lines(text)
    cases, problems, ignored = list[Case](), list[Problem](), dict[str, None]()
    for number, line in lines:
        try:
            record = _record(line)
            cases.append(case_of(record, line=number))
        except SourceError as error:
            problems.append(Problem(number, str(error)))
            continue
        ignored |= dict.fromkeys(record.keys() - {*KEYS, ""})
    return CaseFile(name, tuple(cases), tuple(problems), tuple(sorted(ignored)))


def case_of(record: Mapping[str, Any], *, line: int = 0) -> Case:
    """Read a case from the values of one line.

    Raises:
        SourceError: they are no case.
    """
    questions = _texts(record, "question")
    if len(questions) != 1:
        raise SourceError("there is no question" if not questions else "there are two questions")
    stated = _yes_or_no(record)
    case = Case(
        line,
        questions[0],
        _texts(record, "article"),
        _texts(record, "quote"),
        _texts(record, "history"),
        _language(record),
        next(iter(_texts(record, "id")), None),
        () if stated is False else _texts(record, "wrong"),  # nothing answers, so all is wrong
    )
    if stated and not case.answerable:
        raise SourceError("it is called answerable, but names no article and no quote")
    if stated is False and case.answerable:
        raise SourceError("it is called unanswerable, but names what answers it")
    return case


_Line = str | tuple[Sequence[str], Sequence[str]]
"""A line of JSON, or the names of a table's columns and one row of it."""


def _content(path: str, name: str) -> str:
    try:
        if path == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"cannot read {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name} is not in UTF-8: {error}; a spreadsheet saves it as “CSV UTF-8”"
        ) from error


def _is_table(path: str, text: str) -> bool:
    if path == "-":
        return not text.lstrip().startswith("{")
    return Path(path).suffix.lower() in {".csv", ".tsv"}


def _json_lines(text: str) -> Iterator[tuple[int, _Line]]:
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _rows(text: str, name: str) -> Iterator[tuple[int, _Line]]:
    """Yield the rows under the header, each with the line on which it begins."""
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=max(DELIMITERS, key=first.count),
        skipinitialspace=True,
        strict=True,  # or a quotation mark that is never closed would swallow the rows below
    )
    header: list[str] = []
    while True:
        begun = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SourceError(
                f"{name}:{begun}: {error}; is a quotation mark missing or not doubled?"
            ) from error
        if header and any(cell.strip() for cell in row):
            yield begun, (header, row)
        elif not header:
            header = [cell.strip().lower() for cell in row]
            if "question" not in header:
                raise SourceError(f'{name}:1: no column is called "question"')


def _record(line: _Line) -> Mapping[str, Any]:
    if isinstance(line, str):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"this is no JSON: {error}") from error
        if not isinstance(record, dict):
            raise SourceError("this is no JSON object")
        return record
    header, row = line
    if any(cell.strip() for cell in row[len(header) :]):
        raise SourceError(
            f"the row has {len(row)} cells under {len(header)} columns; put a text that holds the"
            " separator in quotation marks"
        )
    cells = dict(zip(header, row, strict=False))
    return {key: cell.splitlines() if key in LISTS else cell for key, cell in cells.items()}


def _texts(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the texts of a key, blank ones left out; one that stands alone needs no list."""
    value = record.get(key)
    values: Iterable[object] = value if isinstance(value, list) else [value]
    texts = (_text(key, text) for text in values if text is not None)
    return tuple(text for text in texts if text)


def _text(key: str, value: object) -> str:
    if type(value) is int:  # an id; not bool, which is an int as well
        return str(value)
    if not isinstance(value, str):
        raise SourceError(f"{key} should be a text, not {json.dumps(value)[:40]}")
    return unicodedata.normalize("NFC", without_surrogates(value)).strip()


def _language(record: Mapping[str, Any]) -> str | None:
    stated = next(iter(_texts(record, "lang")), None)
    if stated is None:
        return None
    language = base_language(stated)
    if language == UNKNOWN:
        raise SourceError(f"lang {stated!r} is no language code; write en, bg, ...")
    return language


def _yes_or_no(record: Mapping[str, Any]) -> bool | None:
    value = record.get("answerable")
    stated = "" if value is None else str(value).strip().lower()
    if stated and stated not in YES_OR_NO:
        raise SourceError(f"answerable should be true or false, not {stated!r}")
    return YES_OR_NO.get(stated)
