"""citat beside txtai, Haystack and LlamaIndex: the same passages, questions and encoder.

    python -m benchmarks.peers [--passages 10000] [--only txtai] [--rounds 3] [--rounds 0]

Each system runs in an environment of its own, made under --work on the first run, by a script of
its own (`with_NAME.py`) that speaks `protocol.py`; times, memory and quality are taken here, by
one clock and one scorer. What is fair, and what was found, is said in `README.md`.

- ingest: passages/s from the first to all kept on disk, the encoder being loaded; the best of the
  rounds, in which the systems take turns;
- question: milliseconds to the ten best passages, one question at a time, the systems taking
  turns every 40;
- cold: seconds from the start of the process to its first answer, the best of the rounds;
- memory: resident when all questions are answered;
- nDCG@10 x 100 over all passages: Russian questions, and English ones, for Russian passages.

Processor seconds are beside the times: other work on the machine stretches them less. With
`--rounds 0` the stores of an earlier run are asked. Every single time is in `measured.json` under
--work.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.peers.encoder_files import write_encoder
from benchmarks.peers.environments import SYSTEMS, PeerError, python_of
from benchmarks.peers.material import as_lines, material
from benchmarks.peers.measuring import Measured, ask_all, start_cold, take_in
from benchmarks.peers.processes import store_of
from index.errors import CitatError

HEADER = (
    "system",
    "passages/s",
    "processor s/1,000",
    "p50 ms",
    "p95 ms",
    "processor ms",
    "cold s",
    "memory MiB",
    "ru",
    "en→ru",
)


def arguments_of(line: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path("../shared")
    parser.add_argument("--only", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, help="of each language; all, if it is not given")
    parser.add_argument("--rounds", type=int, default=3, help="of taking in and of starting")
    parser.add_argument("--eval", type=Path, default=shared / "eval", metavar="FOLDER")
    parser.add_argument("--articles", type=Path, default=shared / "articles" / "news.jsonl")
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / ".work")
    return parser.parse_args(line)


def measure(arguments: argparse.Namespace) -> dict[str, Measured]:
    """Prepare and measure the systems that are asked for."""
    work: Path = arguments.work.resolve()
    given = material(arguments.eval, arguments.articles, arguments.passages, arguments.questions)
    work.mkdir(parents=True, exist_ok=True)
    write_encoder(work / "encoder")
    pythons = {system: python_of(system, work) for system in arguments.only}
    passages, lines = work / "passages.jsonl", as_lines(given.passages)
    if arguments.rounds:
        passages.write_text(lines, encoding="utf-8")
    elif not passages.exists() or passages.read_text(encoding="utf-8") != lines:
        raise PeerError("what was taken in were other passages; ask for --rounds 1 or more")
    measured = {system: Measured() for system in pythons}
    for number in range(arguments.rounds):
        turn = number % len(pythons)
        for system in [*pythons][turn:] + [*pythons][:turn]:
            take_in(system, pythons[system], work, passages, measured[system])
    for system in pythons:
        if not store_of(system, work).exists():
            raise PeerError(f"{system} has taken nothing in: ask for --rounds 1 or more")
    first = given.questions["ru"][0][0]
    for _ in range(max(arguments.rounds, 1)):
        for system, python in pythons.items():
            start_cold(system, python, work, first, measured[system])
    ask_all(pythons, work, given, measured)
    return measured


def table(measured: Mapping[str, Measured], passages: int) -> str:
    """Return a Markdown table, a line for each system; a dash for what was not measured."""
    rows = [HEADER, ("---", *["---:"] * (len(HEADER) - 1))]
    for system, of in measured.items():
        taken = of.ingest_s and (
            f"{passages / min(of.ingest_s):.1f}",
            f"{1000 * min(of.ingest_processor_s) / passages:.0f}",
        )
        rows.append(
            (
                system,
                *(taken or ("-", "-")),
                f"{of.p50_ms:.1f}",
                f"{of.p95_ms:.1f}",
                f"{of.question_processor_ms:.1f}",
                f"{min(of.cold_s):.1f}",
                f"{of.resident_mib:.0f}",
                f"{of.ndcg['ru']:.1f}",
                f"{of.ndcg['en']:.1f}",
            )
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(line: Sequence[str] | None = None) -> int:
    arguments = arguments_of(line)
    try:
        measured = measure(arguments)
    except CitatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    raw = json.dumps({system: asdict(of) for system, of in measured.items()}, indent=1)
    (arguments.work / "measured.json").write_text(raw + "\n", encoding="utf-8")
    print(table(measured, arguments.passages))
    return 0


if __name__ == "__main__":
    sys.exit(main())
