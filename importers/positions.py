"""Positions of shapes read straight from their bytes, without building the shapes."""

import struct

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.registry import AREA, LINE, POINT

Positions = npt.NDArray[np.float64]
Signatures = npt.NDArray[np.uint64]
# Bytes before the first position of an EWKB with SRID: see importers/ewkb.py.
_FIRST_AT = {POINT: 9, LINE: 22, AREA: 26}
_POSITION_BYTES = 16
_WITH_SRID, _KIND = 0x20000000, 0xFF
_POINT_KIND, _RINGED, _COLLECTIONS = 1, 3, {4, 5, 6, 7}
_MOST_NESTED = 8
_MIX = np.uint64(0x9E3779B97F4A7C15)


def first_positions(ewkb: pa.Array, stored: str) -> Positions:
    """Return the first position (n × 2, degrees) of shapes as `importers.ewkb` makes them."""
    return _floats(ewkb, _FIRST_AT[stored], 1)


def signatures(ewkb: pa.Array, stored: str) -> Signatures:
    """Return a number for each shape; equal shapes have equal ones, others hardly ever."""
    offsets = _offsets(ewkb)
    parts = [np.diff(offsets).astype(np.uint64)]
    spots = 1 if stored == POINT else 2
    parts += list(_floats(ewkb, _FIRST_AT[stored], spots).view(np.uint64).T)
    if stored != POINT:
        tail = offsets[1:] - 2 * _POSITION_BYTES
        parts += list(_gather(ewkb, tail, 1).view(np.uint64).T)
    mixed = np.zeros(len(ewkb), np.uint64)
    for part in parts:
        mixed = (mixed ^ part) * _MIX
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _offsets(column: pa.Array) -> npt.NDArray[np.int64]:
    buffer = column.buffers()[1]
    return np.frombuffer(buffer, np.int64, len(column) + 1, column.offset * 8)


def _floats(ewkb: pa.Array, at: int, positions: int) -> Positions:
    return _gather(ewkb, _offsets(ewkb)[:-1] + at, positions)


def _gather(ewkb: pa.Array, starts: npt.NDArray[np.int64], positions: int) -> Positions:
    if not len(ewkb):
        return np.empty((0, 2 * positions))
    data = np.frombuffer(ewkb.buffers()[2], np.uint8)
    width = positions * _POSITION_BYTES
    taken = data[starts[:, None] + np.arange(width)]
    return np.ascontiguousarray(taken).view("<f8").reshape(len(ewkb), 2 * positions)


def first_position(wkb: bytes | None) -> tuple[float, float] | None:
    """Return the first position of any WKB or EWKB, broken ones too; None where there is none."""
    try:
        return _first_position(wkb or b"", 0, _MOST_NESTED)
    except struct.error:
        return None


def _first_position(wkb: bytes, at: int, depth: int) -> tuple[float, float] | None:
    order = "<" if wkb[at : at + 1] == b"\x01" else ">"
    (kind,) = struct.unpack_from(f"{order}I", wkb, at + 1)
    at += 9 if kind & _WITH_SRID else 5
    kind = (kind & 0xFFFF) % 1000 & _KIND
    if kind in _COLLECTIONS:
        (count,) = struct.unpack_from(f"{order}I", wkb, at)
        return _first_position(wkb, at + 4, depth - 1) if count and depth else None
    if kind != _POINT_KIND:
        (count,) = struct.unpack_from(f"{order}I", wkb, at)
        if not count:
            return None
        at += 8 if kind == _RINGED else 4
    x, y = struct.unpack_from(f"{order}dd", wkb, at)
    return (x, y) if abs(x) < float("inf") and abs(y) < float("inf") else None
