"""Geometries that a client has rounded, brought back to the vertices that it read. Pure.

QGIS writes six decimals of a degree whatever it has read: every vertex of a feature whose name was
changed would move by up to 6 cm, and neighbours would come apart. A vertex that is a rounded one of
the version that the client read is that one. How far it may lie from it follows from the decimals
that were sent: a client that sends all it has moves a vertex by a hundredth of a millimetre.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

# Coordinates that happen to have fewer decimals, such as 106.36, are not those of a coarser client.
_FEWEST_DECIMALS = 6
_MOST_DECIMALS = 10
# The service rounds to seven decimals for who may not edit; the client has rounded that once more.
_ROUNDED_BEFORE_DEG = 0.5e-7
_EXACT_DEG = 1e-11  # a client that writes twelve decimals; about 1 µm
# Millimetres of another system and the way there and back (up to 0.8 mm): about 1.5 mm.
PROJECTED_DEG = 1.4e-8
_NOISE = 1e-13  # of a coordinate as a double
_AREAS = 2  # dimensions

Numbers = npt.NDArray[np.float64]


def restored(
    sent: BaseGeometry, read: BaseGeometry | None, least_reach_deg: float = _EXACT_DEG
) -> BaseGeometry:
    """Return `sent` with the exact vertices of `read` (both EPSG:4326) where it has rounded ones.

    Where nothing was moved the result is `read` itself. A vertex that could be one of several that
    lie within reach stays as it was sent. `least_reach_deg` is PROJECTED_DEG for a geometry that
    came in another coordinate system.
    """
    if read is None:
        return sent
    positions = shapely.get_coordinates(sent)
    known = np.unique(shapely.get_coordinates(read), axis=0)
    there = set(map(tuple, known.tolist()))
    exact = np.array([tuple(spot) in there for spot in positions.tolist()], dtype=bool)
    reach = np.maximum(_reach_deg(positions, exact), least_reach_deg)
    if any(_unmoved(sent, positions, way, reach) for way in _ways_round(read)):
        return read
    tree = shapely.STRtree(shapely.points(known))
    at, of = tree.query(
        shapely.points(positions), predicate="dwithin", distance=reach * math.sqrt(2)
    )
    near = (np.abs(positions[at] - known[of]) <= reach[at, None]).all(axis=1)
    at, of = at[near], of[near]
    found, first, count = np.unique(at, return_index=True, return_counts=True)
    positions[found[count == 1]] = known[of[first[count == 1]]]
    return shapely.set_coordinates(shapely.from_wkb(shapely.to_wkb(sent)), positions)


def _reach_deg(positions: Numbers, exact: npt.NDArray[np.bool_]) -> Numbers:
    """Return how far each vertex may lie from the one it was, by the decimals of those sent.

    A client rounds all alike: the finest of the rounded ones tells how. What has all its digits,
    such as a corner that a browser has dragged, reaches nothing; what came back `exact` as it was
    read does not tell.
    """
    decimals = np.full(len(positions), _MOST_DECIMALS + 1)
    for count in range(_MOST_DECIMALS, _FEWEST_DECIMALS - 1, -1):
        units = positions * 10.0**count
        whole = (np.abs(units - np.round(units)) < _NOISE * 10.0**count).all(axis=1)
        decimals[whole] = count
    rounded = (decimals <= _MOST_DECIMALS) & ~exact
    finest = int(decimals[rounded].max(initial=_FEWEST_DECIMALS))
    reach = 0.5 * 10.0**-finest + _EXACT_DEG
    if finest == _FEWEST_DECIMALS:
        reach += _ROUNDED_BEFORE_DEG
    return np.where(decimals <= finest, reach, _EXACT_DEG)


def _unmoved(sent: BaseGeometry, positions: Numbers, way: BaseGeometry, reach: Numbers) -> bool:
    """Tell whether the geometries are built alike and each vertex lies within its reach."""
    if not shapely.equals_exact(sent, way, tolerance=float(reach.max(initial=0.0)) * 2):
        return False
    return bool((np.abs(positions - shapely.get_coordinates(way)) <= reach[:, None]).all())


def _ways_round(read: BaseGeometry) -> list[Any]:
    """Return the geometry as stored and as GeoJSON turns its rings (RFC 7946)."""
    if shapely.get_dimensions(read) != _AREAS:
        return [read]
    return [read, shapely.orient_polygons(read, exterior_cw=False)]
