"""`/api/presence`: a page of the workspace says what it holds; `/api/live` tells others."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from gis_core.channels import Audit, Cache, channel
from gis_core.errors import BadRequest
from layers import presence, selectors
from layers.api.change_set_input import Latitude, Longitude
from layers.api.service import actor
from layers.change_set_reading import require_account

router = Router(tags=["viewer"])
Page = Annotated[str, Field(pattern=r"^[0-9a-z-]{1,40}$")]


class HeldIn(Schema):
    """A feature of a layer, or the box of a new one in degrees: west, south, east, north."""

    layer: Annotated[str, Field(max_length=80)]
    id: Annotated[str, Field(max_length=20)] | None = None
    bbox_4326: tuple[Longitude, Latitude, Longitude, Latitude] | None = None


@router.put("/presence/{page}", summary="Say what you are editing")
@channel("api.presence.hold", cache=Cache.NEVER, audit=Audit.WRITE, methods=("PUT",))
def hold(request: HttpRequest, page: Page, body: HeldIn) -> HttpResponse:
    """Note it for half a minute."""
    who = actor(request)
    require_account(who)
    if body.bbox_4326 is not None:
        west, south, east, north = body.bbox_4326
        if west > east or south > north:
            raise BadRequest("bbox_4326: west, south, east, north in degrees.")
    presence.hold(selectors.layer(who, body.layer), page, body.id, body.bbox_4326)
    return HttpResponse(status=204)


@router.delete("/presence/{page}", summary="Say that you are editing nothing any more")
@channel("api.presence.release", cache=Cache.NEVER, audit=Audit.WRITE, methods=("DELETE",))
def release(request: HttpRequest, page: Page) -> HttpResponse:
    """Forget it."""
    who = actor(request)
    require_account(who)
    presence.release(who, page)
    return HttpResponse(status=204)
