"""Which VN-2000 zone a file's coordinate system is, whatever its .prj calls it.

Files name VN-2000 in many ways: by EPSG code, by Esri names without a code, as "unknown" with a
TOWGS84 (often with rotations of the wrong sign). All of them mean one of the zones of
`gis_core.crs`, which then supplies the official parameters; those of the file are not used.
"""

import re
from collections.abc import Sequence

from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_core.crs import TOWGS84, ZONES, VnZone

_MAX_TEXT = 20_000
_ANGLE_TOLERANCE_DEG = 1e-6
_SCALE_TOLERANCE = 1e-7
_LENGTH_TOLERANCE_M = 1e-3
_SHIFT_TOLERANCE_M = 2.0  # also meets the older published set (-192.873, -39.382, -111.202)

_EPSG_NAME = re.compile(
    r"(?:EPSG:|urn:ogc:def:crs:EPSG:[0-9.]*:|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]+/)"
    r"(\d{4,6})\Z",
    re.IGNORECASE,
)
_WKT = re.compile(r"\s*[A-Za-z_0-9]+\s*[\[(]")
# Words of a PROJ string that make PROJ open a file
_OPENS_FILES = ("init=", "nadgrids", "geoidgrids", "grids=", "file=", "pipeline")
_TMERC_PARAMETERS = (
    "Latitude of natural origin",
    "Longitude of natural origin",
    "Scale factor at natural origin",
    "False easting",
    "False northing",
)


def identify_vn2000(crs_wkt_or_epsg: str | int) -> VnZone | None:
    """The VN-2000 zone of an EPSG code, EPSG name or URI, WKT (a .prj), PROJJSON or PROJ string.

    None when the system is another one, cannot be read, or only looks like VN-2000: a Transverse
    Mercator of the right meridian on plain WGS 84 is ambiguous, so a person has to say it.
    """
    if isinstance(crs_wkt_or_epsg, int):
        return ZONES.get(crs_wkt_or_epsg)
    text = crs_wkt_or_epsg.strip()
    named = _EPSG_NAME.match(text)
    if named:
        return ZONES.get(int(named[1]))
    crs = _parse(text)
    if crs is None:
        return None
    if crs.is_compound:
        crs = crs.sub_crs_list[0]  # a height system beside it does not matter here
    shift: Sequence[float] = ()
    if crs.is_bound and crs.source_crs is not None:
        shift = list(crs.coordinate_operation.towgs84) if crs.coordinate_operation else ()
        crs = crs.source_crs
    if not (_named_vn2000(crs) or _shifted_as_vn2000(shift)):
        return None
    return _zone_of_projection(crs)


def _parse(text: str) -> CRS | None:
    if len(text) > _MAX_TEXT:
        return None
    try:
        if text.startswith("+"):
            if any(word in text for word in _OPENS_FILES):
                return None
            return CRS.from_proj4(text)
        if text.startswith("{"):
            return CRS.from_json(text)
        return CRS.from_wkt(text) if _WKT.match(text) else None
    except (CRSError, RecursionError):
        return None


def _named_vn2000(crs: CRS) -> bool:
    geodetic = crs.geodetic_crs
    names = [geodetic.name, geodetic.datum.name if geodetic.datum else ""] if geodetic else []
    plain = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in names]
    return any("vn2000" in name or "vietnam2000" in name for name in plain)


def _shifted_as_vn2000(towgs84: Sequence[float]) -> bool:
    # Only the translations: wrong rotation signs are the usual mistake and are corrected by us.
    pairs = list(zip(towgs84[:3], TOWGS84[:3], strict=False))
    return bool(pairs) and all(abs(got - official) < _SHIFT_TOLERANCE_M for got, official in pairs)


def _zone_of_projection(crs: CRS) -> VnZone | None:
    if crs.is_geographic:
        return next(zone for zone in ZONES.values() if not zone.projected)
    values = _transverse_mercator(crs)
    if values is None:
        return None
    lat, lon, scale, east, north = values
    if abs(lat) + abs(north) + abs(east - 500_000.0) > _LENGTH_TOLERANCE_M:
        return None
    for zone in ZONES.values():
        if (
            zone.projected
            and abs(lon - zone.central_meridian_deg) < _ANGLE_TOLERANCE_DEG
            and abs(scale - zone.scale) < _SCALE_TOLERANCE
        ):
            return zone
    return None


def _transverse_mercator(crs: CRS) -> list[float] | None:
    """Values of `_TMERC_PARAMETERS` in degrees and metres; None for any other projection."""
    operation = crs.coordinate_operation
    if not crs.is_projected or operation is None or operation.method_name != "Transverse Mercator":
        return None
    if any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        return None  # feet or kilometres: not as published
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    if set(values) != set(_TMERC_PARAMETERS):
        return None
    return [values[name] for name in _TMERC_PARAMETERS]
