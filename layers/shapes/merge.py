"""Touching areas or lines made one, without slivers where they met. Pure.

Gaps of a few centimetres between them are closed: vertices of the later ones move onto those of the
first, and third neighbours that share them follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core.crs import VnZone
from gis_core.errors import Invalid
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
from layers.shapes.slivers import SLIVER_M, without_slits


@dataclass(frozen=True)
class Merged:
    """The one shape, and the neighbours that follow a vertex that moved or was set."""

    shape: BaseGeometry
    neighbours: Mapping[str, BaseGeometry]


def merge(
    targets: Mapping[str, BaseGeometry],
    others: Mapping[str, BaseGeometry],
    zone: VnZone,
    *,
    apart: bool = False,
) -> Merged:
    """Make the targets one shape (EPSG:4326, multi-part as stored).

    The first keeps its vertices. Raises Invalid for shapes that do not touch along a line, unless
    `apart` allows several parts, and for shapes that cross themselves.
    """
    shapes = list(targets.values())
    if not all(shapely.is_valid(shape) for shape in shapes):
        raise Invalid(gettext("The outline crosses itself: repair it first."))
    joined, moves, fresh = _joined(shapes, zone)
    whole = _whole_area(joined, zone) if is_area(shapes[0]) else _whole_line(joined)
    if shapely.get_num_geometries(whole) > 1 and not apart:
        raise Invalid(
            gettext("These features do not touch each other along a boundary."), [{"code": "apart"}]
        )
    there = spots([*joined, *others.values()])
    crossings = [spot for spot in map(tuple, corners([whole]).tolist()) if spot not in there]
    rounded = {spot: new_position(spot) for spot in crossings}
    whole = moved(whole, rounded) or whole
    if not shapely.is_valid(whole):
        raise Invalid(gettext("The shapes lie too close to each other to be merged."))
    set_in = np.array([*map(list, rounded.values()), *fresh.tolist()]).reshape(-1, 2)
    changed = {}
    for name, shape in others.items():
        if is_area(shape):
            found = with_corners(moved(shape, moves) or shape, set_in, zone)
            if not shapely.equals_identical(found, shape):
                changed[name] = found
    return Merged(whole, changed)


def _joined(
    shapes: list[BaseGeometry], zone: VnZone
) -> tuple[list[BaseGeometry], dict[Position, Position], Positions]:
    """Return the shapes with the same vertices where they meet; the moves; what was set into edges.

    Vertices of an earlier shape stay where they are.
    """
    done: list[BaseGeometry] = []
    moves: dict[Position, Position] = {}
    fresh: list[Positions] = []
    for shape in shapes:
        own = corners([shape])
        near = nearest(own, corners(done), zone, SLIVER_M)
        steps = {old: new for old, new in near.items() if old != new}
        moves |= steps
        shape = moved(shape, steps) or shape  # noqa: PLW2901 -- the same shape, settled
        if is_area(shape):
            before = spots([shape])
            shape = with_corners(shape, corners(done), zone, SLIVER_M)  # noqa: PLW2901
            fresh.append(_new_ones(corners([shape]), before))
            for n, other in enumerate(done):
                there = spots([other])
                done[n] = with_corners(other, corners([shape]), zone, SLIVER_M)
                fresh.append(_new_ones(corners([done[n]]), there))
        done.append(shape)
    return done, moves, np.vstack(fresh) if fresh else np.empty((0, 2))


def _new_ones(positions: Positions, known: set[Position]) -> Positions:
    found = [spot for spot in positions.tolist() if tuple(spot) not in known]
    return np.array(found).reshape(-1, 2)


def _whole_area(shapes: list[BaseGeometry], zone: VnZone) -> BaseGeometry:
    parts = shapely.get_parts(shapely.union_all(shapes))
    return shapely.multipolygons(
        [without_slits(part, zone) for part in parts if shapely.get_dimensions(part) > 1]
    )


def _whole_line(shapes: list[BaseGeometry]) -> BaseGeometry:
    found = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(shapes)))
    return shapely.multilinestrings(shapely.get_parts(found))
