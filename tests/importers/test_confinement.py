"""The walls around a process that reads a file, tried from inside, as root and as an ordinary user.

Each probe is a program that builds the walls and then does what a hostile reader would do.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings

from importers.reader import landlock

ROOT: Path = settings.BASE_DIR
NOBODY = 65534
# A probe needs a tenth of a second of a processor. When it gets one is the machine's affair.
PATIENCE_S = 600
START = """
import os, socket, sys, threading
from pathlib import Path
from importers.reader.confinement import Limits, confine
inside, user = Path(sys.argv[1]), int(sys.argv[2])
if user:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
missing = confine([inside / "sent.txt"], [inside / "scratch"], Limits(memory_bytes=64 << 20))
assert missing == [], missing
"""
as_both = pytest.mark.parametrize("user", ["same", "nobody"])


@pytest.fixture
def inside() -> Iterator[Path]:
    """A folder with a file that was sent, a scratch folder, and a secret beside them."""
    with TemporaryDirectory() as name:  # pytest's own folders are closed to other accounts
        Path(name).chmod(0o755)
        folder = Path(name) / "job"
        (folder / "scratch").mkdir(parents=True)
        (folder / "sent.txt").write_text("sent")
        (Path(name) / "secret.txt").write_text("secret")
        yield folder


def probe(user: str, inside: Path, code: str) -> subprocess.CompletedProcess[str]:
    if user == "nobody" and os.geteuid() != 0:
        pytest.skip("only root can become somebody else; the ordinary user is tested as it is")
    if not landlock.version():
        pytest.skip("this kernel has no Landlock: imports are refused here")
    if user == "nobody":
        for path in (inside, *inside.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    return subprocess.run(
        [sys.executable, "-c", f"{START}\n{code}", str(inside), str(NOBODY * (user == "nobody"))],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


def refused(statement: str, error: str = "PermissionError") -> str:
    return f"""
try:
    {statement}
except {error}:
    print("refused")
"""


@as_both
def test_the_file_that_was_sent_is_readable_and_scratch_is_writable(
    user: str, inside: Path
) -> None:
    done = probe(
        user,
        inside,
        "(inside / 'scratch/x').write_text((inside / 'sent.txt').read_text());"
        "print((inside / 'scratch/x').read_text())",
    )
    assert done.stdout == "sent\n", done.stderr


@as_both
@pytest.mark.parametrize(
    "statement",
    [
        "(inside.parent / 'secret.txt').read_text()",
        "Path('/etc/passwd').read_text()",
        "Path('/proc/self/environ').read_text()",
        "list(Path('/').iterdir())",
        "list(inside.iterdir())",
        "(inside / 'sent.txt').write_text('changed')",
        "(inside / 'new.txt').write_text('new')",
        "(inside / 'sent.txt').chmod(0o777)",
        "(inside / 'sent.txt').rename(inside / 'scratch/sent.txt')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "socket.socket(socket.AF_UNIX)",
    ],
)
def test_everything_else_is_refused(user: str, inside: Path, statement: str) -> None:
    done = probe(user, inside, refused(statement))
    assert done.stdout == "refused\n", done.stderr


@as_both
def test_a_link_in_scratch_leads_nowhere(user: str, inside: Path) -> None:
    code = "os.symlink(inside.parent / 'secret.txt', inside / 'scratch/link')"
    done = probe(user, inside, refused(f"{code}; (inside / 'scratch/link').read_text()"))
    assert done.stdout == "refused\n", done.stderr


@as_both
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_a_try_to_connect_ends_the_process_and_reaches_nobody(
    user: str, inside: Path, family: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        done = probe(
            user,
            inside,
            f"socket.socket(socket.{family}).connect(('127.0.0.1', {port}))",
        )
        assert done.returncode == -signal.SIGSYS
        with pytest.raises(TimeoutError):
            listener.accept()


@as_both
def test_memory_is_bounded(user: str, inside: Path) -> None:
    done = probe(user, inside, refused("bytearray(200 << 20)", "MemoryError"))
    assert done.stdout == "refused\n", done.stderr


@as_both
def test_threads_are_behind_the_same_walls(user: str, inside: Path) -> None:
    code = """
def work():
    try:
        Path('/etc/passwd').read_text()
    except PermissionError:
        print("refused")
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
    assert probe(user, inside, code).stdout == "refused\n"


def test_root_has_no_rights_left(inside: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("not root")
    done = probe("same", inside, refused("os.setuid(1)"))
    assert done.stdout == "refused\n", done.stderr
