"""The query parameters of the OGC API: one table that is documented, parsed and enforced.

A parameter that is not in the table of its address is refused, as the standards demand: a misspelt
filter must not silently return everything.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from gis_core.crs import CRS84_URI, SERVICE_CRS, ServiceCrs
from layers.api.ogc_cql2 import MAX_LENGTH, equals, predicate_of
from layers.api.ogc_crs import box_area, crs_named
from layers.api.ogc_datetime import rows_at
from layers.api.ogc_refusal import refuse
from layers.feature import Feature
from layers.geojson import Kind, Property, properties_of
from layers.selectors import ReadableLayer

DEFAULT_LIMIT = 1_000
MAX_LIMIT = 10_000
_MAX_OFFSET = 100_000_000
_WHOLE = re.compile(r"\d{1,16}", re.ASCII)
_REAL = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)

Schema = Mapping[str, Any]


def _parameter(name: str, description: str, schema: Schema, explode: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": dict(schema),
        "style": "form",
        "explode": explode,
    }


_CRS_SCHEMA = {"type": "string", "format": "uri", "enum": list(SERVICE_CRS), "default": CRS84_URI}
_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
_NAMES = {"type": "array", "items": {"type": "string"}}
_FILTER = {"type": "string", "maxLength": MAX_LENGTH}

# Every address accepts these two.
COMMON = {
    "f": _parameter("f", "Encoding of the answer.", {"type": "string", "enum": ["json"]}),
    "lang": _parameter("lang", "Language of titles: vi or en.", {"type": "string"}),
}
CRS = _parameter("crs", "Coordinate system of the answer.", _CRS_SCHEMA)
SELECTION = {
    "bbox": _parameter("bbox", "Only features that touch this box.", _NUMBERS, explode=False),
    "bbox-crs": _parameter("bbox-crs", "Coordinate system of bbox.", _CRS_SCHEMA),
    "crs": CRS,
    "datetime": _parameter(
        "datetime",
        "Only features valid at an instant or in an interval (RFC 3339; `..` is open). An instant"
        " that has passed shows the layer as recorded then, to people who are signed in.",
        {"type": "string"},
    ),
    "filter": _parameter("filter", "A condition in CQL2 text over the queryables.", _FILTER),
    "filter-lang": _parameter(
        "filter-lang",
        "Language of filter.",
        {"type": "string", "enum": ["cql2-text"], "default": "cql2-text"},
    ),
    "filter-crs": _parameter(
        "filter-crs", "Coordinate system of geometries in filter.", _CRS_SCHEMA
    ),
    "properties": _parameter("properties", "Only these properties.", _NAMES, explode=False),
}
PAGING = {
    "limit": _parameter(
        "limit",
        "Features in one answer at most; more than the maximum counts as the maximum.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "offset": _parameter(
        "offset", "Features to leave out.", {"type": "integer", "minimum": 0, "default": 0}
    ),
    "after": _parameter(
        "after",
        "The last id of the page before, as `next` links give it: deep pages stay fast.",
        {"type": "integer", "minimum": 0},
    ),
}
QUERYABLES = {
    **_parameter("queryables", "`?field=value` for any queryable.", {"type": "object"}),
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}


@dataclass(frozen=True)
class Selection:
    """What a request asks of a layer, understood and checked."""

    rows: QuerySet[Feature]
    crs: ServiceCrs
    properties: tuple[Property, ...]


@dataclass(frozen=True)
class Page:
    """A part of the rows in the order of their ids: `limit` after `offset` or after an id."""

    limit: int
    offset: int
    after: int | None


def queryables_of(entry: ReadableLayer) -> dict[str, Property]:
    """Return what a reader may filter by: the properties that are not nested."""
    return {item.name: item for item in properties_of(entry) if item.kind is not Kind.JSON}


def check(request: HttpRequest, known: Sequence[str] = ()) -> None:
    """Refuse parameters that are unknown or given twice, and encodings other than JSON."""
    for name, values in request.GET.lists():
        if name not in COMMON and name not in known:
            raise refuse(name[:40], f"one of {', '.join(sorted({*COMMON, *known}))}")
        if len(values) != 1 or "\0" in values[0]:
            raise refuse(name, "one value")
    if request.GET.get("f", "json").lower() not in {"json", "geojson"}:
        raise refuse("f", "json")


def selection(request: HttpRequest, entry: ReadableLayer, paging: Sequence[str] = ()) -> Selection:
    """Return the rows, CRS and properties that are asked for; BadParameter names the fault."""
    queryables = queryables_of(entry)
    check(request, (*SELECTION, *paging, *queryables))
    sent = {name: str(request.GET[name]) for name in request.GET}
    rows = rows_at(entry, sent.get("datetime"))
    for predicate in _predicates(sent, queryables, {*COMMON, *SELECTION, *paging}):
        rows = rows.filter(predicate)
    return Selection(rows, crs_of(request), _chosen(sent.get("properties"), entry))


def crs_of(request: HttpRequest) -> ServiceCrs:
    """Return the coordinate system of the answer."""
    return crs_named(request.GET.get("crs", CRS84_URI), "crs")


def _predicates(
    sent: Mapping[str, str], queryables: Mapping[str, Property], reserved: set[str]
) -> list[Q]:
    found = [equals(queryables[name], text) for name, text in sent.items() if name not in reserved]
    box_crs = crs_named(sent.get("bbox-crs", CRS84_URI), "bbox-crs")
    if "bbox" in sent:
        area = box_area(_numbers(sent["bbox"]), box_crs, "bbox")
        found.append(Q(pk__in=[]) if area is None else Q(geom__intersects=area))
    filter_crs = crs_named(sent.get("filter-crs", CRS84_URI), "filter-crs")
    if sent.get("filter-lang", "cql2-text") != "cql2-text":
        raise refuse("filter-lang", "cql2-text")
    if "filter" in sent:
        found.append(predicate_of(sent["filter"], queryables, filter_crs))
    return found


def _numbers(text: str) -> list[float]:
    parts = text.split(",")
    if not all(_REAL.fullmatch(part.strip()) for part in parts):
        raise refuse("bbox", "four numbers separated by commas")
    return [float(part) for part in parts]


def _chosen(text: str | None, entry: ReadableLayer) -> tuple[Property, ...]:
    every = properties_of(entry)
    if text is None:
        return every
    names = {name for name in text.split(",") if name}
    if unknown := names - {item.name for item in every}:
        raise refuse("properties", f"names of the schema, not {sorted(unknown)[0][:40]}")
    return tuple(item for item in every if item.name in names)


def page(request: HttpRequest) -> Page:
    """Return the part of the rows that the request asks for; `limit` is held to its maximum."""
    limit = _whole(request, "limit", DEFAULT_LIMIT)
    if limit == 0:
        raise refuse("limit", f"a whole number from 1 to {MAX_LIMIT}")
    offset = _whole(request, "offset", 0)
    if offset > _MAX_OFFSET:
        raise refuse("offset", f"at most {_MAX_OFFSET}")
    after = _whole(request, "after", 0) if "after" in request.GET else None
    return Page(min(limit, MAX_LIMIT), offset, after)


def _whole(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text):
        raise refuse(name, "a whole number")
    return int(text)
