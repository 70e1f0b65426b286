"""Where a raster lies: by the official VN-2000 parameters, on a grid of tile pixels."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.warp import transform as warp_positions

from gis_core.crs import TILE_SRID, VnZone, to_wgs84
from gis_core.crs_identity import identify_vn2000
from gis_core.errors import Invalid
from gis_core.tile_grid import HALF_WORLD_M, MAX_ZOOM, TILE_SIZE_PX, Bbox, pixel_size_m

WEB_MERCATOR = CRS.from_epsg(TILE_SRID)
_EARTH_RADIUS_M = HALF_WORLD_M / math.pi
_POINTS_PER_EDGE = 21
_SNAP_PX = 0.01  # a grid that is off by less is meant to be the tile grid
_ZOOM_SLACK = 0.01  # of a zoom level: 0.7 % of the pixel size
_RETURN_SHARE = 0.01  # of the raster's size; millimetres are normal

Positions = npt.NDArray[np.float64]


class RasterRefused(Invalid):
    """The file cannot be brought in; the text says why and what to do."""

    code = "raster_refused"


@dataclass(frozen=True)
class Placement:
    """The coordinate system that a raster is read in. `zone` is set where it is a VN-2000 one."""

    crs: CRS
    zone: VnZone | None
    name: str


@dataclass(frozen=True)
class Grid:
    """Pixels of EPSG:3857 that coincide with those of the tiles at `zoom`; size in pixels."""

    zoom: int
    transform: Affine
    width: int
    height: int
    bounds_4326: Bbox  # of the source's own edge, not of the grid


def placement(source: Any) -> Placement:
    """Return the coordinate system of an opened raster.

    A VN-2000 system is never looked up by its code: PROJ would choose another operation, 0.80 m
    away in the delta. Raises RasterRefused where there is none or where the raster has no position.
    """
    if source.crs is None or source.transform.is_identity or source.transform.is_degenerate:
        raise RasterRefused(
            gettext(
                "The file does not say where it lies. Give it a coordinate system and a position"
                " first (in QGIS: Raster, Projections, Assign Projection)."
            )
        )
    zone = identify_vn2000(source.crs.to_wkt())
    if zone is not None:
        return Placement(CRS.from_string(zone.proj4text), zone, f"EPSG:{zone.epsg} {zone.name}")
    epsg = source.crs.to_epsg()
    name = f"EPSG:{epsg}" if epsg else str(source.crs.to_wkt())[:60]
    return Placement(source.crs, None, name)


def positions_3857(
    where: Placement, x: npt.ArrayLike, y: npt.ArrayLike
) -> tuple[Positions, Positions]:
    """Return EPSG:3857 metres of positions in a raster's system; inf where impossible."""
    if where.zone is not None:
        lon, lat = to_wgs84(where.zone, x, y)
        # On the same ellipsoid, as EPSG:3857 is defined: spherical formulas of WGS 84 degrees.
        return (
            np.radians(lon) * _EARTH_RADIUS_M,
            np.arcsinh(np.tan(np.radians(lat))) * _EARTH_RADIUS_M,
        )
    xs, ys = warp_positions(where.crs, WEB_MERCATOR, np.ravel(x).tolist(), np.ravel(y).tolist())
    return np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)


def grid_of(source: Any, where: Placement) -> Grid:
    """Return the grid that holds the whole raster, with pixels at most as large as its own."""
    west, south, east, north = _bounds_3857(source, where)
    zoom = _zoom_of(_pixel_m(source, where))
    size = pixel_size_m(zoom)
    left, top = (west + HALF_WORLD_M) / size, (HALF_WORLD_M - north) / size
    right, bottom = (east + HALF_WORLD_M) / size, (HALF_WORLD_M - south) / size
    # Whole tiles, so that the pixels of smaller zooms coincide as well.
    first_column, first_row = _down(left), _down(top)
    width, height = -_down(-right) - first_column, -_down(-bottom) - first_row
    transform = Affine(
        size, 0, first_column * size - HALF_WORLD_M, 0, -size, HALF_WORLD_M - first_row * size
    )
    return Grid(zoom, transform, width, height, _to_4326(west, south, east, north))


def _down(pixel: float) -> int:
    return math.floor((pixel + _SNAP_PX) / TILE_SIZE_PX) * TILE_SIZE_PX


def _zoom_of(pixel_m: float) -> int:
    zoom = math.ceil(math.log2(pixel_size_m(0) / pixel_m) - _ZOOM_SLACK)
    return max(0, min(MAX_ZOOM, zoom))


def _bounds_3857(source: Any, where: Placement) -> Bbox:
    along = np.linspace(0.0, 1.0, _POINTS_PER_EDGE)
    zero, one = np.zeros_like(along), np.ones_like(along)
    column = np.concatenate([along, one, along, zero]) * source.width
    row = np.concatenate([zero, along, one, along]) * source.height
    affine = source.transform
    own_x = affine.a * column + affine.b * row + affine.c
    own_y = affine.d * column + affine.e * row + affine.f
    x, y = positions_3857(where, own_x, own_y)
    if not _there_and_back(where, (own_x, own_y), (x, y)):
        raise RasterRefused(gettext("A part of the raster lies where the map cannot show it."))
    edge = HALF_WORLD_M * (1 + 1e-9)
    if max(np.abs(x).max(), np.abs(y).max()) > edge:
        raise RasterRefused(gettext("A part of the raster lies off the map (85° N or S)."))
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _there_and_back(
    where: Placement, own: tuple[Positions, Positions], found: tuple[Positions, Positions]
) -> bool:
    """Tell whether positions return to where they came from: far outside they turn up anywhere."""
    if not (np.isfinite(found).all() and np.isfinite(own).all()):
        return False
    xs, ys = warp_positions(WEB_MERCATOR, where.crs, found[0].tolist(), found[1].tolist())
    span = max(float(np.ptp(own[0])), float(np.ptp(own[1])))
    return bool(np.abs(np.subtract(own, (xs, ys))).max() < _RETURN_SHARE * span)


def _pixel_m(source: Any, where: Placement) -> float:
    """Return the smaller edge of the middle pixel, in metres of EPSG:3857."""
    column = source.width / 2 + np.array([0.0, 1.0, 0.0])
    row = source.height / 2 + np.array([0.0, 0.0, 1.0])
    affine = source.transform
    x, y = positions_3857(
        where,
        affine.a * column + affine.b * row + affine.c,
        affine.d * column + affine.e * row + affine.f,
    )
    return float(min(math.hypot(x[i] - x[0], y[i] - y[0]) for i in (1, 2)))


def _to_4326(west: float, south: float, east: float, north: float) -> Bbox:
    def lat(y: float) -> float:
        return math.degrees(math.atan(math.sinh(y / _EARTH_RADIUS_M)))

    return (
        math.degrees(west / _EARTH_RADIUS_M),
        lat(south),
        math.degrees(east / _EARTH_RADIUS_M),
        lat(north),
    )
