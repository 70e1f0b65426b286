"""Areas and holes that are too narrow to be meant: left over where outlines met. Pure."""

import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.crs import VnZone, project

SLIVER_M = 0.05  # what is narrower comes from rounding; what lies nearer was meant to touch


def is_sliver(area: BaseGeometry, zone: VnZone) -> bool:
    """Tell whether an area (EPSG:4326) is on average narrower than SLIVER_M."""
    plane = project(area, zone)
    return bool(shapely.area(plane) < SLIVER_M * shapely.length(plane) / 2)


def without_slits(polygon: BaseGeometry, zone: VnZone) -> BaseGeometry:
    """Return the polygon without the holes that are slivers."""
    outer, *inner = shapely.get_rings(polygon)
    holes = [ring for ring in inner if not is_sliver(shapely.polygons(ring), zone)]
    return shapely.polygons(outer, holes or None)
