"""In which coordinate system a file's positions are, and under which SRID the database knows it."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext_lazy as _
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gis_core import crs
from gis_core.city import city
from gis_core.crs import STORAGE_SRID, VnZone
from gis_core.crs_identity import identify_vn2000
from gis_core.geometry_refusal import GateLimits
from importers.issues import Issue
from importers.refusals import refusal
from importers.words import Fact
from importers.zone_cells import ZoneCells

Positions = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]
_PROJECTED_LIMIT = 1e8  # metres or feet; nothing on the earth is farther from a false origin
_VN_EAST_LIMIT_M = 2_000_000.0
_VN_NORTH_LIMIT_M = 9_000_000.0
_NEAR_CITY_DEG = 0.5
_SURE_PERCENT = 70
_MAX_TEXT = 20_000
_MARKED = re.compile(r"(?:EPSG:)?\d{4,6}(?:\+\w+)+\Z", re.IGNORECASE)
_EPSG = re.compile(r"(?:EPSG:)?(\d{4,6})\Z", re.IGNORECASE)
_MARKS = ("swapped", "unshifted")
_SWAPPED = _("northing first")
_UNSHIFTED = _("without datum shift (VN-2000 nội bộ)")


@dataclass(frozen=True)
class SourceCrs:
    """A system that positions can be transformed from. x is easting or longitude.

    `swapped`: the file has northing or latitude first. `unshifted`: a zone whose positions were
    computed without the shift of the datum ("VN-2000 nội bộ"), 226 m from the official ones.
    """

    epsg: int
    plain_name: str
    limits: GateLimits
    zone: VnZone | None = None
    swapped: bool = False
    unshifted: bool = False
    issues: tuple[Issue, ...] = ()

    @property
    def words(self) -> list[Fact]:
        """Return the name in parts: that of the system, and in words how it is read."""
        read = {"swapped": _SWAPPED, "unshifted": _UNSHIFTED}
        return [self.plain_name, *(words for mark, words in read.items() if getattr(self, mark))]

    @property
    def name(self) -> str:
        """Return the name in the language of the moment."""
        return ", ".join(map(str, self.words))

    @property
    def key(self) -> str:
        """Return what `of_text` makes the same system of, such as `EPSG:9210+unshifted`."""
        marks = [mark for mark in _MARKS if getattr(self, mark)]
        return "+".join([f"EPSG:{self.epsg}", *marks])

    def to_wgs84(self, positions: Positions) -> Positions:
        """Return longitudes and latitudes (n × 2) of positions; inf where there are none.

        VN-2000 is computed with the official parameters of `gis_core.crs`, never by its code.
        """
        if self.swapped:
            positions = positions[:, ::-1]
        if self.epsg == STORAGE_SRID:
            return positions
        x, y = positions[:, 0], positions[:, 1]
        if self.zone is None:
            return np.column_stack(_transformer(self.epsg).transform(x, y))
        if self.zone.projected:
            return _cells(self.zone, self.unshifted).to_degrees(positions)
        return np.column_stack(crs.to_wgs84(self.zone, x, y))

    @property
    def is_cheap(self) -> bool:
        """Tell whether a position costs less to transform than to be recognised as an equal one."""
        return self.epsg == STORAGE_SRID or (self.zone is not None and self.zone.projected)

    def marked(self, mark: str) -> "SourceCrs":
        """Return the system with one of `swapped`, `unshifted`; FileRefused where it cannot be."""
        if mark == "swapped":
            limits = replace(self.limits, max_lon=self.limits.max_lat, max_lat=self.limits.max_lon)
            return replace(self, swapped=True, limits=limits)
        if mark == "unshifted" and self.zone is not None and self.zone.projected:
            return replace(self, unshifted=True)
        marks = ", ".join(_MARKS)
        raise refusal("crs_mark_wrong", facts={"crs": self.words, "mark": mark, "marks": marks})


@lru_cache(maxsize=64)
def _cells(zone: VnZone, unshifted: bool) -> ZoneCells:
    def exact(positions: Positions) -> Positions:
        x, y = positions[:, 0], positions[:, 1]
        return np.column_stack(
            _unshifted(zone).transform(x, y) if unshifted else crs.to_wgs84(zone, x, y)
        )

    return ZoneCells(exact)


@lru_cache(maxsize=32)
def _unshifted(zone: VnZone) -> Transformer:
    pipeline = (
        f"+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0={zone.central_meridian_deg}"
        f" +k={zone.scale} +x_0=500000 +y_0=0 +ellps=WGS84"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    return Transformer.from_pipeline(pipeline)


@lru_cache(maxsize=16)
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, STORAGE_SRID, always_xy=True)


def of_text(text: str) -> SourceCrs:
    """The system of a .prj, an EPSG code or name; FileRefused when it is not known.

    A code may carry marks: `EPSG:9210+swapped` (northing first), `EPSG:9210+unshifted`.
    """
    plain, *marks = text.strip().split("+") if _MARKED.match(text.strip()) else [text]
    found = _of_plain_text(plain)
    for mark in marks:
        found = found.marked(mark)
    return found


def _of_plain_text(text: str) -> SourceCrs:
    code = _EPSG.match(text.strip())
    zone = identify_vn2000(int(code[1]) if code else text)
    if zone is not None:
        return of_zone(zone)
    epsg = int(code[1]) if code else _epsg_of(text)
    if epsg == STORAGE_SRID:
        return SourceCrs(STORAGE_SRID, "WGS 84", GateLimits(drop_z=True))
    name = "" if epsg is None else _name_of(epsg)
    if epsg is None or not name:
        raise refusal("crs_not_known", facts={"text": _short(text)})
    limits = GateLimits(max_lon=_PROJECTED_LIMIT, max_lat=_PROJECTED_LIMIT, drop_z=True)
    return SourceCrs(epsg, name, limits)


def of_zone(zone: VnZone) -> SourceCrs:
    """The system of a VN-2000 zone, with the official parameters."""
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


def _name_of(epsg: int) -> str:
    """Return the name of a horizontal system in the EPSG dataset; "" for anything else."""
    try:
        found = CRS.from_epsg(epsg)
    except CRSError:
        return ""
    return str(found.name) if found.is_geographic or found.is_projected else ""


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


def bounds_4326(source: SourceCrs, bounds: Bounds | None) -> Bounds | None:
    """The extent in degrees of an extent in the file's system, by two corners; None if unknown."""
    if bounds is None or not np.isfinite(bounds).all():
        return None
    west, south, east, north = bounds
    corners = source.to_wgs84(np.array([[west, south], [east, north]], float))
    return (*corners[0].tolist(), *corners[1].tolist())
