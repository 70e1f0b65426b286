"""GeoJSON and WKB to plain arrays, without GEOS or GDAL.

Every count is compared with what is really there before anything is allocated, and nothing recurses
deeper than a geometry does. GEOS 3.14 crashes the process on a MultiPolygon that is nested 20,000
times in itself (180 kB of WKB), so it must not be the first to read a stranger's bytes.
"""

import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from gis_core.crs import STORAGE_SRID
from gis_core.geometry_refusal import GateLimits, GeometryRefused

TYPE_NAMES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
}
_SINGLE_OF = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_WGS84_NAMES = frozenset(
    {
        "EPSG:4326",
        "urn:ogc:def:crs:EPSG::4326",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    }
)
_EWKB_Z, _EWKB_M, _EWKB_SRID = 0x80000000, 0x40000000, 0x20000000
_ISO_STEP = 1000  # ISO WKB: 1001 Point Z, 2001 Point M, 3001 Point ZM
_ORDINATES = range(2, 5)
# Possessive, with an optional end: a text without its closing quote cannot make it quadratic.
_JSON_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)

Positions = npt.NDArray[np.float64]
Part = list[Positions]


@dataclass(frozen=True, slots=True)
class Outline:
    """A geometry as arrays of (lon, lat): a part is a point, a line, or a polygon's rings."""

    type_name: str
    parts: list[Part]


@dataclass(slots=True)
class _Budget:
    limits: GateLimits
    allowed: frozenset[str]
    vertices_left: int

    def spend(self, count: int) -> None:
        self.vertices_left -= count
        if self.vertices_left < 0:
            raise GeometryRefused(
                "too_many_vertices", f"more than {self.limits.max_vertices} positions"
            )

    def check_type(self, type_name: object) -> str:
        if not isinstance(type_name, str) or type_name not in self.allowed:
            raise GeometryRefused("type_not_allowed", f"expected {_listed(self.allowed)}")
        if type_name not in TYPE_NAMES.values():
            raise GeometryRefused("type_not_allowed", f"{type_name} is never stored")
        return type_name

    def check_ordinates(self, count: int) -> None:
        if count > 2 and not self.limits.drop_z:  # noqa: PLR2004 - x and y
            raise GeometryRefused("has_z_or_m", "positions must be longitude and latitude only")


def _listed(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))


def _unreadable(detail: str) -> NoReturn:
    raise GeometryRefused("unreadable", detail)


def read_json_text(text: bytes, limits: GateLimits) -> dict[str, Any]:
    """A JSON object; nesting is measured before the recursive parser sees the text."""
    bare = np.frombuffer(_JSON_STRING.sub(b"", text), dtype=np.uint8)
    opened = np.isin(bare, np.frombuffer(b"[{", dtype=np.uint8)).astype(np.int32)
    closed = np.isin(bare, np.frombuffer(b"]}", dtype=np.uint8)).astype(np.int32)
    if bare.size and int(np.cumsum(opened - closed).max()) > limits.max_json_depth:
        raise GeometryRefused("too_deep", f"nested deeper than {limits.max_json_depth}")
    try:
        # Decoded here: json.loads guesses UTF-16 and -32, in which brackets were not counted.
        loaded = json.loads(text.decode("utf-8-sig"), parse_constant=_no_number)
    except GeometryRefused:
        raise
    except ValueError:  # also wrong UTF-8 and integers of more than 4,300 digits
        _unreadable("not valid JSON")
    if not isinstance(loaded, dict):
        _unreadable("not a GeoJSON object")
    return loaded


def _no_number(name: str) -> NoReturn:
    raise GeometryRefused("not_finite", f"{name} is not a coordinate")


def read_geojson(data: dict[str, Any], limits: GateLimits, allowed: frozenset[str]) -> Outline:
    """The geometry object of GeoJSON (RFC 7946) as arrays."""
    budget = _Budget(limits, allowed, limits.max_vertices)
    type_name = budget.check_type(data.get("type"))
    if data.get("crs") is not None and not _says_wgs84(data["crs"]):
        raise GeometryRefused("foreign_crs", "coordinates must be WGS 84 longitude, latitude")
    if "coordinates" not in data:
        _unreadable("the geometry has no coordinates")
    if type_name in _SINGLE_OF:
        members = _sequence(data["coordinates"])
        single = _SINGLE_OF[type_name]
        return Outline(type_name, [_json_part(single, member, budget) for member in members])
    return Outline(type_name, [_json_part(type_name, data["coordinates"], budget)])


def _says_wgs84(crs: object) -> bool:
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and name in _WGS84_NAMES


def _sequence(value: object) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        _unreadable("coordinates are not nested as the type says")
    return value


