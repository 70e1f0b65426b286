"""GeoJSON (RFC 7946): authorised rows in, text out, streamed without ever holding a whole layer.

The database writes geometry and properties as JSON text; this module joins lines. Only the fields
that the reader may see are asked for, so nothing has to be removed afterwards.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import AsGeoJSON, GeomOutputGeoFunc, Transform
from django.db import transaction
from django.db.models import Expression, F, Func, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gis_core.access import Action, may
from gis_core.city import city
from gis_core.crs import STORAGE_SRID, ServiceCrs
from layers.change_operation import ChangeOperation
from layers.feature import Feature
from layers.registry import Text
from layers.selectors import ReadableLayer

DEGREE_DECIMALS = 7  # about 1 cm
# All that a double holds: corners that an editor leaves alone, or snaps to, stay the stored ones.
EXACT_DECIMALS = 15
METRE_DECIMALS = 3
_ROWS_A_FETCH = 200
_CHUNK_BYTES = 64 * 1024
_INHERITED = ("valid_from", "valid_to", "extra", "changed_at")

Members = Mapping[str, Any]
Closing = Callable[[int, int | None], Members]


class Kind(StrEnum):
    """What a property holds; JSON holds anything nested."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    JSON = "json"


# The first class that fits counts: a DateTimeField is a DateField too.
_KINDS: tuple[tuple[type[models.Field[Any, Any]], Kind], ...] = (
    (models.BooleanField, Kind.BOOLEAN),
    (models.IntegerField, Kind.INTEGER),
    (models.FloatField, Kind.NUMBER),
    (models.DecimalField, Kind.NUMBER),
    (models.DateTimeField, Kind.DATETIME),
    (models.DateField, Kind.DATE),
    (models.JSONField, Kind.JSON),
)


@dataclass(frozen=True)
class Property:
    """One property of a layer's features, as clients of GeoJSON see it."""

    name: str
    kind: Kind
    title: Text
    expression: Expression | F


@dataclass
class Progress:
    """How far a stream has come: features written and the id of the last one."""

    count: int = 0
    last: int | None = None


class _JsonObject(Func):
    function = "json_build_object"  # json, not jsonb: it keeps the order and is half the work
    output_field = models.TextField()


class _Milliseconds(Func):
    """Stock clients keep seconds as 32-bit floats and stumble over 59.9999996."""

    function = "date_trunc"
    output_field = models.DateTimeField()

    def __init__(self, moment: str) -> None:
        super().__init__(Value("milliseconds"), F(moment))


class _Flipped(GeomOutputGeoFunc):
    function = "ST_FlipCoordinates"


class _OuterRingsLeft(GeomOutputGeoFunc):
    function = "ST_ForcePolygonCCW"  # RFC 7946, 3.1.6: exterior rings are counterclockwise


def properties_of(entry: ReadableLayer) -> tuple[Property, ...]:
    """Return the properties that the layer's reader may see, in a fixed order.

    The theme's own fields stand between the name with its translations (`name_en`) and the columns
    that every theme has; `_version` is the version that an editor sends back.
    """
    names = ["name", *entry.own_fields(), *_INHERITED]
    if entry.actor.signed_in:
        names.append("sensitivity")  # for others it is always 0
    found: list[Property] = []
    for name in (name for name in names if name in entry.fields):
        field = entry.theme.model._meta.get_field(name)
        kind = next((kind for cls, kind in _KINDS if isinstance(field, cls)), Kind.TEXT)
        moment = isinstance(field, models.DateTimeField)
        shown = _Milliseconds(name) if moment else F(name)
        found.append(Property(name, kind, _title(field), shown))
        if name == "name":
            found += _translations(entry)
    return (*found, Property("_version", Kind.INTEGER, _("version"), F("version")))


def _title(field: Any) -> Text:
    title: Text = field.verbose_name
    return title


def _in(code: str) -> Text:
    return format_lazy("{} ({})", _("name"), code)


def _translations(entry: ReadableLayer) -> list[Property]:
    if "names" not in entry.fields:
        return []
    return [
        Property(f"name_{code}", Kind.TEXT, _in(code), KeyTextTransform(code, "names"))
        for code in city().languages[1:]
    ]


