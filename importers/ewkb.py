"""Shapes as the EWKB that the database stores: EPSG:4326, multi-part lines and areas.

Most shapes of a file are one line or one ring. Their bytes are put together for a whole batch at
once, which takes a fifth of the time of building and encoding multi-part objects one by one.
Source of the layout: OGC 06-103r4, 8.2; the SRID behind the type is PostGIS' extension.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis_core.crs import STORAGE_SRID
from gis_core.geometry_gate import promote_many
from gis_core.geometry_rings import Rings, twice_areas
from layers.registry import AREA, LINE, POINT

Geometries = npt.NDArray[np.object_]
Positions = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

_BYTES = pa.large_binary()
_WITH_SRID = 0x20000000
_POSITION_BYTES = 16
_HEADS = [("order", "u1"), ("type", "<u4"), ("srid", "<u4")]
_PART = [("parts", "<u4"), ("part_order", "u1"), ("part_type", "<u4")]
# stored type: shapely's type id of the simple shape, WKB types of the whole and of its only part
_SIMPLE = {POINT: (0, 1, 0), LINE: (1, 5, 2), AREA: (3, 6, 3)}
_LAYOUTS = {
    POINT: np.dtype(_HEADS),
    LINE: np.dtype([*_HEADS, *_PART, ("positions", "<u4")]),
    AREA: np.dtype([*_HEADS, *_PART, ("rings", "<u4"), ("positions", "<u4")]),
}


def stored_ewkb(geometries: Geometries, stored: str) -> pa.Array:
    """Return the promoted shapes as EWKB, null where there is none.

    `geometries` are two-dimensional, in EPSG:4326 and not promoted. Outer rings are turned
    counter-clockwise and holes clockwise, so that equal shapes have equal bytes.
    """
    simple = shapely.get_type_id(geometries) == _SIMPLE[stored][0]
    if stored == AREA:
        simple &= shapely.get_num_interior_rings(geometries) == 0
    others = np.flatnonzero(~simple & ~shapely.is_missing(geometries))
    joined = [_simple_ewkb(geometries[simple], stored), _any_ewkb(geometries[others])]
    place = np.full(len(geometries), -1, np.int64)
    place[simple] = np.arange(simple.sum())
    place[others] = simple.sum() + np.arange(len(others))
    return pa.concat_arrays(joined).take(pa.array(place, mask=place < 0))


def _any_ewkb(geometries: Geometries) -> pa.Array:
    turned = shapely.orient_polygons(geometries, exterior_cw=False)
    promoted = shapely.set_srid(promote_many(turned), STORAGE_SRID)
    return pa.array(shapely.to_wkb(promoted, include_srid=True, byte_order=1), _BYTES)


def ring_ewkb(rings: Rings) -> pa.Array:
    """Return polygons of one ring, in EPSG:4326, as `stored_ewkb` makes them."""
    return _put_together(rings.positions, rings.counts, AREA)


def _simple_ewkb(geometries: Geometries, stored: str) -> pa.Array:
    """Return the EWKB of points, of single lines, or of polygons without holes."""
    counts = shapely.get_num_coordinates(geometries).astype(np.int64)
    return _put_together(shapely.get_coordinates(geometries), counts, stored)


def _put_together(positions: Positions, counts: Counts, stored: str) -> pa.Array:
    if stored == AREA:
        positions = _counter_clockwise(positions, counts)
    _, whole, part = _SIMPLE[stored]
    heads = np.zeros(len(counts), _LAYOUTS[stored])
    heads["order"], heads["type"], heads["srid"] = 1, whole | _WITH_SRID, STORAGE_SRID
    if stored != POINT:
        heads["parts"], heads["part_order"], heads["part_type"] = 1, 1, part
        heads["positions"] = counts
    if stored == AREA:
        heads["rings"] = 1
    sizes = np.full(len(heads), heads.dtype.itemsize, np.int64)
    bodies = _cut(np.ascontiguousarray(positions), counts * _POSITION_BYTES)
    return pc.binary_join_element_wise(_cut(heads, sizes), bodies, pa.scalar(b"", _BYTES))


def _cut(data: npt.NDArray[np.generic], sizes: Counts) -> pa.Array:
    """Return consecutive pieces of the bytes of `data`."""
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data.view(np.uint8))]
    return pa.Array.from_buffers(_BYTES, len(sizes), buffers)


def _counter_clockwise(positions: Positions, counts: Counts) -> Positions:
    """Return the positions with every clockwise ring turned; `counts` are positions a ring."""
    if not len(counts):
        return positions
    clockwise_rings = twice_areas(positions, counts) < 0
    if not clockwise_rings.any():
        return positions
    ends = np.cumsum(counts)
    starts = ends - counts
    clockwise = np.repeat(clockwise_rings, counts)
    order = np.arange(len(positions))
    order[clockwise] = np.repeat(starts + ends - 1, counts)[clockwise] - order[clockwise]
    return positions[order]
