"""The frame around a child's work: the job from the parent, the walls, and how it ends."""

import json
import os
import resource
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from importers.reader import confinement, frames
from importers.reader.confinement import Limits
from importers.reader.refusal import Refused, one_line

_PYTHON = Path(sysconfig.get_path("stdlib"))
THREADS_WALL = "threads"


class Job:
    """What the parent asked for, and the ways to talk with it."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
        # Frames get a descriptor that no library prints to.
        self.pipe = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    @property
    def scratch(self) -> Path:
        """Return the only folder in which the child may write."""
        return Path(self.asked["scratch"])

    def answer(self, kind: str, **values: Any) -> None:
        """Send a frame without rows."""
        frames.send(self.pipe, {"kind": kind, **values})

    def orders(self) -> Iterator[dict[str, Any]]:
        """Yield what the parent wants, until it wants nothing more."""
        while line := sys.stdin.buffer.readline():
            yield json.loads(line)


Work = Callable[[Job], None]


def run(work: Work, libraries: Sequence[Path] = ()) -> None:
    """Take the job from standard input, build the walls, wait for the word, work, say how it went.

    `libraries` are folders of code that the work reads beside Python's own and the job's files.
    """
    job = Job()
    confinement.end_with_parent(int(job.asked["parent"]))
    os.chdir(job.scratch)
    # Walls hold for the thread that builds them and those that it starts, not for older ones.
    older = len(list(Path("/proc/self/task").iterdir())) - 1
    readable = [*(Path(name) for name in job.asked["readable"]), *libraries, _PYTHON]
    quiet = os.open(os.devnull, os.O_WRONLY)
    memory = Memory(int(job.asked["limits"]["memory_bytes"]))
    missing = confinement.confine(readable, [job.scratch], Limits(**job.asked["limits"]))
    missing += [THREADS_WALL] if older else []
    job.answer("ready", missing=missing, held_kb=memory.held_kb)
    if not next(job.orders(), None):
        return
    if not job.asked["loud"]:
        os.dup2(quiet, sys.stdout.fileno())
        os.dup2(quiet, sys.stderr.fileno())
    _finish(job, work, memory)


class Memory:
    """Tells whether the memory ran out; libraries say then that the file is damaged."""

    def __init__(self, most_bytes: int) -> None:
        self._status = os.open("/proc/self/status", os.O_RDONLY)  # before the walls stand
        self._most_kb = most_bytes >> 10
        self.held_kb = self._peak_kb()

    @property
    def short(self) -> bool:
        """Tell whether so much was held that what did not fit may have been as large again."""
        return self._peak_kb() - self.held_kb > self._most_kb // 2

    def _peak_kb(self) -> int:
        lines = os.pread(self._status, 1 << 14, 0).splitlines()
        peak = next((line for line in lines if line.startswith(b"VmHWM:")), b"VmHWM: 0")
        return int(peak.split()[1])


def _finish(job: Job, work: Work, memory: Memory) -> None:
    try:
        work(job)
    except Refused as refused:
        short = refused.code == "damaged" and memory.short
        code = "too_much_memory" if short else refused.code
        job.answer("refused", code=code, facts=refused.facts)
    except (MemoryError, pa.ArrowMemoryError):
        job.answer("refused", code="too_much_memory", facts={})
    except (RecursionError, UnicodeError, pa.ArrowException) as error:
        job.answer("refused", code="damaged", facts={"reason": one_line(error)})
    used = resource.getrusage(resource.RUSAGE_SELF)
    job.answer("end", peak_kb=used.ru_maxrss, cpu_s=used.ru_utime + used.ru_stime)
