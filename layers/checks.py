"""Checks of operations before they are written: values, keys, rights and places, one by one.

The neighbours are looked at by `layers/neighbour_checks.py`. Nothing is written here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import models
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from gis_core.access import Action, Actor
from gis_core.errors import NotAllowed
from layers import changes
from layers.changes import Kind, Operation
from layers.feature import CodeField, Feature
from layers.merge import GEOMETRY
from layers.neighbour_checks import neighbours, outside_the_city
from layers.problem import WARNING, Problem
from layers.rebase import Rebased, rebase_all
from layers.selectors import codes, features


def check(
    actor: Actor, operations: Sequence[Operation], actions: Iterable[Action] = (Action.EDIT,)
) -> list[Problem]:
    """Return what is wrong with the operations on today's data, in their order.

    `actions` are the rights under which they would be written: each may be limited to wards.
    """
    found: list[Problem] = []
    rows: list[tuple[Operation, Feature]] = []
    for item in rebase_all(operations):
        problems, row = _one(actor, item, tuple(actions))
        found += problems
        if row is not None:
            rows.append((item.operation, row))
    found += _unknown_codes(actor, operations)
    found += _duplicate_keys(rows, [step.feature_id for step in operations if step.feature_id])
    sound = [step for step in operations if _is_sound(step)]
    found += neighbours(actor, sound, operations)
    found += outside_the_city(sound)
    order = {step.key: number for number, step in enumerate(operations)}
    return sorted(found, key=lambda problem: order.get(problem.key, 0))


def _one(
    actor: Actor, item: Rebased, actions: tuple[Action, ...]
) -> tuple[list[Problem], Feature | None]:
    step = item.operation
    if item.gone:
        text = gettext("This feature is not on the map any more.")
        return [Problem(step.key, "gone", text)], None
    found = [
        Problem(
            step.key,
            "conflict",
            gettext("Somebody else changed this after you opened it. Choose which value stays."),
            dispute.field,
        )
        for dispute in item.conflicts
    ]
    row: Any = copy(item.row) if item.row else step.layer.theme.model(layer_id=step.layer.layer.pk)
    places = [] if item.row is None else [item.row]
    if step.kind is not Kind.DELETE:
        found += _values(step, row)
        found += _shape(step)
        if _is_sound(step):
            row.geom = GEOSGeometry(memoryview(shapely.to_wkb(step.geometry_4326)))
            places.append(row)
    found += _wards(actor, step, places, actions)
    return found, None if step.kind is Kind.DELETE else row


def _values(step: Operation, row: Feature) -> list[Problem]:
    bare = Operation(step.kind, step.layer, step.values)
    found = [
        Problem(step.key, "value", str(entry["detail"]), str(entry["field"]))
        for entry in changes.fill(bare, row)
    ]
    if step.kind is Kind.CREATE:
        text = gettext("A value is missing here.")
        found += [Problem(step.key, "missing", text, name) for name in _missing(step)]
    return found


def _missing(step: Operation) -> list[str]:
    """Return the required fields of a new feature that carry nothing."""
    return [
        model_field.name
        for model_field in step.layer.theme.model._meta.local_fields
        if model_field.name in step.layer.own_fields()
        and changes.writable(model_field.name)
        and not (model_field.blank or model_field.null or model_field.has_default())
        and model_field.name not in step.values
    ]


def _shape(step: Operation) -> list[Problem]:
    shape = step.geometry_4326
    if shape is None:
        if step.kind is not Kind.CREATE:
            return []
        return [Problem(step.key, "missing", gettext("A new feature needs a geometry."), GEOMETRY)]
    if shape.geom_type != step.layer.layer.geometry_type:
        text = gettext("The layer holds geometries of another type.")
        return [Problem(step.key, "type", text, GEOMETRY)]
    if not shapely.is_valid(shape):
        text = gettext("The outline crosses or touches itself here.")
        return [Problem(step.key, "invalid", text, GEOMETRY, place=_where(shape))]
    return []


def _is_sound(step: Operation) -> bool:
    return step.kind is not Kind.DELETE and step.geometry_4326 is not None and not _shape(step)


def _where(shape: BaseGeometry) -> tuple[float, float] | None:
    # GEOS says "Self-intersection[106.36 10.35]".
    numbers = explain_validity(shape).partition("[")[2].rstrip("]").split()
    return (float(numbers[0]), float(numbers[1])) if len(numbers) > 1 else None


def _wards(
    actor: Actor, step: Operation, places: list[Feature], actions: tuple[Action, ...]
) -> list[Problem]:
    try:
        for action in actions:
            for row in places:
                changes.require_ward(actor, step.layer, row, action)
    except NotAllowed as refusal:
        return [Problem(step.key, "outside_ward", refusal.detail, GEOMETRY)]
    return []


def _unknown_codes(actor: Actor, operations: Sequence[Operation]) -> list[Problem]:
    used = [
        (step, name, model_field.code_list, str(step.values[name]))
        for step in operations
        for name, model_field in _code_fields(step)
        if step.values.get(name)
    ]
    known = codes(actor, {code_list for _step, _name, code_list, _code in used})
    text = gettext("This code is not in the code list.")
    return [
        Problem(step.key, "unknown_code", text, name, WARNING)
        for step, name, code_list, code in used
        if code not in known[code_list]
    ]


def _code_fields(step: Operation) -> list[tuple[str, CodeField]]:
    fields: list[models.Field[Any, Any]] = list(step.layer.theme.model._meta.local_fields)
    return [
        (item.name, item)
        for item in fields
        if isinstance(item, CodeField) and item.code_list and item.name in step.values
    ]


def _duplicate_keys(
    rows: Sequence[tuple[Operation, Feature]], touched: Sequence[int]
) -> list[Problem]:
    current = [(s, r) for s, r in rows if r.feature_key and r.valid_to is None]
    inside = Counter((step.layer.slug, row.feature_key) for step, row in current)
    taken: set[tuple[str, str]] = set()
    for slug in {step.layer.slug for step, _row in current}:
        entry = next(step.layer for step, _row in current if step.layer.slug == slug)
        keys = [row.feature_key for step, row in current if step.layer.slug == slug]
        others = features(entry).filter(feature_key__in=keys, valid_to__isnull=True)
        names = others.exclude(pk__in=touched).values_list("feature_key", flat=True)
        taken |= {(slug, name) for name in names}
    text = gettext("Another feature of this layer has the same key.")
    return [
        Problem(step.key, "duplicate_key", text, step.layer.theme.natural_key[0])
        for step, row in current
        if (step.layer.slug, row.feature_key) in taken
        or inside[step.layer.slug, row.feature_key] > 1
    ]
