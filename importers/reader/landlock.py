"""Lets this process open named files and folders only, by the kernel's Landlock.

Source: Linux, Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h.
"""

import ctypes
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_ASK_VERSION = 1
_PATH_BENEATH = 1
_SCOPED_SINCE = 6
_NET_SINCE = 4
# version of the interface → how many rights over files it knows
_RIGHTS_SINCE = ((5, 16), (3, 15), (2, 14), (1, 13))
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_WRITE = 1 << 1 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 14  # files and folders: write, make, remove, cut
_TCP = 0b11  # bind and connect
_SIGNALS_AND_SOCKETS = 0b11

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("place", ctypes.c_int32)]


def version() -> int:
    """Return the version of the kernel's interface, 0 where it is missing or switched off."""
    return max(0, _call(_CREATE_RULESET, None, 0, _ASK_VERSION))


def confine(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Forbid this process every file but those at or below the paths; OSError if that fails.

    `readable` are files or folders, `writable` are folders. Files that are open stay open. Needs
    no-new-privileges. It cannot be undone, and is inherited.
    """
    known = version()
    if not known:
        raise OSError("the kernel has no Landlock")
    handled = (1 << next(count for since, count in _RIGHTS_SINCE if known >= since)) - 1
    rules = _Ruleset(handled, _TCP if known >= _NET_SINCE else 0, 0)
    size = 8 if known < _NET_SINCE else 16
    if known >= _SCOPED_SINCE:
        rules.scoped, size = _SIGNALS_AND_SOCKETS, 24
    ruleset = _checked(_call(_CREATE_RULESET, ctypes.byref(rules), size, 0))
    try:
        for path in readable:
            _allow(ruleset, path, _READ_FILE | _READ_FOLDER if path.is_dir() else _READ_FILE)
        for path in writable:
            _allow(ruleset, path, (_READ_FILE | _READ_FOLDER | _WRITE) & handled)
        _checked(_call(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    with _place(path) as place:
        rule = _Beneath(rights, place)
        _checked(_call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0))


@contextmanager
def _place(path: Path) -> Iterator[int]:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        yield place
    finally:
        os.close(place)


def _call(number: int, *arguments: object) -> int:
    sized = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(_libc.syscall(ctypes.c_long(number), *sized))


def _checked(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return answer
