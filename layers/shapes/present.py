"""The features of a layer as a draft shows them: its steps laid over the stored rows.

Rows come through the read door: what the reader may not see is neither cut nor moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from django.contrib.gis.geos import Polygon
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core.access import STAFF_DATABASE, Action
from gis_core.city import city
from gis_core.crs import STORAGE_SRID
from gis_core.errors import Invalid, NotAllowed, NotFound
from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.feature import Feature
from layers.rebase import shape_of
from layers.selectors import ReadableLayer
from layers.shapes.chains import corners, moved, nearest

MOST_AROUND = 2000
_AROUND_DEG = 0.00001  # about 1 m
_ROUNDED_M = 0.0002  # what nine decimals take away from a corner that was kept in a draft


@dataclass(frozen=True)
class Reference:
    """A feature as an editor names it: its step in the draft, its id on the map, or both."""

    key: str = ""
    feature_id: int | None = None


@dataclass(frozen=True)
class Shown:
    """A feature as the draft shows it; EPSG:4326. Without id and row it is new in the draft.

    `version` is the one that the draft, or a new step of it, starts from.
    """

    name: str
    shape: BaseGeometry
    step: Operation | None = None
    row: Feature | None = None

    @property
    def feature_id(self) -> int | None:
        """Return the id on the map."""
        return self.step.feature_id if self.step else int(self.row.pk) if self.row else None

    @property
    def version(self) -> int | None:
        """Return the version that a step starts from."""
        return self.step.base_version if self.step else self.row.version if self.row else None

    @property
    def called(self) -> str:
        """Return what people call the feature on the map; "" for a new one."""
        return str(self.row) if self.row else ""


class Present:
    """A layer under the steps of a draft."""

    def __init__(self, entry: ReadableLayer, steps: Sequence[Operation]) -> None:
        self.entry = entry
        self.steps = [step for step in steps if step.layer.slug == entry.slug]

    def find(self, references: Sequence[Reference]) -> list[Shown]:
        """Return the named features, in order; raises NotFound when one is not there."""
        ids = [one.feature_id for one in references if one.feature_id is not None]
        rows = selectors.features(self.entry).using(STAFF_DATABASE).filter(pk__in=ids)
        shapes = [shape_of(row.geom) for row in rows]
        steps = {step.key: step for step in self.steps}
        shapes += [steps[one.key].geometry_4326 for one in references if one.key in steps]
        there = [shape for shape in shapes if shape is not None]
        if not there:
            raise NotFound
        around = self.around(shapely.total_bounds(there))
        found = [self._named(around, one) for one in references]
        if len({one.name for one in found}) != len(found):
            raise Invalid(gettext("The same feature was named twice."))
        return found

    def _named(self, around: dict[str, Shown], wanted: Reference) -> Shown:
        for name in (wanted.key, f"#{wanted.feature_id}"):
            if name and name in around:
                return around[name]
        by_id = (one for one in around.values() if one.feature_id == wanted.feature_id)
        found = next(by_id, None) if wanted.feature_id is not None else None
        if found is None:
            raise NotFound
        return found

    def around(self, bounds: Sequence[float]) -> dict[str, Shown]:
        """Return name → feature of everything that meets the box (EPSG:4326) or nearly so.

        A vertex of the draft that is a stored one, rounded on its way through the browser, is the
        stored one again. Raises Invalid where there are too many features.
        """
        west, south, east, north = (float(bound) for bound in bounds)
        sides = (west - _AROUND_DEG, south - _AROUND_DEG, east + _AROUND_DEG, north + _AROUND_DEG)
        box = Polygon.from_bbox(sides)
        box.srid = STORAGE_SRID
        rows = selectors.features(self.entry).using(STAFF_DATABASE)
        stored = list(rows.filter(geom__bboverlaps=box).order_by("pk")[: MOST_AROUND + 1])
        if len(stored) > MOST_AROUND:
            raise Invalid(gettext("There are too many features here: choose a smaller part."))
        shapes = {row.pk: shape_of(row.geom) for row in stored}
        known = corners([shape for shape in shapes.values() if shape is not None])
        by_id = {step.feature_id: step for step in self.steps if step.feature_id is not None}
        found: dict[str, Shown] = {}
        for row in stored:
            step, shape = by_id.get(row.pk), shapes[row.pk]
            if shape is not None and (step is None or _keeps_shape(step)):
                name = step.key if step else f"#{row.pk}"
                found[name] = Shown(name, shape, step, row)
        here = shapely.box(*sides)
        there = {row.pk: row for row in stored}
        for step in self.steps:
            drawn = step.geometry_4326
            if drawn is not None and step.kind is not Kind.DELETE and drawn.intersects(here):
                targets = nearest(corners([drawn]), known, city().zone, _ROUNDED_M)
                shape = moved(drawn, targets) or drawn
                found[step.key] = Shown(step.key, shape, step, there.get(step.feature_id))
        return found

    def may_change(self, feature: Shown) -> bool:
        """Tell whether the reader's grants reach to the place of a feature."""
        if feature.row is None:
            return True
        try:
            changes.require_ward(self.entry.actor, self.entry, feature.row, Action.EDIT)
        except NotAllowed:
            return False
        return True


def _keeps_shape(step: Operation) -> bool:
    return step.kind is not Kind.DELETE and step.geometry_4326 is None
