"""`/api/layers/…` for the attribute table: rows, and many features at once by their ids."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from gis_core.channels import Audit, Cache, channel
from gis_core.crs import CRS84_URI, SERVICE_CRS
from layers import geojson, selectors
from layers.api.reading import ReadRouter
from layers.api.service import actor

router = ReadRouter(tags=["viewer"])
MOST_IDS = 1000
FeatureId = Annotated[str, Field(pattern=r"^[0-9]{1,16}$")]
Ids = Annotated[list[FeatureId], Field(max_length=MOST_IDS)]


class FeaturesIn(Schema):
    """Which features to bring; more than fit into an address, so they are sent."""

    ids: Ids


@router.post("/layers/{slug}/features", summary="Many features of a layer by their ids")
@channel("api.features", cache=Cache.NEVER, audit=Audit.READ, methods=("POST",))
def features(request: HttpRequest, slug: str, body: FeaturesIn) -> HttpResponse:
    """Return a FeatureCollection as `/ogc/collections/{slug}/items` gives it, by id.

    What is missing or hidden is not among them.
    """
    entry = selectors.layer(actor(request), slug)
    rows = selectors.features(entry).filter(pk__in=[int(text) for text in body.ids])
    pieces = geojson.feature_collection(
        entry,
        rows.order_by("pk"),
        crs=SERVICE_CRS[CRS84_URI],
        properties=geojson.properties_of(entry),
        opening={},
        closing=lambda _count, _last: {},
    )
    return HttpResponse(b"".join(pieces), content_type="application/geo+json")
