"""People, a layer of parcels and a draft in it, for the tests of drafts, review and checks."""

import shapely
from sample_features import LAT, LON, SYSTEM, make_layer

from gis_core.access import Actor, Grant
from gis_core.models import ChangeSet, User
from layers import changes, drafts, selectors
from layers.changes import Kind, Operation
from layers.drafts import Description
from layers.models import Layer

SIDE_DEG = 0.0002  # about 22 m


def person(name: str, *grants: Grant) -> Actor:
    user = User.objects.create(username=name)
    return Actor(user.pk, name, grants or (Grant("planner"),))


def parcels(slug: str = "zd-parcels", **facts) -> Layer:
    return make_layer(slug, "parcels", **facts)


def plot(column: int, row: int = 0, **stretch: float) -> shapely.MultiPolygon:
    """Return a square of a grid; `east` and `west` widen it by degrees."""
    west, south = LON + column * SIDE_DEG, LAT + row * SIDE_DEG
    box = shapely.box(
        west - stretch.get("west", 0.0),
        south,
        west + SIDE_DEG + stretch.get("east", 0.0),
        south + SIDE_DEG,
    )
    return shapely.multipolygons([box])


def number(name: str) -> dict:
    return {"survey_commune_code": "99", "so_to": "1", "so_thua": name}


def live(layer: Layer, name: str, column: int, **values) -> int:
    """Write a parcel onto the map and return its id."""
    entry = selectors.layer(SYSTEM, layer.slug)
    step = Operation(Kind.CREATE, entry, {**number(name), **values}, plot(column))
    return changes.apply(SYSTEM, [step], title="x", channel="command").feature_ids[0]


def row_of(layer: Layer, feature_id: int):
    return selectors.feature(selectors.layer(SYSTEM, layer.slug), feature_id)


def edit(actor: Actor, layer: Layer, feature_id: int, version: int = 1, shape=None, **values):
    entry = selectors.layer(actor, layer.slug)
    key = f"u{feature_id}"
    return Operation(Kind.UPDATE, entry, values, shape, feature_id, version, key)


def new(actor: Actor, layer: Layer, name: str, column: int, **values) -> Operation:
    entry = selectors.layer(actor, layer.slug)
    step = {**number(name), **values}
    return Operation(Kind.CREATE, entry, step, plot(column), key=f"n{name}")


def gone(actor: Actor, layer: Layer, feature_id: int, version: int = 1) -> Operation:
    entry = selectors.layer(actor, layer.slug)
    return Operation(
        Kind.DELETE, entry, feature_id=feature_id, base_version=version, key=f"d{feature_id}"
    )


def draft(actor: Actor, *steps: Operation, reason: str = "vì", **parts) -> ChangeSet:
    entry = drafts.create(actor, Description(title="Nháp", reason=reason, **parts))
    for step in steps:
        entry = drafts.put_operation(actor, entry.pk, entry.revision, step)
    return entry


def submitted(actor: Actor, *steps: Operation, **parts) -> ChangeSet:
    return drafts.submit(actor, draft(actor, *steps, **parts).pk, None)


def by_others(layer: Layer, feature_id: int, version: int = 1, shape=None, **values) -> None:
    """Change a feature on the map, as somebody else does meanwhile."""
    step = edit(SYSTEM, layer, feature_id, version, shape, **values)
    changes.apply(SYSTEM, [step], title="others", channel="command")


def others_delete(layer: Layer, feature_id: int) -> None:
    changes.apply(SYSTEM, [gone(SYSTEM, layer, feature_id)], title="others", channel="command")
