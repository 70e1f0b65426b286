"""Coordinates typed into the search box, in the notations that people here use.

Degrees ("10.3605, 106.374", 10°21'38"N 106°22'26"E, decimal commas) and VN-2000 metres
("X=1145000 Y=567000", "1145000 567000", "1.145.000 567.000"). On Vietnamese papers X is the
northing; because many people write it the other way round, magnitude decides, not the letter.
"""

import math
import re
from dataclasses import dataclass
from typing import Literal

from gis_core.crs import STORAGE_SRID, VnZone, to_wgs84

_MAX_TEXT = 120
_MARGIN_DEG = 1.0  # how far outside the city box a typed position still counts as meant
_NORTHING_M = (900_000.0, 2_600_000.0)
_EASTING_M = (100_000.0, 900_000.0)
_NORTH = "NB"  # N, and B for Bắc
_EAST = "EĐD"  # E, and Đ or D for Đông

_AXIS_LABEL = re.compile(
    r"\b(?:kinh độ|vĩ độ|longitude|latitude|long|lng|lon|lat|vn-?2000|[XYEN](?=\s*[=:]|\s+\d))"
    r"\s*[=:]?\s*",
    re.IGNORECASE,
)
_ANGLE = re.compile(
    r"\s*(?P<before>[NBEĐD])?\s*(?P<deg>\d{1,3}(?:[.,]\d+)?)\s*[°º]\s*"
    r"(?:(?P<min>\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*)?"
    r"(?:(?P<sec>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|''|′′|’’)\s*)?"
    r"(?P<after>[NBEĐD])?\s*[,;]?",
    re.IGNORECASE,
)
_LETTER_AFTER_DECIMAL = re.compile(r"(\d)\s*([NBEĐ])(?!\w)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*(?:m\b)?", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")

Bbox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class TypedCoordinates:
    """A typed position: WGS 84 degrees, and the system it was written in.

    `epsg` is STORAGE_SRID for degrees, else the VN-2000 zone that was assumed.
    """

    lon: float
    lat: float
    system: Literal["WGS 84", "VN-2000"]
    epsg: int


def parse_coordinates(text: str, zone: VnZone, bbox_4326: Bbox) -> TypedCoordinates | None:
    """Read `text` as one position, or None when it is something else.

    `zone` is what metres are taken for; positions more than 1 degree outside `bbox_4326`
    (west, south, east, north) are not accepted, so that "5 12" stays a parcel number.
    """
    if len(text) > _MAX_TEXT:
        return None
    typed = _AXIS_LABEL.sub(" ", text).strip(" ()[]\t\n")
    typed = _LETTER_AFTER_DECIMAL.sub(r"\1°\2", typed)  # "10.3605N"; after seconds it is harmless
    pair = _angles(typed) if "°" in typed or "º" in typed else _number_pair(typed)
    if pair is None:
        return None
    found = _from_degrees(pair, bbox_4326) or _from_metres(pair, zone)
    return found if found is not None and _near(found.lon, found.lat, bbox_4326) else None


def _near(lon: float, lat: float, bbox: Bbox) -> bool:
    west, south, east, north = bbox
    return (
        west - _MARGIN_DEG <= lon <= east + _MARGIN_DEG
        and south - _MARGIN_DEG <= lat <= north + _MARGIN_DEG
    )


def _from_degrees(pair: tuple[float, float], bbox: Bbox) -> TypedCoordinates | None:
    first, second = pair
    if first.is_integer() and second.is_integer():
        return None  # "10 106" is a map sheet and a parcel
    # Latitude first, as maps and phones print it; the other order is taken when only it fits.
    for lon, lat in ((second, first), (first, second)):
        if _near(lon, lat, bbox):
            return TypedCoordinates(lon, lat, "WGS 84", STORAGE_SRID)
    return None


def _from_metres(pair: tuple[float, float], zone: VnZone) -> TypedCoordinates | None:
    for north_m, east_m in (pair, pair[::-1]):
        if _NORTHING_M[0] <= north_m <= _NORTHING_M[1] and _EASTING_M[0] <= east_m <= _EASTING_M[1]:
            lon, lat = to_wgs84(zone, east_m, north_m)
            return TypedCoordinates(float(lon), float(lat), "VN-2000", zone.epsg)
    return None


def _angles(typed: str) -> tuple[float, float] | None:
    """Two angles written with degree signs as (latitude, longitude) when letters say so."""
    first = _ANGLE.match(typed)
    second = _ANGLE.fullmatch(typed, first.end()) if first else None
    if first is None or second is None:
        return None
    values, letters = [], []
    for match in (first, second):
        minutes, seconds = _decimal(match["min"] or "0"), _decimal(match["sec"] or "0")
        if minutes >= 60 or seconds >= 60:  # noqa: PLR2004 - sexagesimal
            return None
        values.append(_decimal(match["deg"]) + minutes / 60 + seconds / 3600)
        letters.append((match["before"] or match["after"] or "").upper())
    turned = letters[0] in _EAST if letters[0] else letters[1] and letters[1] in _NORTH
    if letters[0] and letters[1] and (letters[0] in _EAST) == (letters[1] in _EAST):
        return None
    return (values[1], values[0]) if turned else (values[0], values[1])


def _decimal(number: str) -> float:
    return float(number.replace(",", "."))


def _number_pair(typed: str) -> tuple[float, float] | None:
    parts = re.split(r"[;,]?\s+|;", typed)
    if len(parts) == 1:
        parts = typed.split(",")  # "10.3605,106.374"
    parts = [part for part in parts if part]
    if len(parts) != 2 or not all(_NUMBER.fullmatch(part) for part in parts):  # noqa: PLR2004
        return None
    first, second = (part.rstrip("mM") for part in parts)
    # "1.145.000 567.000": one number with two separators shows that they group thousands.
    grouped = all(_GROUPED.fullmatch(part) for part in (first, second)) and any(
        part.count(".") > 1 or part.count(",") > 1 for part in (first, second)
    )
    values = [_number(part, grouped=grouped) for part in (first, second)]
    if not all(math.isfinite(value) for value in values):
        return None
    return values[0], values[1]


def _number(part: str, *, grouped: bool) -> float:
    """The value; NaN for text such as 1.2.3 that is no number."""
    if grouped:
        return float(part.replace(".", "").replace(",", ""))
    last = max(part.rfind("."), part.rfind(","))
    if last < 0:
        return float(part)
    whole = part[:last]
    mark = part[last]
    groups = re.split(r"[.,]", whole.lstrip("-"))
    if mark in whole or any(len(group) != 3 for group in groups[1:]):  # noqa: PLR2004
        return math.nan
    return float(re.sub(r"[.,]", "", whole) + "." + part[last + 1 :])
