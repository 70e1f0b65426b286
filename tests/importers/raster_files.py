"""Small rasters for tests: written in the city's system, opened as they are served."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from django.conf import settings
from rasterio.transform import from_origin

from gis_core.crs import ZONES, from_wgs84
from layers.raster import Raster

ZONE = ZONES[9210]
EAST_M, NORTH_M = (float(v) for v in from_wgs84(ZONE, 106.363, 10.354))


def geotiff(path: Path, values: np.ndarray, **profile: Any) -> Path:
    """Write (bands, rows, columns) or (rows, columns) with 2 m pixels of EPSG:9210."""
    bands = values if values.ndim == 3 else values[None]
    known = {
        "crs": "EPSG:9210",
        "transform": from_origin(EAST_M, NORTH_M, 2, 2),
        "dtype": values.dtype,
        "count": bands.shape[0],
        "height": bands.shape[1],
        "width": bands.shape[2],
    }
    with rasterio.open(path, "w", driver="GTiff", **{**known, **profile}) as result:
        result.write(bands)
    return path


def stored(slug: str) -> Any:
    """The opened file that is served."""
    return rasterio.open(settings.RASTER_ROOT / Raster.objects.get(slug=slug).filename)
