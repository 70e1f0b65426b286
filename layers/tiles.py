"""Tile SQL: authorised querysets and a validated tile in, Mapbox Vector Tile bytes out.

The only place that encodes tiles. What makes it fast (docs/decisions/0003-tile-sql.md): the stored
EPSG:3857 column, prepared statements, bounds as float8, and straight scaling of features that are
small against the tile, without clipping; only large ones go through ST_AsMVTGeom. The order is
fixed, so that the same data gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.backends.postgis.adapter import PostGISAdapter
from django.contrib.gis.geos import GEOSGeometry
from django.db import connections, models
from django.db.models import F, Func, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from gis_core import access
from gis_core.crs import TILE_SRID
from gis_core.tile_grid import Tile
from layers import tile_cache
from layers.prepared import Prepared, fetch_value, prepared
from layers.registry import AREA
from layers.selectors import ReadableLayer, features
from layers.tile_cache import NOTHING, Piece, Place

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
# Boxes stand in a SELECT of their own, so that a prepared statement makes them once and not for
# every row.
_CLIPPED = f"ST_AsMVTGeom(f.tile_geom, (SELECT {_WINDOW}), {EXTENT}, {BUFFER})"
# A feature within the neighbouring tiles needs no clipping: one look at its stored bounds tells.
_GEOMETRY = f"""CASE WHEN f.tile_geom @ (SELECT ST_Expand({_WINDOW}, %(edge)s::float8))
    THEN {_SCALED} ELSE {_CLIPPED} END"""
# Most areas hold their centroid, which is found several times faster than a point on the surface.
_LABEL_POINT = """(SELECT CASE WHEN ST_Intersects(c.p, a.tile_geom) THEN c.p
            ELSE ST_PointOnSurface(a.tile_geom) END
        FROM (SELECT ST_Centroid(a.tile_geom) AS p) AS c)"""
_ATTRIBUTES = ("f.tile_id AS id", "f.tile_class AS class", "f.tile_label AS label")


def _encoded(name: str, rows: str) -> str:
    """Return the SQL that encodes the rows of a SELECT as the MVT layer that %(name)s names."""
    # The only values put into the text are constants of this module; the rest are parameters.
    return (
        f"SELECT ST_AsMVT(t, %({name})s, {EXTENT}, 'geom', 'id')"  # noqa: S608
        f" FROM (\n    {rows}) AS t"
    )


_FEATURES = _encoded(
    "name",
    f"SELECT {{columns}}, {_GEOMETRY} AS geom FROM ({{rows}}) AS f",  # noqa: S608 -- see above
)
# A label belongs to the one tile that holds its point, and is written once there.
_LABELS = _encoded(
    "labels",
    f"""SELECT {", ".join(_ATTRIBUTES)}, {_SCALED} AS geom FROM (
        SELECT tile_id, tile_class, tile_label, {_LABEL_POINT} AS tile_geom
        FROM ({{rows}}) AS a WHERE tile_label <> '') AS f
    WHERE f.tile_geom && (SELECT {_WINDOW})""",  # noqa: S608 -- see above
)
# The queryset's window is written as a constant box, so that one compiled text serves every tile.
_BUFFERED = f"(SELECT ST_Expand({_WINDOW}, %(margin)s::float8))"
_ANYWHERE = GEOSGeometry("POLYGON((0 0, 0 1, 1 1, 1 0, 0 0))", srid=TILE_SRID)
_COMPILED_KEPT = 1000


@dataclass(frozen=True)
class Statement:
    """A layer's tile as SQL with named parameters; the tile's bounds are not among `parameters`."""

    sql: str
    parameters: dict[str, Any]
    prepared: Prepared


def pieces(
    entries: Sequence[ReadableLayer], address: Tile, language: str = "vi"
) -> tuple[Piece, ...]:
    """Return the tile of all `entries`, one MVT layer each, named by slug; an empty one is b"".

    Geometry comes out in tile units (0-4096, y down). The feature id is MVT's own; attributes are
    text, because the viewer's renderer draws no numeric labels. Areas bring a second layer
    `<slug>__labels` of points from the theme's label zoom on.
    Source: Mapbox Vector Tile specification 2.1.
    """
    return tuple(_piece(entry, address, language) for entry in entries)


def tile(entries: Sequence[ReadableLayer], address: Tile, language: str = "vi") -> bytes:
    """Return the `pieces` of a tile as one; b"" when all are empty."""
    return b"".join(piece.body for piece in pieces(entries, address, language))


def _piece(entry: ReadableLayer, address: Tile, language: str) -> Piece:
    if address.z < entry.theme.min_zoom:
        return NOTHING
    west, south, east, north = address.bounds_3857()
    margin_m = BUFFER * (east - west) / EXTENT
    place = Place(
        entry.actor.database,
        entry.layer.pk,
        access.clearance(entry.actor, entry.theme.key, entry.slug),
        (west - margin_m, south - margin_m, east + margin_m, north + margin_m),
    )
    key = (*_seen(entry, language), address.z, address.x, address.y)
    return tile_cache.kept(key, place, lambda: _layer_bytes(entry, address, language))


def _layer_bytes(entry: ReadableLayer, address: Tile, language: str) -> bytes:
    labelled = entry.layer.geometry_type == AREA and address.z >= entry.theme.label_min_zoom
    found = statement(entry, language, labelled)
    values = {**found.parameters, **bounds(address)}
    return bytes(fetch_value(entry.actor.database, found.prepared, values) or b"")


_compiled: dict[tuple[Any, ...], Statement] = {}


def _seen(entry: ReadableLayer, language: str) -> tuple[Any, ...]:
    """Return everything that the authorised rows of a layer and their text depend on."""
    actor, layer = entry.actor, entry.layer
    day = actor.today if layer.current_only else None
    return (
        *(actor.cache_key, actor.database, day, language),
        *(layer.pk, layer.slug, layer.theme, layer.geometry_type, layer.current_only, entry.fields),
    )


def statement(entry: ReadableLayer, language: str, labelled: bool) -> Statement:
    """Return the SQL of one layer's tiles, compiled once for all who may see the same."""
    key = (*_seen(entry, language), labelled)
    found = _compiled.get(key)
    if found is None:
        if len(_compiled) >= _COMPILED_KEPT:
            _compiled.clear()
        found = _compiled[key] = _compile(entry, language, labelled)
    return found


