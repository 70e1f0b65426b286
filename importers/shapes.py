"""Shapes of a batch: through the gate, repaired where that keeps their type, ready for COPY."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis_core.geometry_gate import LINES, POINTS, POLYGONS, admit_many, promote_many
from importers.issues import FileRefused
from importers.source_crs import SourceCrs, reachable
from importers.values import spread
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
_POLYGONAL = (3, 6)  # shapely's type ids of Polygon and MultiPolygon
_WKB_KINDS = {1: POINT, 2: LINE, 3: AREA, 4: POINT, 5: LINE, 6: AREA}
_KEPT = frozenset({1, 2, 3, 5, 6})  # flat WKB types that are stored, or a part of one that is
_SINGLE_PARTS = {2: 5, 3: 6}  # a line and a polygon become the only part of a multi-part shape
_EWKB_SRID = 0x20000000
_HEAD = 5  # byte order and type
_END = 1 << 31  # pyarrow 26 miscounts a slice without an end
_BYTES = pa.large_binary()
_HEIGHT_WORDS = (" Z", " M", "ZM", "2.5D", "Measured", "3D")


@dataclass(frozen=True)
class Shapes:
    """`ewkb` of the rows (None where refused), why each was refused, and what was repaired."""

    ewkb: pa.Array
    reasons: npt.NDArray[np.object_]
    repaired: npt.NDArray[np.bool_]


def stored_type(theme: Theme, declared: str, first: bytes | None) -> str:
    """The stored type of a file whose header says `declared`; FileRefused if not the theme's.

    Where the header says nothing, the first shape (WKB) decides.
    """
    plain = declared.removeprefix("2.5D ").removeprefix("3D ").removeprefix("Measured ")
    found = _KINDS.get(plain.split(" ")[0])
    if found is None and first is not None:
        found = _WKB_KINDS.get(int.from_bytes(first[1:5], "little") % 1000 & 0xFF)
    if found is None and len(theme.geometry_types) == 1:
        found = theme.geometry_types[0]
    if found not in theme.geometry_types:
        wanted = ", ".join(theme.geometry_types)
        raise FileRefused(f"{theme.key} holds {wanted}; the file holds {declared}")
    return found


def has_heights(declared: str) -> bool:
    """Tell whether a header declares heights or measures."""
    return any(word in declared for word in _HEIGHT_WORDS)


def read_shapes(wkb: pa.Array, stored: str, crs: SourceCrs) -> Shapes:
    """Let shapes in, repair areas that cross themselves, promote to the stored type."""
    rows = wkb.to_numpy(zero_copy_only=False)
    geometries, reasons = admit_many(rows, allowed=_ALLOWED[stored], limits=crs.limits)
    if stored == POINT:
        several = shapely.get_num_geometries(geometries) > 1
        geometries[several], reasons[several] = None, "several_points"
    repaired = np.zeros(len(rows), dtype=bool)
    if stored == AREA:
        repaired = _repair(geometries, reasons)
    present = np.flatnonzero(~shapely.is_missing(geometries))
    lost = present[~reachable(crs, shapely.bounds(geometries[present]).reshape(-1, 4))]
    geometries[lost], reasons[lost] = None, "out_of_bounds"
    return Shapes(_ewkb(wkb, geometries, repaired, crs.srid), reasons, repaired)


def _ewkb(
    wkb: pa.Array,
    geometries: npt.NDArray[np.object_],
    repaired: npt.NDArray[np.bool_],
    srid: int,
) -> pa.Array:
    """Return the promoted shapes as EWKB, null where there is none.

    Flat shapes that nothing changed keep their bytes behind a new head: encoding them again would
    take a fifth of the time that a file needs on this side.
    """
    heads = pc.binary_slice(wkb, 0, _HEAD).dictionary_encode()
    kinds = [int.from_bytes(head[1:], "little") for head in heads.dictionary.to_pylist()]
    flat = spread([kind in _KEPT for kind in kinds], heads) & ~repaired
    flat &= ~shapely.is_missing(geometries)
    prefixes = pa.array([_prefix(kind, srid) for kind in kinds], _BYTES).take(heads.indices)
    single = pa.array(spread([kind in _SINGLE_PARTS for kind in kinds], heads))
    plain = wkb.cast(_BYTES)
    bodies = pc.if_else(single, plain, pc.binary_slice(plain, _HEAD, _END))
    kept = pc.binary_join_element_wise(prefixes, bodies, pa.scalar(b"", _BYTES))
    others = np.full(len(geometries), None, dtype=object)
    promoted = shapely.set_srid(promote_many(geometries[~flat]), srid)
    others[~flat] = shapely.to_wkb(promoted, include_srid=True, byte_order=1)
    return pc.if_else(pa.array(flat), kept, pa.array(others, _BYTES))


def _prefix(kind: int, srid: int) -> bytes:
    """Return the head of the promoted EWKB of a flat WKB; a single part keeps its own inside."""
    stored = _SINGLE_PARTS.get(kind, kind)
    code = (stored | _EWKB_SRID).to_bytes(4, "little") + srid.to_bytes(4, "little")
    one = (1).to_bytes(4, "little") if kind in _SINGLE_PARTS else b""
    return b"\x01" + code + one


def _repair(
    geometries: npt.NDArray[np.object_], reasons: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    """Replace invalid areas by valid ones; those that would become something else are refused."""
    present = ~shapely.is_missing(geometries)
    invalid = np.flatnonzero(present & ~shapely.is_valid(geometries))
    repaired = np.zeros(len(geometries), dtype=bool)
    if len(invalid):
        mended = shapely.make_valid(geometries[invalid], method="structure", keep_collapsed=False)
        good = np.isin(shapely.get_type_id(mended), _POLYGONAL) & (shapely.area(mended) > 0)
        geometries[invalid] = np.where(good, mended, None)
        reasons[invalid[~good]] = "invalid_shape"
        repaired[invalid[good]] = True
    return repaired