def _json_part(single: str, coordinates: object, budget: _Budget) -> Part:
    if single == "Point":
        position = _sequence(coordinates)
        return [_json_positions([position] if position else [], budget)]
    if single == "LineString":
        return [_json_positions(coordinates, budget)]
    return [_json_positions(ring, budget) for ring in _sequence(coordinates)]


def _json_positions(value: object, budget: _Budget) -> Positions:
    raw = _sequence(value)
    budget.spend(len(raw))
    for position in raw:
        numbers = _sequence(position)
        if len(numbers) not in _ORDINATES:
            _unreadable("a position is not longitude, latitude")
        budget.check_ordinates(len(numbers))
        if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
            _unreadable("a coordinate is not a number")
    try:
        flat = [(float(position[0]), float(position[1])) for position in raw]
    except OverflowError:
        raise GeometryRefused("not_finite", "a coordinate is too large to hold") from None
    return np.array(flat, dtype=np.float64).reshape(-1, 2)


@dataclass(slots=True)
class _Cursor:
    data: bytes
    at: int = 0
    order: str = "<"

    def byte_order(self) -> None:
        if self.at >= len(self.data) or self.data[self.at] > 1:
            _unreadable("the WKB is cut off or has no byte order")
        self.order = "<" if self.data[self.at] else ">"
        self.at += 1

    def uint(self) -> int:
        if self.at + 4 > len(self.data):
            _unreadable("the WKB is cut off")
        (value,) = struct.unpack_from(self.order + "I", self.data, self.at)
        self.at += 4
        return int(value)

    def positions(self, count: int, ordinates: int) -> Positions:
        size = count * ordinates * 8
        if size > len(self.data) - self.at:
            _unreadable("the WKB says more positions than it holds")
        numbers = np.frombuffer(self.data, self.order + "f8", count * ordinates, self.at)
        self.at += size
        return numbers.reshape(count, ordinates)[:, :2].astype(np.float64)


def read_wkb(data: bytes, limits: GateLimits, allowed: frozenset[str]) -> Outline:
    """ISO WKB or PostGIS EWKB, either byte order, as arrays."""
    budget = _Budget(limits, allowed, limits.max_vertices)
    cursor = _Cursor(data)
    type_name, ordinates = _wkb_header(cursor, budget)
    budget.check_type(type_name)
    if type_name not in _SINGLE_OF:
        parts = [_wkb_part(type_name, ordinates, cursor, budget)]
    else:
        count = cursor.uint()
        if count > (len(data) - cursor.at) // 9:  # the shortest member
            _unreadable("the WKB says more parts than it holds")
        parts = []
        for _ in range(count):
            member, ordinates = _wkb_header(cursor, budget)
            if member != _SINGLE_OF[type_name]:
                _unreadable(f"a {type_name} holds something else than {_SINGLE_OF[type_name]}")
            parts.append(_wkb_part(member, ordinates, cursor, budget))
    if cursor.at != len(data):
        _unreadable("the WKB goes on after its end")
    return Outline(type_name, parts)


def _wkb_header(cursor: _Cursor, budget: _Budget) -> tuple[str, int]:
    cursor.byte_order()
    code = cursor.uint()
    flags, code = code & 0xE0000000, code & 0x1FFFFFFF
    if flags & _EWKB_SRID and cursor.uint() not in (0, STORAGE_SRID):
        raise GeometryRefused("foreign_crs", f"the SRID must be {STORAGE_SRID}")
    dimension, kind = divmod(code, _ISO_STEP)
    if dimension > 3:  # noqa: PLR2004 - 0 xy, 1 z, 2 m, 3 zm
        _unreadable("the WKB has an unknown type")
    if kind not in TYPE_NAMES:
        raise GeometryRefused("type_not_allowed", f"expected {_listed(budget.allowed)}")
    has_z = bool(flags & _EWKB_Z) or dimension in (1, 3)
    has_m = bool(flags & _EWKB_M) or dimension in (2, 3)
    ordinates = 2 + has_z + has_m
    budget.check_ordinates(ordinates)
    return TYPE_NAMES[kind], ordinates


def _wkb_part(single: str, ordinates: int, cursor: _Cursor, budget: _Budget) -> Part:
    if single == "Point":
        budget.spend(1)
        position = cursor.positions(1, ordinates)
        return [position[:0] if bool(np.isnan(position).all()) else position]  # POINT EMPTY is NaN
    rings = cursor.uint() if single == "Polygon" else 1
    part = []
    for _ in range(rings):  # a wrong number ends where the data does: every ring takes 4 bytes
        count = cursor.uint()
        budget.spend(count)
        part.append(cursor.positions(count, ordinates))
    return part
