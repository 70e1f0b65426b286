"""`/tiles/…`: vector tiles of one or several layers, and TileJSON."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from gis_core.channels import Cost, channel
from gis_core.errors import BadRequest
from gis_core.tile_grid import Tile
from layers import selectors, tiles
from layers.api.caching import bytes_response
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.layer_facts import facts

router = ReadRouter(tags=["tiles"])
MVT = "application/vnd.mapbox-vector-tile"
MAX_LAYERS = 24
MAX_ZOOM = 18  # the viewer draws these larger beyond; nothing is gained by tiles below


@router.get("/{slugs}/{z}/{x}/{y}.mvt", summary="Vector tile of one or several layers")
@channel("tiles.mvt", cost=Cost.HEAVY)
def mvt(request: HttpRequest, slugs: str, z: int, x: int, y: int) -> HttpResponse:
    """Return a Mapbox Vector Tile with one MVT layer for each of the comma-separated slugs."""
    names = slugs.split(",")
    if len(names) > MAX_LAYERS:
        raise BadRequest(f"Ask for at most {MAX_LAYERS} layers in one request.")
    address = Tile(z, x, y)
    entries = selectors.recent_layers(actor(request), names)
    language = str(getattr(request, "LANGUAGE_CODE", "vi"))
    return bytes_response(request, tiles.tile(entries, address, language), MVT)


@router.get("/{slug}.json", summary="TileJSON of a layer")
@channel("tiles.tilejson", cost=Cost.DATABASE)
def tilejson(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Return TileJSON 3.0 of one layer."""
    entry = selectors.layer(actor(request), slug)
    language = str(getattr(request, "LANGUAGE_CODE", "vi"))
    box = facts(entry).bbox_4326
    return {
        "tilejson": "3.0.0",
        "scheme": "xyz",
        "name": entry.layer.title(language),
        "description": entry.layer.description(language),
        "attribution": entry.layer.licence,
        "tiles": [request.build_absolute_uri(f"/tiles/{slug}/") + "{z}/{x}/{y}.mvt"],
        "minzoom": entry.theme.min_zoom,
        "maxzoom": MAX_ZOOM,
        "bounds": list(box),
        "center": [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, max(entry.theme.min_zoom, 13)],
        "vector_layers": [
            {
                "id": slug,
                "fields": dict.fromkeys(["class", "label", *entry.theme.tile_fields], "String"),
                "minzoom": entry.theme.min_zoom,
                "maxzoom": MAX_ZOOM,
            }
        ],
    }
