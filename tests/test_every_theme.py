"""The contract of a theme, run for every entry of the registry: facts, table, doors, channels."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from django.contrib.gis.db.models.functions import AsWKB, Transform
from django.db import connection, connections
from django.test import Client
from sample_features import (
    SECRET,
    SYSTEM,
    Sample,
    add,
    committed,
    make_layer,
    own_values,
    shape_at,
)

from gis_core.access import Sensitivity, system_actor
from gis_core.crs import TILE_SRID
from gis_core.errors import Conflict, Invalid
from gis_core.tile_grid import tile_at
from layers import changes, selectors
from layers.feature import CodeField
from layers.models import Layer
from layers.registry import AREA, GROUPS, LINE, POINT, Theme, themes
from layers.search import search

ZOOM = 18
TILE = shapely.box(0, 0, 4096, 4096)  # what lies in the buffer around is drawn, but hardly seen
EVERY = pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.key)
KINDS = [(theme, kind) for theme in themes() for kind in theme.geometry_types]
EVERY_KIND = pytest.mark.parametrize(
    ("theme", "kind"), KINDS, ids=[f"{theme.key}-{kind}" for theme, kind in KINDS]
)


@dataclass(frozen=True)
class Shown:
    """A public row of a public layer."""

    layer: Layer
    row: Sample


@pytest.fixture(scope="module")
def shown(database: str) -> Iterator[dict[tuple[str, str], Shown]]:
    """(theme, geometry type) → a committed public row, each at a place of its own."""
    found = {}
    with committed() as made:
        for place, (theme, kind) in enumerate(KINDS):
            slug = f"zt-{theme.key}-{kind}".replace("_", "-").lower()
            layer = make_layer(slug, theme.key, kind)
            made.append(layer)
            key = f"{theme.key}-{kind}".lower()
            found[theme.key, kind] = Shown(layer, add(layer, key, place))
        yield found


def one(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


@EVERY
def test_facts_are_complete(theme: Theme):
    assert theme.key.isidentifier()
    assert theme.group in GROUPS
    assert str(theme.title)
    assert theme.model.__doc__
    assert set(theme.geometry_types) <= {POINT, LINE, AREA}
    assert 0 <= theme.min_zoom <= theme.label_min_zoom <= 18
    fields = {field.name for field in theme.model._meta.local_fields}
    assert set(theme.fields) == fields
    named = {*theme.natural_key, *theme.tile_fields, *theme.search_fields, theme.label_field}
    assert named <= fields
    assert theme.class_field is None or theme.class_field in fields
    columns = {name.partition(".")[0] for name in theme.source_columns}
    assert columns <= fields
    assert theme.style["default"], "a layer without a symbol cannot be drawn"


@EVERY
def test_what_everybody_finds_is_public(theme: Theme):
    """Labels, classes, tiles, keys and the search text are shown to all: made of public fields."""
    used = {*theme.natural_key, *theme.tile_fields, *theme.search_fields, theme.label_field}
    used |= {theme.class_field} - {None}
    assert {name for name in used if theme.fields[name] > Sensitivity.PUBLIC} == set()


def test_fields_for_staff_are_these():
    """Written out here, so that a field does not become public by a slip in its theme."""
    hidden = {
        theme.key: {n for n in theme.own_fields if theme.fields[n] > Sensitivity.PUBLIC}
        for theme in themes()
    }
    assert {key: names for key, names in hidden.items() if names} == {
        "parcels": {"owner_name", "owner_address"},
        "security": {"reason", "unit", "paper_reference", "review_on", "contact"},
        "tourism": {"operator_phone"},
    }


@EVERY
def test_every_source_column_is_named_once(theme: Theme):
    """A column of a file that two fields claim would be taken by chance."""
    inherited = {"name", "names.en", "valid_from", "valid_to", "sensitivity"}
    own = [c for f, names in theme.source_columns.items() if f not in inherited for c in names]
    assert len(own) == len(set(own))
    assert all(column == column.upper() for column in own)


@EVERY
def test_table_with_indexes_checks_and_triggers(theme: Theme, database: str):
    table = theme.table
    indexes = one("SELECT indexdef FROM pg_indexes WHERE tablename = %s", table)
    for column in ("geom", "geom_3857"):
        assert any(f"USING gist ({column})" in index for index in indexes), column
    checks = one(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
        f"city.{table}",
    )
    model = theme.model._meta.model_name
    assert {f"{model}_{rule}" for rule in ("sensitivity", "validity", "geom_fits")} <= set(checks)
    triggers = one("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", f"city.{table}")
    wanted = {"stamp_version", "check_inserted", "check_updated", "keep_updated", "keep_deleted"}
    assert wanted | {"refuse_truncate"} <= set(triggers)


@EVERY
def test_history_table_has_every_stored_column(theme: Theme, database: str):
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
    live = {name for name in one(columns, f"city.{theme.table}") if not name.startswith("....")}
    kept = set(one(columns, f"city.{theme.table}_history"))
    assert live - {"geom_3857"} <= kept
    assert {"superseded_at", "superseded_by", "operation"} <= kept


@EVERY
def test_public_view_shows_null_in_hidden_columns(theme: Theme, shown: dict):
    """The public login reads the row, and NULL in every column that is not public."""
    row = shown[theme.key, theme.geometry_types[0]].row
    hidden = [name for name, level in theme.columns.items() if level > Sensitivity.PUBLIC]
    assert {"extra", "source_id", "change_set_id"} <= set(hidden)
    with connections["public"].cursor() as cursor:
        quoted = ", ".join(f'"{name}"' for name in hidden)
        cursor.execute(f'SELECT {quoted} FROM "{theme.table}" WHERE id = %s', [row.id])
        assert cursor.fetchall() == [(None,) * len(hidden)]


@EVERY_KIND
def test_write_door_versions_and_history(theme: Theme, kind: str, shown: dict):
    layer = shown[theme.key, kind].layer
    made = add(layer, "doi", 90)
    entry = selectors.layer(SYSTEM, layer.slug)
    rename = changes.Operation(
        changes.Kind.UPDATE, entry, {"name": "Tên mới"}, None, made.id, base_version=1
    )
    assert selectors.feature(entry, made.id).version == 1
    changes.apply(SYSTEM, [rename], title="rename", channel="browser")
    assert selectors.feature(entry, made.id).version == 2
    kept = f"SELECT name FROM city.{theme.table}_history WHERE id = %s ORDER BY version"
    assert one(kept, made.id) == ["Mẫu doi"]
    with pytest.raises(Conflict) as stale:
        changes.apply(SYSTEM, [rename], title="again", channel="browser")
    assert stale.value.errors == [{"version": 2, "base_version": 1}]
    gone = changes.Operation(changes.Kind.DELETE, entry, feature_id=made.id, base_version=2)
    changes.apply(SYSTEM, [gone], title="delete", channel="browser")
    assert one(kept, made.id) == ["Mẫu doi", "Tên mới"]


def _wrong(theme: Theme) -> Iterator[tuple[str, Any]]:
    yield "version", 9
    yield "sensitivity", 7
    yield "valid_from", "not a day"
    for name in own_values(theme, "x"):
        field = theme.model._meta.get_field(name)
        length = getattr(field, "max_length", None)
        if length and not isinstance(field, CodeField):
            yield name, "x" * (length + 1)
        elif field.get_internal_type() in {"IntegerField", "FloatField", "DecimalField"}:
            yield name, "not a number"


@EVERY
def test_wrong_values_are_refused_by_name_and_nothing_is_written(theme: Theme, shown: dict):
    layer = shown[theme.key, theme.geometry_types[0]].layer
    entry = selectors.layer(SYSTEM, layer.slug)
    before = selectors.features(entry).count()
    wrong = dict(_wrong(theme))
    step = changes.Operation(
        changes.Kind.CREATE,
        entry,
        {**own_values(theme, "sai"), **wrong},
        shape_at(layer.geometry_type, 106.36, 10.35),
    )
    with pytest.raises(Invalid) as refused:
        changes.apply(SYSTEM, [step], title="wrong", channel="browser")
    assert {problem["field"] for problem in refused.value.errors} == set(wrong)
    assert selectors.features(entry).count() == before


@EVERY_KIND
def test_tile_equals_the_database(theme: Theme, kind: str, shown: dict):
    """The decoded geometry lies within one tile unit of the table's; its texts are the row's."""
    found = shown[theme.key, kind]
    row, slug = found.row, found.layer.slug
    tile = tile_at(row.lon, row.lat, ZOOM)
    body = Client().get(f"/tiles/{slug}/{tile.z}/{tile.x}/{tile.y}.mvt").content
    decoded = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    (feature,) = decoded[slug]["features"]
    assert feature["id"] == row.id
    public = {"class", "label", *theme.tile_fields}
    assert set(feature["properties"]) == public
    assert all(isinstance(value, str) for value in feature["properties"].values())
    expected = _in_tile_units(theme, row.id, tile)
    drawn = shapely.geometry.shape(feature["geometry"])
    seen, stored = (shapely.intersection(shape, TILE) for shape in (drawn, expected))
    # Encoding cuts towards zero: a vertex left of or above the tile may be half a unit further off.
    assert seen.hausdorff_distance(stored) <= (1 if TILE.contains(expected) else 1.5)
    labels = decoded.get(f"{slug}__labels", {"features": []})["features"]
    if kind == AREA:
        inside = [shapely.geometry.shape(label["geometry"]) for label in labels]
        assert all(expected.buffer(1).contains(point) for point in inside)


def _in_tile_units(theme: Theme, feature_id: int, tile: Any) -> Any:
    model: Any = theme.model
    wkb = (
        model.objects.filter(pk=feature_id)
        .annotate(shape=AsWKB(Transform("geom", TILE_SRID)))
        .values_list("shape", flat=True)
        .get()
    )
    west, _south, east, north = tile.bounds_3857()
    scale = 4096 / (east - west)
    return shapely.transform(
        shapely.from_wkb(bytes(wkb)), lambda xy: (xy - (west, north)) * (scale, -scale)
    )


@EVERY_KIND
def test_every_channel_shows_the_row(theme: Theme, kind: str, shown: dict):
    found = shown[theme.key, kind]
    row, slug, client = found.row, found.layer.slug, Client()
    catalogue = {entry["slug"]: entry for entry in client.get("/api/catalog").json()["layers"]}
    entry = catalogue[slug]
    assert (entry["theme"], entry["geometry_type"]) == (theme.key, kind)
    west, south, east, north = entry["bbox_4326"]
    assert west - 1e-6 <= row.lon <= east + 1e-6
    assert south - 1e-6 <= row.lat <= north + 1e-6
    spot = f"lon={row.lon}&lat={row.lat}&zoom=18&layers={slug}"
    bodies = {
        "identify": client.get(f"/api/identify?{spot}").content,
        "feature": client.get(f"/api/features/{slug}/{row.id}").content,
        "rows": client.get(f"/api/layers/{slug}/rows").content,
        "search": client.get(f"/api/search?q={row.key}").content,
        "items": _body(client.get(f"/ogc/collections/{slug}/items")),
        "item": client.get(f"/ogc/collections/{slug}/items/{row.id}").content,
    }
    for channel, body in bodies.items():
        assert str(row.id) in body.decode(), channel
        # The second wall alone would hold these back: no channel shows a hidden field's text.
        assert SECRET not in body.decode(), channel
        names = [name for name, level in theme.fields.items() if level > Sensitivity.PUBLIC]
        # "source" of a layer and "unit" of a figure are other things than the fields called so.
        named = [name for name in names if f'"{name}"' in body.decode()]
        assert set(named) <= {"source", "unit"}, channel


def _body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@EVERY
def test_staff_see_the_hidden_fields(theme: Theme, shown: dict):
    """What the test above calls absent is there for those who may see it."""
    found = shown[theme.key, theme.geometry_types[0]]
    actor = system_actor("staff")
    sheet = selectors.layer(actor, found.layer.slug)
    hidden = [n for n in theme.own_fields if theme.fields[n] > Sensitivity.PUBLIC]
    assert set(hidden) <= set(sheet.own_fields())
    row = selectors.feature(sheet, found.row.id)
    texts = json.dumps([str(getattr(row, name)) for name in hidden])
    assert (SECRET in texts) == bool(hidden)
    assert [hit.id for hit in search(actor, found.row.key, "vi", 1)] == [str(found.row.id)]
