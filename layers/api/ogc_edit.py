"""OGC API - Features, Part 4: features are created, replaced and deleted; and what may be asked.

QGIS is the client that this is measured by: it sends no If-Match, so PUT is merged with what others
did since the version in `_version`, and OPTIONS names PUT but not PATCH.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import Action
from gis_core.channels import Audit, Cache, Cost, channel
from gis_core.crs import STORAGE_SRID
from gis_core.errors import ConditionNeeded, NotFound
from gis_core.models import ChangeSet
from layers import feature_edit, proposals, selectors
from layers.api.feature_body import GEOJSON_TYPES, Sent, read_feature
from layers.api.feature_edit_answers import edited, waiting
from layers.api.ogc_edit_documentation import CREATE, DELETE, REPLACE
from layers.api.ogc_items import router
from layers.api.ogc_parameters import check
from layers.api.preconditions import versions_matched
from layers.api.service import actor
from layers.feature_edit import Wanted
from layers.selectors import ReadableLayer

_OGC = ChangeSet.Channel.OGC.value
_READ = ("GET", "HEAD", "OPTIONS")


def _editable(request: HttpRequest, slug: str) -> ReadableLayer:
    entry = selectors.layer(actor(request), slug)
    access.require(entry.actor, Action.EDIT, entry.theme.key, entry.slug)
    return entry


@router.post("/collections/{slug}/items", summary="Add a feature", openapi_extra=CREATE)
@channel("ogc.items.create", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def create_item(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a feature; 201 and its address, or 202 where it waits for review."""
    check(request, ("crs",))
    entry = _editable(request, slug)
    sent = read_feature(request, entry.layer.geometry_type, GEOJSON_TYPES)
    done = feature_edit.create(entry, _wanted(sent), channel=_OGC)
    return edited(request, entry, done, sent.crs, created=True)


@router.put(
    "/collections/{slug}/items/{feature_id}", summary="Replace a feature", openapi_extra=REPLACE
)
@channel("ogc.item.replace", cache=Cache.NEVER, audit=Audit.WRITE, methods=("PUT",))
def replace_item(request: HttpRequest, slug: str, feature_id: str) -> HttpResponse:
    """Replace the properties that are named and the geometry, merged with others' changes."""
    check(request, ("crs",))
    entry = _editable(request, slug)
    sent = read_feature(request, entry.layer.geometry_type, GEOJSON_TYPES)
    proposed = proposals.pending(entry, feature_id)
    if proposed is not None:
        return waiting(request, entry, feature_edit.revise(entry, proposed, _wanted(sent)))
    row = selectors.feature(entry, feature_id)
    base = sent.version
    versions = versions_matched(request)
    if versions is not None:
        feature_edit.require_version(row, versions)
        base = row.version
    if base is None:
        raise ConditionNeeded(
            gettext("Send “_version” as it was read, or If-Match with the ETag of the feature.")
        )
    done = feature_edit.replace(
        entry, feature_id, _wanted(sent), base, channel=_OGC, exactly=versions is not None
    )
    return edited(request, entry, done, sent.crs)


@router.delete(
    "/collections/{slug}/items/{feature_id}", summary="Delete a feature", openapi_extra=DELETE
)
@channel("ogc.item.delete", cache=Cache.NEVER, audit=Audit.WRITE, methods=("DELETE",))
def delete_item(request: HttpRequest, slug: str, feature_id: str) -> HttpResponse:
    """Delete a feature; its versions stay in history, from where it can be restored."""
    check(request)
    entry = _editable(request, slug)
    proposed = proposals.pending(entry, feature_id)
    if proposed is not None:
        proposals.take_back(entry, proposed)
        return HttpResponse(status=204)
    done = feature_edit.remove(entry, feature_id, versions_matched(request), channel=_OGC)
    return HttpResponse(status=204) if done.waiting is None else waiting(request, entry, done)


def _wanted(sent: Sent) -> Wanted:
    return Wanted(sent.properties, sent.geometry_4326, sent.crs.srid != STORAGE_SRID)


def _allowed(request: HttpRequest, slug: str, methods: tuple[str, ...]) -> HttpResponse:
    response = HttpResponse(status=204)
    try:
        entry = selectors.layer(actor(request), slug)
        edits = access.may(entry.actor, Action.EDIT, entry.theme.key, entry.slug)
    except NotFound:  # answered like a layer that one may only read
        edits = False
    response["Allow"] = ", ".join((*_READ, *methods) if edits else _READ)
    if edits and "POST" in methods:
        response["Accept-Post"] = ", ".join(GEOJSON_TYPES)
    return response


@router.api_operation(["OPTIONS"], "/collections/{slug}/items", include_in_schema=False)
@channel("ogc.items.options", cost=Cost.DATABASE, methods=("OPTIONS",))
def items_options(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the methods of a collection's items: QGIS asks before it offers to edit."""
    return _allowed(request, slug, ("POST",))


@router.api_operation(
    ["OPTIONS"], "/collections/{slug}/items/{feature_id}", include_in_schema=False
)
@channel("ogc.item.options", cost=Cost.DATABASE, methods=("OPTIONS",))
def item_options(request: HttpRequest, slug: str, feature_id: str) -> HttpResponse:
    """Return the methods of a feature; the same whether it exists or not."""
    return _allowed(request, slug, ("PUT", "DELETE"))
