"""Coordinate reference systems: the only module of the product that holds SRID integers.

Three systems are used inside: storage (EPSG:4326), tiles (EPSG:3857) and, for measuring and for
the numbers printed on Vietnamese papers, one VN-2000 zone. VN-2000 is never looked up by its EPSG
code when coordinates are computed: PROJ, GDAL and PostGIS then choose EPSG:5194 ("Mekong blocks")
for points in the delta, 0.80 m away from the operation of Decision 05/2007/QĐ-BTNMT, silently and
all in agreement. The official parameters are written out here instead, and the database gets them
under private SRIDs whose authority no library knows.

x is longitude or easting, y is latitude or northing, everywhere. On Vietnamese papers the printed
X is the northing and Y the easting; only the text parser knows about that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

STORAGE_SRID = 4326
TILE_SRID = 3857

AUTHORITY = "VN2000D05"  # unknown to PROJ on purpose: a row of 'EPSG' is replaced by PROJ's default
_PRIVATE_SRID_OFFSET = 901_000  # EPSG:9210 -> 910210; all results are below PostGIS' 998999
_VN2000_GEOGRAPHIC_EPSG = 4756

# EPSG:6960, Decision 05/2007/QĐ-BTNMT. The decision prints Coordinate Frame rotations
# (-0.00928836, +0.01975479, -0.00427372); towgs84 is Position Vector, so their signs are turned.
TOWGS84 = (
    -191.90441429,
    -39.30318279,
    -111.45032835,
    0.00928836,
    -0.01975479,
    0.00427372,
    0.252906278,
)
_TOWGS84_TEXT = ",".join(str(number) for number in TOWGS84)

FloatArray = npt.NDArray[np.float64]

_GEOGCS = (
    'GEOGCS["VN-2000",DATUM["Vietnam_2000",SPHEROID["WGS 84",6378137,298.257223563],'
    f'TOWGS84[{_TOWGS84_TEXT}]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)


@dataclass(frozen=True, slots=True)
class VnZone:
    """One VN-2000 coordinate system, computed with the parameters of Decision 05/2007.

    `epsg` names it in files and URIs; `private_srid` names it in the database. The geographic
    system (EPSG:4756, degrees) has `projected=False`, meridian 0 and scale 1.
    """

    epsg: int
    private_srid: int
    central_meridian_deg: float
    scale: float
    name: str
    projected: bool = True

    @property
    def proj4text(self) -> str:
        """PROJ string with the official datum shift written out."""
        if not self.projected:
            return f"+proj=longlat +ellps=WGS84 +towgs84={_TOWGS84_TEXT} +no_defs"
        return (
            f"+proj=tmerc +lat_0=0 +lon_0={self.central_meridian_deg:g} +k={self.scale:g} "
            f"+x_0=500000 +y_0=0 +ellps=WGS84 +towgs84={_TOWGS84_TEXT} +units=m +no_defs"
        )

    @property
    def wkt(self) -> str:
        """OGC WKT 1 with TOWGS84 and without any EPSG authority that a library could look up."""
        if not self.projected:
            return _GEOGCS
        ascii_name = self.name.replace("°", "-").replace("′", "")  # "TM-3 105-45", as EPSG has it
        return (
            f'PROJCS["{ascii_name}",{_GEOGCS},PROJECTION["Transverse_Mercator"],'
            f'PARAMETER["latitude_of_origin",0],'
            f'PARAMETER["central_meridian",{self.central_meridian_deg:g}],'
            f'PARAMETER["scale_factor",{self.scale:g}],PARAMETER["false_easting",500000],'
            'PARAMETER["false_northing",0],UNIT["metre",1],'
            'AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
        )


class SpatialRefSysRow(NamedTuple):
    """One row of PostGIS' spatial_ref_sys, in the order of its columns."""

    srid: int
    auth_name: str
    auth_srid: int
    srtext: str
    proj4text: str


