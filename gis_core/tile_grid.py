"""The tile grid: WebMercatorQuad of OGC Two Dimensional Tile Matrix Set 2.0.

Tile (0, 0, 0) is the square world of EPSG:3857; y counts from the north (XYZ, not TMS).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_ZOOM = 22
TILE_SIZE_PX = 256
HALF_WORLD_M = 20_037_508.342789244  # pi * 6378137
MAX_LATITUDE_DEG = 85.05112877980659
_EARTH_RADIUS_M = 6_378_137.0
_PIXEL_M = 0.00028  # the standardised pixel of OGC scale denominators

Bbox = tuple[float, float, float, float]

WEB_MERCATOR_QUAD_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"


class InvalidTile(ValueError):
    """The address is not a tile of the grid; the text says which part is wrong."""

    code = "invalid_tile"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Tile:
    """Address of one tile; building it checks it (raises InvalidTile)."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MAX_ZOOM:
            raise InvalidTile(f"zoom {self.z} is outside 0-{MAX_ZOOM}")
        last = (1 << self.z) - 1
        if not 0 <= self.x <= last:
            raise InvalidTile(f"column {self.x} is outside 0-{last} at zoom {self.z}")
        if not 0 <= self.y <= last:
            raise InvalidTile(f"row {self.y} is outside 0-{last} at zoom {self.z}")

    def bounds_3857(self) -> Bbox:
        """(min_x, min_y, max_x, max_y) in metres of EPSG:3857.

        Neighbours share their edge exactly: both compute it from the same whole number.
        """
        return (
            _edge_m(self.x, self.z),
            -_edge_m(self.y + 1, self.z),
            _edge_m(self.x + 1, self.z),
            -_edge_m(self.y, self.z),
        )

    def bounds_4326(self) -> Bbox:
        """(west, south, east, north) in degrees."""
        return degrees(self.bounds_3857())


def _edge_m(index: int, zoom: int) -> float:
    # Scaling by a power of two is exact, so the edge of a parent is the edge of its children.
    return (2 * index - (1 << zoom)) * math.ldexp(HALF_WORLD_M, -zoom)


def degrees(box_3857: Bbox) -> Bbox:
    """(west, south, east, north) in degrees of a box in metres of EPSG:3857."""
    west, south, east, north = box_3857
    return (_lon(west), _lat(south), _lon(east), _lat(north))


def _lon(x_3857: float) -> float:
    return x_3857 / HALF_WORLD_M * 180.0


def _lat(y_3857: float) -> float:
    return math.degrees(math.atan(math.sinh(y_3857 / _EARTH_RADIUS_M)))


def pixel_size_m(zoom: float, tile_size_px: int = TILE_SIZE_PX) -> float:
    """Metres of EPSG:3857 per pixel at `zoom` (at 10.35° N the ground is 1.6 % smaller)."""
    return 2 * HALF_WORLD_M / (tile_size_px * math.exp2(zoom))


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile that holds a position; latitudes beyond the grid are taken to its edge."""
    if not 0 <= z <= MAX_ZOOM:
        raise InvalidTile(f"zoom {z} is outside 0-{MAX_ZOOM}")
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise InvalidTile("the position is not a pair of numbers")
    count = 1 << z
    clamped = math.radians(max(-MAX_LATITUDE_DEG, min(MAX_LATITUDE_DEG, lat)))
    column = math.floor((lon / 360.0 + 0.5) * count)
    row = math.floor((0.5 - math.asinh(math.tan(clamped)) / (2 * math.pi)) * count)
    return Tile(z, max(0, min(count - 1, column)), max(0, min(count - 1, row)))


def tiles_of(bbox_4326: Bbox, z: int) -> Iterator[Tile]:
    """All tiles at `z` that the box (west, south, east, north) touches, row by row.

    Raises InvalidTile for a box turned inside out; boxes across the antimeridian are not needed.
    """
    west, south, east, north = bbox_4326
    if west > east or south > north:
        raise InvalidTile(f"the box is turned inside out: {bbox_4326}")
    first, last = tile_at(west, north, z), tile_at(east, south, z)
    return (Tile(z, x, y) for y in range(first.y, last.y + 1) for x in range(first.x, last.x + 1))


def web_mercator_quad(max_zoom: int = MAX_ZOOM) -> dict[str, Any]:
    """The tile matrix set as OGC API - Tiles returns it (JSON encoding of TMS 2.0)."""
    return {
        "id": "WebMercatorQuad",
        "title": "Google Maps Compatible for the World",
        "uri": WEB_MERCATOR_QUAD_URI,
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(zoom),
                "scaleDenominator": pixel_size_m(zoom) / _PIXEL_M,
                "cellSize": pixel_size_m(zoom),
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
                "tileWidth": TILE_SIZE_PX,
                "tileHeight": TILE_SIZE_PX,
                "matrixWidth": 1 << zoom,
                "matrixHeight": 1 << zoom,
            }
            for zoom in range(max_zoom + 1)
        ],
    }
