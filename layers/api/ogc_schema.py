"""JSON Schema of a layer's features and queryables (OGC API - Features, Parts 3 and 5)."""

from typing import Any

from django.http import HttpRequest

from layers.api.ogc_cql2 import GEOMETRY_PROPERTY
from layers.api.ogc_links import language_of
from layers.api.ogc_parameters import queryables_of
from layers.geojson import Kind, Property, properties_of
from layers.selectors import ReadableLayer

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
    Kind.JSON: {"type": "object"},
}
# The unit that a field's name carries, as UCUM writes it.
_UNITS = {"_km2": "km2", "_m2": "m2", "_mm": "mm", "_km": "km", "_m": "m", "_w": "W", "_pct": "%"}
_READ_ONLY = frozenset({"changed_at", "extra"})


def schema(entry: ReadableLayer, address: str, request: HttpRequest) -> dict[str, Any]:
    """Return what a feature of the layer holds: id, geometry and the properties in their order."""
    kind = entry.layer.geometry_type.lower()
    geometry = {"format": f"geometry-{kind}", "x-ogc-role": "primary-geometry"}
    fields: dict[str, dict[str, Any]] = {
        "id": {"type": "integer", "x-ogc-role": "id", "readOnly": True, "title": "id"},
        GEOMETRY_PROPERTY: {**geometry, "title": GEOMETRY_PROPERTY},
        **{item.name: _described(item) for item in properties_of(entry)},
    }
    return _document(entry, address, request, fields)


def queryables(entry: ReadableLayer, address: str, request: HttpRequest) -> dict[str, Any]:
    """Return what a filter may name. The geometry is a reference, by which QGIS recognises it."""
    kind = entry.layer.geometry_type
    geometry = {
        "$ref": f"https://geojson.org/schema/{kind}.json",
        "format": f"geometry-{kind.lower()}",
        "x-ogc-role": "primary-geometry",
        "title": GEOMETRY_PROPERTY,
    }
    fields = {item.name: _described(item) for item in queryables_of(entry).values()}
    found = _document(entry, address, request, {GEOMETRY_PROPERTY: geometry, **fields})
    return {**found, "additionalProperties": False}


def geojson_schema(entry: ReadableLayer, address: str, request: HttpRequest) -> dict[str, Any]:
    """Return the schema of one GeoJSON feature as it is sent; GDAL takes field types from it."""
    inside = {item.name: _described(item) for item in properties_of(entry)}
    fields: dict[str, dict[str, Any]] = {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "integer"},
        "geometry": {"$ref": f"https://geojson.org/schema/{entry.layer.geometry_type}.json"},
        "properties": {"type": "object", "properties": inside},
    }
    return _document(entry, address, request, fields)


def _document(
    entry: ReadableLayer, address: str, request: HttpRequest, fields: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    ordered = {
        name: {**field, "x-ogc-propertySeq": number}
        for number, (name, field) in enumerate(fields.items(), start=1)
    }
    return {
        "$schema": DIALECT,
        "$id": address,
        "type": "object",
        "title": entry.layer.title(language_of(request)),
        "properties": ordered,
    }


def _described(item: Property) -> dict[str, Any]:
    found = {**_TYPES[item.kind], "title": _capital(str(item.title))}
    unit = next((unit for end, unit in _UNITS.items() if item.name.endswith(end)), None)
    if unit is not None and item.kind in {Kind.NUMBER, Kind.INTEGER}:
        found |= {"x-ogc-unit": unit, "x-ogc-unitLang": "UCUM"}
    if item.name in _READ_ONLY:
        found["readOnly"] = True
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
