"""The GeoJSON feature that a client sends: checked and turned into the terms of the write door.

Nothing here touches the database. Text is limited before it is parsed, numbers and characters that
PostgreSQL cannot keep are refused, and the geometry passes the gate in degrees, whatever
coordinate system it came in.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

import shapely
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core import geometry_gate
from gis_core.crs import CRS84_URI, ServiceCrs
from gis_core.errors import BadRequest, TooLarge, WrongMediaType
from gis_core.geometry_readers import read_json_text
from gis_core.geometry_refusal import GateLimits, GeometryRefused
from layers.api.ogc_crs import crs_named, lon_lat

GEOJSON_TYPES = ("application/geo+json", "application/json")
PATCH_TYPES = ("application/merge-patch+json", *GEOJSON_TYPES)
_DEGREES = GateLimits()
_ANYWHERE = replace(_DEGREES, max_lon=1e9, max_lat=1e9)  # metres, before they become degrees
_ALLOWED = {
    "Point": geometry_gate.POINTS,
    "MultiLineString": geometry_gate.LINES,
    "MultiPolygon": geometry_gate.POLYGONS,
}
_LARGEST_INT = 2**63
_VERSION = "_version"


@dataclass(frozen=True)
class Sent:
    """What a client sent: properties as they stand in the JSON, the geometry in EPSG:4326.

    `version` is the one that the client read; None where it does not say.
    """

    properties: dict[str, Any]
    geometry_4326: BaseGeometry | None
    version: int | None
    crs: ServiceCrs


def read_feature(request: HttpRequest, geometry_type: str, types: tuple[str, ...]) -> Sent:
    """Return the feature in the body of `request`, for a layer of `geometry_type`.

    Raises WrongMediaType, TooLarge, BadRequest for what is not a feature, GeometryRefused.
    """
    crs = content_crs(request)
    loaded = _json_object(request, types)
    if loaded.get("type", "Feature") != "Feature":
        raise BadRequest(gettext("Send one GeoJSON feature."))
    properties = loaded.get("properties") or {}
    if not isinstance(properties, dict):
        raise BadRequest(gettext("Send one GeoJSON feature."))
    _refuse_unkeepable(properties)
    return Sent(
        {name: value for name, value in properties.items() if name != _VERSION},
        _geometry(loaded.get("geometry"), geometry_type, crs),
        _version(properties.get(_VERSION)),
        crs,
    )


def content_crs(request: HttpRequest) -> ServiceCrs:
    """Return the coordinate system of the body: `Content-Crs`, CRS84 where it is left out."""
    sent = request.META.get("HTTP_CONTENT_CRS", "").strip()
    return crs_named(sent.removeprefix("<").removesuffix(">") or CRS84_URI, "Content-Crs")


def _json_object(request: HttpRequest, types: tuple[str, ...]) -> dict[str, Any]:
    if (request.content_type or "").lower() not in types:
        raise WrongMediaType(gettext("Send the content as %s.") % ", ".join(types))
    try:
        body = request.body
    except RequestDataTooBig as error:
        megabytes = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1024**2
        detail = gettext("At most %(count)d MB can be sent at once.") % {"count": megabytes}
        raise TooLarge(detail) from error
    try:
        return read_json_text(body, _DEGREES)
    except GeometryRefused as error:
        raise BadRequest(gettext("The content is not a JSON object that can be read.")) from error


def _refuse_unkeepable(value: Any) -> None:
    """Refuse characters that PostgreSQL cannot keep and numbers that no column holds."""
    text = json.dumps(value, ensure_ascii=False)
    unpaired = re.search("[\ud800-\udfff]", text)
    if "\\u0000" in text or unpaired or "Infinity" in re.sub(r'"(?:[^"\\]|\\.)*"', "", text):
        raise BadRequest(gettext("The content holds a character or number that cannot be kept."))
    if _has_large_integer(value):
        raise BadRequest(gettext("The content holds a character or number that cannot be kept."))


def _has_large_integer(value: Any) -> bool:
    # Not deep: the nesting was limited before the text was parsed.
    if isinstance(value, dict):
        return any(_has_large_integer(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_large_integer(item) for item in value)
    return isinstance(value, int) and abs(value) >= _LARGEST_INT


def _version(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise BadRequest(gettext("“_version” must be the whole number that was read."))
    return int(value)


def _geometry(value: Any, geometry_type: str, crs: ServiceCrs) -> BaseGeometry | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise GeometryRefused("unreadable", "the geometry is not an object")
    found = geometry_gate.admit(value, allowed=_ALLOWED[geometry_type], limits=_ANYWHERE)
    placed = shapely.transform(found, lambda positions: lon_lat(positions, crs))
    # Once more as degrees: a place that the system does not have has become infinite.
    return geometry_gate.promote(geometry_gate.admit(shapely.to_wkb(placed), limits=_DEGREES))
