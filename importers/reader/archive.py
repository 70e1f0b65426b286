"""Unpacks an uploaded zip within limits; Python's zipfile checks none of them by itself."""

import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from importers.reader.refusal import Refused, one_line

_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_UNICODE_PATH = 0x7075
_EXTRA_HEAD = struct.Struct("<HH")
_RATIO_FREE_BYTES = 1 << 20  # small members may be compressed as well as they like
_LOCAL_HEADER_BYTES = 30
_ARCHIVES = frozenset({".zip", ".kmz", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst"})
_LONGEST_NAME = 120  # bytes; what is left of 255 is for what the importer adds
_PACKERS_OWN = ("__MACOSX/", ".")


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold."""

    max_members: int = 500
    max_total_bytes: int = 4 << 30
    max_ratio: float = 200.0


_DEFAULT_LIMITS = ArchiveLimits()


def extract(archive: Path, into: Path, limits: ArchiveLimits = _DEFAULT_LIMITS) -> list[Path]:
    """Unpack the plain files of `archive` below `into`; Refused for anything suspicious.

    Every folder inside becomes a numbered folder, so that layers of one name in two folders stay
    apart and no name of a folder reaches the disk.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            _check(members, limits)
            folders: dict[PurePosixPath, Path] = {}
            return [_unpack(opened, member, into, folders) for member in members if _wanted(member)]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise Refused("archive_damaged", reason=one_line(error)) from error


def member_path(member: zipfile.ZipInfo) -> PurePosixPath:
    """Return the path of a member, in the letters that its packer most likely meant."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        # zipfile reads every unmarked name so; newer ones put a Unicode name into `filename`.
        raw = member.orig_filename.encode("cp437")
        name = _unicode_path(member.extra, raw) or _meant(raw)
    return PurePosixPath(unicodedata.normalize("NFC", name.replace("\\", "/")))


def _meant(raw: bytes) -> str:
    """Return an unmarked name: packers write UTF-8, the code page of Windows or that of DOS.

    Vietnamese letters lie above 0xC0 in Windows-1258 and below 0xA6 in DOS's code page 437, where
    the other one has signs and lines.
    """
    with suppress(UnicodeError):
        return raw.decode("utf-8")
    with suppress(UnicodeError):
        found = raw.decode("cp1258")
        if all(one.isascii() or one.isalpha() or unicodedata.combining(one) for one in found):
            return found
    return raw.decode("cp437")


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """Return the name in a member's Info-ZIP Unicode Path field, "" where there is none.

    Source: PKWARE, APPNOTE.TXT 4.6.9. A name that was changed since has another checksum.
    """
    while len(extra) >= _EXTRA_HEAD.size:
        kind, size = _EXTRA_HEAD.unpack_from(extra)
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and body[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
            with suppress(UnicodeError):
                return body[5:].decode("utf-8")
    return ""


def _shown(member: zipfile.ZipInfo) -> str:
    return str(member_path(member))[:_LONGEST_NAME]


def _wanted(member: zipfile.ZipInfo) -> bool:
    path = member_path(member)
    return not str(path).startswith(_PACKERS_OWN) and not path.name.startswith(".")


def _check(members: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(members) > limits.max_members:
        raise Refused("archive_many", most=limits.max_members)
    if sum(member.file_size for member in members) > limits.max_total_bytes:
        raise Refused("archive_large", most_mb=limits.max_total_bytes >> 20)
    end = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:
            raise Refused("archive_overlap", member=_shown(member))
        end = member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size
        _check_member(member, limits)
    names = {str(member_path(member)).lower() for member in members}
    if len(names) != len(members):
        raise Refused("archive_twice")


def _check_member(member: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    path, shown = member_path(member), _shown(member)
    if path.is_absolute() or ".." in path.parts or ":" in str(path) or "\x00" in str(path):
        raise Refused("archive_outside", member=shown)
    if stat.S_IFMT(member.external_attr >> 16) not in {0, stat.S_IFREG}:
        raise Refused("archive_link", member=shown)
    if member.flag_bits & _ENCRYPTED:
        raise Refused("archive_encrypted", member=shown)
    if member.file_size > _RATIO_FREE_BYTES + limits.max_ratio * member.compress_size:
        raise Refused("archive_bomb", member=shown)
    if path.suffix.lower() in _ARCHIVES and _wanted(member):
        raise Refused("archive_nested", member=shown)


def _unpack(
    opened: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    into: Path,
    folders: dict[PurePosixPath, Path],
) -> Path:
    path = member_path(member)
    folder = folders.setdefault(path.parent, into / f"{len(folders):03}")
    folder.mkdir(exist_ok=True)
    target = folder / _fitting(path)
    try:
        with opened.open(member) as packed, target.open("xb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
    except (OSError, ValueError, RuntimeError, zlib.error, EOFError) as error:
        raise Refused("archive_member", member=_shown(member), reason=one_line(error)) from error
    if target.stat().st_size != member.file_size:
        raise Refused("archive_member", member=_shown(member), reason="size")
    return target


def _fitting(path: PurePosixPath) -> str:
    """Return the file's name, shortened before its suffix to what a file system takes."""
    suffix = path.suffix[:20]
    stem = path.name[: len(path.name) - len(path.suffix)]
    cut = stem.encode("utf-8", "replace")[:_LONGEST_NAME].decode("utf-8", "ignore")
    return f"{cut}{suffix}"
