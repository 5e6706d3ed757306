"""How long each system takes for the same work, and how good its answers are."""

import shutil
import statistics
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.channels import Figures
from benchmarks.peers.material import Material
from benchmarks.peers.processes import Asked, store_of

BLOCK = 40
"""Questions that a system is asked in a row, before it is the turn of the next."""


@dataclass
class Measured:
    """What was measured of one system."""

    ingest_s: list[float] = field(default_factory=list)
    ingest_processor_s: list[float] = field(default_factory=list)
    told: list[Mapping[str, float]] = field(default_factory=list)
    cold_s: list[float] = field(default_factory=list)
    question_ms: list[float] = field(default_factory=list)
    question_processor_ms: float = 0.0
    resident_mib: float = 0.0
    ndcg: dict[str, float] = field(default_factory=dict)

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.question_ms)

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.question_ms, n=20)[18]


def take_in(system: str, python: Path, work: Path, passages: Path, measured: Measured) -> None:
    """Take all passages in anew; the loading of the encoder does not count."""
    shutil.rmtree(store_of(system, work), ignore_errors=True)
    with Asked.running(system, python, "ingest", work) as asked:
        asked.hear()
        started, before = time.perf_counter(), asked.processor_s()
        asked.tell(str(passages))
        told = asked.hear()
        measured.ingest_s.append(time.perf_counter() - started)
        measured.ingest_processor_s.append(asked.processor_s() - before)
        measured.told.append(told)
    _tell(f"{system}: taken in in {measured.ingest_s[-1]:.0f} s")


def start_cold(system: str, python: Path, work: Path, question: str, measured: Measured) -> None:
    """Time from the start of a process to its first answer."""
    with Asked.running(system, python, "answer", work) as asked:
        asked.ask(question)
        measured.cold_s.append(time.perf_counter() - asked.started)
    _tell(f"{system}: answered after {measured.cold_s[-1]:.1f} s")


def ask_all(
    pythons: Mapping[str, Path], work: Path, material: Material, measured: Mapping[str, Measured]
) -> None:
    """Ask all systems all questions, in blocks by turns; the one before a block does not count."""
    questions = [question for asked in material.questions.values() for question, _ in asked]
    found: dict[str, list[list[str]]] = {system: [] for system in pythons}
    with ExitStack() as running:
        systems = {
            system: running.enter_context(Asked.running(system, python, "answer", work))
            for system, python in pythons.items()
        }
        for asked in systems.values():
            asked.ask(questions[0])
        for first in range(0, len(questions), BLOCK):
            block = questions[first : first + BLOCK]
            for system, asked in systems.items():
                found[system] += _ask(asked, block, measured[system])
            _tell(f"{first + len(block)} of {len(questions)} questions", end="\r")
        for system, asked in systems.items():
            measured[system].resident_mib = asked.resident_mib()
            measured[system].question_processor_ms /= len(questions)
    for system, rankings in found.items():
        measured[system].ndcg = _ndcg(material, rankings)


def _ask(asked: Asked, block: Sequence[str], measured: Measured) -> list[list[str]]:
    asked.ask(block[-1])
    before, found = asked.processor_s(), []
    for question in block:
        started = time.perf_counter()
        found.append(asked.ask(question))
        measured.question_ms.append(1000 * (time.perf_counter() - started))
    measured.question_processor_ms += 1000 * (asked.processor_s() - before)
    return found


def _ndcg(material: Material, rankings: Sequence[Sequence[str]]) -> dict[str, float]:
    numbers = {id_: number for number, (id_, _) in enumerate(material.passages)}
    ndcg, first = {}, 0
    for language, asked in material.questions.items():
        ranked = [[numbers[id_] for id_ in of] for of in rankings[first : first + len(asked)]]
        relevant: list[Collection[int]] = [{numbers[id_] for id_ in ids} for _, ids in asked]
        ndcg[language] = 100 * Figures.of(ranked, relevant).ndcg10
        first += len(asked)
    return ndcg


def _tell(text: str, end: str = "\n") -> None:
    print(text, file=sys.stderr, end=end, flush=True)
