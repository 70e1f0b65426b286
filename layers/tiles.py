"""Tile SQL: authorised querysets and a validated tile in, Mapbox Vector Tile bytes out.

The only place that encodes tiles. What makes it fast (docs/decisions/0003-tile-sql.md): the stored
EPSG:3857 column, bounds as float8 constants, and straight scaling of features that are small
against the tile, without clipping; only large ones go through ST_AsMVTGeom. The order is fixed, so
that the same data gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db import connections, models
from django.db.models import F, Func, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from gis_core.crs import TILE_SRID
from gis_core.tile_grid import Tile
from layers.registry import AREA
from layers.selectors import ReadableLayer, features

EXTENT = 4096  # tile units along one edge
BUFFER = 64  # tile units kept around a tile so that outlines do not show its edge
LABELS = "__labels"

# Bounds are float8: numeric constants in a prepared statement are divided anew for every row, three
# times slower. Half a unit is added because encoding truncates.
_SCALED = (
    "ST_TransScale(f.tile_geom, %(dx)s::float8, %(dy)s::float8,"
    " %(scale)s::float8, -(%(scale)s::float8))"
)
_WINDOW = (
    "ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, %(east)s::float8, %(north)s::float8,"
    f" {TILE_SRID})"
)
_CLIPPED = f"ST_AsMVTGeom(f.tile_geom, {_WINDOW}, {EXTENT}, {BUFFER})"
# A feature narrower than the tile needs no clipping.
_GEOMETRY = f"""CASE WHEN ST_XMax(f.tile_geom) - ST_XMin(f.tile_geom) < %(small)s::float8
    AND ST_YMax(f.tile_geom) - ST_YMin(f.tile_geom) < %(small)s::float8
    THEN {_SCALED} ELSE {_CLIPPED} END"""
_ATTRIBUTES = ("f.tile_id AS id", "f.tile_class AS class", "f.tile_label AS label")
# The only values put into the text are constants of this module; the rest are parameters.
_FEATURES = f"""SELECT ST_AsMVT(t, %(name)s, {EXTENT}, 'geom') FROM (
    SELECT {{columns}}, {_GEOMETRY} AS geom FROM ({{rows}}) AS f) AS t"""  # noqa: S608 -- see above
# A label belongs to the one tile that holds its point, and is written once there.
_LABELS = f"""SELECT ST_AsMVT(t, %(name)s, {EXTENT}, 'geom') FROM (
    SELECT {", ".join(_ATTRIBUTES)}, {_SCALED} AS geom FROM (
        SELECT tile_id, tile_class, tile_label, ST_PointOnSurface(tile_geom) AS tile_geom
        FROM ({{rows}}) AS a WHERE tile_label <> '') AS f
    WHERE f.tile_geom && {_WINDOW}) AS t"""  # noqa: S608 -- see above


@dataclass(frozen=True)
class Statement:
    """SQL text with named parameters."""

    sql: str
    parameters: dict[str, Any]


def tile(entries: Sequence[ReadableLayer], address: Tile, language: str = "vi") -> bytes:
    """Return the tile of all `entries`: one MVT layer each, named by slug; b"" when all are empty.

    Geometry comes out in tile units (0-4096, y down). All attributes are text, because the viewer's
    renderer draws no numeric labels. Areas bring a second layer `<slug>__labels` of points from the
    theme's label zoom on. Source: Mapbox Vector Tile specification 2.1.
    """
    return b"".join(_layer_bytes(entry, address, language) for entry in entries)


def _layer_bytes(entry: ReadableLayer, address: Tile, language: str) -> bytes:
    if address.z < entry.theme.min_zoom:
        return b""
    parts = [statement(entry, address, language)]
    if entry.layer.geometry_type == AREA and address.z >= entry.theme.label_min_zoom:
        parts.append(label_statement(entry, address, language))
    found = b""
    with connections[entry.actor.database].cursor() as cursor:
        for part in parts:
            cursor.execute(part.sql, part.parameters)
            found += bytes(cursor.fetchone()[0] or b"")
    return found


def statement(entry: ReadableLayer, address: Tile, language: str = "vi") -> Statement:
    """Return the SQL of one layer's features in one tile."""
    fields = [name for name in entry.theme.tile_fields if name in entry.fields]
    rows, parameters = _rows(entry, address, language, fields)
    quote = connections[entry.actor.database].ops.quote_name
    own = [f"f.{quote('t_' + name)} AS {quote(name)}" for name in fields]
    columns = ", ".join([*_ATTRIBUTES, *own])
    sql = _FEATURES.format(columns=columns, rows=rows)
    return Statement(sql, {**parameters, **_bounds(address), "name": entry.slug})


def label_statement(entry: ReadableLayer, address: Tile, language: str = "vi") -> Statement:
    """Return the SQL of the label points of one layer of areas in one tile."""
    rows, parameters = _rows(entry, address, language, [])
    sql = _LABELS.format(rows=rows)
    return Statement(sql, {**parameters, **_bounds(address), "name": entry.slug + LABELS})


def _bounds(address: Tile) -> dict[str, float]:
    west, south, east, north = address.bounds_3857()
    unit_m = (east - west) / EXTENT
    return {
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "scale": 1 / unit_m,
        "dx": unit_m / 2 - west,
        "dy": -unit_m / 2 - north,
        "small": east - west,
    }


def _text(expression: Any) -> Any:
    return Coalesce(
        Cast(expression, models.TextField()), Value(""), output_field=models.TextField()
    )


def _label(entry: ReadableLayer, language: str) -> Any:
    name = entry.theme.label_field
    if name not in entry.fields:
        return Value("")
    if name == "name" and language != "vi":
        return Coalesce(
            KeyTextTransform(language, "names"), F("name"), output_field=models.TextField()
        )
    return _text(F(name))


def _rows(
    entry: ReadableLayer, address: Tile, language: str, fields: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """Return the authorised rows that touch the buffered tile, as SQL with named parameters."""
    west, south, east, north = address.bounds_3857()
    margin_m = (east - west) * BUFFER / EXTENT
    window = Polygon.from_bbox(
        (west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    )
    window.srid = TILE_SRID
    rows = (
        features(entry)
        .filter(geom_3857__bboverlaps=window)
        .annotate(
            # As bytes, or Django would select the geometry in the form that its models read.
            tile_geom=Func(
                F("geom_3857"), template="%(expressions)s", output_field=models.BinaryField()
            ),
            tile_id=Cast("pk", models.TextField()),
            tile_class=_class(entry),
            tile_label=_label(entry, language),
            **{f"t_{name}": _text(F(name)) for name in fields},
        )
        .order_by("pk")
        .values_list(
            "tile_id", "tile_class", "tile_label", "tile_geom", *(f"t_{name}" for name in fields)
        )
    )
    return _named(*rows.query.sql_with_params())


def _class(entry: ReadableLayer) -> Any:
    name = entry.theme.class_field
    return _text(F(name)) if name is not None and name in entry.fields else Value("")


def _named(sql: str, values: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """Give the positional parameters of a queryset names, so that it fits into a larger text."""
    parts = sql.split("%s")
    if len(parts) != len(values) + 1:
        raise ValueError("a tile query holds a literal that looks like a parameter")
    named = "".join(
        part + (f"%(q{number})s" if number < len(values) else "")
        for number, part in enumerate(parts)
    )
    return named, {f"q{number}": value for number, value in enumerate(values)}
