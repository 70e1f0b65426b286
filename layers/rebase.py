"""An edit that started from an older version of its feature, brought to the present one.

Fields that only one side changed merge; what both changed is reported field by field with the value
at the start (base), the present one (theirs) and the wanted one (mine).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import shapely
from django.core.exceptions import ValidationError
from django.db import connections, models
from shapely.geometry.base import BaseGeometry

from gis_core.access import STAFF_DATABASE, clearance
from layers import changes
from layers.bulk_sql import template
from layers.changes import Kind, Operation
from layers.feature import Feature
from layers.merge import GEOMETRY, Dispute, State, merge
from layers.selectors import ReadableLayer, features


@dataclass(frozen=True)
class Rebased:
    """The operation as it may be applied today; `conflicts` or `gone` say that it may not.

    `row` is the present feature, None for a new one and for one that is not there.
    """

    operation: Operation
    row: Feature | None = None
    conflicts: tuple[Dispute, ...] = field(default_factory=tuple)
    gone: bool = False


def rebase(operation: Operation) -> Rebased:
    """Return the operation against the present version of its feature."""
    return rebase_all([operation])[0]


def rebase_all(operations: Sequence[Operation]) -> list[Rebased]:
    """Return each operation against the present version of its feature; one query a layer."""
    rows = _present(operations)
    return [_rebased(step, rows.get((step.layer.slug, step.feature_id))) for step in operations]


def _present(operations: Sequence[Operation]) -> dict[tuple[str, int | None], Feature]:
    entries = {step.layer.slug: step.layer for step in operations if step.feature_id is not None}
    found: dict[tuple[str, int | None], Feature] = {}
    for slug, entry in entries.items():
        ids = [step.feature_id for step in operations if step.layer.slug == slug]
        rows = features(entry).using(STAFF_DATABASE).filter(pk__in=[i for i in ids if i])
        found |= {(slug, row.pk): row for row in rows}
    return found


def _rebased(step: Operation, row: Feature | None) -> Rebased:
    if step.kind is Kind.CREATE:
        return Rebased(step)
    if row is None:
        return Rebased(step, gone=True)
    if step.base_version == row.version:
        return Rebased(step, row)
    base = state_at(step.layer, row.pk, step.base_version or 0)
    if base is None:
        return Rebased(step, row, (Dispute("version", None, row.version, step.base_version),))
    theirs = state_of(step.layer, row)
    if step.kind is Kind.DELETE:
        return Rebased(step, row, tuple(_changes_of(base, theirs)))
    merged = merge(base, theirs, State(typed_values(step), step.geometry_4326))
    kept = {name: value for name, value in step.values.items() if name in merged.changed}
    geometry = step.geometry_4326 if GEOMETRY in merged.changed else None
    today = replace(step, values=kept, geometry_4326=geometry, base_version=row.version)
    return Rebased(today, row, merged.conflicts)


def _changes_of(base: State, theirs: State) -> list[Dispute]:
    """Return what somebody else changed in a feature that is to be deleted."""
    found = merge(base, base, theirs)
    disputes = [
        Dispute(name, base.values.get(name), found.values[name], None)
        for name in sorted(found.changed - {GEOMETRY})
    ]
    if GEOMETRY in found.changed:
        disputes.append(Dispute(GEOMETRY, base.geometry_4326, found.geometry, None))
    return disputes


def typed_values(step: Operation) -> dict[str, Any]:
    """Return the wanted values in the types of their fields; what does not fit stays as it is."""
    found: dict[str, Any] = {}
    for name, value in step.values.items():
        try:
            found[name] = changes.cleaned(step.layer, name, value)
        except ValidationError:  # reported by the checks
            found[name] = value
    return found


def plain(value: Any) -> Any:
    """Return a value of a field, or a geometry, as JSON holds it."""
    if isinstance(value, BaseGeometry):
        return shapely.geometry.mapping(value)
    if value is None or isinstance(value, (bool, int, float, str, dict)):
        return value
    return str(value)  # a date as ISO 8601, a decimal with its digits


def editable_fields(entry: ReadableLayer) -> list[str]:
    """Return the fields whose values an edit may carry, in the model's order."""
    return [
        model_field.name
        for model_field in entry.theme.model._meta.local_fields
        if model_field.name in entry.fields and changes.writable(model_field.name)
    ]


def state_of(entry: ReadableLayer, row: Feature) -> State:
    """Return a present feature's readable values and its geometry."""
    return State(
        {name: getattr(row, name) for name in editable_fields(entry)},
        shape_of(row.geom),
    )


def shape_of(stored: Any) -> BaseGeometry | None:
    """Return a stored geometry (EPSG:4326) for the pure functions; None for none."""
    return None if stored is None else shapely.from_wkb(bytes(stored.wkb))


def state_at(entry: ReadableLayer, feature_id: int, version: int) -> State | None:
    """Return an earlier version's readable values and geometry; None when it may not be read."""
    connection = connections[STAFF_DATABASE]
    quote = connection.ops.quote_name
    fields = [entry.theme.model._meta.get_field(name) for name in editable_fields(entry)]
    statement = template("kept_version").format(
        columns=", ".join(quote(str(item.column)) for item in fields),  # type: ignore[union-attr]
        history=quote(f"{entry.theme.table}_history"),
    )
    sought = {
        "feature_id": feature_id,
        "version": version,
        "layer_id": entry.layer.pk,
        "level": clearance(entry.actor, entry.theme.key, entry.slug),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, sought)
        row = cursor.fetchone()
    if row is None:
        return None
    values = {
        item.name: json.loads(value)
        if isinstance(item, models.JSONField) and isinstance(value, str)
        else value
        for item, value in zip(fields, row, strict=False)
    }
    return State(values, shapely.from_wkb(bytes(row[-1])))
