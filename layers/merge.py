"""Three-way merge of two edits that started from the same version of a feature. Pure.

A field that one side changed is taken from that side; one that both changed to the same value is no
dispute; one that both changed differently is a dispute for a person to settle. A vertex of `mine`
that is a rounded one of the base was not changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.rounded_geometry import restored

GEOMETRY = "geom"  # the name under which a dispute about the geometry is reported
_AREAS = 2  # dimensions


@dataclass(frozen=True)
class State:
    """Values by field name and the geometry (EPSG:4326) of a feature, or of an edit of it.

    An edit may leave fields out, and the geometry: it did not touch them.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    geometry_4326: BaseGeometry | None = None


@dataclass(frozen=True)
class Dispute:
    """A field that both sides changed, each to another value; `field` is GEOMETRY for the shape."""

    field: str
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True)
class Merged:
    """Both edits together: `values` and `geometry` of the whole feature.

    Where there is a dispute they hold what stands there now (theirs), so writing loses nothing.
    `changed` names the fields in which they differ from theirs; GEOMETRY is among them if it does.
    """

    values: dict[str, Any]
    geometry: BaseGeometry | None
    conflicts: tuple[Dispute, ...]
    changed: frozenset[str]


def merge(base: State, theirs: State, mine: State) -> Merged:
    """Merge `mine` into `theirs`; both started from `base`.

    Values are compared with `==`: bring them to the types of the model's fields first.
    """
    values = {**base.values, **theirs.values}
    conflicts: list[Dispute] = []
    changed: set[str] = set()
    for name, wanted in mine.values.items():
        before, now = base.values.get(name), values.get(name)
        if wanted in (before, now):
            continue
        if now == before:
            values[name] = wanted
            changed.add(name)
        else:
            conflicts.append(Dispute(name, before, now, wanted))
    geometry = _merged_geometry(base, theirs, mine, conflicts)
    if geometry is not theirs.geometry_4326 and geometry is not base.geometry_4326:
        changed.add(GEOMETRY)
    return Merged(values, geometry, tuple(conflicts), frozenset(changed))


def _merged_geometry(
    base: State, theirs: State, mine: State, conflicts: list[Dispute]
) -> BaseGeometry | None:
    before, wanted = base.geometry_4326, mine.geometry_4326
    now = before if theirs.geometry_4326 is None else theirs.geometry_4326
    wanted = None if wanted is None else restored(wanted, before)
    if wanted is None or same_shape(wanted, before) or same_shape(wanted, now):
        return now
    if same_shape(now, before):
        return wanted
    conflicts.append(Dispute(GEOMETRY, before, now, wanted))
    return now


def same_shape(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    """Tell whether two geometries have the same vertices, to the last bit.

    Where a ring begins and which way it runs does not count: GeoJSON turns rings. The direction of
    a line counts.
    """
    if one is None or other is None:
        return one is other
    if one.geom_type != other.geom_type:
        return False
    if shapely.get_dimensions(one) == _AREAS:
        one, other = shapely.normalize(one), shapely.normalize(other)
    return bool(shapely.equals_exact(one, other, tolerance=0.0))
