"""In which coordinate system a file's positions are, and under which SRID the database knows it."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gis_core import crs
from gis_core.city import city
from gis_core.crs import STORAGE_SRID, VnZone
from gis_core.crs_identity import identify_vn2000
from gis_core.geometry_refusal import GateLimits
from importers.issues import FileRefused, Issue, Severity

Positions = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]
_PROJECTED_LIMIT = 1e8  # metres or feet; nothing on the earth is farther from a false origin
_VN_EAST_LIMIT_M = 2_000_000.0
_VN_NORTH_LIMIT_M = 9_000_000.0
_NEAR_CITY_DEG = 0.5
_SURE_PERCENT = 70
_MAX_TEXT = 20_000
_EPSG = re.compile(r"(?:EPSG:)?(\d{4,6})\Z", re.IGNORECASE)
HINT = "pass --source-crs, for example --source-crs EPSG:9210"


@dataclass(frozen=True)
class SourceCrs:
    """A system that positions can be transformed from. x is easting or longitude."""

    epsg: int
    name: str
    limits: GateLimits
    zone: VnZone | None = None
    issues: tuple[Issue, ...] = ()

    def to_wgs84(self, positions: Positions) -> Positions:
        """Return longitudes and latitudes (n × 2) of positions; inf where there are none.

        VN-2000 is computed with the official parameters of `gis_core.crs`, never by its code.
        """
        if self.epsg == STORAGE_SRID:
            return positions
        x, y = positions[:, 0], positions[:, 1]
        if self.zone is not None:
            return np.column_stack(crs.to_wgs84(self.zone, x, y))
        return np.column_stack(_transformer(self.epsg).transform(x, y))


@lru_cache(maxsize=16)
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, STORAGE_SRID, always_xy=True)


def of_text(text: str) -> SourceCrs:
    """The system of a .prj, an EPSG code or name; FileRefused when it is not known."""
    code = _EPSG.match(text.strip())
    zone = identify_vn2000(int(code[1]) if code else text)
    if zone is not None:
        return _of_zone(zone)
    epsg = int(code[1]) if code else _epsg_of(text)
    if epsg == STORAGE_SRID:
        return SourceCrs(STORAGE_SRID, "WGS 84", GateLimits(drop_z=True))
    if epsg is None or not _is_horizontal(epsg):
        raise FileRefused(f"The coordinate system is not known ({_short(text)}); {HINT}")
    limits = GateLimits(max_lon=_PROJECTED_LIMIT, max_lat=_PROJECTED_LIMIT, drop_z=True)
    return SourceCrs(epsg, f"EPSG:{epsg}", limits)


def _of_zone(zone: VnZone) -> SourceCrs:
    limits = GateLimits(drop_z=True)
    if zone.projected:
        limits = replace(limits, max_lon=_VN_EAST_LIMIT_M, max_lat=_VN_NORTH_LIMIT_M)
    return SourceCrs(zone.epsg, zone.name, limits, zone)


def _epsg_of(text: str) -> int | None:
    if len(text) > _MAX_TEXT or text.lstrip().startswith("+"):
        return None
    try:
        parsed = CRS.from_user_input(text)
        found = parsed.to_epsg(_SURE_PERCENT)
    except (CRSError, RecursionError):
        return None
    return int(found) if found is not None else None


def _short(text: str) -> str:
    return " ".join(text.split())[:80]


def _is_horizontal(epsg: int) -> bool:
    try:
        found = CRS.from_epsg(epsg)
    except CRSError:
        return False
    return bool(found.is_geographic or found.is_projected)


def guess(bounds: Bounds | None) -> SourceCrs:
    """The system of a file that does not say it, from where its positions would then be.

    Degrees are taken as WGS 84, metres as the city's VN-2000 zone if that puts the data near the
    city; FileRefused otherwise.
    """
    if bounds is None or not np.isfinite(bounds).all():
        raise FileRefused(f"The file does not say its coordinate system; {HINT}")
    west, south, east, north = bounds
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:  # noqa: PLR2004 -- degrees
        found = of_text(str(STORAGE_SRID))
    else:
        found = _of_zone(city().zone)
        degrees = bounds_4326(found, bounds)
        if degrees is None or not near_city(degrees):
            raise FileRefused(f"The file does not say its coordinate system; {HINT}")
    issue = Issue("crs_guessed", Severity.WARNING, detail=found.name)
    return replace(found, issues=(issue,))


def near_city(bounds_4326: Bounds) -> bool:
    """Tell whether degrees lie within half a degree of the city's extent."""
    west, south, east, north = bounds_4326
    left, bottom, right, top = city().bbox_4326
    return (
        west <= right + _NEAR_CITY_DEG
        and east >= left - _NEAR_CITY_DEG
        and south <= top + _NEAR_CITY_DEG
        and north >= bottom - _NEAR_CITY_DEG
    )


def decide(crs_text: str, bounds: Bounds | None, chosen: str = "") -> SourceCrs:
    """The system to read a file in: the one `chosen`, else what the file says, else a guess."""
    if chosen:
        return of_text(chosen)
    return of_text(crs_text) if crs_text else guess(bounds)


def bounds_4326(source: SourceCrs, bounds: Bounds | None) -> Bounds | None:
    """The extent in degrees of an extent in the file's system, by two corners; None if unknown."""
    if bounds is None or not np.isfinite(bounds).all():
        return None
    west, south, east, north = bounds
    corners = source.to_wgs84(np.array([[west, south], [east, north]], float))
    return (*corners[0].tolist(), *corners[1].tolist())
