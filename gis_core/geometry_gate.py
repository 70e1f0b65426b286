"""The geometry gate: what every geometry passes before GEOS, GDAL or the database see it.

Forms, the API and the importers use it; the database repeats the limits as CHECKs. Refusals carry
the codes of `gis_core.geometry_refusal`. Coordinates are WGS 84 longitude, latitude (EPSG:4326).
Validity (self-intersection) is not judged here: such a shape is harmless and can be repaired.
"""

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiLineString, MultiPoint, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from gis_core.geometry_readers import (
    TYPE_NAMES,
    Outline,
    Part,
    Positions,
    read_geojson,
    read_json_text,
    read_wkb,
)
from gis_core.geometry_refusal import GateLimits, GeometryRefused

POINTS = frozenset({"Point", "MultiPoint"})
LINES = frozenset({"LineString", "MultiLineString"})
POLYGONS = frozenset({"Polygon", "MultiPolygon"})
ALL_TYPES = POINTS | LINES | POLYGONS

_DEFAULT_LIMITS = GateLimits()
_HEX = re.compile(rb"\s*0[01][0-9a-fA-F]{8}")
_MIN_RING = 4  # three corners and the first again
_CHUNK = 100_000
# Below this a nested collection cannot exhaust the stack of GEOS (it takes 9 bytes a level).
_SAFE_COLLECTION_BYTES = 8_192
_TYPE_IDS = {  # shapely's type ids
    "Point": 0,
    "LineString": 1,
    "Polygon": 3,
    "MultiPoint": 4,
    "MultiLineString": 5,
    "MultiPolygon": 6,
}

Geometries = npt.NDArray[np.object_]
Reasons = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]


def admit(
    data: bytes | str | dict[str, Any],
    *,
    allowed: frozenset[str] = ALL_TYPES,
    limits: GateLimits = _DEFAULT_LIMITS,
) -> BaseGeometry:
    """The geometry of GeoJSON (dict, text or UTF-8), WKB, EWKB or hex WKB; else GeometryRefused.

    `allowed` holds GeoJSON type names. The result is two-dimensional, finite, inside the bounds,
    with closed rings, and not promoted yet.
    """
    outline = _read(data, limits, allowed)
    if not outline.parts:
        raise GeometryRefused("empty", "the geometry has no positions")
    for part in outline.parts:
        _check_part(part, outline.type_name, limits)
    return _build(outline)


def _read(
    data: bytes | str | dict[str, Any], limits: GateLimits, allowed: frozenset[str]
) -> Outline:
    if isinstance(data, dict):
        return read_geojson(data, limits, allowed)
    if len(data) > limits.max_bytes:
        raise GeometryRefused("too_large", f"more than {limits.max_bytes} bytes")
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else bytes(data)
    if _HEX.match(raw):
        try:
            raw = bytes.fromhex(raw.decode("ascii"))
        except ValueError:
            raise GeometryRefused("unreadable", "not valid hex WKB") from None
    if raw[:1] in (b"\x00", b"\x01"):
        return read_wkb(raw, limits, allowed)
    return read_geojson(read_json_text(raw, limits), limits, allowed)


def _check_part(part: Part, type_name: str, limits: GateLimits) -> None:
    if not part or not all(len(positions) for positions in part):
        raise GeometryRefused("empty", "the geometry or a part of it has no positions")
    for positions in part:
        if not np.isfinite(positions).all():
            raise GeometryRefused("not_finite", "a coordinate is not a finite number")
        lon, lat = np.abs(positions).max(axis=0)
        if lon > limits.max_lon or lat > limits.max_lat:
            raise GeometryRefused(
                "out_of_bounds",
                f"outside longitude ±{limits.max_lon} or latitude ±{limits.max_lat}",
            )
        if type_name in POLYGONS:
            _check_ring(positions)
        elif type_name in LINES and (positions == positions[0]).all():
            raise GeometryRefused("too_few_points", "a line needs two different positions")


