"""Why a geometry is not let in: the stable codes, the limits, the exception.

| code | meaning |
|---|---|
| too_large | more bytes than allowed |
| unreadable | neither GeoJSON nor WKB, cut off, or nested in a way that no geometry is |
| too_deep | JSON nested deeper than a geometry needs |
| type_not_allowed | a known type that is not wanted here |
| foreign_crs | says to be in another system than WGS 84 longitude/latitude |
| empty | no positions, or a part without positions |
| too_many_vertices | more positions than allowed |
| has_z_or_m | positions with a height or a measure |
| not_finite | NaN, infinity, or a number too large to hold |
| out_of_bounds | outside longitude ±180 or latitude ±85.06 |
| too_few_points | a line without length, or a ring of fewer than three different positions |
| ring_open | a ring whose last position is not its first |
"""

from dataclasses import dataclass
from typing import Literal

Code = Literal[
    "too_large",
    "unreadable",
    "too_deep",
    "type_not_allowed",
    "foreign_crs",
    "empty",
    "too_many_vertices",
    "has_z_or_m",
    "not_finite",
    "out_of_bounds",
    "too_few_points",
    "ring_open",
]


class GeometryRefused(ValueError):
    """The geometry did not pass the gate; `code` is one of the table, `detail` a plain sentence."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class GateLimits:
    """What a geometry may have at most. Bounds are degrees WGS 84.

    `drop_z` lets heights and measures be cut off instead of refused.
    """

    max_bytes: int = 16_000_000
    max_json_depth: int = 8  # a MultiPolygon needs 5
    max_vertices: int = 200_000
    max_lon: float = 180.0
    max_lat: float = 85.06
    drop_z: bool = False
