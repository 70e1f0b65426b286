"""Areas and lines cut by a drawn line, without a gap between the pieces or beside them. Pure.

The pieces share their new boundary to the last bit. A corner that the cut makes on an old boundary
is also set into the neighbours that pass there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core.crs import VnZone, project
from gis_core.errors import Invalid
from layers.shapes.chains import (
    Position,
    Positions,
    corners,
    is_area,
    metres,
    moved,
    nearest,
    new_position,
    with_corners,
)

_BEYOND = 3.0  # the ends of the line are drawn out by this many times 2 cm: it may end on an edge
_BEYOND_M = 0.06


@dataclass(frozen=True)
class Split:
    """Key → pieces, the largest first; and the neighbours that got a corner of the cut."""

    pieces: Mapping[str, list[BaseGeometry]]
    neighbours: Mapping[str, BaseGeometry]


def split(
    targets: Mapping[str, BaseGeometry],
    line: BaseGeometry,
    others: Mapping[str, BaseGeometry],
    zone: VnZone,
) -> Split:
    """Cut `targets` by `line`; all EPSG:4326, multi-part as they are stored.

    A target that the line does not cut comes back whole, as its only piece. Raises Invalid when
    none is cut or one is not valid.
    """
    known = corners([*targets.values(), *others.values()])
    blade = _settled(shapely.get_coordinates(line), known, zone)
    shapes = {**others, **targets}
    pieces: dict[str, list[BaseGeometry]] = {}
    for key in targets:
        if not shapely.is_valid(shapes[key]):
            raise Invalid(gettext("The outline crosses itself: repair it first."))
        found = _areas(shapes[key], blade, zone) if is_area(shapes[key]) else None
        pieces[key] = found or _lines(shapes[key], blade, zone)
        if len(pieces[key]) > 1:
            fresh = _fresh(pieces[key], shapes[key], blade, zone)
            blade = shapely.get_coordinates(
                with_corners(shapely.multilinestrings([blade]), fresh, zone)
            )
            areas = {name: shape for name, shape in shapes.items() if is_area(shape)}
            shapes |= {name: with_corners(shape, fresh, zone) for name, shape in areas.items()}
        else:
            pieces[key] = [shapes[key]]
    if all(len(found) == 1 for found in pieces.values()):
        raise Invalid(gettext("The line must cross the shape from one side to the other."))
    # A target that was not cut may have taken a corner of one that was.
    pieces |= {key: [shapes[key]] for key, found in pieces.items() if len(found) == 1}
    changed = {key: shapes[key] for key in others if shapes[key] is not others[key]}
    return Split(pieces, changed)


def _settled(line: Positions, known: Positions, zone: VnZone) -> Positions:
    """Return the drawn line on vertices that exist where it was snapped to them."""
    found = nearest(line, known, zone)
    return np.array([found.get((float(x), float(y)), new_position((x, y))) for x, y in line])


def _drawn_out(blade: Positions, zone: VnZone) -> BaseGeometry:
    """Return the line with its ends a few centimetres farther out."""
    places = metres(blade, zone)
    ends = []
    for inner, outer in ((1, 0), (-2, -1)):
        run = places[outer] - places[inner]
        share = _BEYOND_M / max(float(np.hypot(*run)), 1e-9)
        ends.append(blade[outer] + (blade[outer] - blade[inner]) * share)
    return shapely.linestrings(np.vstack([ends[0], blade, ends[1]]))


def _areas(shape: BaseGeometry, blade: Positions, zone: VnZone) -> list[BaseGeometry]:
    cutter = _drawn_out(blade, zone)
    whole: list[BaseGeometry] = []
    pieces: list[BaseGeometry] = []
    for part in shapely.get_parts(shape):
        faces = _faces(part, cutter)
        cut = _tidied(faces, shape, blade, zone) if len(faces) > 1 else []
        if len(cut) > 1:
            pieces += cut
        else:
            whole.append(part)
    pieces.sort(key=lambda piece: -float(shapely.area(project(piece, zone))))
    if not pieces:
        return [shape]
    first = shapely.multipolygons([*shapely.get_parts(pieces[0]), *whole])
    return [first, *pieces[1:]]


def _faces(part: BaseGeometry, cutter: BaseGeometry) -> list[BaseGeometry]:
    lines = shapely.get_parts(shapely.union_all([shapely.boundary(part), cutter]))
    faces = shapely.get_parts(shapely.polygonize(lines))
    return [face for face in faces if shapely.contains_xy(part, *_inside(face))]


def _inside(face: BaseGeometry) -> Position:
    spot = shapely.point_on_surface(face)
    return float(shapely.get_x(spot)), float(shapely.get_y(spot))


def _tidied(
    faces: list[BaseGeometry], shape: BaseGeometry, blade: Positions, zone: VnZone
) -> list[BaseGeometry]:
    """Return the faces with each new vertex on a known one within reach, or rounded."""
    known = np.unique(np.vstack([corners([shape]), blade]), axis=0)
    there = {(float(x), float(y)) for x, y in known}
    fresh = [spot for spot in corners(faces).tolist() if tuple(spot) not in there]
    places = np.array(fresh).reshape(-1, 2)
    # A corner of the shape is nearer than the line that passes beside it.
    targets = {(x, y): new_position((x, y)) for x, y in fresh}
    targets |= nearest(places, blade, zone) | nearest(places, corners([shape]), zone)
    found = [moved(shapely.multipolygons([face]), targets) for face in faces]
    kept = [piece for piece in found if piece is not None and shapely.area(piece) > 0]
    if not all(shapely.is_valid(piece) for piece in kept):
        raise Invalid(gettext("The line runs too close to a boundary: draw it along or apart."))
    return kept


def _fresh(
    pieces: list[BaseGeometry], shape: BaseGeometry, blade: Positions, zone: VnZone
) -> Positions:
    """Return the vertices that the cut has set on the old boundary."""
    there = {(float(x), float(y)) for x, y in corners([shape])}
    found = [spot for spot in corners(pieces).tolist() if tuple(spot) not in there]
    places = np.array(found).reshape(-1, 2)
    if not len(places):
        return places
    outline = shapely.boundary(shape) if is_area(shape) else shape
    near = shapely.dwithin(
        project(outline, zone), shapely.points(metres(places, zone)), _BEYOND_M / _BEYOND
    )
    found_places: Positions = places[near]
    return found_places


def _lines(shape: BaseGeometry, blade: Positions, zone: VnZone) -> list[BaseGeometry]:
    cutter = _drawn_out(blade, zone)
    whole: list[BaseGeometry] = []
    pieces: list[BaseGeometry] = []
    for part in shapely.get_parts(shape):
        spots = _crossings(part, cutter, blade, zone)
        cut = _cut_at(shapely.multilinestrings([part]), spots, zone)
        (pieces.extend(cut) if len(cut) > 1 else whole.append(part))
    pieces.sort(key=lambda piece: -float(shapely.length(project(piece, zone))))
    if not pieces:
        return [shape]
    return [shapely.multilinestrings([*shapely.get_parts(pieces[0]), *whole]), *pieces[1:]]


def _crossings(
    part: BaseGeometry, cutter: BaseGeometry, blade: Positions, zone: VnZone
) -> Positions:
    met = shapely.get_coordinates(shapely.intersection(part, cutter))
    known = nearest(met, blade, zone) | nearest(met, corners([part]), zone)
    spots = {known.get((float(x), float(y)), new_position((x, y))) for x, y in met}
    return np.array(sorted(spots)).reshape(-1, 2)


def _cut_at(shape: BaseGeometry, spots: Positions, zone: VnZone) -> list[BaseGeometry]:
    line = shapely.get_coordinates(with_corners(shape, spots, zone))
    wanted = {(float(x), float(y)) for x, y in spots}
    inner = [n for n in range(1, len(line) - 1) if (float(line[n, 0]), float(line[n, 1])) in wanted]
    bounds = [0, *inner, len(line) - 1]
    return [shapely.multilinestrings([line[start : end + 1]]) for start, end in pairwise(bounds)]
