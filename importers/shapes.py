"""Shapes of a batch: through the gate, into degrees, repaired where that keeps their type."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gis_core.city import city
from gis_core.crs import area_m2
from gis_core.geometry_gate import LINES, POINTS, POLYGONS, admit_many
from gis_core.geometry_refusal import GateLimits
from gis_core.geometry_rings import Positions, Rings, admit_rings, surely_simple
from importers.ewkb import ring_ewkb, stored_ewkb
from importers.refusals import Unreadable, refusal
from importers.source_crs import SourceCrs
from importers.words import Fact
from layers.bulk_plan import Box
from layers.registry import AREA, LINE, POINT, Theme

_ALLOWED = {POINT: POINTS, LINE: LINES, AREA: POLYGONS}
_KINDS = {
    "Point": POINT,
    "MultiPoint": POINT,
    "LineString": LINE,
    "MultiLineString": LINE,
    "LinearRing": LINE,
    "CompoundCurve": LINE,
    "MultiCurve": LINE,
    "Polygon": AREA,
    "MultiPolygon": AREA,
    "CurvePolygon": AREA,
    "MultiSurface": AREA,
}
KINDS: Mapping[str, Promise] = {POINT: _("points"), LINE: _("lines"), AREA: _("areas")}
_POLYGONAL = (3, 6)  # shapely's type ids of Polygon and MultiPolygon
_WKB_KINDS = {1: POINT, 2: LINE, 3: AREA, 4: POINT, 5: LINE, 6: AREA}
_MAP = GateLimits()
_PAIR = pa.binary(16)  # x and y
_HEIGHT_WORDS = (" Z", " M", "ZM", "2.5D", "Measured", "3D")


@dataclass(frozen=True)
class Shapes:
    """`ewkb` of the rows (None where refused), why each was refused, and what was repaired.

    `repaired` is row → area before and after, m² in the city's VN-2000 zone. `box_4326` is west,
    south, east, north of all shapes, nan where there are none.
    """

    ewkb: pa.Array
    reasons: npt.NDArray[np.object_]
    repaired: Mapping[int, tuple[float, float]]
    box_4326: Box


def stored_type(theme: Theme, declared: str, first: bytes | None) -> str:
    """The stored type of a file whose header says `declared`; FileRefused if not the theme's.

    Where the header says nothing, the first shape (WKB) decides.
    """
    found = declared_kind(declared)
    if found is None and first is not None:
        found = _WKB_KINDS.get(int.from_bytes(first[1:5], "little") % 1000 & 0xFF)
    if found is None and len(theme.geometry_types) == 1:
        found = theme.geometry_types[0]
    if found not in theme.geometry_types:
        raise not_held(theme, KINDS.get(found or "") or declared)
    return found


def declared_kind(declared: str) -> str | None:
    """Return the stored type that a file's header names; None where it names none."""
    plain = declared.removeprefix("2.5D ").removeprefix("3D ").removeprefix("Measured ")
    return _KINDS.get(plain.split(" ")[0])


def not_held(theme: Theme, found: str | Promise) -> Unreadable:
    """Return the refusal of a kind of shapes that the layers of a theme do not hold."""
    held = [KINDS[one] for one in theme.geometry_types]
    facts: dict[str, Fact] = {"theme": theme.title, "held": held, "found": found}
    return refusal("kind_not_held", facts=facts)


def has_heights(declared: str) -> bool:
    """Tell whether a header declares heights or measures."""
    return any(word in declared for word in _HEIGHT_WORDS)


def read_shapes(wkb: pa.Array, stored: str, crs: SourceCrs) -> Shapes:
    """Let shapes in, transform them, repair areas that cross themselves, promote to `stored`."""
    if stored != AREA:
        return _any_shapes(wkb, stored, crs)
    rings = _valid_rings(wkb, crs)
    alike = ring_ewkb(rings)
    reasons = np.full(len(wkb), None, dtype=object)
    box = _box_of(rings.positions)
    if len(rings.rows) == len(wkb):
        return Shapes(alike, reasons, {}, box)
    others = np.setdiff1d(np.arange(len(wkb)), rings.rows, assume_unique=True)
    rest = _any_shapes(wkb.take(pa.array(others)), stored, crs)
    reasons[others] = rest.reasons
    place = np.empty(len(wkb), np.int64)
    place[rings.rows] = np.arange(len(alike))
    place[others] = len(alike) + np.arange(len(others))
    ewkb = pa.concat_arrays([alike, rest.ewkb]).take(pa.array(place))
    repaired = {int(others[row]): areas for row, areas in rest.repaired.items()}
    both = _box_of(np.array([*box, *rest.box_4326]).reshape(-1, 2))
    return Shapes(ewkb, reasons, repaired, both)


