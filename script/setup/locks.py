"""Locks between commands that run in one checkout at the same time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from script.setup.console import say


@contextmanager
def setup_lock(var: Path) -> Iterator[None]:
    """Let one command at a time set things up; a second one says so and waits."""
    with (var / "setup.lock").open("w", encoding="utf-8") as lock:
        if not _try(lock, fcntl.LOCK_EX):
            say("- Another command is setting this checkout up: waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def in_use(var: Path) -> Iterator["Use"]:
    """Mark the database as in use by this command while the block runs."""
    with (var / "use.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield Use(lock)


class Use:
    """One command's share in the running database."""

    def __init__(self, lock: TextIOWrapper) -> None:
        self._lock = lock

    def is_last(self) -> bool:
        """Return whether no other command uses the database any more."""
        return _try(self._lock, fcntl.LOCK_EX)


def _try(lock: TextIOWrapper, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
