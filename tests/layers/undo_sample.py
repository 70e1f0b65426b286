"""Rows that are changed and brought back, for tests of undo and restore."""

from typing import Any

from sample_features import SYSTEM, Sample, own_values, shape_at

from gis_core.access import Actor, Grant
from gis_core.models import User
from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.models import Layer
from layers.registry import theme_by_key


def entry(layer: Layer, actor: Actor = SYSTEM) -> selectors.ReadableLayer:
    return selectors.layer(actor, layer.slug)


def create(layer: Layer, key: str) -> Operation:
    shape = shape_at(layer.geometry_type, 106.36, 10.35)
    return Operation(Kind.CREATE, entry(layer), own_values(theme_by_key(layer.theme), key), shape)


def update(row: Sample, base: int, /, **values: Any) -> Operation:
    layer = selectors.layer(SYSTEM, row.slug)
    return Operation(Kind.UPDATE, layer, values, None, row.id, base)


def delete(row: Sample, base: int) -> Operation:
    return Operation(Kind.DELETE, selectors.layer(SYSTEM, row.slug), {}, None, row.id, base)


def write(*steps: Operation) -> int:
    return changes.apply(SYSTEM, steps, title="work", channel="browser").change_set.pk


def live(layer: Layer, feature_id: int) -> Any:
    return selectors.feature(entry(layer), feature_id)


def person(name: str, *grants: Grant) -> Actor:
    return Actor(User.objects.create_user(f"zu-{name}").pk, name, grants)
