"""What the parent makes of a child: one that is missing a wall, hostile, slow or dead."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from importers import child
from importers.child import Work, running
from importers.reader.confinement import Limits
from importers.refusals import Unreadable


def work_of(program: str, folder: Path, wait_s: float = 5) -> Work:
    """A child that runs `program` in place of a reader."""
    return Work(program, "a.gpkg", [], folder, {}, Limits(), wait_s)


START = subprocess.Popen


def start_program(command: list[str], **options: object) -> object:
    """Start the text of a program instead of a module of the reader."""
    program = command[-1].removeprefix("importers.reader.")
    head = "import sys, os, json, struct, time\nsys.stdin.readline()\n"
    head += (
        "def send(header, body=b''):\n"
        "    text = header if isinstance(header, bytes) else json.dumps(header).encode()\n"
        "    os.write(1, struct.pack('<4sIQ', b'GIS1', len(text), len(body)) + text + body)\n"
        "send({'kind': 'ready', 'missing': []})\nsys.stdin.readline()\n"
    )
    return START([sys.executable, "-c", head + program], **options)  # type: ignore[call-overload]


@pytest.fixture
def any_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child.subprocess, "Popen", start_program)


def said(program: str, folder: Path, wait_s: float = 5) -> str:
    with pytest.raises(Unreadable) as caught, running(work_of(program, folder, wait_s)) as one:
        one.frame("layers")
    assert "Traceback" not in caught.value.detail
    return caught.value.reason


def delays(*seconds: float) -> Callable[[child.Child], float]:
    """Return what a kernel says, when asked, of how long a child has stood in line."""
    told = iter(seconds)
    return lambda _child: next(told)


@pytest.mark.usefixtures("any_program")
def test_time_in_line_for_a_processor_is_not_the_childs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine a file is not refused because its reader did not get to work."""
    program = "time.sleep(2)\nsend({'kind': 'layers'})"
    monkeypatch.setattr(child.Child, "_delayed_s", delays(0, 0, 60))
    with running(work_of(program, tmp_path, 0.5)) as one:
        assert one.frame("layers")[0]["kind"] == "layers"
    monkeypatch.setattr(child.Child, "_delayed_s", delays(0, 0, 0))
    assert said(program, tmp_path, 0.5) == "too_slow"


PARENT = """
import sys, django; django.setup()
from pathlib import Path
import test_child
from importers import child
child.subprocess.Popen = test_child.start_program
work = test_child.work_of("time.sleep(1); send({'kind': 'layers'})", Path(sys.argv[1]), wait_s=2)
with child.running(work) as one:
    print(one._process.pid, flush=True)
    print(one.frame("layers")[0]["kind"])
"""


def test_a_pause_of_both_is_not_the_childs(tmp_path: Path) -> None:
    """A container that was paused during an import goes on with it."""
    path = os.pathsep.join([str(settings.BASE_DIR), str(Path(__file__).parent)])
    parent = START(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout
        both = (parent.pid, int(parent.stdout.readline()))
        for process in both:
            os.kill(process, signal.SIGSTOP)
        time.sleep(3)
        os.kill(both[0], signal.SIGCONT)
        time.sleep(0.2)  # the parent looks at its clock first
        os.kill(both[1], signal.SIGCONT)
        assert parent.stdout.read() == "layers\n"


@pytest.mark.usefixtures("any_program")
@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("sys.exit(1)", "crashed"),
        ("os.kill(os.getpid(), 11)", "crashed"),
        ("os.kill(os.getpid(), 31)", "reached_out"),
        ("os.kill(os.getpid(), 24)", "too_slow"),
        ("time.sleep(60)", "too_slow"),
        ("os.write(1, b'GIS1' + b'\\x00' * 3)", "crashed"),
        ("os.write(1, b'x' * 100)", "crashed"),
        ("os.write(1, struct.pack('<4sIQ', b'GIS1', 2, 1 << 60) + b'{}')", "crashed"),
        ("os.write(1, struct.pack('<4sIQ', b'GIS1', 1 << 31, 0))", "crashed"),
        ("send(b'[' * 100000)", "crashed"),
        ("send({'kind': 7})", "crashed"),
        ("send({'kind': 'rows'})", "crashed"),
        ("send({'kind': 'refused', 'code': 'too_large', 'facts': {}})", "too_large"),
        ("send({'kind': 'refused', 'code': ['x'], 'facts': {}})", "crashed"),
        ("send({'kind': 'refused', 'code': 'nonsense', 'facts': {}})", "crashed"),
        ("send({'kind': 'refused', 'code': 'archive_link', 'facts': {}})", "crashed"),
    ],
)
def test_a_child_that_misbehaves_is_a_refusal(program: str, reason: str, tmp_path: Path) -> None:
    assert said(program, tmp_path, wait_s=2) == reason


def test_a_missing_wall_refuses_the_file_unless_that_is_accepted(
    tmp_path: Path, any_program: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child.frames, "header", _without_files(child.frames.header))
    with pytest.raises(Unreadable) as caught, running(work_of("", tmp_path)):
        pass
    assert caught.value.reason == "no_isolation"
    assert "chặn đọc các tệp khác" in caught.value.detail
    monkeypatch.setattr(settings, "IMPORT_ISOLATION", "weak")
    with running(work_of("time.sleep(9)", tmp_path)) as accepted:
        assert accepted.missing_walls == ("files",)


def _without_files(
    header: Callable[[bytes], dict[str, Any]],
) -> Callable[[bytes], dict[str, Any]]:
    def changed(data: bytes) -> dict[str, Any]:
        found = header(data)
        return {**found, "missing": ["files"]} if found["kind"] == "ready" else found

    return changed
