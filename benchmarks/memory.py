"""Memory of all processes of a running installation when idle: server, worker, database.

usage: python -m benchmarks.memory    (while script/server runs)
Proportional set size (PSS) counts shared pages once over all processes. Bar: under 1 GB together.
"""

import sys
from pathlib import Path

from benchmarks.bench_city import REPOSITORY

_KINDS = {"granian": "server", "manage.py worker": "worker", "postgres": "database"}
BAR_MB = 1024


def pss_kb(process: Path) -> int:
    """Return the proportional set size of a process in KiB; 0 when it has gone."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def kind_of(process: Path) -> str | None:
    """Return which part of this installation a process is, or None."""
    try:
        command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, ValueError):
        return None
    cluster = str((REPOSITORY / "var").resolve())
    if "postgres" in command and (cluster in command or "city-" in command):
        return "database"
    if command.startswith("postgres:"):
        return kind_of(Path(f"/proc/{parent}"))
    if str(REPOSITORY) not in command:
        return None
    return next((kind for word, kind in _KINDS.items() if word in command), None)


def main() -> None:
    """Print MB by kind and the sum; exit code 1 when over the bar."""
    total: dict[str, int] = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            kind = kind_of(process)
            if kind:
                total[kind] = total.get(kind, 0) + pss_kb(process)
    for kind, kb in sorted(total.items()):
        print(f"{kind}: {kb / 1024:.0f} MB")
    together = sum(total.values()) / 1024
    print(f"together: {together:.0f} MB (bar {BAR_MB} MB)")
    sys.exit(together > BAR_MB or not total)


if __name__ == "__main__":
    main()
