"""The WRITE door: every write of features is a change set, checked and applied in one transaction.

Single operations are here; `layers/bulk.py` is the same door for staged rows of an import.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.expressions import DatabaseDefault
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core import access, history
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.crs import STORAGE_SRID
from gis_core.errors import Conflict, Invalid, NotAllowed, NotFound
from gis_core.models import ChangeSet
from gis_core.text_folding import fold
from layers.feature import Feature, Layer
from layers.guards import guard_words, may_change
from layers.registry import Theme
from layers.row_writes import RowWrites, held_rows
from layers.selectors import ReadableLayer, features
from layers.themes.admin_units import AdminUnit

_FIXED = frozenset(
    {"id", "layer", "version", "feature_key", "search_text", "changed_at", "change_set"}
    | {"source", "source_row", "geom", "geom_3857"}
)


class Kind(StrEnum):
    """What an operation does to a feature."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Operation:
    """One step of a change set. Update and delete name the version that the editor started from."""

    kind: Kind
    layer: ReadableLayer
    values: Mapping[str, Any] = field(default_factory=dict)
    geometry_4326: BaseGeometry | None = None
    feature_id: int | None = None
    base_version: int | None = None
    key: str = ""  # the name by which problems of the step are reported


@dataclass(frozen=True)
class Applied:
    """A change set that is on the map, with the id of each operation's feature.

    `layers` are those that left the catalogue with it, or came back into it.
    """

    change_set: ChangeSet
    feature_ids: tuple[int, ...]
    layers: tuple[Layer, ...] = ()


def apply(
    actor: Actor, operations: Sequence[Operation], *, title: str, channel: str, reason: str = ""
) -> Applied:
    """Check and apply all operations as a new change set, or none of them.

    Raises NotAllowed or SignInNeeded, Invalid with one entry a field, Conflict when a feature has
    another version than the editor started from, NotFound for a feature that is not there.
    """
    for step in operations:
        access.require(actor, Action.EDIT, step.layer.theme.key, step.layer.slug)
    with (
        rules_explained(),
        history.change_set(actor, title=title, channel=channel, reason=reason) as entry,
    ):
        return Applied(entry, _write(actor, operations, Action.EDIT))


def apply_to(
    entry: ChangeSet, actor: Actor, operations: Sequence[Operation], action: Action
) -> tuple[int, ...]:
    """Check and apply all operations under a change set that exists; return their features' ids.

    Runs in the caller's transaction. `action` is the right that lets the actor do it, also for the
    wards. Raises like `apply`.
    """
    for step in operations:
        access.require(actor, action, step.layer.theme.key, step.layer.slug)
    with rules_explained(), history.writing(entry):
        return _write(actor, operations, action)


@contextmanager
def rules_explained() -> Iterator[None]:
    """Turn the database's refusal of a row into Invalid, which says what rule it breaks."""
    try:
        with transaction.atomic(using=STAFF_DATABASE):
            yield
    except IntegrityError as error:
        raise Invalid(_rule_broken(error)) from error


def _write(actor: Actor, operations: Sequence[Operation], action: Action) -> tuple[int, ...]:
    # All rows first, then layer by layer, in the same order by everybody: two change sets that
    # touch the same features wait for each other and never in a circle.
    held = lock_rows(operations)
    # What is deleted goes first: a new feature may take its key.
    steps = [(s.layer.layer.pk, s.kind is not Kind.DELETE, n) for n, s in enumerate(operations)]
    order = [number for _layer, _stays, number in sorted(steps)]
    writes = RowWrites()
    ids = {number: _apply_one(actor, operations[number], action, held, writes) for number in order}
    writes.flush()
    return tuple(ids[number] for number in range(len(operations)))


def lock_rows(operations: Sequence[Operation]) -> dict[tuple[int, int], Feature]:
    """Hold the features of the operations until the transaction ends, in everybody's order.

    Returns (layer id, feature id) → row of those that the operations' actors may see.
    """
    sought = [(s.layer, s.feature_id) for s in operations if s.feature_id is not None]
    return held_rows(sought)


def _apply_one(
    actor: Actor,
    step: Operation,
    action: Action,
    held: dict[tuple[int, int], Feature],
    writes: RowWrites,
) -> int:
    if step.kind is Kind.CREATE:
        row = step.layer.theme.model(layer_id=step.layer.layer.pk)
        if step.feature_id is not None:  # promised to its author before it was approved
            row.pk = step.feature_id
        if step.geometry_4326 is None:
            raise Invalid(gettext("A new feature needs a geometry."), [{"field": "geom"}])
        _fill(step, row)
        require_ward(actor, step.layer, row, action)
        writes.create(row)
        return int(row.pk)
    row = _present(step, held, writes)
    require_ward(actor, step.layer, row, action)
    if step.kind is Kind.DELETE:
        writes.delete(row)
    else:
        key, words = row.feature_key, row.search_text
        _fill(step, row)
        require_ward(actor, step.layer, row, action)
        changed = [*step.values, *(["search_text"] if row.search_text != words else [])]
        changed += ["geom"] if step.geometry_4326 is not None else []
        writes.change(row, changed or ["search_text"], other_key=row.feature_key != key)
    return int(step.feature_id or 0)


