"""Where each system runs: an environment of its own with the versions that were measured."""

import os
import subprocess
import sys
import venv
from pathlib import Path

from index.errors import CitatError

TORCH = "torch==2.13.0"
"""Named, for else a package may bring the newest build with gigabytes of CUDA."""
ON_ONNX = "sentence-transformers[onnx]==5.7.0"
PACKAGES = {
    "txtai": ("txtai==9.14.0", "onnxruntime==1.32.0"),
    "haystack": ("haystack-ai==3.4.0", "sentence-transformers-haystack==2.0.0", ON_ONNX),
    "llamaindex": (
        "llama-index-core==0.14.25",
        "llama-index-embeddings-huggingface==0.8.0",
        "llama-index-retrievers-bm25==0.8.0",
        "llama-index-vector-stores-faiss==0.7.0",
        ON_ONNX,
    ),
}
OURS = "citat"
SYSTEMS = (OURS, *PACKAGES)
QUIET = {
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Nothing is fetched and nothing is told to anybody while it is measured."""


class PeerError(CitatError):
    """A system could not be installed, or ended before it had answered."""


def python_of(system: str, work: Path) -> Path:
    """Return the interpreter of a system; its environment is made if it is not there.

    Raises:
        PeerError: a package cannot be installed.
    """
    if system == OURS:
        return Path(sys.executable)
    folder = work / f"venv-{system}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    finished = folder / "finished"
    wanted = "\n".join((TORCH, *PACKAGES[system]))
    if not finished.exists() or finished.read_text() != wanted:
        print(f"installing {system}", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        _install(python, TORCH)
        _install(python, TORCH, *PACKAGES[system])
        finished.write_text(wanted)
    return python


def environment() -> dict[str, str]:
    """Return the variables under which every system runs."""
    return {**os.environ, **QUIET}


def _install(python: Path, *packages: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", *packages]
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        raise PeerError(f"cannot install {', '.join(packages)}: {reason}")