def _box_of(positions: Positions) -> Box:
    """Return the box of positions, nan where there are none; those that are nan do not count."""
    if not len(positions):
        return (np.nan, np.nan, np.nan, np.nan)
    by_axis = np.ascontiguousarray(positions.T)  # reduced along its rows: twenty times as fast
    west, south = np.fmin.reduce(by_axis, axis=1).tolist()
    east, north = np.fmax.reduce(by_axis, axis=1).tolist()
    return (west, south, east, north)


def _valid_rings(wkb: pa.Array, crs: SourceCrs) -> Rings:
    """Return the areas of one ring, in degrees, of which nothing is wrong."""
    _, offsets, data = wkb.buffers()
    width = np.int64 if pa.types.is_large_binary(wkb.type) else np.int32
    bounds = np.frombuffer(offsets, width, len(wkb) + 1, wkb.offset * np.dtype(width).itemsize)
    present = np.asarray(wkb.is_valid())
    starts, ends = bounds[:-1].astype(np.int64), bounds[1:].astype(np.int64)
    rings = admit_rings(
        np.frombuffer(data, np.uint8), starts, np.where(present, ends, starts), crs.limits
    )
    rings = replace(rings, positions=_degrees(rings.positions, crs))
    on_map = _on_map(rings.positions)
    if not on_map.all():
        starts = np.cumsum(rings.counts) - rings.counts
        rings = rings.some(np.logical_and.reduceat(on_map, starts))
    valid = surely_simple(rings)
    if not valid.all():
        valid[~valid] = _are_valid(rings.some(~valid))
    return rings.some(valid)


def _are_valid(rings: Rings) -> npt.NDArray[np.bool_]:
    corners = (np.append(0, np.cumsum(rings.counts)), np.arange(len(rings.rows) + 1))
    kind = shapely.GeometryType.POLYGON
    valid: npt.NDArray[np.bool_] = shapely.is_valid(
        shapely.from_ragged_array(kind, rings.positions, corners)
    )
    return valid


def _any_shapes(wkb: pa.Array, stored: str, crs: SourceCrs) -> Shapes:
    rows = wkb.to_numpy(zero_copy_only=False)
    geometries, reasons = admit_many(rows, allowed=_ALLOWED[stored], limits=crs.limits)
    if stored == POINT:
        several = shapely.get_num_geometries(geometries) > 1
        geometries[several], reasons[several] = None, "several_points"
    _transform(geometries, reasons, crs)
    repaired = _repair(geometries, reasons) if stored == AREA else {}
    box = _box_of(shapely.bounds(geometries).reshape(-1, 2))
    return Shapes(stored_ewkb(geometries, stored), reasons, repaired, box)


def _transform(
    geometries: npt.NDArray[np.object_], reasons: npt.NDArray[np.object_], crs: SourceCrs
) -> None:
    """Turn positions into degrees in place; shapes that leave the map are refused."""
    positions, row = shapely.get_coordinates(geometries, return_index=True)
    degrees = _degrees(positions, crs)
    on_map = _on_map(degrees)
    if not on_map.all():
        lost = np.unique(row[~on_map])
        geometries[lost], reasons[lost] = None, "out_of_bounds"
        degrees = degrees[~np.isin(row, lost)]
    shapely.set_coordinates(geometries, degrees)


def _on_map(degrees: Positions) -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = np.abs(degrees[:, 0]) <= _MAP.max_lon
    return inside & (np.abs(degrees[:, 1]) <= _MAP.max_lat)


def _degrees(positions: Positions, crs: SourceCrs) -> Positions:
    """Return positions in degrees; one that neighbours share is transformed once."""
    if crs.is_cheap or not len(positions):
        return crs.to_wgs84(positions)
    buffer = pa.py_buffer(np.ascontiguousarray(positions).view(np.uint8))
    pairs = pa.FixedSizeBinaryArray.from_buffers(_PAIR, len(positions), [None, buffer])
    codes = pairs.dictionary_encode()
    _, different = codes.dictionary.buffers()
    alone = np.frombuffer(different, np.float64, 2 * len(codes.dictionary)).reshape(-1, 2)
    return np.asarray(crs.to_wgs84(alone)[codes.indices.to_numpy()])


def _repair(
    geometries: npt.NDArray[np.object_], reasons: npt.NDArray[np.object_]
) -> dict[int, tuple[float, float]]:
    """Replace invalid areas by valid ones; those that would become something else are refused."""
    present = ~shapely.is_missing(geometries)
    invalid = np.flatnonzero(present & ~shapely.is_valid(geometries))
    if not len(invalid):
        return {}
    mended = shapely.make_valid(geometries[invalid], method="structure", keep_collapsed=False)
    good = np.isin(shapely.get_type_id(mended), _POLYGONAL) & (shapely.area(mended) > 0)
    zone = city().zone
    areas = {
        int(row): (area_m2(geometries[row], zone), area_m2(shape, zone))
        for row, shape in zip(invalid[good], mended[good], strict=True)
    }
    geometries[invalid] = np.where(good, mended, None)
    reasons[invalid[~good]] = "invalid_shape"
    return areas
