"""`/api/…` for history: versions of a feature, their differences, restore, undo."""

import json
from decimal import Decimal
from typing import Annotated, Any

import shapely
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema
from pydantic import Field

from gis_core.channels import Audit, Cache, channel
from gis_core.crs import CRS84_URI, SERVICE_CRS
from gis_core.errors import NotFound
from gis_core.models import ChangeSet
from layers import attachments, selectors, undo, versions
from layers.api.caching import bytes_response
from layers.api.change_set_output import attachment
from layers.api.ogc_links import GEOJSON, JSON, Link, link
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.api.viewer import language
from layers.geojson import feature
from layers.selectors import ReadableLayer
from layers.versions import FeatureVersion

router = ReadRouter(tags=["history"])
_Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Reason = Annotated[str, Field(max_length=2000)]


class Restoration(Schema):
    """Which version comes back, and the last one that the caller knows of."""

    version: _Number
    base_version: _Number
    reason: _Reason = ""


class Reason(Schema):
    """Why something is done; kept with the change set."""

    reason: _Reason = ""


class _Encoder(DjangoJSONEncoder):
    """Exact numbers as numbers, as in GeoJSON."""

    def default(self, o: Any) -> Any:
        return float(o) if isinstance(o, Decimal) else super().default(o)


def _answer(request: HttpRequest, body: Any, media_type: str = JSON) -> HttpResponse:
    text = json.dumps(body, cls=_Encoder, ensure_ascii=False)
    return bytes_response(request, text.encode(), media_type)


def _about(item: FeatureVersion) -> dict[str, Any]:
    return {
        "version": item.version,
        "change_set": item.change_set_id,
        "title": item.title,
        "actor": item.actor_name,
        "changed_at": item.changed_at,
        "ended_at": item.ended_at,
        "operation_that_ended": item.operation_that_ended,
    }


@router.get("/layers/{slug}/features/{feature_id}/versions", summary="Versions of a feature")
@channel("api.versions", cache=Cache.NEVER, audit=Audit.READ)
def feature_versions(request: HttpRequest, slug: str, feature_id: str) -> HttpResponse:
    """Return the versions of a feature, newest first, without their geometry."""
    entry = selectors.layer(actor(request), slug)
    found = versions.versions(entry, feature_id)
    scans = attachments.of_sets(entry.actor, {item.change_set_id or 0 for item in found})
    body = {
        "layer": slug,
        "id": str(found[0].feature_id),
        "may": {"restore": undo.may_restore(entry)},
        "versions": [
            {
                **_about(item),
                "values": item.values,
                "attachments": [attachment(row) for row in scans.get(item.change_set_id or 0, [])],
            }
            for item in found
        ],
    }
    return _answer(request, body)


@router.get(
    "/layers/{slug}/features/{feature_id}/versions/{number}", summary="A version of a feature"
)
@channel("api.version", cache=Cache.NEVER, audit=Audit.READ)
def feature_version(request: HttpRequest, slug: str, feature_id: str, number: int) -> HttpResponse:
    """Return one version as a GeoJSON feature; `version` tells who made it, when and why."""
    entry = selectors.layer(actor(request), slug)
    wanted = versions.version(entry, feature_id, number)
    row = versions.version_row(entry, feature_id, number)
    links = _neighbours(request, entry, feature_id, number)
    encoded = feature(entry, row, SERVICE_CRS[CRS84_URI], links)
    if encoded is None:  # hidden between the two questions
        raise NotFound
    return _answer(request, {**json.loads(encoded), "version": _about(wanted)}, GEOJSON)


def _neighbours(
    request: HttpRequest, entry: ReadableLayer, feature_id: str, number: int
) -> list[Link]:
    """Return links to this version and those beside it (relations of RFC 5829)."""
    known = {item.version for item in versions.versions(entry, feature_id)}
    rels = (
        ("self", number),
        ("predecessor-version", number - 1),
        ("successor-version", number + 1),
    )
    place = f"/api/layers/{entry.slug}/features/{feature_id}/versions"
    links = [
        link(request.build_absolute_uri(f"{place}/{other}"), rel, GEOJSON)
        for rel, other in rels
        if other in known
    ]
    return [*links, link(request.build_absolute_uri(place), "version-history", JSON)]


@router.get("/layers/{slug}/features/{feature_id}/diff", summary="What differs between versions")
@channel("api.diff", cache=Cache.NEVER, audit=Audit.READ)
def feature_diff(
    request: HttpRequest,
    slug: str,
    feature_id: str,
    from_: int = Query(..., alias="from", ge=1),  # type: ignore[type-arg]
    to: int = Query(..., ge=1),  # type: ignore[type-arg]
) -> HttpResponse:
    """Return the fields that differ between any two versions, and both shapes if they do."""
    entry = selectors.layer(actor(request), slug)
    old, new = (versions.version(entry, feature_id, number) for number in (from_, to))
    found = versions.difference(entry, old, new, language(request))
    moved = found.geometry_changed
    body = {
        "layer": slug,
        "id": str(old.feature_id),
        "from": _about(old),
        "to": _about(new),
        "fields": [vars(item) for item in found.fields],
        "geometry_changed": moved,
        "geometry_before": _shape(old) if moved else None,
        "geometry_after": _shape(new) if moved else None,
    }
    return _answer(request, body)


def _shape(item: FeatureVersion) -> Any:
    if item.geometry_4326 is None:
        return None
    return json.loads(shapely.to_geojson(shapely.from_wkb(item.geometry_4326)))


@router.post("/layers/{slug}/features/{feature_id}/restore", summary="Restore a version")
@channel("api.restore", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def restore_feature(
    request: HttpRequest, slug: str, feature_id: str, body: Restoration
) -> dict[str, Any]:
    """Make an earlier version of a feature, a deleted one too, its next version."""
    asking = actor(request)
    entry = selectors.layer(asking, slug)
    applied = undo.restore(
        asking,
        entry,
        feature_id,
        body.version,
        base_version=body.base_version,
        reason=body.reason,
        channel=ChangeSet.Channel.API,
    )
    return {
        "change_set": applied.change_set.pk,
        "id": str(applied.feature_ids[0]),
        "version": body.base_version + 1,
    }


@router.post("/change-sets/{change_set_id}/undo", summary="Undo a change set")
@channel("api.undo", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def undo_change_set(request: HttpRequest, change_set_id: int, body: Reason) -> dict[str, Any]:
    """Bring every feature that a change set wrote back to its state before it, or none."""
    applied = undo.undo(actor(request), change_set_id, body.reason, channel=ChangeSet.Channel.API)
    return {
        "change_set": applied.change_set.pk,
        "undone": change_set_id,
        "features": len(applied.feature_ids),
        "layers": [
            {
                "slug": row.slug,
                "title": row.title(language(request)),
                "listed": selectors.listed(row),
            }
            for row in applied.layers
        ],
    }
