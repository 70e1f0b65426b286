"""OGC API - Features: the collections, which are the layers that the reader may know of."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from gis_core.channels import Cost, channel
from gis_core.crs import CRS84_URI, SERVICE_CRS
from layers import selectors
from layers.api.ogc_documentation import documented
from layers.api.ogc_links import (
    GEOJSON,
    JSON,
    OGC_REL,
    SCHEMA_JSON,
    Link,
    address,
    json_answer,
    language_of,
    link,
    self_link,
)
from layers.api.ogc_parameters import check
from layers.api.ogc_schema import geojson_schema, queryables, schema
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.layer_facts import facts
from layers.selectors import ReadableLayer

router = ReadRouter(tags=["ogc"])
_GONE = ("400", "404")


def collection(request: HttpRequest, entry: ReadableLayer) -> dict[str, Any]:
    """Return the description of one collection; its extent is that of the rows the reader sees."""
    layer, language = entry.layer, language_of(request)
    found: dict[str, Any] = {
        "id": entry.slug,
        "title": layer.title(language),
        "description": layer.description(language),
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [list(facts(entry).bbox_4326)], "crs": CRS84_URI}},
        "crs": list(SERVICE_CRS),
        "storageCrs": CRS84_URI,
        "links": _links(request, entry.slug, layer.title(language)),
    }
    if layer.licence:
        found["license"] = layer.licence
    if layer.source_note or layer.owner_unit:
        found["attribution"] = " · ".join(filter(None, (layer.source_note, layer.owner_unit)))
    return found


def _links(request: HttpRequest, slug: str, title: str) -> list[Link]:
    base = address(request, f"/collections/{slug}")
    whole = request.build_absolute_uri(f"/api/layers/{slug}.geojson")
    return [
        link(base, "self", JSON, title),
        link(f"{base}/items", "items", GEOJSON),
        link(f"{base}/queryables", f"{OGC_REL}queryables", SCHEMA_JSON),
        link(f"{base}/schema", f"{OGC_REL}schema", SCHEMA_JSON),
        link(f"{base}/schema/geojson", "describedby", SCHEMA_JSON),
        link(f"{base}/tiles", f"{OGC_REL}tilesets-vector", JSON),
        link(whole, "enclosure", GEOJSON),
    ]


@router.get("/collections", summary="Collections", openapi_extra=documented())
@channel("ogc.collections", cost=Cost.DATABASE)
def collections(request: HttpRequest) -> HttpResponse:
    """Return every collection that the reader may know of."""
    check(request)
    return json_answer(
        request,
        {
            "links": [self_link(request)],
            "collections": [
                collection(request, entry) for entry in selectors.listed_layers(actor(request))
            ],
        },
    )


@router.get("/collections/{slug}", summary="A collection", openapi_extra=documented(problems=_GONE))
@channel("ogc.collection", cost=Cost.DATABASE)
def one_collection(request: HttpRequest, slug: str) -> HttpResponse:
    """Return one collection; 404 alike where there is none and where it is hidden."""
    check(request)
    return json_answer(request, collection(request, selectors.layer(actor(request), slug)))


@router.get(
    "/collections/{slug}/queryables",
    summary="What a filter may name",
    openapi_extra=documented(media_type=SCHEMA_JSON, problems=_GONE),
)
@channel("ogc.queryables", cost=Cost.DATABASE)
def collection_queryables(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the queryables as JSON Schema."""
    check(request)
    entry = selectors.layer(actor(request), slug)
    body = queryables(entry, address(request, f"/collections/{slug}/queryables"), request)
    return json_answer(request, body, SCHEMA_JSON)


@router.get(
    "/collections/{slug}/schema",
    summary="What a feature holds",
    openapi_extra=documented(media_type=SCHEMA_JSON, problems=_GONE),
)
@channel("ogc.schema", cost=Cost.DATABASE)
def collection_schema(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the schema of the features as JSON Schema (OGC API - Features, Part 5)."""
    check(request)
    entry = selectors.layer(actor(request), slug)
    body = schema(entry, address(request, f"/collections/{slug}/schema"), request)
    return json_answer(request, body, SCHEMA_JSON)


@router.get(
    "/collections/{slug}/schema/geojson",
    summary="What a feature holds, as GeoJSON",
    openapi_extra=documented(media_type=SCHEMA_JSON, problems=_GONE),
)
@channel("ogc.schema.geojson", cost=Cost.DATABASE)
def feature_schema(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the JSON Schema of the GeoJSON of one feature."""
    check(request)
    entry = selectors.layer(actor(request), slug)
    body = geojson_schema(entry, address(request, f"/collections/{slug}/schema/geojson"), request)
    return json_answer(request, body, SCHEMA_JSON)