def _check_ring(ring: Positions) -> None:
    if not np.array_equal(ring[0], ring[-1]):
        raise GeometryRefused("ring_open", "the last position of a ring must be its first")
    if len(ring) < _MIN_RING or len(np.unique(ring, axis=0)) < _MIN_RING - 1:
        raise GeometryRefused("too_few_points", "a ring needs three different positions")


def _build(outline: Outline) -> BaseGeometry:
    name = outline.type_name
    if name in POLYGONS:
        members = [shapely.Polygon(part[0], part[1:]) for part in outline.parts]
        return MultiPolygon(members) if name == "MultiPolygon" else members[0]
    lines = [part[0] for part in outline.parts]
    if name in LINES:
        return MultiLineString(lines) if name == "MultiLineString" else shapely.LineString(lines[0])
    return MultiPoint(np.concatenate(lines)) if name == "MultiPoint" else Point(lines[0][0])


def promote(geometry: BaseGeometry) -> BaseGeometry:
    """The stored form: Point, MultiLineString or MultiPolygon, same positions and orientation.

    A MultiPoint of one becomes that Point; other types raise GeometryRefused("type_not_allowed").
    """
    return promote_many(np.array([geometry], dtype=object))[0]


def promote_many(geometries: Geometries) -> Geometries:
    """`promote` for an array; None stays None."""
    promoted = geometries.copy()
    kinds = shapely.get_type_id(promoted)
    polygons, lines = kinds == _TYPE_IDS["Polygon"], kinds == _TYPE_IDS["LineString"]
    promoted[polygons] = shapely.multipolygons(promoted[polygons][:, None])
    promoted[lines] = shapely.multilinestrings(promoted[lines][:, None])
    single = (kinds == _TYPE_IDS["MultiPoint"]) & (shapely.get_num_geometries(promoted) == 1)
    promoted[single] = shapely.get_geometry(promoted[single], 0)
    stored = [_TYPE_IDS[name] for name in ("Point", "MultiLineString", "MultiPolygon")]
    wrong = ~np.isin(shapely.get_type_id(promoted), [*stored, -1])
    if wrong.any():
        found = promoted[wrong][0].geom_type
        raise GeometryRefused("type_not_allowed", f"a {found} cannot be stored")
    return promoted


def admit_many(
    wkb: npt.NDArray[np.object_],
    *,
    allowed: frozenset[str] = ALL_TYPES,
    limits: GateLimits = _DEFAULT_LIMITS,
) -> tuple[Geometries, Reasons]:
    """`admit` for an array of WKB (bytes or None): (geometries, codes), both of the same length.

    Where a row is refused its geometry is None and its code is set ("empty" for None); where it is
    let in the code is None. The answers are those of `admit`: rows that the quick way cannot
    clear are read again by it.
    """
    geometries = np.full(len(wkb), None, dtype=object)
    reasons = np.full(len(wkb), None, dtype=object)
    for start in range(0, len(wkb), _CHUNK):
        rows = wkb[start : start + _CHUNK]
        found, cleared = _quick_read(rows, allowed, limits)
        geometries[start : start + _CHUNK][cleared] = found[cleared]
        for row in np.flatnonzero(~cleared):
            try:
                if rows[row] is None:
                    raise GeometryRefused("empty", "the row has no geometry")
                geometries[start + row] = admit(rows[row], allowed=allowed, limits=limits)
            except GeometryRefused as refusal:
                reasons[start + row] = refusal.code
    return geometries, reasons


def _quick_read(
    rows: npt.NDArray[np.object_], allowed: frozenset[str], limits: GateLimits
) -> tuple[Geometries, Flags]:
    """Flat geometries of little-endian WKB, and which rows surely pass.

    Rows that GEOS should not be the first to read are left out; they get their second look.
    """
    longest = dict[bytes, int]()
    for code, name in TYPE_NAMES.items():
        if name in allowed:
            several = name.startswith("Multi")
            most = min(limits.max_bytes, _SAFE_COLLECTION_BYTES) if several else limits.max_bytes
            longest.update((b"\x01" + kind, most) for kind in _type_codes(code, limits.drop_z))
    plain = np.full(len(rows), None, dtype=object)
    plain[:] = [
        row if type(row) is bytes and len(row) <= longest.get(row[:5], -1) else None for row in rows
    ]
    found = shapely.from_wkb(plain, on_invalid="ignore")
    same = _read_whole(plain, found)
    if limits.drop_z:
        raised = np.flatnonzero(shapely.has_z(found) | shapely.has_m(found))
        same[raised] |= plain[raised] == shapely.to_wkb(
            found[raised], byte_order=1, flavor="extended"
        )
        found[raised] = shapely.force_2d(found[raised])
    return found, same & _cleared(found, limits)


