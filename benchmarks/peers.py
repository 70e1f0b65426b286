"""Environments of products that we measure ourselves against, made when they are not there."""

import subprocess
import sys
from pathlib import Path

from benchmarks.bench_city import WORK


def peer_python(*requirements: str) -> Path:
    """Return the Python of an environment below var/bench/peers that has the packages."""
    folder = WORK / "peers" / requirements[0].partition("=")[0]
    ready = folder / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "-q", *requirements], check=True)
        ready.touch()
    return folder / "bin/python"
