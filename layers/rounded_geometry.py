"""Geometries that a client has rounded, brought back to the vertices that it read. Pure.

QGIS writes six decimals of a degree whatever it has read: every vertex of a feature whose name was
changed would move by up to 6 cm, and neighbours would come apart. A vertex that is a rounded one of
the version that the client read is that one.
"""

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

_COARSE_DECIMALS = 6
# Half a unit of the last place, twice: the service has rounded to seven decimals before.
_COARSE_DEG = 0.5e-6 + 0.5e-7 + 1e-9
_FINE_DEG = 1e-7
_AREAS = 2  # dimensions


def restored(sent: BaseGeometry, read: BaseGeometry | None) -> BaseGeometry:
    """Return `sent` with the exact vertices of `read` (both EPSG:4326) where it has rounded ones.

    Where nothing was moved the result is `read` itself. A vertex that could be one of several that
    lie within a few centimetres stays as it was sent.
    """
    if read is None:
        return sent
    positions = shapely.get_coordinates(sent)
    units = positions * 10**_COARSE_DECIMALS
    coarse = bool((np.abs(units - np.round(units)) < 1e-3).all())  # noqa: PLR2004 -- of a unit
    reach = (_COARSE_DEG if coarse else _FINE_DEG) * math.sqrt(2)
    if any(shapely.equals_exact(sent, way, tolerance=reach) for way in _ways_round(read)):
        return read
    known = np.unique(shapely.get_coordinates(read), axis=0)
    tree = shapely.STRtree(shapely.points(known))
    pairs = tree.query(shapely.points(positions), predicate="dwithin", distance=reach)
    found, first, count = np.unique(pairs[0], return_index=True, return_counts=True)
    sure = found[count == 1]
    positions[sure] = known[pairs[1][first[count == 1]]]
    return shapely.set_coordinates(shapely.from_wkb(shapely.to_wkb(sent)), positions)


def _ways_round(read: BaseGeometry) -> list[BaseGeometry]:
    """Return the geometry as stored and as GeoJSON turns its rings (RFC 7946)."""
    if shapely.get_dimensions(read) != _AREAS:
        return [read]
    return [read, shapely.orient_polygons(read, exterior_cw=False)]