# Other systems of files from Vietnam: UTM 48 and 49 on WGS 84, then Indian 1960 and Hanoi 1972.
UTM_EPSG = (32648, 32649)
OLD_SYSTEMS_EPSG = (3148, 3149, 2044, 2045)
_TM3_MERIDIANS_DEG: Mapping[int, float] = MappingProxyType(
    {
        5896: 102.0,
        5897: 105.0,
        5898: 108.0,
        5899: 107.75,
        9205: 103.0,
        9206: 104.0,
        9207: 104.5,
        9208: 104.75,
        9209: 105.5,
        9210: 105.75,
        9211: 106.0,
        9212: 106.25,
        9213: 106.5,
        9214: 107.0,
        9215: 107.25,
        9216: 107.5,
        9217: 108.25,
        9218: 108.5,
    }
)
_UTM_ZONES: Mapping[int, tuple[int, float]] = MappingProxyType(
    {3405: (48, 105.0), 3406: (49, 111.0)}
)


def private_srid(epsg: int) -> int:
    """SRID under which the database keeps a VN-2000 system: EPSG code + 901000 (9210 → 910210).

    Raises KeyError when `epsg` is not one of the VN-2000 systems listed in `ZONES`.
    """
    return ZONES[epsg].private_srid


def zone_by_epsg(epsg: int) -> VnZone:
    """Zone of an EPSG code; KeyError when it is not a VN-2000 system."""
    return ZONES[epsg]


def _degrees_and_minutes(degrees: float) -> str:
    whole = int(degrees)
    return f"{whole}°{round((degrees - whole) * 60):02d}′"


def _all_zones() -> Mapping[int, VnZone]:
    zones = [
        VnZone(
            epsg=_VN2000_GEOGRAPHIC_EPSG,
            private_srid=_VN2000_GEOGRAPHIC_EPSG + _PRIVATE_SRID_OFFSET,
            central_meridian_deg=0.0,
            scale=1.0,
            name="VN-2000",
            projected=False,
        )
    ]
    for epsg, (number, meridian) in _UTM_ZONES.items():
        name = f"VN-2000 / UTM {number}N"
        zones.append(VnZone(epsg, epsg + _PRIVATE_SRID_OFFSET, meridian, 0.9996, name))
    for epsg, meridian in _TM3_MERIDIANS_DEG.items():
        name = f"VN-2000 / TM-3 {_degrees_and_minutes(meridian)}"
        zones.append(VnZone(epsg, epsg + _PRIVATE_SRID_OFFSET, meridian, 0.9999, name))
    return MappingProxyType({zone.epsg: zone for zone in zones})


ZONES: Mapping[int, VnZone] = _all_zones()


def spatial_ref_sys_rows() -> list[SpatialRefSysRow]:
    """Rows that the database needs before any table or query uses a private SRID."""
    return [
        SpatialRefSysRow(zone.private_srid, AUTHORITY, zone.epsg, zone.wkt, zone.proj4text)
        for zone in ZONES.values()
    ]


@dataclass(frozen=True, slots=True)
class ServiceCrs:
    """A coordinate system that the services accept and answer in.

    `srid` is what the database computes with; `northing_first` says that the URI promises
    latitude (or northing) before longitude, so coordinates are swapped at the edge.
    """

    uri: str
    srid: int
    northing_first: bool


_OGC = "http://www.opengis.net/def/crs/"
CRS84_URI = _OGC + "OGC/1.3/CRS84"

# Axis order as in the EPSG dataset (pyproj `CRS.axis_info`): VN-2000 zones are easting first,
# although the papers print X = northing.
SERVICE_CRS: Mapping[str, ServiceCrs] = MappingProxyType(
    {
        crs.uri: crs
        for crs in (
            ServiceCrs(CRS84_URI, STORAGE_SRID, northing_first=False),
            ServiceCrs(_OGC + "EPSG/0/4326", STORAGE_SRID, northing_first=True),
            ServiceCrs(_OGC + "EPSG/0/3857", TILE_SRID, northing_first=False),
            ServiceCrs(_OGC + "EPSG/0/9210", private_srid(9210), northing_first=False),
            ServiceCrs(_OGC + "EPSG/0/3405", private_srid(3405), northing_first=False),
            ServiceCrs(_OGC + "EPSG/0/5897", private_srid(5897), northing_first=False),
        )
    }
)


