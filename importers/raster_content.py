"""What a GeoTIFF holds: its bands, the value for nothing, the values that occur; and its limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from importers.raster_grid import RasterRefused
from layers.raster_legend import MAX_CLASSES, Legend, Mode, Stop

MAX_FILE_BYTES = 2 * 1024**3
MAX_PIXELS = 150_000_000  # 12,000 × 12,000; a picture of a city at 1 m
MAX_BLOCK_BYTES = 256 * 1024**2  # one strip or tile is held in memory whole
BLOCK_PX = 1024
SURFACE, PICTURE, PICTURE_WITH_ALPHA = 1, 3, 4  # numbers of bands that are understood
_SURFACE_TYPES = frozenset(
    {"uint8", "int8", "int16", "uint16", "int32", "uint32", "float32", "float64"}
)
# The smallest type that has room for one more value, which then means "nothing here".
_WIDER = {
    "uint8": ("int16", -32_768.0),
    "int8": ("int16", -32_768.0),
    "int16": ("int32", -2_147_483_648.0),
    "uint16": ("int32", -2_147_483_648.0),
    "int32": ("float64", float("nan")),
    "uint32": ("float64", float("nan")),
    "float32": ("float32", float("nan")),
    "float64": ("float64", float("nan")),
}


@dataclass(frozen=True)
class Content:
    """What the file holds. `nodata` and the range are in the file's own unit."""

    width: int
    height: int
    bands: int
    dtype: str
    nodata: float | None
    low: float | None
    high: float | None
    classes: tuple[float, ...]  # the whole numbers that occur, where they are few
    palette: Legend | None

    @property
    def picture(self) -> bool:
        """Tell whether the bands are red, green and blue."""
        return self.bands >= PICTURE

    @property
    def stored_as(self) -> tuple[str, float | None]:
        """Return data type and nodata value that the surface is kept with."""
        if self.nodata is not None:
            return self.dtype, self.nodata
        return _WIDER[self.dtype]


def refuse_size(path: Path) -> None:
    """Raise RasterRefused for a file above the limit, before anything reads it."""
    if path.stat().st_size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024**3
        raise RasterRefused(gettext("The file is larger than %d GB. Cut it into parts.") % limit)


def _refuse_shape(source: Any) -> None:
    if source.width * source.height > MAX_PIXELS:
        raise RasterRefused(
            gettext("The raster has more than %d million pixels. Cut it into parts.")
            % (MAX_PIXELS // 1_000_000)
        )
    height, width = source.block_shapes[0]
    if height * width * np.dtype(source.dtypes[0]).itemsize * source.count > MAX_BLOCK_BYTES:
        raise RasterRefused(
            gettext("The file is one large block. Write it in tiles first (TILED=YES).")
        )


def _refuse_bands(source: Any) -> None:
    kinds = set(source.dtypes)
    if source.count == SURFACE and kinds <= _SURFACE_TYPES:
        if source.scales != (1.0,) or source.offsets != (0.0,):
            raise RasterRefused(
                gettext("The file keeps scaled values. Write the real ones first (-unscale).")
            )
    elif source.count not in {PICTURE, PICTURE_WITH_ALPHA} or kinds != {"uint8"}:
        raise RasterRefused(
            gettext(
                "%(bands)d bands of type %(kinds)s are not understood. One band of values works,"
                " or red, green and blue (and transparency) of 8 bits each."
            )
            % {"bands": source.count, "kinds": ", ".join(sorted(kinds))}
        )
    alpha = ColorInterp.alpha in source.colorinterp
    if source.count == PICTURE_WITH_ALPHA and source.colorinterp[-1] is not ColorInterp.alpha:
        raise RasterRefused(
            gettext("The fourth band is not transparency. Write red, green and blue only.")
        )
    if any(MaskFlags.per_dataset in flags for flags in source.mask_flag_enums) and not alpha:
        raise RasterRefused(
            gettext("The file keeps its holes in a mask. Write them as a nodata value first.")
        )


def content_of(source: Any) -> Content:
    """Return what an opened raster holds; reads every pixel once.

    Raises RasterRefused where it is too large or its bands are not understood.
    """
    _refuse_shape(source)
    _refuse_bands(source)
    low = high = None
    seen: set[float] | None = None
    if source.count == SURFACE:
        low, high, seen = _range_of(source)
    return Content(
        width=source.width,
        height=source.height,
        bands=source.count,
        dtype=str(source.dtypes[0]),
        nodata=None if source.nodata is None else float(source.nodata),
        low=low,
        high=high,
        classes=tuple(sorted(seen or ())),
        palette=_palette(source, seen),
    )


def blocks(width: int, height: int) -> Iterator[Window]:
    """Yield windows that cover a raster of this size in pixels."""
    for row in range(0, height, BLOCK_PX):
        for column in range(0, width, BLOCK_PX):
            yield Window(column, row, min(BLOCK_PX, width - column), min(BLOCK_PX, height - row))


def _range_of(source: Any) -> tuple[float | None, float | None, set[float] | None]:
    """Return lowest and highest value, and the whole numbers that occur (None: too many)."""
    low, high = np.inf, -np.inf
    limit = 256 if _has_palette(source) else MAX_CLASSES
    seen: set[float] | None = set() if np.dtype(source.dtypes[0]).kind in "iu" else None
    for window in blocks(source.width, source.height):
        block = source.read(1, window=window, masked=True)
        values: npt.NDArray[Any] = block.compressed()
        values = values[np.isfinite(values)]
        if not values.size:
            continue
        low, high = min(low, float(values.min())), max(high, float(values.max()))
        if seen is not None:
            seen |= {float(value) for value in np.unique(values)}
            seen = seen if len(seen) <= limit else None
    return (low, high, seen) if low <= high else (None, None, seen)


def _has_palette(source: Any) -> bool:
    return bool(source.colorinterp[0] is ColorInterp.palette)


def _palette(source: Any, seen: set[float] | None) -> Legend | None:
    if source.count != SURFACE or not _has_palette(source):
        return None
    colors = source.colormap(1)
    stops = tuple(
        Stop(value, "#{:02X}{:02X}{:02X}{:02X}".format(*colors[int(value)]), f"{value:g}")
        for value in sorted(seen or ())
        if int(value) in colors
    )
    return Legend(Mode.CLASSES, stops)
