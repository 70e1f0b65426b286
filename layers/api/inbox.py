"""`/api/home`: how full the boxes are, one's wards; `/api/change-sets/{id}/conflicts`."""

from typing import Any

import shapely
from django.http import HttpRequest, JsonResponse

from gis_core.channels import Audit, Cache, channel
from layers import change_set_reading, inbox
from layers.api.change_set_output import moment
from layers.api.change_sets import ChangeSetId
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.conflicts import Sides, StepConflict, conflicts
from layers.rebase import plain

router = ReadRouter(tags=["change sets"])


@router.get("/home", summary="How full your boxes are, and your wards")
@channel("api.home", cache=Cache.NEVER, audit=Audit.READ)
def home(request: HttpRequest) -> dict[str, Any]:
    """Return the number of change sets in each box that asks for work, and the wards."""
    who = actor(request)
    change_set_reading.require_account(who)
    return {
        "boxes": inbox.counts(who),
        "wards": [
            {"code": ward.code, "name": ward.name, "bbox_4326": ward.bbox_4326}
            for ward in inbox.my_wards(who)
        ],
    }


@router.get(
    "/change-sets/{int:change_set_id}/conflicts",
    summary="Steps whose features others changed: base, theirs and mine",
)
@channel("api.change_set.conflicts", cache=Cache.NEVER, audit=Audit.READ)
def change_set_conflicts(request: HttpRequest, change_set_id: ChangeSetId) -> JsonResponse:
    """Return each overtaken step field by field, with the three shapes."""
    who = actor(request)
    change_set_reading.require_account(who)
    entry = change_set_reading.find(who, change_set_id)
    steps = [_step(item) for item in conflicts(who, entry)]
    body = {"id": entry.pk, "revision": entry.revision, "steps": steps}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _step(item: StepConflict) -> dict[str, Any]:
    last = item.last
    return {
        "key": item.step.key,
        "layer": item.step.layer.slug,
        "kind": item.step.kind.value,
        "cause": item.cause.value,
        "id": None if item.feature_id is None else str(item.feature_id),
        "version": item.version,
        "choices": item.open_choices,
        "by": last and {"actor": last.actor_name, "title": last.title, "at": moment(last.at)},
        "fields": [_sides(item, sides) for sides in item.fields],
        "geometry": {
            **{side: _shape(getattr(item.shape, side)) for side in ("base", "theirs", "mine")},
            "outcome": item.shape.outcome.value,
        },
    }


def _sides(item: StepConflict, sides: Sides) -> dict[str, Any]:
    label = str(item.step.layer.theme.model._meta.get_field(sides.field).verbose_name)  # type: ignore[union-attr]
    return {
        "field": sides.field,
        "label": label[:1].upper() + label[1:],
        **{side: plain(getattr(sides, side)) for side in ("base", "theirs", "mine")},
        "outcome": sides.outcome.value,
    }


def _shape(shape: Any) -> Any:
    return None if shape is None else shapely.geometry.mapping(shape)
