"""Unpacks an uploaded zip within limits; Python's zipfile checks none of them by itself."""

import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from importers.issues import FileRefused

_ENCRYPTED = 0x1
_RATIO_FREE_BYTES = 1 << 20  # small members may be compressed as well as they like
_LOCAL_HEADER_BYTES = 30


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold."""

    max_members: int = 500
    max_total_bytes: int = 4 << 30
    max_ratio: float = 200.0


_DEFAULT_LIMITS = ArchiveLimits()


def extract(archive: Path, into: Path, limits: ArchiveLimits = _DEFAULT_LIMITS) -> list[Path]:
    """Unpack the plain files of `archive` flat into `into`; FileRefused for anything suspicious.

    Folders inside are forgotten; two members of the same name are refused.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            _check(archive.name, members, limits)
            return [_unpack(opened, member, into, archive.name) for member in members]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zipfile.LargeZipFile) as error:
        raise FileRefused(f"{archive.name}: a damaged or unusual zip ({error})") from error


def _check(name: str, members: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(members) > limits.max_members:
        raise FileRefused(f"{name}: more than {limits.max_members} files")
    if sum(member.file_size for member in members) > limits.max_total_bytes:
        raise FileRefused(f"{name}: unpacks to more than {limits.max_total_bytes >> 20} MB")
    end = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:
            raise FileRefused(f"{name}: {member.filename!r} overlaps another file")
        end = member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size
        _check_member(name, member, limits)
    if len({_flat_name(member).lower() for member in members}) != len(members):
        raise FileRefused(f"{name}: two files have the same name")


def _check_member(name: str, member: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member.filename:
        raise FileRefused(f"{name}: {member.filename!r} points outside the archive")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise FileRefused(f"{name}: {member.filename!r} is a link or device")
    if member.flag_bits & _ENCRYPTED:
        raise FileRefused(f"{name}: {member.filename!r} is encrypted")
    if member.file_size > _RATIO_FREE_BYTES + limits.max_ratio * member.compress_size:
        raise FileRefused(f"{name}: {member.filename!r} is compressed beyond belief")


def _flat_name(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename.replace("\\", "/")).name


def _unpack(opened: zipfile.ZipFile, member: zipfile.ZipInfo, into: Path, name: str) -> Path:
    target = into / _flat_name(member)
    try:
        with opened.open(member) as packed, target.open("xb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
    except (OSError, ValueError, RuntimeError) as error:
        raise FileRefused(f"{name}: {member.filename!r} cannot be unpacked") from error
    if target.stat().st_size != member.file_size:
        raise FileRefused(f"{name}: {member.filename!r} is not as large as the archive says")
    return target
