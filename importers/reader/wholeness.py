"""Finds files that are cut off where GDAL would read what is left and say nothing.

A half copied file would lose its rows in silence, and features that it lacks could be ended.
"""

import json
import mmap
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from importers.reader.refusal import Refused

_END_BYTES = 4096
_DBF_HEADER = struct.Struct("<4xIHH")  # rows; bytes of the header and of a row
_DBF_KINDS = frozenset({0x03, 0x30, 0x83, 0x8B})
_FGB_HEADER = struct.Struct("<8xI")
_DELETED = 0x40000000  # the mark of an object of a .map that was deleted
_LONGEST_TEXT = 64 << 20
_SEPARATOR = b"\x1e"  # RFC 8142
_MIF_DATA = re.compile(rb"^[ \t]*data[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_NO_COLUMNS = re.compile(rb"^[ \t]*columns[ \t]+0\b", re.IGNORECASE | re.MULTILINE)
_MIF_OBJECT = re.compile(
    rb"^[ \t]*(?:none|point|line|pline|region|arc|text|rect|roundrect|ellipse|multipoint"
    rb"|collection[ \t]+(\d+))\b",
    re.IGNORECASE | re.MULTILINE,
)
_LINE = re.compile(rb"^[^\r\n]*\S[^\r\n]*", re.MULTILINE)
_DGN_END = 0xFFFF


def check(path: Path) -> None:
    """Raise Refused for a file, or a part beside it, whose end is missing."""
    found = _CHECKS.get(path.suffix)
    if found is not None and path.stat().st_size:
        found(path)


def rows_in(path: Path, claimed: int) -> int:
    """Return how many rows a whole file gives; 0 where that is not known. `claimed` is GDAL's."""
    match path.suffix:
        case ".fgb":
            return max(0, claimed)
        case ".mif":
            return _mif_objects(path)
        case ".geojsonl":
            return _texts(path)
    return 0


def missing(path: Path, said: int, found: int) -> Refused:
    """Return why rows are missing: the line that is damaged where there is one."""
    if path.suffix == ".geojsonl":
        with _mapped(path) as data:
            for number, line in enumerate(iter(data.readline, b""), 1):
                if line.strip() and not _is_json(line):
                    return Refused("damaged", reason=f"line {number}")
    return Refused("rows_missing", part=str(path), said=said, found=found)


def _cut(path: Path) -> Refused:
    return Refused("cut_off", part=str(path))


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def _tail(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _END_BYTES))
        return stream.read().rstrip(b"\x00\x1a \t\r\n")


def _dbf(path: Path) -> int:
    """Check a table beside shapes; return its rows, 0 where it is of another kind or not there."""
    if not path.exists() or path.stat().st_size < _DBF_HEADER.size:
        return 0  # GDAL tells that by itself
    with path.open("rb") as stream:
        head = stream.read(_DBF_HEADER.size)
    rows, header_bytes, row_bytes = _DBF_HEADER.unpack(head)
    if head[0] not in _DBF_KINDS or not row_bytes:
        return 0
    there = max(0, path.stat().st_size - header_bytes) // row_bytes
    if there < rows:
        raise Refused("rows_missing", part=str(path), said=rows, found=there)
    return int(rows)


def _shapefile(path: Path) -> None:
    _dbf(path.with_suffix(".dbf"))


def _tab(path: Path) -> None:
    """Check table, list of objects and objects. Source of the layout: GDAL's notes on MAPINFO."""
    rows = _dbf(path.with_suffix(".dat"))
    objects, shapes = path.with_suffix(".id"), path.with_suffix(".map")
    if not (rows and objects.exists() and shapes.exists()):
        return
    places = np.fromfile(objects, "<u4")
    if len(places) < rows:
        raise Refused("rows_missing", part=str(objects), said=rows, found=len(places))
    alive = places[places < _DELETED]
    if len(alive) and int(alive.max()) >= shapes.stat().st_size:
        found = int((alive < shapes.stat().st_size).sum())
        raise Refused("rows_missing", part=str(shapes), said=len(alive), found=found)


