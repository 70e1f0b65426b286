"""Shapes that mend what the checks found: repaired, cut from a neighbour, a gap filled. Pure.

All EPSG:4326. New corners are given to every neighbour whose edge passes there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.crs import VnZone, project, to_wgs84
from layers.shapes.chains import (
    Position,
    Positions,
    corners,
    is_area,
    moved,
    nearest,
    new_position,
    spots,
    with_corners,
)
from layers.shapes.slivers import is_sliver, without_slits

_HAIR_M = 0.002


@dataclass(frozen=True)
class Mended:
    """The mended shape, and the neighbours that got a corner of it."""

    shape: BaseGeometry
    neighbours: Mapping[str, BaseGeometry] = field(default_factory=dict)


def repaired(shape: BaseGeometry) -> BaseGeometry | None:
    """Return the valid shape of the same kind that is nearest; None when nothing is left."""
    found = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    wanted = shapely.get_dimensions(shape)
    parts = [part for part in _singles(found) if shapely.get_dimensions(part) == wanted]
    if not parts:
        return None
    many = shapely.multipolygons if is_area(shape) else shapely.multilinestrings
    known = spots([shape])
    fresh = {spot: new_position(spot) for spot in spots([many(parts)]) if spot not in known}
    result = moved(many(parts), fresh)
    return result if result is not None and shapely.is_valid(result) else None


def cut_away(
    shape: BaseGeometry, other: BaseGeometry, around: Mapping[str, BaseGeometry], zone: VnZone
) -> Mended | None:
    """Return the shape without what lies in the other one; None when nothing sound is left."""
    left = _areas(shapely.difference(shape, other), zone)
    return None if left is None else _settled(left, [shape, other], around, zone)


def clipped(
    shape: BaseGeometry, outline: BaseGeometry, around: Mapping[str, BaseGeometry], zone: VnZone
) -> Mended | None:
    """Return what of an area or line lies inside the outline; None when nothing sound is left.

    The outline covers the result exactly: where rounding would let a corner stick out, it keeps
    two millimetres away from the edge.
    """
    for inner in (outline, _shrunk(outline, zone)):
        found = shapely.intersection(shape, inner)
        left = _areas(found, zone) if is_area(shape) else _lines(found)
        mended = None if left is None else _settled(left, [shape], around, zone, within=outline)
        if mended is not None and shapely.covers(outline, mended.shape):
            return mended
    return None


def gap_at(
    shapes: list[BaseGeometry], place: Position, width_m: float, zone: VnZone
) -> BaseGeometry | None:
    """Return the strip between the shapes, narrower than `width_m`, that lies at a place."""
    together = shapely.union_all([project(shape, zone) for shape in shapes])
    mitre = {"join_style": "mitre", "mitre_limit": 3.0}
    wide = shapely.buffer(together, width_m / 2, **mitre)
    closed = shapely.buffer(wide, -width_m / 2, **mitre)
    left = shapely.difference(closed, together)
    # Hairs along straight edges come from the arithmetic; they are no gap.
    thick = shapely.buffer(left, -_HAIR_M, **mitre)
    strips = _singles(shapely.buffer(thick, _HAIR_M, **mitre))
    spot = project(shapely.points(place), zone)
    near = [strip for strip in strips if shapely.dwithin(strip, spot, width_m)]
    if not near:
        return None
    strip = min(near, key=lambda one: float(shapely.distance(one, spot)))
    return _to_degrees(shapely.multipolygons([strip]), zone)


def _to_degrees(shape: BaseGeometry, zone: VnZone) -> BaseGeometry:
    return shapely.transform(
        shape, lambda places: np.column_stack(to_wgs84(zone, places[:, 0], places[:, 1]))
    )


def _shrunk(outline: BaseGeometry, zone: VnZone) -> BaseGeometry:
    return _to_degrees(shapely.buffer(project(outline, zone), -_HAIR_M, join_style="mitre"), zone)


def filled(
    shape: BaseGeometry, gap: BaseGeometry, around: Mapping[str, BaseGeometry], zone: VnZone
) -> Mended | None:
    """Return the shape with a gap beside it added."""
    known = corners([shape, *around.values()])
    strip = moved(gap, nearest(corners([gap]), known, zone))
    if strip is None or not shapely.is_valid(strip):
        return None
    strip = with_corners(strip, corners([shape]), zone)
    own = with_corners(shape, corners([strip]), zone)
    whole = _areas(shapely.union_all([own, strip]), zone)
    return None if whole is None else _settled(whole, [shape, strip], around, zone)


def _settled(
    found: BaseGeometry,
    origins: list[BaseGeometry],
    around: Mapping[str, BaseGeometry],
    zone: VnZone,
    within: BaseGeometry | None = None,
) -> Mended | None:
    """Return the shape with its new corners rounded, or on a known corner within reach.

    A known corner that does not lie `within` is none: a cut would go back to where it began.
    """
    known = corners([*origins, *around.values()])
    if within is not None:
        known = known[shapely.covers(within, shapely.points(known))]
    there = spots([*origins, *around.values()])
    fresh = [spot for spot in spots([found]) if spot not in there]
    places: Positions = np.array(fresh).reshape(-1, 2)
    targets = {spot: new_position(spot) for spot in fresh} | nearest(places, known, zone)
    shape = moved(found, targets)
    if shape is None or not shapely.is_valid(shape):
        return None
    new = np.array(list(targets.values())).reshape(-1, 2)
    changed = {name: with_corners(other, new, zone) for name, other in around.items()}
    kept = {name: other for name, other in changed.items() if other is not around[name]}
    return Mended(shape, kept)


def _areas(found: BaseGeometry, zone: VnZone) -> BaseGeometry | None:
    parts = [part for part in _singles(found) if is_area(part) and not is_sliver(part, zone)]
    if not parts:
        return None
    return shapely.multipolygons([without_slits(part, zone) for part in parts])


def _lines(found: BaseGeometry) -> BaseGeometry | None:
    parts = [part for part in _singles(found) if shapely.get_dimensions(part) == 1]
    if not parts:
        return None
    return shapely.multilinestrings(_singles(shapely.line_merge(shapely.multilinestrings(parts))))


def _singles(shape: BaseGeometry) -> list[BaseGeometry]:
    # Twice: a collection may hold multi-part shapes. Nothing left is an empty part.
    parts = shapely.get_parts(shapely.get_parts(shape))
    return [part for part in parts if not shapely.is_empty(part)]
