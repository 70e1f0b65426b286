"""Takes the system calls away from this process that reading a file never needs, by seccomp.

No network, no other process, no new program, no change of rights or names of files. A try to reach
the network ends the process with SIGSYS, so that the parent can tell; all else is refused as EPERM.
Numbers: Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

import ctypes
import errno
import os
import platform
import struct

_NETWORK = {
    "x86_64": (42, 44, 46, 49, 50, 307),
    "aarch64": (203, 206, 211, 200, 201, 269),
}  # connect, sendto, sendmsg, bind, listen, sendmmsg
_SOCKET = {"x86_64": 41, "aarch64": 198}
_CLONE = {"x86_64": 56, "aarch64": 220}
# processes and programs, tracing, signals, memory of others, mounts, modules, keys, rights of files
_REFUSED = {
    "x86_64": (
        *(53, 57, 58, 59, 322, 101, 135, 310, 311, 312, 298, 302, 62, 129, 200, 234, 297),
        *(29, 30, 31, 64, 68, 240, 155, 161, 163, 165, 166, 167, 169, 170, 171, 172, 173, 175, 176),
        *(179, 246, 248, 249, 250, 251, 272, 303, 304, 308, 313, 320, 321, 323, 76, 86, 90, 91, 92),
        *(93, 94, 132, 133, 188, 189, 190, 197, 198, 199, 235, 259, 260, 261, 265, 268, 280),
    ),
    "aarch64": (
        *(199, 221, 281, 117, 92, 270, 271, 272, 241, 261, 129, 130, 131, 138, 240, 180, 186, 190),
        *(194, 195, 196, 39, 40, 41, 51, 89, 105, 106, 104, 142, 161, 162, 224, 60, 217, 218, 219),
        *(30, 97, 264, 265, 268, 273, 294, 280, 282, 45, 37, 52, 53, 54, 55, 5, 6, 7, 14, 15, 16),
        *(33, 88),
    ),
}
# pidfd_send_signal, io_uring, the mount interface, pidfd_open, pidfd_getfd, process_madvise,
# mount_setattr, process_mrelease, fchmodat2, setxattrat, removexattrat: the same everywhere
_REFUSED_NEW = (*range(424, 435), 438, 440, 442, 448, 452, 463, 466)
_CLONE3 = 435
_CLONE_THREAD = 0x00010000  # threads of this process, which are behind the same walls
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_AF_INET, _AF_INET6 = 2, 10

_LOAD, _EQUAL, _AT_LEAST, _HAS_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST = 0, 4, 16
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def give_up_new_privileges() -> None:
    """Keep this process and its children from ever gaining rights; OSError if that fails."""
    _prctl(_NO_NEW_PRIVILEGES, 1)


def confine() -> None:
    """Install the filter for every thread to come; OSError where the machine cannot do it.

    Needs no-new-privileges. It cannot be undone, and is inherited.
    """
    machine = platform.machine()
    if machine not in _ARCHITECTURE:
        raise OSError(f"no list of system calls for {machine}")
    steps = b"".join(_steps(machine))
    program = _Program(len(steps) // 8, steps)
    _prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(program))


def _steps(machine: str) -> list[bytes]:
    refuse = _step(_RETURN, _ERRNO | errno.EPERM)
    steps = [
        _step(_LOAD, _AT_ARCHITECTURE),
        _step(_EQUAL, _ARCHITECTURE[machine], yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _AT_NUMBER),
    ]
    if machine == "x86_64":
        steps += [_step(_AT_LEAST, _X32, no=1), refuse]
    # The C library takes the older call where this one is missing, and for that one see below.
    steps += [_step(_EQUAL, _CLONE3, no=1), _step(_RETURN, _ERRNO | errno.ENOSYS)]
    for number in (*_REFUSED[machine], *_REFUSED_NEW):
        steps += [_step(_EQUAL, number, no=1), refuse]
    for number in _NETWORK[machine]:
        steps += [_step(_EQUAL, number, no=1), _step(_RETURN, _KILL)]
    return [
        *steps,
        _step(_EQUAL, _CLONE[machine], no=4),
        _step(_LOAD, _AT_FIRST),
        _step(_HAS_BIT, _CLONE_THREAD, yes=1),
        refuse,
        _step(_RETURN, _ALLOW),
        _step(_EQUAL, _SOCKET[machine], no=5),
        _step(_LOAD, _AT_FIRST),
        _step(_EQUAL, _AF_INET, yes=1),
        _step(_EQUAL, _AF_INET6, no=1),
        _step(_RETURN, _KILL),
        refuse,
        _step(_RETURN, _ALLOW),
    ]


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if _libc.prctl(ctypes.c_int(option), *padded):
        code = ctypes.get_errno()
        raise OSError(code, f"prctl {option}: {os.strerror(code)}")