def _mif(path: Path) -> None:
    table = path.with_suffix(".mid")
    if not table.exists():
        return
    objects, lines = _mif_objects(path), 0
    if table.stat().st_size:
        with _mapped(table) as data:
            lines = sum(1 for _ in _LINE.finditer(data))
    if lines < objects and not _without_columns(path):
        raise Refused("rows_missing", part=str(table), said=objects, found=lines)
    if objects < lines:
        raise Refused("rows_missing", part=str(path), said=lines, found=objects)


def _without_columns(path: Path) -> bool:
    with path.open("rb") as stream:
        return _NO_COLUMNS.search(stream.read(_END_BYTES)) is not None


def _mif_objects(path: Path) -> int:
    """Return the objects of a MIF; the parts of a collection are one."""
    count = inside = 0
    with _mapped(path) as data:
        begin = _MIF_DATA.search(data)
        for found in _MIF_OBJECT.finditer(data, begin.end() if begin else 0):
            if inside:
                inside -= 1
                continue
            count += 1
            inside = int(found[1] or 0)
    return count


def _flatgeobuf(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_FGB_HEADER.size)
    if size < _FGB_HEADER.size or size < _FGB_HEADER.size + _FGB_HEADER.unpack(head)[0]:
        raise _cut(path)


def _sequence(path: Path) -> None:
    """Check the last text of a sequence."""
    with _mapped(path) as data:
        end = len(data)
        mark = _SEPARATOR if data.find(_SEPARATOR, 0, _END_BYTES) >= 0 else b"\n"
        begin = max(data.rfind(mark, 0, len(data.read().rstrip())) + 1, end - _LONGEST_TEXT)
        if not _is_json(data[begin:end]):
            raise _cut(path)


def _texts(path: Path) -> int:
    with _mapped(path) as data:
        if data.find(_SEPARATOR, 0, _END_BYTES) >= 0:
            return sum(1 for _ in re.finditer(_SEPARATOR, data))
        return sum(1 for _ in _LINE.finditer(data))


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text.strip(_SEPARATOR + b" \r\n\t").removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return False
    return True


def _dxf(path: Path) -> None:
    if not _tail(path).upper().endswith(b"EOF"):
        raise _cut(path)


def _osm(path: Path) -> None:
    tail = _tail(path)
    if b"</osm" not in tail and not tail.endswith(b"/>"):
        raise _cut(path)


def _pbf(path: Path) -> None:
    """Walk from block to block: length of the head, head with the length of the block, block."""
    with _mapped(path) as data:
        at = 0
        while at < len(data):
            head = data[at + 4 : at + 4 + int.from_bytes(data[at : at + 4], "big")]
            size = _datasize(head)
            at += 4 + int.from_bytes(data[at : at + 4], "big") + size
            if size <= 0 or at > len(data):
                raise _cut(path)


def _datasize(head: bytes) -> int:
    """Return field 3 of a BlobHeader, 0 where it has none. Source: OpenStreetMap, PBF Format."""
    at = 0
    while at < len(head):
        tag = head[at]
        value, at = _varint(head, at + 1)
        if tag & 7 == 2:  # noqa: PLR2004 -- bytes of a length
            at += value
        elif tag == 3 << 3:
            return value
    return 0


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:  # noqa: PLR2004 -- the last byte of a number
            break
    return value, at


def _dgn(path: Path) -> None:
    """Walk from element to element up to the mark of the end; some writers leave it out."""
    with _mapped(path) as data:
        at = 0
        while at + 4 <= len(data) and int.from_bytes(data[at : at + 2], "little") != _DGN_END:
            at += 4 + 2 * int.from_bytes(data[at + 2 : at + 4], "little")
        if at > len(data):
            raise _cut(path)


_CHECKS: Mapping[str, Callable[[Path], None]] = {
    ".shp": _shapefile,
    ".tab": _tab,
    ".mif": _mif,
    ".fgb": _flatgeobuf,
    ".geojsonl": _sequence,
    ".dxf": _dxf,
    ".osm": _osm,
    ".pbf": _pbf,
    ".dgn": _dgn,
}