def _read_whole(plain: npt.NDArray[np.object_], found: Geometries) -> Flags:
    """Rows of which GEOS has read every byte: it overlooks bytes after the end and odd members.

    A flat shape of one part is as long as its counts say. What GEOS writes of any other shows what
    it has read of it.
    """
    lengths = np.fromiter(((len(row) if row else 0) for row in plain), np.int64, len(plain))
    kinds = shapely.get_type_id(found)
    rings = shapely.get_num_interior_rings(found) + 1
    heads = np.select(
        [kinds == _TYPE_IDS[name] for name in ("Point", "LineString", "Polygon")],
        [5, 9, 9 + 4 * rings],
        -1,
    )
    flat: Flags = (heads > 0) & ~shapely.has_z(found) & ~shapely.has_m(found)
    same: Flags = flat & (lengths == heads + 16 * shapely.get_num_coordinates(found))
    others = np.flatnonzero(~flat & ~shapely.is_missing(found))
    same[others] = plain[others] == shapely.to_wkb(found[others], byte_order=1, flavor="iso")
    return same


def _type_codes(code: int, with_z_and_m: bool) -> list[bytes]:
    variants = [code]
    if with_z_and_m:  # ISO, then EWKB
        variants += [code + 1000, code + 2000, code + 3000]
        variants += [code | flags for flags in (0x80000000, 0x40000000, 0xC0000000)]
    return [variant.to_bytes(4, "little") for variant in variants]


@np.errstate(over="ignore", invalid="ignore")  # absurd numbers are refused, not warned about
def _cleared(geometries: Geometries, limits: GateLimits) -> Flags:
    """Rows that surely pass; a false here only means a second look."""
    counts = shapely.get_num_coordinates(geometries)
    cleared = (counts > 0) & (counts <= limits.max_vertices) & ~shapely.has_z(geometries)
    cleared &= ~shapely.has_m(geometries)
    positions, row = shapely.get_coordinates(geometries, return_index=True)
    inside = (np.abs(positions[:, 0]) <= limits.max_lon) & (
        np.abs(positions[:, 1]) <= limits.max_lat
    )  # NaN is not inside
    cleared[row[~inside]] = False
    parts, row = _parts(geometries)
    kinds = shapely.get_type_id(parts)
    polygons = kinds == _TYPE_IDS["Polygon"]
    doubtful = shapely.is_empty(parts)
    doubtful |= (kinds == _TYPE_IDS["LineString"]) & (shapely.length(parts) == 0)
    doubtful |= polygons & (shapely.get_num_interior_rings(parts) > 0) & _has_flat_hole(parts)
    doubtful |= polygons & (shapely.area(parts) == 0)
    cleared[row[doubtful]] = False
    return cleared  # type: ignore[no-any-return]


def _parts(geometries: Geometries) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Return the single geometries and the row of each; what is single already is not copied."""
    several = shapely.get_type_id(geometries) >= _TYPE_IDS["MultiPoint"]
    single = np.flatnonzero(~several & ~shapely.is_missing(geometries))
    together = np.flatnonzero(several)
    parts, index = shapely.get_parts(geometries[together], return_index=True)
    return np.concatenate([geometries[single], parts]), np.concatenate([single, together[index]])


def _has_flat_hole(parts: Geometries) -> Flags:
    flat = np.zeros(len(parts), dtype=bool)
    holed = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
    rings, owner = shapely.get_rings(parts[holed], return_index=True)
    if len(rings):
        flat[holed[owner[shapely.area(shapely.polygons(rings)) == 0]]] = True
    return flat