_GEOHASH_ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
_GEOHASH_BITS = 30  # of each axis in 12 characters of 5 bits


@lru_cache(maxsize=64)
def _transformer(zone: VnZone, to_wgs84: bool) -> Transformer:
    # Both ends are PROJ strings: with an EPSG code PROJ would choose the operation by itself.
    vn2000 = CRS.from_proj4(zone.proj4text)
    wgs84 = CRS.from_proj4("+proj=longlat +datum=WGS84 +no_defs")
    ends = (vn2000, wgs84) if to_wgs84 else (wgs84, vn2000)
    return Transformer.from_crs(*ends, always_xy=True)


def _transform(
    zone: VnZone, x: npt.ArrayLike, y: npt.ArrayLike, *, to_wgs84: bool
) -> tuple[FloatArray, FloatArray]:
    xs, ys = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    out_x, out_y = _transformer(zone, to_wgs84).transform(xs.ravel(), ys.ravel())
    return (
        np.asarray(out_x, dtype=float).reshape(xs.shape),
        np.asarray(out_y, dtype=float).reshape(xs.shape),
    )


def to_wgs84(
    zone: VnZone, east_m: npt.ArrayLike, north_m: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """(lon, lat) in degrees WGS 84 of eastings and northings in `zone`; inf where impossible.

    Scalars give 0-d arrays. Heights are taken as zero: there and back differs by under 1 mm.
    """
    return _transform(zone, east_m, north_m, to_wgs84=True)


def from_wgs84(
    zone: VnZone, lon: npt.ArrayLike, lat: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """(east_m, north_m) in `zone` of WGS 84 degrees; inf where impossible."""
    return _transform(zone, lon, lat, to_wgs84=False)


def project(geometry_4326: BaseGeometry, zone: VnZone) -> BaseGeometry:
    """The geometry in metres of `zone`. Raises ValueError for the geographic system."""
    if not zone.projected:
        raise ValueError(f"{zone.name} is geographic; lengths and areas need a projected zone")

    def to_zone(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        return from_wgs84(zone, lon, lat)

    return shapely.transform(geometry_4326, to_zone, interleaved=False)


def area_m2(geometry_4326: BaseGeometry, zone: VnZone) -> float:
    """Area in the plane of `zone`, m² (about 1 in 10,000 below the ground near its meridian)."""
    return float(shapely.area(project(geometry_4326, zone)))


def length_m(geometry_4326: BaseGeometry, zone: VnZone) -> float:
    """Length in the plane of `zone`, metres; for polygons the perimeter."""
    return float(shapely.length(project(geometry_4326, zone)))


def _cell(degrees: float, half_range_deg: float) -> int:
    cells = 1 << _GEOHASH_BITS
    return min(int((degrees + half_range_deg) / (2 * half_range_deg) * cells), cells - 1)


def geohash12(lon: float, lat: float) -> str:
    """GeoHash of 12 characters (a cell of about 1.9 × 3.7 cm) of a WGS 84 position in degrees.

    Used to check an issued parcel identifier, never to make one. Raises ValueError off the globe.
    """
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):  # noqa: PLR2004 - the globe; NaN fails too
        raise ValueError(f"not a position on the globe: lon {lon}, lat {lat}")
    x, y = _cell(lon, 180.0), _cell(lat, 90.0)
    code = 0
    for bit in range(_GEOHASH_BITS - 1, -1, -1):
        code = code << 2 | (x >> bit & 1) << 1 | (y >> bit & 1)
    return "".join(_GEOHASH_ALPHABET[code >> shift & 31] for shift in range(55, -1, -5))
