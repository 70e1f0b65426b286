"""Good geometries of every type, for tests."""

import shapely
from shapely.geometry import (
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)

SQUARE = Polygon(
    [(106.3, 10.3), (106.4, 10.3), (106.4, 10.4), (106.3, 10.4), (106.3, 10.3)],
    [[(106.32, 10.32), (106.34, 10.32), (106.34, 10.34), (106.32, 10.32)]],
)


FAR = shapely.affinity.translate(SQUARE, 1, 1)


GOOD = [
    Point(106.3, 10.3),
    LineString([(106.3, 10.3), (106.4, 10.4)]),
    SQUARE,
    MultiPoint([(106.3, 10.3), (106.4, 10.4)]),
    MultiLineString([[(106.3, 10.3), (106.4, 10.4)], [(106, 10), (106, 11)]]),
    MultiPolygon([SQUARE, FAR]),
]
