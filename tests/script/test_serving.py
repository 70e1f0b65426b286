"""The supervisor: what ends it, what it restarts, and a port that is taken."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from script.setup import serve
from script.setup.checkout import Checkout
from script.setup.checks import Outcome, total_line
from script.setup.errors import SetupError
from script.setup.options import read_options
from script.setup.serve import Service, keep_running, require_free_port


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "tool_environment", lambda _checkout: dict(os.environ))
    return Checkout(root=tmp_path, var=tmp_path)


def python(name, code, *, restart):
    return Service(name, (sys.executable, "-c", code), restart=restart)


def test_a_taken_port_is_told_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SetupError, match=rf"Port {port} .*PORT={port + 1}"):
            require_free_port(read_options({"PORT": str(port)}))


def test_an_address_of_another_machine_is_told():
    with pytest.raises(SetupError, match=r"HOST=192\.0\.2\.1"):
        require_free_port(read_options({"HOST": "192.0.2.1"}))


def test_the_end_of_the_server_ends_the_command_with_its_code(checkout):
    services = [
        python("server", "raise SystemExit(7)", restart=False),
        python("worker", "import time; time.sleep(60)", restart=True),
    ]
    started = time.monotonic()
    assert keep_running(checkout, services, lambda: None, read_options({"PORT": "1"})) == 7
    assert time.monotonic() - started < 10


def test_a_dying_worker_is_started_again(checkout, monkeypatch, tmp_path):
    monkeypatch.setattr(serve, "LONGEST_PAUSE", 0.05)
    marks = tmp_path / "marks"
    code = f"open({str(marks)!r}, 'a').write('x')"

    def stop_after_three():
        while not (marks.exists() and len(marks.read_text()) >= 3):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=stop_after_three)
    watcher.start()
    worker = python("worker", code, restart=True)
    assert keep_running(checkout, [worker], lambda: None, read_options({})) == 0
    watcher.join()


def test_terminating_stops_every_service(checkout, tmp_path):
    pid_file = tmp_path / "pid"
    code = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"

    def stop_soon():
        while not (pid_file.exists() and pid_file.read_text()):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=stop_soon)
    watcher.start()
    worker = python("worker", code, restart=True)
    assert keep_running(checkout, [worker], lambda: None, read_options({})) == 0
    watcher.join()
    assert not Path("/proc", pid_file.read_text()).exists()


def test_what_a_dying_server_started_dies_with_it(checkout, tmp_path):
    pid_file = tmp_path / "pid"
    code = (
        "import os, subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(pid_file)!r}, 'w').write(str(child.pid));"
        "os.kill(os.getpid(), 9)"
    )
    server = python("server", code, restart=False)
    assert keep_running(checkout, [server], lambda: None, read_options({"PORT": "1"})) == 137
    deadline = time.monotonic() + 5
    while is_alive(pid_file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(pid_file.read_text())


def is_alive(pid):
    try:
        state = Path("/proc", pid, "stat").read_text().rsplit(") ", 1)[1][0]
    except FileNotFoundError:
        return False
    return state != "Z"  # nobody may have collected the code of an orphan yet


def test_the_closing_line_counts_and_names_failures():
    good, bad = Outcome("lint", True, 1.0), Outcome("database tests", False, 2.0, 10, 1)
    assert total_line([good], 61) == (
        "script/test: 1 groups, 0 tests (0 skipped), all passed, 1 min 01 s"
    )
    assert "10 tests (1 skipped), FAILED: database tests, 3 s" in total_line([good, bad], 3)