def _compile(entry: ReadableLayer, language: str, labelled: bool) -> Statement:
    fields = [name for name in entry.theme.tile_fields if name in entry.fields]
    rows, parameters = _rows(entry, language, fields)
    quote = connections[entry.actor.database].ops.quote_name
    own = [f"f.{quote('t_' + name)} AS {quote(name)}" for name in fields]
    sql = _FEATURES.format(columns=", ".join([*_ATTRIBUTES, *own]), rows=rows)
    if labelled:
        sql = f"SELECT ({sql}) || ({_LABELS.format(rows=rows)})"
    parameters |= {"name": entry.slug, "labels": entry.slug + LABELS}
    return Statement(sql, parameters, prepared(sql, parameters))


def bounds(address: Tile) -> dict[str, float]:
    """Return the parameters that place one tile: EPSG:3857 metres, and tile units a metre."""
    west, south, east, north = address.bounds_3857()
    unit_m = (east - west) / EXTENT
    return {
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "margin": BUFFER * unit_m,
        "scale": 1 / unit_m,
        "dx": unit_m / 2 - west,
        "dy": -unit_m / 2 - north,
        "edge": east - west,
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


def _class(entry: ReadableLayer) -> Any:
    name = entry.theme.class_field
    return _text(F(name)) if name is not None and name in entry.fields else Value("")


def _rows(entry: ReadableLayer, language: str, fields: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the authorised rows that touch the buffered tile, as SQL with named parameters."""
    rows = (
        features(entry)
        .filter(geom_3857__bboverlaps=_ANYWHERE)
        .annotate(
            # As bytes, or Django would select the geometry in the form that its models read.
            tile_geom=Func(
                F("geom_3857"), template="%(expressions)s", output_field=models.BinaryField()
            ),
            tile_id=F("pk"),
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


def _named(sql: str, values: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """Name the positional parameters of a queryset and put the tile's box in the window's place."""
    parts = sql.split("%s")
    if len(parts) != len(values) + 1:
        raise ValueError("a tile query holds a literal that looks like a parameter")
    marks = [
        _BUFFERED if isinstance(value, PostGISAdapter) else f"%(q{number})s"
        for number, value in enumerate(values)
    ]
    named = "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))
    kept = {
        f"q{number}": value
        for number, value in enumerate(values)
        if not isinstance(value, PostGISAdapter)
    }
    return named, kept
