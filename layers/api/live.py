"""`/api/live`: what open maps ask every second or so."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Query

from gis_core.channels import Cache, Cost, channel
from gis_core.errors import BadRequest
from layers import live
from layers.api.ogc_links import JSON
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.presence import Mark

router = ReadRouter(tags=["viewer"])
_LONGEST = 18  # digits of a cursor


@router.get("/live", summary="What changed on the map since the last answer")
@channel("api.live", cache=Cache.NEVER, cost=Cost.CHEAP)
def recent(request: HttpRequest, since: str = Query("")) -> HttpResponse:  # type: ignore[type-arg]
    """Return places where something was written since the cursor of the last answer."""
    since = request.GET.get("since", "")  # the short way does not parse the query
    if since and not (since.isascii() and since.isdigit() and len(since) <= _LONGEST):
        raise BadRequest(gettext("since: send the cursor of the last answer, or leave it out."))
    found = live.news(actor(request), int(since) if since else None)
    body: dict[str, Any] = {
        "cursor": str(found.cursor),
        "layers": found.layers,
        "changes": [
            {
                "layer": change.layer,
                "bbox_4326": [round(value, 7) for value in change.bbox_4326],
                "at": str(change.at_us),
            }
            for change in found.changes
        ],
    }
    if found.soon:
        body["soon"] = True
    if found.editing:
        body["editing"] = [_mark(mark) for mark in found.editing]
    return HttpResponse(json.dumps(body), JSON)


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "layer": mark.layer,
        "id": None if mark.feature_id is None else str(mark.feature_id),
        "name": mark.name,
        "bbox_4326": [round(value, 7) for value in mark.bbox_4326],
    }
