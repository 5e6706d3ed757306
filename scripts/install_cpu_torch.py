"""Install a CPU build of PyTorch: pip's own choice would be gigabytes of CUDA libraries."""

import json
import subprocess
import sys

VERSION = "torch==2.13.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]


def would_install(*options: str) -> list[str]:
    """Return the names of what pip would install, empty if it can install nothing."""
    report = subprocess.run(
        [*PIP, "--dry-run", "--report", "-", *options, VERSION],
        check=False,
        capture_output=True,
        text=True,
    )
    if report.returncode:
        return []
    return [item["metadata"]["name"] for item in json.loads(report.stdout)["install"]]


def main() -> int:
    for options in ([], ["--index-url", CPU_INDEX]):
        names = would_install(*options)
        if names and not any(name.startswith(("nvidia", "cuda", "triton")) for name in names):
            return subprocess.run([*PIP, *options, VERSION], check=False).returncode
    print(f"no CPU build of {VERSION} was found; install one, then run this again")
    return 1


if __name__ == "__main__":
    sys.exit(main())
