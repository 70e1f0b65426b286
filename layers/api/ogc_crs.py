"""Positions and boxes in a service CRS, turned into WGS 84 longitude/latitude before anything else.

The constant is transformed, never the column, so the spatial index is used; and a position that no
projection can place is refused here instead of failing inside the database.
"""

import math

import numpy as np
import numpy.typing as npt
from django.contrib.gis.geos import GEOSGeometry, Polygon

from gis_core.crs import (
    SERVICE_CRS,
    STORAGE_SRID,
    TILE_SRID,
    ZONES,
    ServiceCrs,
    VnZone,
    to_wgs84,
)
from gis_core.tile_grid import HALF_WORLD_M
from layers.api.ogc_refusal import refuse

Array = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]

MAX_LAT_DEG = 85.06  # what the tables hold, see layers.feature.GeometryFits
_ZONES_BY_SRID: dict[int, VnZone] = {zone.private_srid: zone for zone in ZONES.values()}
# Where a VN-2000 zone is usable: nine degrees to either side, from the equator to 27° N.
_ZONE_BOUNDS_M: Box = (-500_000.0, 0.0, 1_500_000.0, 3_000_000.0)
_MERCATOR_BOUNDS_M: Box = (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M)
_DEGREE_BOUNDS: Box = (-180.0, -MAX_LAT_DEG, 180.0, MAX_LAT_DEG)
_STEPS = 8  # pieces that an edge of a box is cut into, because projections bend it
_HAIR_DEG = 1e-9  # 0.1 mm: gives a box without width an inside


def crs_named(uri: str, parameter: str) -> ServiceCrs:
    """Return the service CRS of a URI; BadParameter names `parameter` for any other."""
    found = SERVICE_CRS.get(uri)
    if found is None:
        raise refuse(parameter, f"one of {', '.join(SERVICE_CRS)}")
    return found


def lon_lat(positions: Array, crs: ServiceCrs) -> Array:
    """Return (n, 2) longitudes and latitudes in degrees; inf where the CRS has no such place."""
    if crs.northing_first:
        positions = positions[:, ::-1]
    if crs.srid == STORAGE_SRID:
        return positions
    if crs.srid == TILE_SRID:
        lat = np.degrees(np.arctan(np.sinh(positions[:, 1] / HALF_WORLD_M * math.pi)))
        return np.column_stack([positions[:, 0] / HALF_WORLD_M * 180.0, lat])
    zone = _ZONES_BY_SRID[crs.srid]
    return np.column_stack(to_wgs84(zone, positions[:, 0], positions[:, 1]))


def _bounds(crs: ServiceCrs) -> Box:
    if crs.srid == STORAGE_SRID:
        return _DEGREE_BOUNDS
    return _MERCATOR_BOUNDS_M if crs.srid == TILE_SRID else _ZONE_BOUNDS_M


def box_area(numbers: list[float], crs: ServiceCrs, parameter: str) -> GEOSGeometry | None:
    """Return the area (EPSG:4326) of a box given in `crs`, in the axis order of its URI.

    Six numbers have heights, which are left out. A box across the antimeridian becomes two. Parts
    outside the usable area of the CRS are cut off; None when nothing is left.
    """
    if len(numbers) == 6:  # noqa: PLR2004 -- min and max of three axes
        numbers = [*numbers[0:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):  # noqa: PLR2004 -- two corners
        raise refuse(parameter, "four numbers: two of the lower corner, two of the upper corner")
    min_x, min_y, max_x, max_y = numbers
    if crs.northing_first:
        min_x, min_y, max_x, max_y = min_y, min_x, max_y, max_x
    if min_y > max_y or (min_x > max_x and crs.srid != STORAGE_SRID):
        raise refuse(parameter, "the lower corner first, then the upper corner")
    boxes = [(min_x, min_y, max_x, max_y)]
    if min_x > max_x:
        boxes = [(min_x, min_y, 180.0, max_y), (-180.0, min_y, max_x, max_y)]
    areas = [area for box in boxes if (area := _cut(box, crs)) is not None]
    if not areas:
        return None
    # A union, because two boxes that nearly meet around the world would overlap by a hair.
    return areas[0] if len(areas) == 1 else areas[0].union(areas[1])


def _cut(box: Box, crs: ServiceCrs) -> Polygon | None:
    west, south, east, north = _bounds(crs)
    min_x, min_y = max(box[0], west), max(box[1], south)
    max_x, max_y = min(box[2], east), min(box[3], north)
    if min_x > max_x or min_y > max_y:
        return None
    if crs.srid not in _ZONES_BY_SRID:
        plain = ServiceCrs(crs.uri, crs.srid, northing_first=False)
        (min_x, min_y), (max_x, max_y) = lon_lat(
            np.array([[min_x, min_y], [max_x, max_y]]), plain
        ).tolist()
        corners = (min_x - _HAIR_DEG, min_y - _HAIR_DEG, max_x + _HAIR_DEG, max_y + _HAIR_DEG)
        area = Polygon.from_bbox(corners)
        area.srid = STORAGE_SRID
        return area
    return _bent(max(max_x - min_x, 1e-3), max(max_y - min_y, 1e-3), (min_x, min_y), crs)


def _bent(width_m: float, height_m: float, corner: tuple[float, float], crs: ServiceCrs) -> Polygon:
    """Return a box of a VN-2000 zone as a polygon with extra vertices along its edges."""
    step = np.arange(_STEPS) / _STEPS
    zero, one = np.zeros(_STEPS), np.ones(_STEPS)
    x = np.concatenate([step, one, 1 - step, zero, [0.0]]) * width_m + corner[0]
    y = np.concatenate([zero, step, one, 1 - step, [0.0]]) * height_m + corner[1]
    return Polygon(lon_lat(np.column_stack([x, y]), crs).tolist(), srid=STORAGE_SRID)
