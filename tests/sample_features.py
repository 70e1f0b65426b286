"""Invented layers and rows for tests: any theme, any sensitivity, at a place of one's choice.

Rows are written through the write door. `SECRET` begins every text of a field that is not public,
so a leak is found by looking for it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import shapely
from django.db import connection, models

from gis_core.access import Sensitivity, system_actor
from gis_core.crs import STORAGE_SRID
from gis_core.history import change_set
from layers import changes
from layers.change_operation import ChangeOperation
from layers.feature import CodeField
from layers.layer_origin import LayerOrigin
from layers.models import Layer
from layers.registry import AREA, LINE, Theme, theme_by_key
from layers.selectors import ReadableLayer, forget_recent_layers

SYSTEM = system_actor("test")
SECRET = "Bimat"
SECRET_DAY = date(1999, 12, 31)  # of hidden date fields; shown as 31/12/1999
LON, LAT = 106.3630, 10.3540
STEP_DEG = 0.002  # about 220 m: neighbours in a test do not touch
_HALF_DEG = 0.0003


@dataclass(frozen=True)
class Sample:
    """A row that a test wrote; `lon` and `lat` lie on it."""

    slug: str
    theme: str
    id: int
    key: str
    lon: float
    lat: float
    sensitivity: int = 0


def make_layer(slug: str, theme: str, geometry_type: str | None = None, **facts: Any) -> Layer:
    """Create a published public layer unless `facts` say otherwise."""
    values: dict[str, Any] = {
        "sensitivity": 0,
        "publication": "published",
        "title_vi": f"Lớp {slug}",
        "title_en": f"Layer {slug}",
        "source_note": f"nguồn {slug}",
        **facts,
    }
    kind = geometry_type or theme_by_key(theme).geometry_types[0]
    forget_recent_layers()
    return Layer.objects.create(slug=slug, theme=theme, geometry_type=kind, **values)


def own_values(theme: Theme, key: str) -> dict[str, Any]:
    """Return a value for every own field of a theme; fields that are not public say SECRET."""
    found: dict[str, Any] = {}
    for name in theme.own_fields:
        model_field = theme.model._meta.get_field(name)
        if name not in {"geom", "geom_3857"} and isinstance(model_field, models.Field):
            hidden = theme.fields[name] > Sensitivity.PUBLIC
            found[name] = _value(model_field, key, hidden)
    return found


def _value(field: models.Field[Any, Any], key: str, hidden: bool) -> Any:
    plain: dict[type[models.Field[Any, Any]], Any] = {
        models.BooleanField: True,
        models.IntegerField: 7,
        models.FloatField: 12.5,
        models.DecimalField: 12.5,
        models.DateField: SECRET_DAY if hidden else date(2026, 1, 2),
        models.JSONField: {"vi": f"Lời {key}", "en": f"Words {key}"},
        models.SlugField: f"cho-{key}".lower(),
        CodeField: f"loai-{key}"[:40],
    }
    text = f"{SECRET} {field.name} {key}" if hidden else key
    longest = field.max_length or len(text)
    fitting = text if len(text) <= longest else sha256(text.encode()).hexdigest()[:longest]
    return next((value for kind, value in plain.items() if isinstance(field, kind)), fitting)


def shape_at(geometry_type: str, lon: float, lat: float) -> Any:
    """Return a small geometry of a stored type that holds (lon, lat), in degrees."""
    if geometry_type == AREA:
        box = shapely.box(lon - _HALF_DEG, lat - _HALF_DEG, lon + _HALF_DEG, lat + _HALF_DEG)
        return shapely.MultiPolygon([box])
    if geometry_type == LINE:
        ends = [(lon - _HALF_DEG, lat - _HALF_DEG), (lon + _HALF_DEG, lat + _HALF_DEG)]
        return shapely.MultiLineString([ends])
    return shapely.Point(lon, lat)


def add(layer: Layer, key: str, place: int = 0, *, sensitivity: int = 0, **values: Any) -> Sample:
    """Write one row through the write door; `place` counts steps to the north-east."""
    lon, lat = LON + place * STEP_DEG, LAT + place * STEP_DEG
    theme = theme_by_key(layer.theme)
    step = changes.Operation(
        changes.Kind.CREATE,
        # Made by hand: nobody may read a restricted layer of most themes, the tests' own actor too.
        ReadableLayer(SYSTEM, layer, theme, frozenset(theme.fields)),
        values={
            "name": f"Mẫu {key}",
            "names": {"en": f"Sample {key}"},
            "sensitivity": sensitivity,
            **own_values(theme, key),
            **values,
        },
        geometry_4326=shape_at(layer.geometry_type, lon, lat),
    )
    applied = changes.apply(SYSTEM, [step], title=f"test {key}", channel="command")
    return Sample(layer.slug, theme.key, applied.feature_ids[0], key, lon, lat, sensitivity)


def add_with_id(layer: Layer, key: str, feature_id: int, place: int, sensitivity: int) -> Sample:
    """Write one row under an id that the test knows before the row exists."""
    lon, lat = LON + place * STEP_DEG, LAT + place * STEP_DEG
    theme = theme_by_key(layer.theme)
    row: Any = theme.model(
        id=feature_id,
        layer=layer,
        sensitivity=sensitivity,
        name=f"Mẫu {key}",
        names={"en": f"Sample {key}"},
        extra={"TENCHU": f"{SECRET} extra {key}"},
        **own_values(theme, key),
    )
    wkt = shape_at(layer.geometry_type, lon, lat).wkt
    row.geom = f"SRID={STORAGE_SRID};{wkt}"
    row.feature_key = changes.feature_key(theme, row)
    row.search_text = changes.search_text(theme, row)
    with change_set(SYSTEM, title=f"test {key}", channel="command"):
        row.save(force_insert=True)
    return Sample(layer.slug, theme.key, feature_id, key, lon, lat, sensitivity)


def remove(layers: Sequence[Layer]) -> None:
    """Delete rows and layers that a test committed, with history and drafts: ids may come again."""
    ChangeOperation.objects.filter(layer__in=layers).delete()
    LayerOrigin.objects.filter(layer__in=layers).delete()
    for layer in layers:
        theme = theme_by_key(layer.theme)
        model: Any = theme.model
        with change_set(SYSTEM, title="test: remove", channel="command"):
            model.objects.filter(layer_id=layer.pk).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM city.{theme.table}_history WHERE layer_id = %s", [layer.pk]
            )
        Layer.objects.filter(pk=layer.pk)._raw_delete("default")
    forget_recent_layers()


@contextmanager
def committed() -> Iterator[list[Layer]]:
    """Give a list; the layers that a test puts on it are deleted with their rows at the end."""
    made: list[Layer] = []
    try:
        yield made
    finally:
        remove(made)