def require_ward(actor: Actor, entry: ReadableLayer, row: Feature, action: Action) -> None:
    """Refuse a place outside the wards that the actor's grants name, before and after the edit."""
    wards = access.allowed_wards(actor, action, entry.theme.key, entry.slug)
    if wards is None:
        return
    inside = AdminUnit.objects.using(STAFF_DATABASE).filter(
        code__in=wards, level="commune", valid_to__isnull=True, geom__covers=row.geom
    )
    if not inside.exists():
        raise NotAllowed(gettext("This place lies outside the wards that you may edit."))


def _present(step: Operation, held: dict[tuple[int, int], Feature], writes: RowWrites) -> Feature:
    """Return the step's row, locked; raises NotFound, and Conflict for another version."""
    feature_id = step.feature_id or -1
    row = held.pop((step.layer.layer.pk, feature_id), None)
    if row is None:  # missing, or an earlier step of the same change set was over it
        writes.flush()
        rows = features(step.layer).using(STAFF_DATABASE).select_for_update()
        row = rows.filter(pk=feature_id).first()
    if row is None:
        raise NotFound
    if row.version != step.base_version:
        raise Conflict(
            gettext("Somebody changed this feature after you opened it. Nothing was overwritten."),
            [{"version": row.version, "base_version": step.base_version}],
        )
    return row


def _fill(step: Operation, row: Feature) -> None:
    """Put the values on the row; raises Invalid with one entry for each field that is wrong."""
    problems = fill(step, row)
    if problems:
        raise Invalid(gettext("Some values are not accepted. Nothing was written."), problems)


def fill(step: Operation, row: Feature) -> list[dict[str, Any]]:
    """Put the values and the geometry on the row; return field and detail of what is wrong."""
    theme = step.layer.theme
    problems: list[dict[str, Any]] = []
    for name, value in step.values.items():
        try:
            setattr(row, name, _changed(step.layer, row, name, value))
        except ValidationError as error:
            problems.append({"field": name, "detail": " ".join(error.messages)})
    if not access.may_classify(step.layer.actor, row.sensitivity, theme.key, step.layer.slug):
        detail = gettext("You may not hide a feature from yourself: choose a lower class.")
        problems.append({"field": "sensitivity", "detail": detail})
    if problems:
        return problems
    if step.geometry_4326 is not None:
        row.geom = GEOSGeometry(memoryview(shapely.to_wkb(step.geometry_4326)), srid=STORAGE_SRID)
    # A feature that came without a natural key keeps the key that it was given once.
    row.feature_key = feature_key(theme, row) or row.feature_key or f"new-{uuid4().hex}"
    row.search_text = search_text(theme, row)
    return []


def _changed(entry: ReadableLayer, row: Feature, name: str, value: Any) -> Any:
    """Return the value in the type of its field; a guarded one may stay what it is."""
    found = cleaned(entry, name, value)
    if (
        not may_change(entry, name)
        and found != getattr(row, name)
        and (found or not row._state.adding)
    ):
        raise ValidationError(guard_words())
    return found


def writable(name: str) -> bool:
    """Tell whether a field is for editors; the others are kept by the doors and the database."""
    return name not in _FIXED


def cleaned(entry: ReadableLayer, name: str, value: Any) -> Any:
    """Return a value in the type of its field; raises ValidationError, also for what is kept."""
    if not writable(name) or name not in entry.fields:
        raise ValidationError(gettext("This field cannot be written."))
    model_field = entry.theme.model._meta.get_field(name)
    assert isinstance(model_field, models.Field)  # noqa: S101 -- themes have plain fields only
    if isinstance(model_field, models.JSONField) and not isinstance(value, dict):
        raise ValidationError(gettext("This field takes one text for each name."))
    found = model_field.clean(value, None)
    if isinstance(found, float) and not math.isfinite(found):
        raise ValidationError(gettext("This is not a number."))
    texts = found.values() if isinstance(found, dict) else (found,)
    if any(isinstance(text, str) and "\0" in text for text in texts):  # PostgreSQL holds none
        raise ValidationError(gettext("This text holds a character that cannot be kept."))
    return found


def feature_key(theme: Theme, row: Feature) -> str:
    """Return the natural key of a row: its key fields joined by `/`; "" when all are blank."""
    parts = (_said(row, name) for name in theme.natural_key)
    joined = "/".join("" if part is None else str(part) for part in parts)[:200]
    return joined if joined.strip("/") else ""


def search_text(theme: Theme, row: Feature) -> str:
    """Return the folded text that search looks in; it is made of public fields only."""
    words: list[str] = []
    for name in theme.search_fields:
        value = _said(row, name)
        said = value.values() if isinstance(value, dict) else (value,)
        words += [str(part) for part in said if part is not None]
    return fold(" ".join(word for word in words if word))


def _said(row: Feature, name: str) -> Any:
    """Return a field's value; None where the database is to fill in its default, a blank one."""
    value = getattr(row, name)
    return None if isinstance(value, DatabaseDefault) else value


def _rule_broken(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = str(getattr(diagnosis, "constraint_name", "") or "")
    if name.endswith("_key_once"):
        return gettext("Another feature of this layer has the same key. Nothing was written.")
    if name.endswith("_geom_fits"):
        return gettext("The geometry is not valid or lies off the map. Nothing was written.")
    if name.endswith("_validity"):
        return gettext("The last day of validity lies before the first. Nothing was written.")
    return gettext("A rule of the layer is broken. Nothing was written.")
