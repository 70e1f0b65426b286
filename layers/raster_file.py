"""Opening GeoTIFFs so that nothing but the named file is read.

GDAL follows what a file says: sidecar files, overviews in another file, addresses. Here the driver
is named, neighbours are not looked at, and a file that points elsewhere is refused before its
pixels are touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import RasterioError

# II and MM are the byte orders; 42 is TIFF, 43 BigTIFF.
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
CLOSED_GDAL: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": False,  # no .aux.xml beside the file
    "GDAL_GEOREF_SOURCES": "INTERNAL",  # no world file either
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "CPL_VSIL_CURL_USE_HEAD": False,
    "GDAL_HTTP_MAX_RETRY": 0,
    "PROJ_NETWORK": "OFF",
    "GDAL_CACHEMAX": 64 * 1024**2,  # bytes: rasterio does not read a small number as megabytes
    "GDAL_NUM_THREADS": "1",
}
# Metadata by which a TIFF makes GDAL open another file or address (tried: it does).
_POINTERS = {
    "OVERVIEWS": "OVERVIEW_FILE",
    "ProxyOverviewRequest": "FILENAME",
    "GEOLOCATION": "X_DATASET",
}


class RasterUnreadable(ValueError):
    """The file is not a GeoTIFF that is read here; the text says why."""


def looks_like_tiff(path: Path) -> bool:
    """Tell whether the first bytes are those of a TIFF; a VRT or anything else is not."""
    with path.open("rb") as file:
        return file.read(4) in _MAGIC


@contextmanager
def open_geotiff(path: Path) -> Iterator[Any]:
    """Yield the opened rasterio dataset of a GeoTIFF on this machine.

    Raises RasterUnreadable for another format, a damaged file and a file that refers to others,
    also where the damage only shows while the block reads pixels; OSError as `open` does.
    """
    if not looks_like_tiff(path):
        raise RasterUnreadable("not a TIFF file")
    try:
        with rasterio.Env(**CLOSED_GDAL), rasterio.open(path, driver="GTiff") as source:
            _refuse_pointers(source)
            yield source
    except RasterioError as error:
        raise RasterUnreadable(f"cannot be read as GeoTIFF ({error})") from error


def _refuse_pointers(source: Any) -> None:
    for namespace, name in _POINTERS.items():
        if name in source.tags(ns=namespace):
            raise RasterUnreadable(f"the file refers to another file ({namespace} {name})")
