"""Tiles of rasters and the value under a click."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import Path, Query, Schema
from pydantic import Field

from gis_core.channels import Cost, channel
from gis_core.tile_grid import Tile
from layers import raster_tiles, selectors
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.api.viewer import language

router = ReadRouter(tags=["rasters"])

Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
Slug = Annotated[str, Path(pattern=r"^[-a-zA-Z0-9_]{1,80}$")]


class RasterValueOut(Schema):
    """The value at a position; null outside the raster and where it holds nothing."""

    value: float | None = Field(description="In `unit`; null where the raster holds nothing")
    unit: str
    label: str | None = Field(description="The legend's class or step that holds the value")


@router.get("/tiles/rasters/{slug}/{int:z}/{int:x}/{int:y}.png", summary="A tile of a raster")
@channel("raster.tile", cost=Cost.HEAVY)
def raster_tile(request: HttpRequest, slug: Slug, z: int, x: int, y: int) -> HttpResponse:
    """Return a PNG of 256 × 256 pixels, transparent where there is nothing (WebMercatorQuad)."""
    address = Tile(z, x, y)
    row = selectors.raster(actor(request), slug)
    etag = raster_tiles.etag(row, address)
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return HttpResponse(status=known.status_code, headers={"ETag": etag})
    png = raster_tiles.tile_png(row, address)
    return HttpResponse(png, content_type="image/png", headers={"ETag": etag})


@router.get("/api/rasters/{slug}/value", response=RasterValueOut, summary="The value at a position")
@channel("raster.value", cost=Cost.DATABASE)
def raster_value(
    request: HttpRequest, slug: Slug, lon: Longitude, lat: Latitude
) -> raster_tiles.RasterValue:
    """Return the raster's value at a WGS 84 position (degrees), its unit and its legend label."""
    row = selectors.raster(actor(request), slug)
    return raster_tiles.value_at(row, lon, lat, language(request))
