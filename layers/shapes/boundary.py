"""A boundary that neighbours share, moved for all of them. Pure.

The editor says how the shape in hand was and how it is; each corner that was moved, set or taken
away is moved, set or taken away in every neighbour that has it, or whose edge passes there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core.crs import VnZone
from gis_core.errors import Invalid
from layers.shapes.chains import (
    TOUCH_M,
    Position,
    Positions,
    chains,
    corners,
    metres,
    moved,
    nearest,
    new_position,
    on_line,
    reshaped,
    with_corners,
)

_SAME_DEG = 1e-8  # what the browser rounds away


@dataclass(frozen=True)
class Edit:
    """One corner: moved (`old`, `new`), taken away (`new` None) or set (`old` None).

    `around` are the corners before and after it.
    """

    old: Position | None
    new: Position | None
    around: tuple[Position, Position]


def follow(
    shape: BaseGeometry,
    wanted: Sequence[Edit],
    others: Mapping[str, BaseGeometry],
    zone: VnZone,
) -> tuple[BaseGeometry, dict[str, BaseGeometry]]:
    """Return the shape in hand and the neighbours that follow it; all EPSG:4326, as stored.

    The corners in `wanted` may be rounded ones. Raises Invalid for a corner that cannot go because
    three boundaries meet in it, and where a shape would cross itself.
    """
    shapes = {"": shape, **others}
    for edit in wanted:
        shapes = _applied(edit, shapes, zone)
    changed = {
        name: found
        for name, found in shapes.items()
        if name and not shapely.equals_identical(found, others[name])
    }
    if not all(shapely.is_valid(found) for found in (shapes[""], *changed.values())):
        raise Invalid(gettext("A boundary would cross itself or another one. Move it less far."))
    return shapes[""], changed


def edits(before: BaseGeometry, after: BaseGeometry) -> list[Edit]:
    """Return what was done to single corners; raises Invalid where it is something else."""
    old, new = chains(before), chains(after)
    if len(old) != len(new):
        raise Invalid(gettext("Only corners can be edited together with the neighbours."))
    return [edit for one, other in zip(old, new, strict=True) for edit in _chain_edits(one, other)]


def _chain_edits(old: Positions, new: Positions) -> list[Edit]:
    closed = bool((old[0] == old[-1]).all())
    if closed:
        old, new = old[:-1], new[:-1]
    if len(old) == len(new):
        away = np.abs(old - new).max(axis=1) > _SAME_DEG
        spots = [int(n) for n in np.flatnonzero(away)]
        return [Edit(_at(old, n), new_position(new[n].tolist()), _beside(old, n, n)) for n in spots]
    fewer = min(len(old), len(new))
    start = _alike(old[:fewer], new[:fewer])
    end = _alike(old[::-1][: fewer - start], new[::-1][: fewer - start])
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    if len(gone) and len(come):
        raise Invalid(gettext("Only corners can be edited together with the neighbours."))
    if len(gone):
        return [
            Edit(_at(old, n), None, _beside(old, n, n)) for n in range(start, start + len(gone))
        ]
    around = _beside(old, start, start - 1)
    return [Edit(None, new_position(spot.tolist()), around) for spot in come]


def _alike(one: Positions, other: Positions) -> int:
    same = np.abs(one - other).max(axis=1) <= _SAME_DEG
    return len(same) if same.all() else int(np.argmin(same))


def _at(line: Positions, n: int) -> Position:
    return float(line[n % len(line), 0]), float(line[n % len(line), 1])


def _beside(line: Positions, first: int, last: int) -> tuple[Position, Position]:
    return _at(line, first - 1), _at(line, last + 1)


def _applied(edit: Edit, shapes: dict[str, BaseGeometry], zone: VnZone) -> dict[str, BaseGeometry]:
    if edit.new is None:
        return {name: _without(shape, edit, zone) for name, shape in shapes.items()}
    every = corners(list(shapes.values()))
    wanted = np.array([edit.new])
    taken = nearest(wanted, every, zone).get(edit.new, edit.new)
    if edit.old is None:
        ends = np.array(edit.around)
        spot = new_position(on_line(ends, wanted[0], zone).tolist())
        # A neighbour's corner inside the edge stays the corner of both.
        shapes = {**shapes, "": with_corners(shapes[""], every, zone)}
    else:
        spot = edit.old
    place = np.array([spot])
    found = {name: with_corners(shape, place, zone) for name, shape in shapes.items()}
    beside = _beside_edges(found, place, zone)
    for name, shape in found.items():
        near = nearest(corners([shape]), place, zone)
        if near:
            shape = with_corners(shape, beside, zone)  # noqa: PLW2901 -- the same shape, noded
            found[name] = moved(shape, dict.fromkeys(near, taken)) or shape
    return {name: with_corners(shape, np.array([taken]), zone) for name, shape in found.items()}


def _beside_edges(shapes: Mapping[str, BaseGeometry], place: Positions, zone: VnZone) -> Positions:
    """Return the corners that lie on edges which end at a place: the edges will turn away there."""
    every = corners(list(shapes.values()))
    near = list(nearest(every, place, zone))
    edges = [
        line[n : n + 2]
        for shape in shapes.values()
        for line in chains(shape)
        for n in range(len(line) - 1)
        if _at(line, n) in near or _at(line, n + 1) in near
    ]
    if not edges:
        return np.empty((0, 2))
    lines_m = shapely.multilinestrings([metres(edge, zone) for edge in edges])
    found: Positions = every[shapely.dwithin(shapely.points(metres(every, zone)), lines_m, TOUCH_M)]
    return found


def _without(shape: BaseGeometry, edit: Edit, zone: VnZone) -> BaseGeometry:
    place = np.array([edit.old])
    near = set(nearest(corners([shape]), place, zone))
    if not near:
        return shape
    sides = metres(np.array(edit.around), zone)

    def change(line: Positions, closed: bool) -> Positions:
        ring = line[:-1] if closed else line
        hits = [n for n in range(len(ring)) if _at(ring, n) in near]
        for n in hits:
            beside = metres(np.array(_beside(ring, n, n)), zone)
            apart = min(np.abs(beside - sides).max(), np.abs(beside[::-1] - sides).max())
            if apart > 2 * TOUCH_M:
                raise Invalid(
                    gettext("Several boundaries meet in this corner: it can be moved, not removed.")
                )
        left = np.delete(ring, hits, axis=0)
        return np.vstack([left, left[:1]]) if closed and len(left) else left

    return reshaped(shape, change) or shape
