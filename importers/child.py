"""The parent's side of a confined child: starts it, talks with it, believes nothing that it says.

A child that is wrong about its frames, too slow, too large or dead ends in a FileRefused. Time is
counted while the parent waits, so neither a slow database nor a pause of the machine ends a fast
reader.
"""

import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from fcntl import fcntl
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from django.conf import settings

from importers.reader import frames
from importers.reader.confinement import Limits
from importers.refusals import Unreadable, refusal
from importers.spoken_reasons import wall_in_words
from importers.stopping import stop_if_asked

_PASSED_ON = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LD_LIBRARY_PATH")
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "GDAL_NUM_THREADS": "1",
    "OGR_GPKG_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
_START_S = 30.0
_ENDED_BY = {signal.SIGSYS: "reached_out", signal.SIGXCPU: "too_slow", signal.SIGXFSZ: "too_large"}
_LOOK_UP_S = 0.25  # of a long wait, to see whether somebody asks to stop
_PIPE_BYTES = 1 << 20
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ


@dataclass(frozen=True)
class Work:
    """What a child is started for: its module, the file as people know it, what it may touch."""

    module: str
    shown: str
    readable: Sequence[Path]
    scratch: Path
    asked: Mapping[str, Any]
    limits: Limits
    wait_s: float


class Child:
    """A running child. Frames come out of `frame`, orders go in through `order`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._process = _start(work)
        self._in, self._out = _pipes(self._process)
        self.missing_walls: tuple[str, ...] = ()
        self.held_kb = 0
        self._left_s = self._delay_s = 0.0

    def order(self, **values: Any) -> None:
        """Send an order; a child that is gone is noticed when its frame is read."""
        with suppress(BrokenPipeError):
            self._in.write(json.dumps(values).encode() + b"\n")
            self._in.flush()

    def frame(self, kind: str, *others: str, wait_s: float = 0) -> tuple[dict[str, Any], pa.Buffer]:
        """Return the next frame, which must be of a kind named; FileRefused for anything else."""
        self._left_s = wait_s or self._work.wait_s
        self._delay_s = self._delayed_s()
        try:
            header_bytes, body_bytes = frames.head(self._read(frames.HEAD_BYTES))
            header = frames.header(self._read(header_bytes).to_pybytes())
            body = self._read(body_bytes)
        except ValueError as error:
            raise self._refusal("crashed") from error
        if header["kind"] == "refused":
            raise self._told(header)
        if header["kind"] not in {kind, *others}:
            raise self._refusal("crashed")
        return header, body

    def close(self) -> None:
        """End the child, whatever it does."""
        with suppress(BrokenPipeError):
            self._in.close()
        self._out.close()
        self._process.kill()
        self._process.wait()

    def _read(self, count: int) -> pa.Buffer:
        room = pa.allocate_buffer(count)
        view, done = memoryview(room), 0
        waiting = select.poll()
        waiting.register(self._out, select.POLLIN)
        while done < count:
            if self._left_s <= 0:
                self._wait_on()
                continue
            if not self._answers(waiting, min(self._left_s, _LOOK_UP_S)):
                stop_if_asked()
                continue
            got = os.readv(self._out.fileno(), [view[done:]])
            if not got:
                raise self._ended()
            done += got
        return room

    def _answers(self, waiting: select.poll, most_s: float) -> bool:
        """Wait for bytes of the child; return whether there are any.

        Only what was waited here is taken from the child's time, and never more than was meant to
        be: a container can be paused at any moment, and the child with it.
        """
        began = time.monotonic()
        found = waiting.poll(most_s * 1000)
        self._left_s -= min(time.monotonic() - began, most_s)
        return bool(found)

    def _wait_on(self) -> None:
        """Add the time in which the child stood in line for a processor; none was its own fault."""
        delay_s = self._delayed_s()
        if delay_s - self._delay_s < _LOOK_UP_S:
            raise self._refusal("too_slow")
        self._left_s += delay_s - self._delay_s
        self._delay_s = delay_s

    def _delayed_s(self) -> float:
        """Return how long the child has waited for a processor; 0 where the kernel does not say."""
        try:
            figures = Path(f"/proc/{self._process.pid}/schedstat").read_text().split()
            return int(figures[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0

    def _ended(self) -> Unreadable:
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = code = os.waitstatus_to_exitcode(status)
        reason = _ENDED_BY.get(signal.Signals(-code), "crashed") if code < 0 else "crashed"
        if reason == "crashed" and self._was_short(used.ru_maxrss):
            reason = "too_much_memory"
        return self._refusal(reason)

    def _was_short(self, peak_kb: int) -> bool:
        """Tell whether a reader broke off with half of what it may hold, as libraries do."""
        own_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        most_kb = self.held_kb + (self._work.limits.memory_bytes >> 11)
        return bool(self.held_kb) and peak_kb > max(most_kb, own_kb)  # it began as a copy of this

    def _refusal(self, code: str, **facts: str | int) -> Unreadable:
        return refusal(code, self._work.shown, facts)

    def _told(self, header: Mapping[str, Any]) -> Unreadable:
        """Return the refusal that a child sends, with nothing in it but short words and numbers."""
        code, facts = header.get("code"), header.get("facts")
        if not isinstance(code, str) or not isinstance(facts, dict):
            return self._refusal("crashed")
        plain = {str(name)[:40]: self._fact(value) for name, value in list(facts.items())[:20]}
        return self._refusal(code, **plain)

    def _fact(self, value: object) -> str | int:
        """Return a fact with the name that people know in place of the one in the job's folder."""
        fact = _plain(value)
        if isinstance(fact, str):
            stem = Path(self._work.shown).stem
            fact = fact.replace(f"{self._work.scratch}/data", stem)
        return fact


