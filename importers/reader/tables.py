"""Which columns of a table say where its rows are, and in which order.

In Vietnamese papers X is the northing and Y the easting; programs mean the reverse. The values
tell: in Vietnam no northing is a possible easting, no latitude a possible longitude. Where they do
not, each way to read the table is offered as a layer, and a person chooses.
"""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.reader.coordinates import Numbers, column_of, parsed, points, split_pairs

GEOMETRY = "wkb_geometry"
_MOSTLY = 0.7
# Where coordinates of Vietnam lie: latitude, longitude, northing and easting (m) of every zone.
_LATITUDES, _LONGITUDES = (7.0, 24.0), (101.0, 118.0)
_NORTHINGS, _EASTINGS = (700_000.0, 2_700_000.0), (100_000.0, 1_000_000.0)
_NORTH_NAMES = frozenset({"lat", "latitude", "vido", "vd", "north", "northing", "n", "bac"})
_EAST_NAMES = frozenset({"lon", "lng", "long", "longitude", "kinhdo", "kd", "east", "easting", "e"})
_EAST_NAMES |= {"dong"}
_EITHER_NAMES = frozenset({"x", "y"})
_CLEAR_NAMES = _NORTH_NAMES | _EAST_NAMES | _EITHER_NAMES
_CLEAR_NAMES -= {"vd", "kd", "n", "e", "bac", "dong", "long"}
_PAIR_NAMES = frozenset({"toado", "vitri", "coordinates", "coordinate", "latlon", "latlng", "gps"})
_UNNAMED = re.compile(r"Field\d+\Z")  # GDAL's
_CHOICE = re.compile(r"(?P<layer>.*): E=(?P<east>.+), N=(?P<north>.+)\Z", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """The columns of eastings or longitudes and of northings or latitudes; one column for both."""

    east: str
    north: str

    def layer(self, layer: str) -> str:
        """Return the name under which this way to read a layer is offered."""
        return f"{layer}: E={self.east}, N={self.north}"


def chosen(name: str) -> tuple[str, Reading | None]:
    """Return the layer that a name means, and the reading if the name says one."""
    found = _CHOICE.match(name)
    if not found:
        return name, None
    return found["layer"], Reading(found["east"], found["north"])


def headings_in(first: pa.RecordBatch) -> bool:
    """Tell whether the first row of columns without names holds the names: different texts."""
    if not first.num_rows or not all(_UNNAMED.match(name) for name in first.schema.names):
        return False
    cells = [column[0].as_py() for column in first.columns]
    texts = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
    return len(set(texts)) == len(cells) and not np.isfinite(parsed(texts)).any()


def readings(sample: pa.RecordBatch) -> list[Reading]:
    """Return the ways to read a table, from its first rows; none where it has no coordinates."""
    columns = {
        name: numbers
        for name, column in zip(sample.schema.names, sample.columns, strict=True)
        if _mostly(numbers := column_of(column), column)
    }
    pairs = [name for name in sample.schema.names if _plain(name) in _PAIR_NAMES]
    north = [name for name in columns if _kind(name) in _NORTH_NAMES]
    east = [name for name in columns if _kind(name) in _EAST_NAMES]
    either = [name for name in columns if _kind(name) in _EITHER_NAMES]
    if not (north and east) and len(either) < 2:  # noqa: PLR2004 -- x and y
        columns = {**columns, **_clearly_named(sample, columns)}
        north = [name for name in columns if _kind(name) in _NORTH_NAMES]
        east = [name for name in columns if _kind(name) in _EAST_NAMES]
        either = [name for name in columns if _kind(name) in _EITHER_NAMES]
    if len(north) == len(east) == 1:
        return [_in_order(columns, east[0], north[0])]
    if len(either) == 2:  # noqa: PLR2004 -- x and y
        return _by_values(columns, either[0], either[1])
    for name in pairs:
        halves = tuple(column_of(half) for half in split_pairs(sample.column(name)))
        if all(_mostly(half, sample.column(name)) for half in halves):
            return [Reading(name, name)]
    found = [
        Reading(one, other)
        for one in columns
        for other in columns
        if one != other and _fits(columns[one], columns[other])
    ]
    return found[:6]


def _clearly_named(sample: pa.RecordBatch, known: dict[str, Numbers]) -> dict[str, Numbers]:
    """Return columns that are called coordinates and hold some, however many values are none."""
    found = {
        name: column_of(column)
        for name, column in zip(sample.schema.names, sample.columns, strict=True)
        if name not in known and _kind(name) in _CLEAR_NAMES
    }
    return {name: numbers for name, numbers in found.items() if np.isfinite(numbers).any()}


def _in_order(columns: dict[str, Numbers], east: str, north: str) -> Reading:
    """Return a pair as named, unless its values say that the names were mixed up."""
    if _fits(columns[north], columns[east]) and not _fits(columns[east], columns[north]):
        return Reading(north, east)
    return Reading(east, north)


def _by_values(columns: dict[str, Numbers], one: str, other: str) -> list[Reading]:
    found = [
        Reading(east, north)
        for east, north in ((one, other), (other, one))
        if _fits(columns[east], columns[north])
    ]
    return found or [Reading(one, other), Reading(other, one)]


def _fits(east: Numbers, north: Numbers) -> bool:
    """Tell whether most values are a longitude and a latitude, or an easting and a northing."""
    return (_inside(east, _LONGITUDES) and _inside(north, _LATITUDES)) or (
        _inside(east, _EASTINGS) and _inside(north, _NORTHINGS)
    )


def _inside(values: Numbers, limits: tuple[float, float]) -> bool:
    present = values[np.isfinite(values)]
    inside = (present >= limits[0]) & (present <= limits[1])
    return bool(len(present)) and bool(inside.mean() >= _MOSTLY)


def _mostly(numbers: Numbers, column: pa.Array) -> bool:
    """Tell whether most of the values that are there are coordinates."""
    there = column.is_valid()
    if pa.types.is_string(column.type):
        there = pc.and_kleene(there, pc.not_equal(pc.utf8_trim_whitespace(column), ""))
    count = pc.sum(there).as_py() or 0
    return bool(count) and bool(np.isfinite(numbers).sum() >= _MOSTLY * count)


def _plain(name: str) -> str:
    """Return a name without marks, blanks and signs; also where UTF-8 was read byte by byte."""
    try:
        name = name.encode("iso-8859-1").decode()
    except UnicodeError:
        name = str(name)
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def _kind(name: str) -> str:
    """Return what is left of a name such as "Tọa độ X (m)" or "X_VN2000"."""
    plain = _plain(name)
    for word in ("kinhdo", "vido", "longitude", "latitude"):
        if plain.startswith(word):
            return word
    for word in ("vn2000", "wgs84", "toado", "vn2000", "wgs84", "coord", "m"):
        shorter = plain.removeprefix(word).removesuffix(word)
        plain = shorter or plain
    return plain


def located(batch: pa.RecordBatch, reading: Reading) -> pa.RecordBatch:
    """Return a batch with its points; the columns that they come from stay."""
    east, north = _both(batch, reading)
    return batch.append_column(GEOMETRY, points(east, north))


def _both(batch: pa.RecordBatch, reading: Reading) -> tuple[Numbers, Numbers]:
    if reading.east != reading.north:
        return column_of(batch.column(reading.east)), column_of(batch.column(reading.north))
    first, second = (column_of(half) for half in split_pairs(batch.column(reading.east)))
    return (second, first) if _fits(second, first) else (first, second)


def bounds(sample: pa.RecordBatch, reading: Reading) -> list[float] | None:
    """Return west, south, east, north of the first rows; None where none has a place."""
    east, north = _both(sample, reading)
    there = np.isfinite(east) & np.isfinite(north)
    if not there.any():
        return None
    corners = [east[there].min(), north[there].min(), east[there].max(), north[there].max()]
    return [float(one) for one in corners]
