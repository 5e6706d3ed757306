"""A system as a process that is asked: what it says, how long it takes, what it holds."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from benchmarks.peers.environments import PeerError, environment

ROOT = Path(__file__).parent.parent.parent
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Asked:
    """A running script of `protocol.py`; what it logs goes to a file."""

    def __init__(self, system: str, command: Sequence[str], log: Path) -> None:
        self._system, self._log = system, log
        self.started = time.perf_counter()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )

    @classmethod
    @contextmanager
    def running(cls, system: str, python: Path, mode: str, work: Path) -> Iterator[Self]:
        """Start a script over the store of its system; it has ended when this has."""
        script = f"benchmarks.peers.with_{system}"
        folders = str(work / "encoder"), str(store_of(system, work))
        command = [str(python), "-m", script, mode, *folders]
        asked = cls(system, command, work / f"{system}.log")
        try:
            yield asked
        finally:
            asked.close()

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101  a pipe, as asked for above
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        """Wait for the next line.

        Raises:
            PeerError: it has ended instead.
        """
        assert self._process.stdout is not None  # noqa: S101  as above
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(f"{self._system} ended with {self._process.wait()}; see {self._log}")
        return json.loads(line)

    def ask(self, question: str) -> list[str]:
        self.tell(json.dumps(question))
        found: list[str] = self.hear()
        return found

    def processor_s(self) -> float:
        """Return the processor time so far, all threads, in seconds."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mib(self) -> float:
        found = re.search(r"^VmRSS:\s+(\d+) kB", self._proc("status"), re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


def store_of(system: str, work: Path) -> Path:
    return work / f"store-{system}"
