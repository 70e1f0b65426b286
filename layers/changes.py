"""The WRITE door: every write of features is a change set, checked and applied in one transaction.

Single operations are here; `layers/bulk.py` is the same door for staged rows of an import.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core import access, history
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.crs import STORAGE_SRID
from gis_core.errors import Conflict, Invalid, NotAllowed, NotFound
from gis_core.models import ChangeSet
from gis_core.text_folding import fold
from layers.feature import Feature
from layers.registry import Theme
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


@dataclass(frozen=True)
class Applied:
    """A change set that is on the map, with the id of each operation's feature."""

    change_set: ChangeSet
    feature_ids: tuple[int, ...]


def apply(
    actor: Actor, operations: Sequence[Operation], *, title: str, channel: str, reason: str = ""
) -> Applied:
    """Check and apply all operations, or none.

    Raises NotAllowed or SignInNeeded, Invalid with one entry a field, Conflict when a feature has
    another version than the editor started from, NotFound for a feature that is not there.
    """
    for step in operations:
        access.require(actor, Action.EDIT, step.layer.theme.key, step.layer.slug)
    try:
        with history.change_set(actor, title=title, channel=channel, reason=reason) as entry:
            ids = tuple(_apply_one(actor, step) for step in operations)
            return Applied(entry, ids)
    except IntegrityError as error:
        raise Invalid(_rule_broken(error)) from error


def _apply_one(actor: Actor, step: Operation) -> int:
    if step.kind is Kind.CREATE:
        row = step.layer.theme.model(layer_id=step.layer.layer.pk)
        if step.geometry_4326 is None:
            raise Invalid(gettext("A new feature needs a geometry."), [{"field": "geom"}])
        _fill(step, row)
        _require_ward(actor, step, row)
        row.save(using=STAFF_DATABASE, force_insert=True)
        return int(row.pk)
    row = _locked(step)
    _require_ward(actor, step, row)
    if step.kind is Kind.DELETE:
        row.delete(using=STAFF_DATABASE)
    else:
        _fill(step, row)
        _require_ward(actor, step, row)
        changed = [*step.values, "feature_key", "search_text"]
        row.save(
            using=STAFF_DATABASE,
            update_fields=changed + (["geom"] if step.geometry_4326 is not None else []),
        )
    return int(step.feature_id or 0)


def _require_ward(actor: Actor, step: Operation, row: Feature) -> None:
    """Refuse a place outside the wards that the actor's grants name, before and after the edit."""
    wards = access.allowed_wards(actor, Action.EDIT, step.layer.theme.key, step.layer.slug)
    if wards is None:
        return
    inside = AdminUnit.objects.using(STAFF_DATABASE).filter(
        code__in=wards, level="commune", valid_to__isnull=True, geom__covers=row.geom
    )
    if not inside.exists():
        raise NotAllowed(gettext("This place lies outside the wards that you may edit."))


def _locked(step: Operation) -> Feature:
    row: Feature | None = (
        features(step.layer)
        .using(STAFF_DATABASE)
        .select_for_update()
        .filter(pk=step.feature_id or -1)
        .first()
    )
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
    theme = step.layer.theme
    problems: list[dict[str, Any]] = []
    for name, value in step.values.items():
        if name in _FIXED or name not in step.layer.fields:
            problems.append({"field": name, "detail": gettext("This field cannot be written.")})
            continue
        model_field = theme.model._meta.get_field(name)
        assert isinstance(model_field, models.Field)  # noqa: S101 -- themes have plain fields only
        try:
            setattr(row, name, model_field.clean(value, row))
        except ValidationError as error:
            problems.append({"field": name, "detail": " ".join(error.messages)})
    if not access.may_classify(step.layer.actor, row.sensitivity, theme.key, step.layer.slug):
        detail = gettext("You may not hide a feature from yourself: choose a lower class.")
        problems.append({"field": "sensitivity", "detail": detail})
    if problems:
        raise Invalid(gettext("Some values are not accepted. Nothing was written."), problems)
    if step.geometry_4326 is not None:
        row.geom = GEOSGeometry(memoryview(shapely.to_wkb(step.geometry_4326)), srid=STORAGE_SRID)
    # A feature that came without a natural key keeps the key that the import gave it.
    row.feature_key = feature_key(theme, row) or row.feature_key
    row.search_text = search_text(theme, row)


def feature_key(theme: Theme, row: Feature) -> str:
    """Return the natural key of a row: its key fields joined by `/`; "" when all are blank."""
    parts = (getattr(row, name) for name in theme.natural_key)
    joined = "/".join("" if part is None else str(part) for part in parts)[:200]
    return joined if joined.strip("/") else ""


def search_text(theme: Theme, row: Feature) -> str:
    """Return the folded text that search looks in; it is made of public fields only."""
    words: list[str] = []
    for name in theme.search_fields:
        value = getattr(row, name)
        words += [str(part) for part in value.values()] if isinstance(value, dict) else [str(value)]
    return fold(" ".join(word for word in words if word))


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
