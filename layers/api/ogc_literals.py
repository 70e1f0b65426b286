"""Literals of a filter: typed values, geometries, dates and intervals."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry.base import BaseGeometry

from gis_core.crs import STORAGE_SRID, ServiceCrs
from gis_core.geometry_gate import admit
from gis_core.geometry_refusal import GateLimits, GeometryRefused
from layers.api.ogc_crs import box_area, lon_lat
from layers.api.ogc_refusal import refuse
from layers.geojson import Kind

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SHAPES = {
    "POINT": "Point",
    "LINESTRING": "LineString",
    "POLYGON": "Polygon",
    "MULTIPOINT": "MultiPoint",
    "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon",
}
_LIMITS = GateLimits(max_bytes=16_000, max_vertices=1_000)


def literal_for(kind: Kind, written: str, text: str) -> Any:
    """Return the value of a literal for a property of `kind`; None when they do not fit.

    Numbers stay exact (Decimal); instants without an offset count as UTC.
    """
    if kind is Kind.TEXT:
        return text if written == "text" else None
    if kind is Kind.BOOLEAN:
        return {"TRUE": True, "FALSE": False}.get(text.upper()) if written == "word" else None
    if kind in {Kind.INTEGER, Kind.NUMBER}:
        return _number(text) if written == "number" else None
    if kind in {Kind.DATE, Kind.DATETIME} and written == "text":
        return _day(text) if kind is Kind.DATE else instant(text)
    return None


def _number(text: str) -> int | Decimal | None:
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _day(text: str) -> date | None:
    found = instant(text)
    return None if found is None else found.date()


def instant(text: str) -> datetime | None:
    """Return an RFC 3339 date or time as an aware datetime; None when it is neither.

    A day alone is its first moment in UTC.
    """
    try:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        if not _DATE.match(text) or text[10:11] not in {"T", "t", " "}:
            return None
        found = datetime.fromisoformat(text.upper())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def shape_area(name: str, pieces: list[str], crs: ServiceCrs) -> GEOSGeometry | None:
    """Return the geometry (EPSG:4326) of a literal such as POINT(…) or BBOX(…) given in `crs`.

    None for a box outside the area of the CRS. BadParameter for what is not a geometry.
    """
    if name == "BBOX":
        if any(piece not in "(,)" and not _NUMBER.fullmatch(piece) for piece in pieces):
            raise refuse("filter", "BBOX(min x, min y, max x, max y)")
        return box_area([float(t) for t in pieces if t not in "(,)"], crs, "filter")
    if name not in _SHAPES:
        raise refuse("filter", f"a geometry: BBOX, {', '.join(_SHAPES)}")
    try:
        found = admit(
            {"type": _SHAPES[name], "coordinates": _coordinates(name, pieces, crs)}, limits=_LIMITS
        )
    except (GeometryRefused, ValueError, IndexError) as error:
        raise refuse("filter", f"a valid {name} ({error})") from error
    return _usable(name, found)


def _usable(name: str, found: BaseGeometry) -> GEOSGeometry:
    if not found.is_valid:
        raise refuse("filter", f"a valid {name}: its lines must not cross")
    return GEOSGeometry(memoryview(shapely.to_wkb(found)), srid=STORAGE_SRID)


def _coordinates(name: str, pieces: list[str], crs: ServiceCrs) -> Any:
    """Return WKT's coordinates as GeoJSON nests them; ValueError or IndexError when malformed."""
    stack: list[list[Any]] = [[]]
    position: list[float] = []
    for piece in pieces:
        if piece == "(":
            stack.append([])
            continue
        if piece in {",", ")"}:
            if position:
                stack[-1].append(_placed(position, crs))
                position = []
            if piece == ")":
                closed = stack.pop()
                stack[-1].append(closed)
            continue
        position.append(float(piece))
    nested = stack[0][0]
    if name == "POINT":
        return nested[0]
    if name == "MULTIPOINT":  # both MULTIPOINT(1 2, 3 4) and MULTIPOINT((1 2), (3 4)) are written
        return [item[0] if isinstance(item[0], list) else item for item in nested]
    return nested


def _placed(position: list[float], crs: ServiceCrs) -> list[float]:
    if len(position) != 2:  # noqa: PLR2004 -- heights are not filtered by
        raise ValueError("a position has two numbers")
    placed: list[float] = lon_lat(np.array([position], dtype=float), crs)[0].tolist()
    return placed
