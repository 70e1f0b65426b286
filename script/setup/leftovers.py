"""Clusters below /var/lib/postgresql whose checkout is gone."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from script.setup.checkout import Checkout
from script.setup.cluster import Cluster
from script.setup.cluster_places import SYSTEM_FOLDER
from script.setup.console import say

OWNER_FILE = "checkout"
_PASSING = "passing\n"  # second line for a checkout that was made for one test run


def note_owner(cluster: Cluster, checkout: Checkout, *, passing: bool) -> None:
    """Write beside a cluster outside `var/` which checkout it belongs to."""
    if cluster.places.is_outside:
        text = f"{checkout.root}\n{_PASSING if passing else ''}"
        (cluster.places.home / OWNER_FILE).write_text(text, encoding="utf-8")


def orphans(folder: Path = SYSTEM_FOLDER) -> Iterator[tuple[Path, bool]]:
    """Yield clusters whose checkout no longer exists, and whether each served one test run only."""
    for note in sorted(folder.glob(f"city-*/{OWNER_FILE}")):
        owner, _, rest = note.read_text(encoding="utf-8").partition("\n")
        if not Path(owner).exists():
            yield note.parent, rest == _PASSING


def clean_up() -> None:
    """Delete clusters of finished test runs; name other orphans, which may hold real records."""
    if os.geteuid() != 0:
        return
    for home, passing in orphans():
        if passing:
            _end_server(home / "pg")
            shutil.rmtree(home, ignore_errors=True)
        else:
            say(
                f"  Note: {home} belongs to a checkout that is gone (or not mounted); when its"
                f" records are not needed: rm -r {home}"
            )


def _end_server(data: Path) -> None:
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        if Path("/proc", str(pid), "cwd").readlink() == data:
            os.kill(pid, signal.SIGQUIT)
    except (OSError, IndexError, ValueError):
        return
