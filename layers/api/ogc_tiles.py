"""OGC API - Tiles: tile sets of a collection in WebMercatorQuad, and the tile matrix set itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from gis_core.channels import Cost, channel
from gis_core.crs import CRS84_URI
from gis_core.errors import NotFound
from gis_core.tile_grid import WEB_MERCATOR_QUAD_URI, Tile, web_mercator_quad
from layers import selectors, tiles
from layers.api.caching import bytes_response
from layers.api.ogc_documentation import documented
from layers.api.ogc_links import (
    JSON,
    MVT,
    OGC_REL,
    Link,
    address,
    json_answer,
    language_of,
    link,
    self_link,
)
from layers.api.ogc_parameters import check
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.catalogue import MAX_TILE_ZOOM
from layers.layer_facts import facts
from layers.registry import AREA, LINE, POINT
from layers.selectors import ReadableLayer

router = ReadRouter(tags=["ogc"])
SET = "WebMercatorQuad"
_CRS_3857 = "http://www.opengis.net/def/crs/EPSG/0/3857"
_DIMENSION = {POINT: 0, LINE: 1, AREA: 2}
_GONE = ("400", "404")


def _head(request: HttpRequest, entry: ReadableLayer) -> dict[str, Any]:
    return {
        "title": entry.layer.title(language_of(request)),
        "dataType": "vector",
        "crs": _CRS_3857,
        "tileMatrixSetId": SET,
        "tileMatrixSetURI": WEB_MERCATOR_QUAD_URI,
    }


def _set_links(request: HttpRequest, slug: str) -> list[Link]:
    base = address(request, f"/collections/{slug}/tiles/{SET}")
    tile = link(f"{base}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", MVT)
    tilejson = request.build_absolute_uri(f"/tiles/{slug}.json")
    return [
        link(base, "self", JSON),
        link(address(request, f"/tileMatrixSets/{SET}"), f"{OGC_REL}tiling-scheme", JSON),
        {**tile, "templated": True},
        link(tilejson, "describedby", JSON, "TileJSON"),
        link(address(request, f"/collections/{slug}"), f"{OGC_REL}geodata", JSON),
    ]


@router.get(
    "/collections/{slug}/tiles",
    summary="Tile sets of a collection",
    openapi_extra=documented(problems=_GONE),
)
@channel("ogc.tilesets", cost=Cost.DATABASE)
def tilesets(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the list of tile sets: one, in WebMercatorQuad."""
    check(request)
    entry = selectors.layer(actor(request), slug)
    entries = [{**_head(request, entry), "links": _set_links(request, slug)}]
    return json_answer(request, {"links": [self_link(request)], "tilesets": entries})


@router.get(
    f"/collections/{{slug}}/tiles/{SET}",
    summary="A tile set of a collection",
    openapi_extra=documented(problems=_GONE),
)
@channel("ogc.tileset", cost=Cost.DATABASE)
def tileset(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the metadata of the tile set, with the template of its tiles and its TileJSON."""
    check(request)
    entry = selectors.layer(actor(request), slug)
    west, south, east, north = facts(entry).bbox_4326
    return json_answer(
        request,
        {
            **_head(request, entry),
            "boundingBox": {
                "lowerLeft": [west, south],
                "upperRight": [east, north],
                "crs": CRS84_URI,
            },
            "layers": [
                {
                    "id": slug,
                    "title": entry.layer.title(language_of(request)),
                    "dataType": "vector",
                    "geometryDimension": _DIMENSION[entry.layer.geometry_type],
                    "minTileMatrix": str(entry.theme.min_zoom),
                    "maxTileMatrix": str(MAX_TILE_ZOOM),
                }
            ],
            "links": _set_links(request, slug),
        },
    )


@router.get(
    f"/collections/{{slug}}/tiles/{SET}/{{z}}/{{y}}/{{x}}",
    summary="A vector tile of a collection",
    openapi_extra=documented(media_type=MVT, problems=("304", "400", "404", "503")),
)
@channel("ogc.tile", cost=Cost.HEAVY)
def tile(request: HttpRequest, slug: str, z: int, y: int, x: int) -> HttpResponse:
    """Return one Mapbox Vector Tile. The row (y) stands before the column (x) in this standard."""
    check(request)
    place = Tile(z, x, y)
    entry = selectors.layer(actor(request), slug)
    return bytes_response(request, tiles.tile([entry], place, language_of(request)), MVT)


@router.get("/tileMatrixSets", summary="Tile matrix sets", openapi_extra=documented())
@channel("ogc.tile_matrix_sets", cost=Cost.CHEAP)
def tile_matrix_sets(request: HttpRequest) -> HttpResponse:
    """Return the list of tile matrix sets: one."""
    check(request)
    grid = web_mercator_quad()
    here = link(address(request, f"/tileMatrixSets/{SET}"), "self", JSON)
    entry = {"id": SET, "title": grid["title"], "uri": grid["uri"], "links": [here]}
    return json_answer(request, {"tileMatrixSets": [entry]})


@router.get(
    "/tileMatrixSets/{name}", summary="A tile matrix set", openapi_extra=documented(problems=_GONE)
)
@channel("ogc.tile_matrix_set", cost=Cost.CHEAP)
def tile_matrix_set(request: HttpRequest, name: str) -> HttpResponse:
    """Return the definition of WebMercatorQuad."""
    check(request)
    if name != SET:
        raise NotFound
    return json_answer(request, web_mercator_quad())
