"""Lists of corners as text: what total stations, spreadsheets and decisions give.

A line is a corner: an optional number or name, then two numbers. Columns are parted by semicolons,
tabs, commas or blanks. Papers name the axes either way round, so magnitude decides: in this country
a northing is larger than an easting, and a longitude larger than a latitude.
"""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from importers.refusals import refusal
from importers.source_crs import Positions

_MOST_BYTES = 2_000_000
_MOST_CORNERS = 20_000
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?\Z")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?\Z")  # 1.145.090,25
_EASTING_M, _NORTHING_M = (100_000.0, 900_000.0), (900_000.0, 2_700_000.0)
_LAT_DEG, _LON_DEG = (5.0, 25.0), (100.0, 118.0)


def read(path: Path) -> Positions:
    """Return the corners (n × 2; easting or longitude first); a closing corner is left out.

    FileRefused names the line that holds no position. A first line of titles is passed over.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise refusal("too_large", path.name)
    found: list[tuple[float, float]] = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        position = position_of(line)
        if position is not None:
            found.append(position)
        elif found or number > 1:
            raise refusal("no_position", path.name, {"line": str(number)})
    if not found:
        raise refusal("no_corners", path.name)
    if len(found) > _MOST_CORNERS:
        raise refusal("too_large", path.name)
    closed = len(found) > 1 and found[0] == found[-1]
    return np.array(found[:-1] if closed else found, dtype=np.float64)


def _text(path: Path) -> str:
    data = path.read_bytes()
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if marked else "utf-8-sig", "replace").replace("\0", "")


def position_of(line: str) -> tuple[float, float] | None:
    """Return (easting, northing) in metres or (lon, lat) in degrees; None where there is none."""
    for parted in (r"[;\t]", r"\s+", r",\s*"):
        numbers = [_number(cell) for cell in re.split(parted, line.strip())]
        for first, second in pairwise(numbers):
            if first is None or second is None:
                continue
            for x, y in ((second, first), (first, second)):
                metres = _within(x, _EASTING_M) and _within(y, _NORTHING_M)
                if metres or (_within(x, _LON_DEG) and _within(y, _LAT_DEG)):
                    return x, y
    return None


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value < limits[1]


def _number(cell: str) -> float | None:
    bare = re.sub(r"^[XYxyNE]\s*=\s*|[\s\u00a0m\"]+", "", cell)
    if _GROUPED.match(bare):
        return float(bare.replace(".", "").replace(",", "."))
    return float(bare.replace(",", ".")) if _NUMBER.match(bare) else None
