"""`/api/shapes`: split, merge and shared boundaries for the drafts of editors; nothing is written.

The body carries the steps of the draft, so that the tools see what the editor sees.
"""

from typing import Annotated, Any

import shapely
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from gis_core import geometry_gate
from gis_core.access import Actor
from gis_core.channels import Audit, Cache, channel
from layers import change_set_reading, selectors
from layers.api.change_set_input import (
    Latitude,
    Longitude,
    OperationIn,
    feature_number,
    operation,
    require_flat,
)
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.draft_steps import MOST_OPERATIONS
from layers.shapes import tools
from layers.shapes.fixes import Fault, fixes
from layers.shapes.present import Present, Reference
from layers.shapes.tools import Answer, Reshaped
from layers.shapes.ways import Fix

router = ReadRouter(tags=["shapes"])
_MOST_TARGETS = 50


class ReferenceIn(Schema):
    """A feature: the key of its step in the draft, its id on the map, or both."""

    key: Annotated[str, Field(max_length=64)] = ""
    id: Annotated[str, Field(max_length=20)] | None = None

    def reference(self) -> Reference:
        """Return it for the tools; raises NotFound for an id that is none."""
        return Reference(self.key, None if self.id is None else feature_number(self.id))


class ShapesIn(Schema):
    """The layer, the features to work on and the draft's steps in the layer."""

    layer: Annotated[str, Field(max_length=80)]
    targets: Annotated[list[ReferenceIn], Field(min_length=1, max_length=_MOST_TARGETS)]
    operations: Annotated[list[OperationIn], Field(max_length=MOST_OPERATIONS)] = []

    def present(self, who: Actor) -> Present:
        """Return the layer under the draft; raises NotFound, GeometryRefused, Invalid."""
        entry = selectors.layer(who, self.layer)
        steps = [operation(who, sent, sent.key) for sent in self.operations]
        return Present(entry, steps)

    def references(self) -> list[Reference]:
        """Return the features to work on."""
        return [one.reference() for one in self.targets]


class FaultIn(Schema):
    """A problem that the checks found in one of the steps."""

    operations: Annotated[list[OperationIn], Field(max_length=MOST_OPERATIONS)]
    key: Annotated[str, Field(max_length=64)]
    code: Annotated[str, Field(max_length=40)]
    field: Annotated[str, Field(max_length=80)] = ""
    place: tuple[Longitude, Latitude] | None = None


class SplitIn(ShapesIn):
    """`line` is a GeoJSON LineString in WGS 84."""

    line: dict[str, Any]


class MergeIn(ShapesIn):
    """The first target stays. `apart` allows features that do not touch."""

    apart: bool = False


class BoundaryIn(ShapesIn):
    """The shape of the one target as it was drawn and as it is now: GeoJSON areas in WGS 84."""

    before: dict[str, Any]
    after: dict[str, Any]


@router.post("/shapes/split", summary="Cut features by a line, for a draft")
@channel("api.shapes.split", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def split(request: HttpRequest, body: SplitIn) -> dict[str, Any]:
    """Return the pieces, and the neighbours that get a corner of the cut."""
    present = body.present(_writer(request))
    require_flat(body.line)
    line = geometry_gate.admit(body.line, allowed=frozenset({"LineString"}))
    answer = tools.split_features(present, body.references(), line)
    fields = {"not_copied": tools.not_copied(present.entry)}
    return {**_answer(answer), **fields, "to_check": tools.measured(present.entry)}


@router.post("/shapes/merge", summary="Make touching features one, for a draft")
@channel("api.shapes.merge", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def merge(request: HttpRequest, body: MergeIn) -> dict[str, Any]:
    """Return the shape of the first feature with the others in it, and neighbours that follow."""
    present = body.present(_writer(request))
    answer = tools.merge_features(present, body.references(), apart=body.apart)
    return {**_answer(answer), "to_check": tools.measured(present.entry)}


@router.post("/shapes/boundary", summary="Move a boundary with all who share it, for a draft")
@channel("api.shapes.boundary", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def boundary(request: HttpRequest, body: BoundaryIn) -> dict[str, Any]:
    """Return the one target and its neighbours with the corners that differ in `after`."""
    present = body.present(_writer(request))
    shapes = [_area(sent) for sent in (body.before, body.after)]
    return _answer(tools.move_boundary(present, body.references()[0], *shapes))


@router.post("/checks/fix", summary="Ways to mend a problem of a draft")
@channel("api.checks.fix", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def fix(request: HttpRequest, body: FaultIn) -> dict[str, Any]:
    """Return the ways that there are, as shapes and values; without one, what a person can do."""
    who = _writer(request)
    steps = [operation(who, sent, sent.key) for sent in body.operations]
    fault = Fault(body.key, body.code, body.field, body.place)
    ways = fixes(steps, fault)
    return {"fixes": [_fix(one) for one in ways.fixes], "advice": ways.advice}


def _fix(one: Fix) -> dict[str, Any]:
    updates = [_reshaped(found) for found in one.updates]
    return {"kind": one.kind, "label": one.label, "updates": updates, "values": dict(one.values)}


def _area(sent: dict[str, Any]) -> BaseGeometry:
    require_flat(sent)
    return geometry_gate.promote(geometry_gate.admit(sent, allowed=geometry_gate.POLYGONS))


def _writer(request: HttpRequest) -> Actor:
    who = actor(request)
    change_set_reading.require_account(who)
    return who


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "updates": [_reshaped(one) for one in answer.updates],
        "creates": [_reshaped(one) for one in answer.creates],
        "left_out": answer.left_out,
    }


def _reshaped(one: Reshaped) -> dict[str, Any]:
    feature = one.feature
    return {
        "key": feature.step.key if feature.step else None,
        "id": None if feature.feature_id is None else str(feature.feature_id),
        "version": feature.version,
        "geometry": geojson(one.shape),
        "before": one.before,
        "after": one.after,
        "neighbour": one.neighbour,
    }


def geojson(shape: BaseGeometry) -> dict[str, Any]:
    """Return the shape with every digit: neighbours stay equal to the last bit."""
    return dict(mapping(shapely.force_2d(shape)))
