"""Answers to edits of single features: the feature as it stands now, or what it waits for."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from gis_core.crs import ServiceCrs
from layers import selectors
from layers.api.caching import etag_of
from layers.api.ogc_links import GEOJSON, JSON, address, link
from layers.feature_edit import Outcome
from layers.geojson import feature
from layers.selectors import ReadableLayer

_OK, _CREATED, _ACCEPTED, _NO_CONTENT = 200, 201, 202, 204


def edited(
    request: HttpRequest,
    entry: ReadableLayer,
    done: Outcome,
    crs: ServiceCrs,
    *,
    created: bool = False,
) -> HttpResponse:
    """Return the feature after an edit, in the coordinate system that the client sent."""
    if done.waiting is not None:
        return waiting(request, entry, done)
    where = address(request, f"/collections/{entry.slug}/items/{done.feature_id}")
    rows = selectors.features(entry).filter(pk=done.feature_id)
    version = rows.values_list("version", flat=True).first()
    body = feature(entry, rows, crs, [link(where, "self", GEOJSON)])
    if body is None or version is None:  # an edit of its validity has taken it out of the layer
        response = HttpResponse(status=_CREATED if created else _NO_CONTENT)
    else:
        response = HttpResponse(body, GEOJSON, _CREATED if created else _OK)
        response["ETag"] = etag_of(body, version)
        response["Content-Crs"] = f"<{crs.uri}>"
    if created:
        response["Location"] = where
    return response


def waiting(request: HttpRequest, entry: ReadableLayer, done: Outcome) -> HttpResponse:
    """Return 202: the edit is a change set that somebody else has to approve."""
    assert done.waiting is not None  # noqa: S101 -- the callers have looked
    where = request.build_absolute_uri(f"/api/change-sets/{done.waiting.pk}")
    body = {
        "detail": gettext("Sent for review. It is on the map once it is approved."),
        "change_set": done.waiting.pk,
        "state": done.waiting.state,
        "links": [link(where, "status", JSON)],
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), JSON, _ACCEPTED)
    # QGIS takes the id of a new feature from here, and reads the feature at once.
    response["Location"] = address(request, f"/collections/{entry.slug}/items/{done.feature_id}")
    return response
