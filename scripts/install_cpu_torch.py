"""Install a CPU build of PyTorch: pip's own choice would be gigabytes of CUDA libraries.

Meant for an environment in which `import torch` fails.
"""

import json
import subprocess
import sys
from importlib.util import find_spec

VERSION = "torch==2.13.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]


def would_install(options: list[str]) -> list[str]:
    """Return the names of what pip would install, empty if it can install nothing."""
    report = subprocess.run(
        [*PIP, "--dry-run", "--report", "-", *options, VERSION],
        check=False,
        capture_output=True,
        text=True,
    )
    if report.returncode:
        print(*report.stderr.splitlines()[-3:], sep="\n", file=sys.stderr)
        return []
    return [item["metadata"]["name"] for item in json.loads(report.stdout)["install"]]


def main() -> int:
    # What is there but cannot be imported is broken, and pip would take it for installed.
    repair = ["--force-reinstall"] if find_spec("torch") else []
    for index in ([], ["--index-url", CPU_INDEX]):
        options = [*repair, *index]
        names = would_install(options)
        if names and not any(name.startswith(("nvidia", "cuda", "triton")) for name in names):
            return subprocess.run([*PIP, *options, VERSION], check=False).returncode
    print(
        f"no CPU build of {VERSION} was found; install one, then run this again", file=sys.stderr
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