def _plain(value: object) -> str | int:
    if isinstance(value, int):
        return value
    return "".join(letter for letter in str(value)[:300] if letter.isprintable())


@contextmanager
def running(work: Work) -> Iterator[Child]:
    """Start a confined child, see that its walls stand, and end it at the end of the block."""
    child = Child(work)
    try:
        ready, _ = child.frame("ready", wait_s=_START_S)
        missing = ready.get("missing")
        if not isinstance(missing, list):
            raise refusal("crashed", work.shown)
        if missing and settings.IMPORT_ISOLATION != "weak":
            walls = [wall_in_words(str(_plain(wall))) for wall in missing]
            raise refusal("no_isolation", work.shown, {"walls": walls})
        child.missing_walls = tuple(str(_plain(wall)) for wall in missing)
        held_kb = ready.get("held_kb")
        child.held_kb = held_kb if isinstance(held_kb, int) else 0
        child.order(go=True)
        yield child
    finally:
        child.close()


def _start(work: Work) -> subprocess.Popen[bytes]:
    asked = {
        **work.asked,
        "parent": os.getpid(),
        "readable": [str(path) for path in work.readable],
        "scratch": str(work.scratch),
        "loud": settings.DEBUG,
        "limits": asdict(work.limits),
    }
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    process = subprocess.Popen(  # noqa: S603 -- the interpreter itself, on a module of ours
        [sys.executable, "-s", "-m", f"importers.reader.{work.module}"],
        cwd=settings.BASE_DIR,
        env={**_ENVIRONMENT, **passed_on, "TMPDIR": str(work.scratch), "HOME": str(work.scratch)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if settings.DEBUG else subprocess.DEVNULL,
        start_new_session=True,
    )
    orders, answers = _pipes(process)
    with suppress(PermissionError):  # an account may hold only so many bytes in pipes
        fcntl(answers.fileno(), _SET_PIPE_SIZE, _PIPE_BYTES)
    with suppress(BrokenPipeError):
        orders.write(json.dumps(asked).encode() + b"\n")
        orders.flush()
    return process


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return what the child reads and what it writes."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("started without pipes")
    return process.stdin, process.stdout
