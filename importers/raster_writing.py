"""Writing a cloud-optimised GeoTIFF on the pixel grid of the tiles, whole or not at all."""

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio.shutil
from rasterio.enums import ColorInterp, Resampling
from rasterio.vrt import WarpedVRT

from importers.raster_content import PICTURE, PICTURE_WITH_ALPHA, Content, blocks
from importers.raster_grid import WEB_MERCATOR, Grid, Placement
from layers.raster_legend import Mode

_ROOM = ".import-"  # folders of imports that are running, or were killed
_ABANDONED_S = 24 * 3600
# Farthest that GDAL's stepwise transformation may be from the exact one, in pixels of the result.
_TOLERANCE_PX = 0.01
# How values become one at smaller zooms: classes must not be averaged into classes between them.
_OVERVIEWS = {Mode.CLASSES: "MODE", Mode.STEPS: "AVERAGE", Mode.RAMP: "AVERAGE"}


def write_raster(
    source: Any, content: Content, where: Placement, grid: Grid, mode: Mode | None, target: Path
) -> None:
    """Write `source` to `target` (a path under RASTER_ROOT); readers see the old file or the new.

    Each pixel takes the value of the source pixel at its centre: no value is made up between two.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=_ROOM) as room:
        plain, optimised = Path(room) / "plain.tif", Path(room) / "optimised.tif"
        _write_plain(source, content, where, grid, plain)
        rasterio.shutil.copy(
            plain,
            optimised,
            driver="COG",
            COMPRESS="DEFLATE",
            PREDICTOR="YES",
            BLOCKSIZE="256",
            BIGTIFF="IF_SAFER",
            OVERVIEW_RESAMPLING="AVERAGE" if mode is None else _OVERVIEWS[mode],
        )
        with optimised.open("rb") as written:
            os.fsync(written.fileno())
        optimised.replace(target)


def _sweep(folder: Path) -> None:
    """Remove what imports left that were killed."""
    for room in folder.glob(f"{_ROOM}*"):
        if time.time() - room.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(room, ignore_errors=True)


def _write_plain(source: Any, content: Content, where: Placement, grid: Grid, target: Path) -> None:
    kind, nodata = ("uint8", None) if content.picture else content.stored_as
    profile = {
        "driver": "GTiff",
        "width": grid.width,
        "height": grid.height,
        "count": PICTURE_WITH_ALPHA if content.picture else 1,
        "dtype": kind,
        "crs": WEB_MERCATOR,
        "transform": grid.transform,
        "nodata": nodata,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "lzw",
        "sparse_ok": True,
        "bigtiff": "IF_SAFER",
    }
    warp = {
        "src_crs": where.crs,
        "crs": WEB_MERCATOR,
        "transform": grid.transform,
        "width": grid.width,
        "height": grid.height,
        "resampling": Resampling.nearest,
        "tolerance": _TOLERANCE_PX,
        # Without a nodata value the part of the grid beyond the source is told apart by alpha.
        "add_alpha": content.nodata is None and content.bands != PICTURE_WITH_ALPHA,
    }
    with WarpedVRT(source, **warp) as warped, rasterio.open(target, "w", **profile) as result:
        if content.picture:
            result.colorinterp = [
                *(ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
            ]
        for window in blocks(grid.width, grid.height):
            result.write(_pixels(warped, window, content), window=window)


def _pixels(warped: Any, window: Any, content: Content) -> npt.NDArray[Any]:
    """Return red, green, blue and alpha, or the stored values; (bands, rows, columns)."""
    # Asking GDAL for the mask instead gives "all valid" for an alpha band of most types.
    by_alpha = content.nodata is None or content.bands == PICTURE_WITH_ALPHA
    covered = warped.read(warped.count, window=window) if by_alpha else None
    if content.picture:
        colors = warped.read(list(range(1, PICTURE + 1)), window=window)
        alpha = warped.dataset_mask(window=window) if covered is None else covered
        return np.concatenate([colors, alpha[None]]).astype(np.uint8)
    kind, nodata = content.stored_as
    values: npt.NDArray[Any] = warped.read(1, window=window).astype(kind)
    if covered is not None:
        values[covered == 0] = nodata
    return values[None]
