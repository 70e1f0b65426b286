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
    with_corners,
)

_HAIR_M = 0.002
_SLIVER_M = 0.05  # a part that is narrower is left over from rounding


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
    known = _spots(shape)
    fresh = {spot: new_position(spot) for spot in _spots(many(parts)) if spot not in known}
    result = moved(many(parts), fresh)
    return result if result is not None and shapely.is_valid(result) else None


def cut_away(
    shape: BaseGeometry, other: BaseGeometry, around: Mapping[str, BaseGeometry], zone: VnZone
) -> Mended | None:
    """Return the shape without what lies in the other one; None when nothing sound is left."""
    left = _areas(shapely.difference(shape, other), zone)
    return None if left is None else _settled(left, [shape, other], around, zone)


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
    return shapely.transform(
        shapely.multipolygons([strip]),
        lambda spots: np.column_stack(to_wgs84(zone, spots[:, 0], spots[:, 1])),
    )


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
) -> Mended | None:
    known = corners([*origins, *around.values()])
    there = {(float(x), float(y)) for x, y in known}
    fresh = [spot for spot in _spots(found) if spot not in there]
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
    parts = [part for part in _singles(found) if is_area(part) and not _is_thin(part, zone)]
    if not parts:
        return None
    return shapely.multipolygons([_without_slits(part, zone) for part in parts])


def _without_slits(part: BaseGeometry, zone: VnZone) -> BaseGeometry:
    rings = shapely.get_rings(part)
    holes = [ring for ring in rings[1:] if not _is_thin(shapely.polygons(ring), zone)]
    return shapely.polygons(rings[0], holes or None)


def _is_thin(area: BaseGeometry, zone: VnZone) -> bool:
    plane = project(area, zone)
    return bool(shapely.area(plane) < _SLIVER_M * shapely.length(plane) / 2)


def _singles(shape: BaseGeometry) -> list[BaseGeometry]:
    # Twice: a collection may hold multi-part shapes.
    return list(shapely.get_parts(shapely.get_parts(shape)))


def _spots(shape: BaseGeometry) -> set[Position]:
    return {(float(x), float(y)) for x, y in corners([shape])}
