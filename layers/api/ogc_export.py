"""A whole layer as one GeoJSON file, streamed."""

from collections.abc import Iterable

from django.http import HttpRequest, StreamingHttpResponse

from gis_core.channels import Cost, channel
from layers import selectors
from layers.api.ogc_documentation import documented
from layers.api.ogc_links import GEOJSON
from layers.api.ogc_parameters import QUERYABLES, SELECTION, selection
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.geojson import feature_collection

router = ReadRouter(tags=["layers"])


@router.get(
    "/layers/{slug}.geojson",
    summary="A whole layer as a file",
    openapi_extra=documented(
        {**SELECTION, "queryables": QUERYABLES},
        media_type=GEOJSON,
        problems=("400", "404", "503"),
    ),
)
@channel("layers.geojson", cost=Cost.HEAVY)
def layer_file(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Return every feature of the layer, or those that bbox, datetime and filter choose."""
    entry = selectors.layer(actor(request), slug)
    asked = selection(request, entry)
    body: Iterable[bytes] = ()
    if request.method != "HEAD":
        body = feature_collection(
            entry,
            asked.rows,
            crs=asked.crs,
            properties=asked.properties,
            opening={"name": entry.slug, "crs_uri": asked.crs.uri},
            closing=lambda count, _last: {"numberReturned": count},
        )
    response = StreamingHttpResponse(body, content_type=GEOJSON)
    response["Content-Disposition"] = f'attachment; filename="{entry.slug}.geojson"'
    response["Content-Crs"] = f"<{asked.crs.uri}>"
    return response
