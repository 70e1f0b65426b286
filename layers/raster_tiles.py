"""Raster tiles and the value under a click, read by rio-tiler from the cloud-optimised GeoTIFF.

The file is in EPSG:3857 on the pixel grid of the tiles (importers/raster.py), so a tile at the
file's own zoom is its pixels, unchanged.
"""

import hashlib
import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings
from django.utils.translation import gettext
from rasterio.windows import Window
from rio_tiler.errors import TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData

from gis_core.errors import Busy
from gis_core.tile_grid import HALF_WORLD_M, TILE_SIZE_PX, InvalidTile, Tile
from layers.raster import Raster
from layers.raster_file import RasterUnreadable, open_geotiff
from layers.raster_legend import Legend, Mask, Rgba, read_legend

IMAGE_BANDS = 3  # from three bands on the file is a picture, not measured values
_EARTH_RADIUS_M = HALF_WORLD_M / math.pi


@dataclass(frozen=True)
class RasterValue:
    """What a raster holds at a position: None outside it and where nothing was measured."""

    value: float | None
    unit: str
    label: str | None


def file_of(row: Raster) -> Path:
    """Return the raster's file; a name from the table never leads out of RASTER_ROOT."""
    return Path(settings.RASTER_ROOT) / Path(row.filename).name


def etag(row: Raster, address: Tile) -> str:
    """Return a strong validator: another file, legend or tile gives another one."""
    legend = json.dumps(row.legend, sort_keys=True)
    seen = hashlib.sha256(f"{row.filename}\n{legend}".encode()).hexdigest()[:20]
    return f'"{seen}-{address.z}-{address.x}-{address.y}"'


def tile_png(row: Raster, address: Tile) -> bytes:
    """Return a PNG of 256 × 256 pixels; transparent where the raster has no value or no extent.

    Raises InvalidTile outside the raster's zooms and Busy while its file is being replaced.
    """
    if not row.min_zoom <= address.z <= row.max_zoom:
        raise InvalidTile(
            gettext("This raster has tiles at zooms %(first)d to %(last)d.")
            % {"first": row.min_zoom, "last": row.max_zoom}
        )
    image = row.band_count >= IMAGE_BANDS
    try:
        with open_geotiff(file_of(row)) as source, Reader(str(file_of(row)), dataset=source) as cog:
            data = cog.tile(
                address.x,
                address.y,
                address.z,
                tilesize=TILE_SIZE_PX,
                indexes=(1, 2, 3) if image else (1,),
                # A value between two measured ones was never measured; a picture may be smoothed.
                resampling_method="bilinear" if image else "nearest",
            )
    except TileOutsideBounds:
        return transparent_png()
    except (OSError, RasterUnreadable) as error:
        raise Busy(gettext("The raster's file cannot be read now. Please try again.")) from error
    valid = np.asarray(data.mask) > 0
    return _encode(_picture(data, valid) if image else _colours(row, data, valid))


def _picture(data: ImageData, valid: Mask) -> Rgba:
    picture: Rgba = np.zeros((*valid.shape, 4), dtype=np.uint8)
    picture[..., :3] = np.moveaxis(data.array.filled(0), 0, -1)
    picture[..., 3] = np.asarray(data.mask)
    return picture


def _colours(row: Raster, data: ImageData, valid: Mask) -> Rgba:
    return legend_of(row).paint(data.array.filled(0)[0], valid)


def legend_of(row: Raster) -> Legend:
    """Return the raster's legend; raises Invalid when it was edited into something else."""
    return read_legend(row.legend)


def _encode(painted: Rgba) -> bytes:
    if not painted[..., 3].any():
        return transparent_png()
    return _png(painted)


def _png(painted: Rgba) -> bytes:
    # The alpha band is given as a fourth band: rendering a mask as well would write five.
    image = ImageData(np.moveaxis(painted, -1, 0))
    return bytes(image.render(add_mask=False, img_format="PNG", ZLEVEL=6))


@lru_cache(maxsize=1)
def transparent_png() -> bytes:
    """Return the tile of a place where there is nothing; Leaflet takes 204 for an error."""
    return _png(np.zeros((TILE_SIZE_PX, TILE_SIZE_PX, 4), dtype=np.uint8))


def value_at(row: Raster, lon: float, lat: float, language: str) -> RasterValue:
    """Return the pixel's value at a WGS 84 position in degrees, in the raster's own unit.

    Raises Busy while the raster's file is being replaced.
    """
    nothing = RasterValue(None, row.unit, None)
    if row.band_count >= IMAGE_BANDS:
        return nothing
    x_3857 = math.radians(lon) * _EARTH_RADIUS_M
    try:
        y_3857 = math.asinh(math.tan(math.radians(lat))) * _EARTH_RADIUS_M
        with open_geotiff(file_of(row)) as source:
            at_row, at_column = source.index(x_3857, y_3857)
            if not (0 <= at_row < source.height and 0 <= at_column < source.width):
                return nothing
            pixel = source.read(1, window=Window(at_column, at_row, 1, 1), masked=True)
    except (OSError, RasterUnreadable) as error:
        raise Busy(gettext("The raster's file cannot be read now. Please try again.")) from error
    if pixel.mask.any() or not np.isfinite(pixel[0, 0]):
        return nothing
    # A float32 of 0.3 would print as 0.30000001192…: its own shortest text is what was written.
    value = float(str(pixel.dtype.type(pixel[0, 0])))
    return RasterValue(value, row.unit, legend_of(row).label(value, language) or None)
