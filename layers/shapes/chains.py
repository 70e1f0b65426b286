"""Vertices of lines and areas: found again within a tolerance, moved, set into edges. Pure.

Shapes are EPSG:4326; tolerances are metres in a zone. A vertex that exists keeps its coordinates to
the last bit, so that neighbours stay equal along their boundary; a new one is rounded once, here,
to a tenth of a millimetre, and then given to everybody who has an edge there.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.crs import VnZone, from_wgs84

Positions = npt.NDArray[np.float64]  # (n, 2): longitude, latitude
Position = tuple[float, float]
NEW_DECIMALS = 9  # of a degree, about 0.1 mm
# What visitors read is rounded to seven decimals: up to 0.8 cm beside the stored corner.
TOUCH_M = 0.02
_AREAS = 2  # dimensions
_FEWEST = {True: 4, False: 2}  # positions of a ring, which is closed, and of a line


def metres(positions: Positions, zone: VnZone) -> Positions:
    """Return eastings and northings in `zone`."""
    return np.column_stack(from_wgs84(zone, positions[:, 0], positions[:, 1]))


def is_area(shape: BaseGeometry) -> bool:
    """Tell areas from lines and points."""
    return bool(shapely.get_dimensions(shape) == _AREAS)


def corners(shapes: Sequence[BaseGeometry]) -> Positions:
    """Return the different vertices of all shapes."""
    if not shapes:
        return np.empty((0, 2))
    found: Positions = np.unique(shapely.get_coordinates(list(shapes)), axis=0)
    return found


def spots(shapes: Sequence[BaseGeometry]) -> set[Position]:
    """Return the different vertices of all shapes, to be looked up."""
    return {(float(x), float(y)) for x, y in corners(shapes)}


def chains(shape: BaseGeometry) -> list[Positions]:
    """Return the positions of each ring or line, in their order; rings are closed."""
    parts = shapely.get_parts(shape)
    lines = shapely.get_rings(parts) if is_area(shape) else parts
    return [shapely.get_coordinates(line) for line in lines]


def on_line(ends: Positions, position: Positions, zone: VnZone) -> Positions:
    """Return the point between two ends that is nearest to a position."""
    (start, end), place = metres(ends, zone), metres(position[None, :], zone)[0]
    run = end - start
    share = float(np.clip(((place - start) * run).sum() / max((run**2).sum(), 1e-12), 0.05, 0.95))
    found: Positions = ends[0] + (ends[1] - ends[0]) * share
    return found


def new_position(position: Sequence[float]) -> Position:
    """Return the coordinates under which a new vertex is kept."""
    return round(float(position[0]), NEW_DECIMALS), round(float(position[1]), NEW_DECIMALS)


def nearest(
    positions: Positions, known: Positions, zone: VnZone, reach_m: float = TOUCH_M
) -> dict[Position, Position]:
    """Return position → the nearest known vertex within reach; those without one are left out."""
    if not len(positions) or not len(known):
        return {}
    tree = shapely.STRtree(shapely.points(metres(known, zone)))
    pairs = tree.query_nearest(
        shapely.points(metres(positions, zone)), max_distance=reach_m, all_matches=False
    )
    return {
        (float(positions[one, 0]), float(positions[one, 1])): (
            float(known[other, 0]),
            float(known[other, 1]),
        )
        for one, other in pairs.T
    }


def reshaped(
    shape: BaseGeometry, change: Callable[[Positions, bool], Positions]
) -> BaseGeometry | None:
    """Return the shape with each line or ring changed; None when nothing of it is left.

    `change` takes positions and whether they close; equal neighbours are dropped afterwards, and
    lines or rings that are then too short.
    """
    if is_area(shape):
        parts = [_polygon(part, change) for part in shapely.get_parts(shape)]
        areas = [part for part in parts if part is not None]
        return shapely.multipolygons(areas) if areas else None
    lines = [_chain(part, change, closed=False) for part in shapely.get_parts(shape)]
    kept = [shapely.linestrings(line) for line in lines if line is not None]
    return shapely.multilinestrings(kept) if kept else None


def _polygon(part: Any, change: Callable[[Positions, bool], Positions]) -> BaseGeometry | None:
    outer = _chain(part.exterior, change, closed=True)
    if outer is None:
        return None
    holes = [_chain(ring, change, closed=True) for ring in part.interiors]
    return shapely.polygons(outer, [ring for ring in holes if ring is not None] or None)


def _chain(
    line: Any, change: Callable[[Positions, bool], Positions], *, closed: bool
) -> Positions | None:
    found = change(shapely.get_coordinates(line), closed)
    kept = np.r_[True, (found[1:] != found[:-1]).any(axis=1)] if len(found) else []
    found = found[kept]
    return found if len(found) >= _FEWEST[closed] else None


def moved(shape: BaseGeometry, targets: Mapping[Position, Position]) -> BaseGeometry | None:
    """Return the shape with vertices replaced; the keys are exact coordinates."""
    if not targets:
        return shape

    def change(line: Positions, _closed: bool) -> Positions:
        return np.array([targets.get((float(x), float(y)), (x, y)) for x, y in line])

    return reshaped(shape, change)


def with_corners(
    shape: BaseGeometry, positions: Positions, zone: VnZone, reach_m: float = TOUCH_M
) -> BaseGeometry:
    """Return the shape with each position set into the edge that passes it within reach.

    Where a vertex is within reach already nothing is set. The same object comes back unchanged
    when no edge takes anything.
    """
    if not len(positions):
        return shape
    places = metres(positions, zone)
    outline = shapely.boundary(shape) if is_area(shape) else shape
    near = shapely.dwithin(
        shapely.transform(outline, lambda line: metres(line, zone)),
        shapely.points(places),
        reach_m,
    )
    if not near.any():
        return shape
    taken = [False]

    def change(line: Positions, _closed: bool) -> Positions:
        for position, place in zip(positions[near], places[near], strict=True):
            at = _edge(metres(line, zone), place, reach_m)
            if at is not None:
                line = np.insert(line, at, position, axis=0)
                taken[0] = True
        return line

    found = reshaped(shape, change)
    return found if found is not None and taken[0] else shape


def _edge(line_m: Positions, place_m: Positions, reach_m: float) -> int | None:
    """Return where in the line a vertex belongs; None when one is there or no edge passes."""
    if (np.hypot(*(line_m - place_m).T) <= reach_m).any():
        return None
    start, run = line_m[:-1], np.diff(line_m, axis=0)
    length = np.maximum((run**2).sum(axis=1), np.finfo(float).tiny)
    along = np.clip(((place_m - start) * run).sum(axis=1) / length, 0, 1)
    away = np.hypot(*(start + along[:, None] * run - place_m).T)
    best = int(np.argmin(away))
    return best + 1 if away[best] <= reach_m else None
