"""What a command says while it works: one line per step."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    """Write one line to the terminal at once (also when it goes through a pipe)."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Write one line to standard error."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def skipped(title: str, reason: str = "done already") -> None:
    """Say that a step has nothing to do."""
    say(f"- {title}: {reason}")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is being done, and how many seconds it took when it is done."""
    say(f"- {title} ...")
    started = time.monotonic()
    yield
    say(f"  done in {time.monotonic() - started:.1f} s")


def duration(seconds: float) -> str:
    """Return seconds as people read them: `48 s`, `3 min 05 s`."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"  # noqa: PLR2004 - seconds in a minute
