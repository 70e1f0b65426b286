"""Confines this process before it looks at a file that somebody sent.

Walls: system calls (no network, no other process), files (only those of the job), resources
(memory, processor, sizes), rights of root. Those that a machine cannot build are named, and the
parent decides; a wall that claims to stand is tried before the first byte is read.
"""

import ctypes
import os
import resource
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from importers.reader import landlock, syscall_filter

NETWORK_WALL, FILES_WALL = "network", "files"
_KILLED_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_DROP_BOUND = 24  # PR_CAPBSET_DROP
_SIGKILL = 9
_GRACE_S = 5
_LAST_CAPABILITY = 40
_DAC_READ_SEARCH = 2  # root reads files of other accounts with it; which ones is Landlock's affair
_CAPABILITY_VERSION = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Limits:
    """What the process may use. `memory_bytes` is on top of what it holds when it is confined."""

    memory_bytes: int = 400 << 20
    cpu_s: int = 120
    file_bytes: int = 4 << 30
    files: int = 64


def confine(readable: Iterable[Path], writable: Iterable[Path], limits: Limits) -> list[str]:
    """Build all walls and return the names of those that this machine cannot build."""
    _limit(limits)
    missing = []
    syscall_filter.give_up_new_privileges()
    if not _built(lambda: landlock.confine(readable, writable)) or _sees_root():
        missing.append(FILES_WALL)
    _drop_rights_of_root()
    if not _built(syscall_filter.confine) or _makes_sockets():
        missing.append(NETWORK_WALL)
    return missing


def _built(build: Callable[[], None]) -> bool:
    try:
        build()
    except OSError:
        return False
    return True


def end_with_parent(parent: int) -> None:
    """Have the kernel end this process when its parent ends, also when that is killed."""
    _libc.prctl(_KILLED_WITH_PARENT, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def _limit(limits: Limits) -> None:
    held = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    wanted = {
        resource.RLIMIT_DATA: held + limits.memory_bytes,
        resource.RLIMIT_AS: 4 * (held + limits.memory_bytes) + limits.file_bytes,
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        hard = resource.getrlimit(kind)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # At the hard limit of time the kernel kills without a word; a signal before tells why.
        late = allowed + (_GRACE_S if kind == resource.RLIMIT_CPU else 0)
        resource.setrlimit(kind, (allowed, late if hard == resource.RLIM_INFINITY else allowed))


def _sees_root() -> bool:
    try:
        next(Path("/").iterdir())
    except PermissionError:
        return False
    return True


def _makes_sockets() -> bool:
    try:
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()
    except PermissionError:
        return False
    return True


def _drop_rights_of_root() -> None:
    if os.geteuid():
        return
    for capability in range(_LAST_CAPABILITY + 1):
        if capability != _DAC_READ_SEARCH:
            _libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
    head = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    kept = 1 << _DAC_READ_SEARCH
    sets = (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0)
    _libc.capset(head, sets)