def _geometry(entry: ReadableLayer, crs: ServiceCrs) -> Expression:
    """Return the geometry as GeoJSON text in `crs`, axes in the order that its URI promises."""
    shape: Any = F("geom")
    if entry.layer.geometry_type == "MultiPolygon":
        shape = _OuterRingsLeft("geom")
    if crs.srid != STORAGE_SRID:
        shape = Transform(shape, crs.srid)
    if crs.northing_first:
        shape = _Flipped(shape)
    edits = may(entry.actor, Action.EDIT, entry.theme.key, entry.slug)
    degrees = EXACT_DECIMALS if edits else DEGREE_DECIMALS
    decimals = degrees if crs.srid == STORAGE_SRID else METRE_DECIMALS
    return AsGeoJSON(shape, precision=decimals)


def _encoded(
    entry: ReadableLayer,
    rows: QuerySet[Feature],
    crs: ServiceCrs,
    properties: Sequence[Property],
) -> QuerySet[Any, tuple[int, str, str]]:
    pairs = [part for p in properties for part in (Value(p.name), p.expression)]
    return rows.annotate(
        geojson_geometry=_geometry(entry, crs),
        geojson_properties=Cast(_JsonObject(*pairs), models.TextField()),
    ).values_list("pk", "geojson_geometry", "geojson_properties")


def _line(row: tuple[int, str, str], more: str = "") -> str:
    key, geometry, properties = row
    return f'{{"type":"Feature","id":{key},"geometry":{geometry},"properties":{properties}{more}}}'


def _members(members: Members) -> str:
    return "".join(f",{json.dumps(k)}:{json.dumps(v)}" for k, v in members.items())


def feature(
    entry: ReadableLayer, rows: QuerySet[Feature], crs: ServiceCrs, links: Sequence[Members]
) -> bytes | None:
    """Return the one feature of `rows` as UTF-8 GeoJSON with `links`; None when it is gone."""
    row = _encoded(entry, rows, crs, properties_of(entry)).first()
    return None if row is None else _line(row, _members({"links": list(links)})).encode()


def proposed_feature(
    entry: ReadableLayer,
    steps: QuerySet[ChangeOperation],
    crs: ServiceCrs,
    links: Sequence[Members],
) -> bytes | None:
    """Return the new feature of the one step as it will be: UTF-8 GeoJSON; None without a step."""
    found = (
        steps.annotate(geojson_geometry=_geometry(entry, crs))
        .values_list("feature_id", "geojson_geometry", "values")
        .first()
    )
    if found is None:
        return None
    key, geometry, values = found
    names = values.get("names") or {}
    translated = {f"name_{code}": names.get(code) for code in city().languages[1:]}
    # Without a version: it is not on the map yet.
    shown = {p.name: {**values, **translated}.get(p.name) for p in properties_of(entry)}
    text = json.dumps({**shown, "_version": None}, ensure_ascii=False)
    return _line((key or 0, geometry, text), _members({"links": list(links)})).encode()


def feature_collection(
    entry: ReadableLayer,
    rows: QuerySet[Feature],
    *,
    crs: ServiceCrs,
    properties: Sequence[Property],
    opening: Members,
    closing: Closing,
) -> Iterator[bytes]:
    """Yield a FeatureCollection of `rows` as UTF-8 text in pieces of about 64 kB.

    `opening` stands before the features; `closing(count, last id)` gives the members after them.
    Memory does not grow with the rows: they come through a cursor of the database's own.
    """
    yield ('{"type":"FeatureCollection"' + _members(opening) + ',"features":[').encode()
    done = Progress()
    # Inside a transaction: a cursor that outlives one would first be filled to the end.
    with transaction.atomic(using=rows.db):
        yield from _pieces(_encoded(entry, rows, crs, properties), done)
    yield ("]" + _members(closing(done.count, done.last)) + "}").encode()


def _pieces(rows: QuerySet[Any, tuple[int, str, str]], done: Progress) -> Iterator[bytes]:
    lines: list[str] = []
    size = 0
    for row in rows.iterator(chunk_size=_ROWS_A_FETCH):
        lines.append(_line(row) if done.count == 0 else ",\n" + _line(row))
        size += len(lines[-1])
        done.count, done.last = done.count + 1, row[0]
        if size >= _CHUNK_BYTES:
            yield "".join(lines).encode()
            lines, size = [], 0
    yield "".join(lines).encode()
