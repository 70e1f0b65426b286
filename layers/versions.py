"""The READ door of history: versions of a feature, their differences, a layer as of a moment.

History is for people with an account. A version whose class lies above the reader's clearance is
not there, and the one before it ends as if the feature had been deleted then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Q, QuerySet

from gis_core import access
from gis_core.access import STAFF_DATABASE
from gis_core.city import day_in_city
from gis_core.errors import NotFound
from gis_core.models import ChangeSet
from layers.display import layer_codes, property_of
from layers.selectors import ReadableLayer
from layers.version_table import version_rows

_INHERITED_FIRST = ("name", "names")
_INHERITED_LAST = ("valid_from", "valid_to", "sensitivity", "extra")
_LONGEST_ID = 16  # 53 bits


@dataclass(frozen=True)
class FeatureVersion:
    """A feature as it was from `changed_at` until `ended_at`; both are aware.

    `title` and `actor_name` of the change set are "" for readers who may not see change sets.
    `values` holds the fields that the reader may see; the geometry is WKB in EPSG:4326.
    """

    feature_id: int
    version: int
    change_set_id: int | None
    title: str
    actor_name: str
    changed_at: datetime
    ended_at: datetime | None
    operation_that_ended: str | None
    values: dict[str, Any]
    geometry_4326: bytes | None


@dataclass(frozen=True)
class LastChange:
    """When a feature was changed or went (aware), and who changed it; "" where it went."""

    actor_name: str
    title: str
    at: datetime


@dataclass(frozen=True)
class FieldChange:
    """One field that differs; the texts are formatted for people, in the language asked for."""

    field: str
    label: str
    before: Any
    after: Any
    before_text: str
    after_text: str


@dataclass(frozen=True)
class Difference:
    """What differs between two versions of a feature."""

    fields: tuple[FieldChange, ...]
    geometry_changed: bool


def field_names(entry: ReadableLayer) -> list[str]:
    """Return the fields of a version that the reader may see, in the order of a sheet."""
    names = [*_INHERITED_FIRST, *entry.own_fields(), *_INHERITED_LAST]
    return [name for name in names if name in entry.fields]


def versions(entry: ReadableLayer, feature_id: str | int) -> list[FeatureVersion]:
    """Return the versions of a feature, a deleted one too, newest first.

    Raises NotFound alike for a missing and for a hidden feature, and for visitors.
    """
    rows = list(_of_feature(entry, feature_id).order_by("version"))
    if not rows:
        raise NotFound
    ended = [_operation(row, following) for row, following in pairwise([*rows, None])]
    sets = _change_sets(entry, rows)
    found = [
        _version(entry, row, how, sets.get(row.change_set_id))
        for row, how in zip(rows, ended, strict=True)
    ]
    return found[::-1]


def version(entry: ReadableLayer, feature_id: str | int, number: int) -> FeatureVersion:
    """Return one version of a feature; raises NotFound."""
    found = (item for item in versions(entry, feature_id) if item.version == number)
    for item in found:
        return item
    raise NotFound


def last_change(entry: ReadableLayer, feature_id: int) -> LastChange | None:
    """Return the last write of a feature, its deletion too; None when it may not be read."""
    row = _of_feature(entry, feature_id).order_by("-version").first()
    if row is None:
        return None
    if row.superseded_at is not None:
        # Deleted, or hidden from the reader by a later version: which of them must not be told.
        return LastChange("", "", row.superseded_at)
    known = _change_sets(entry, [row]).get(row.change_set_id)
    if known is None:
        return LastChange("", "", row.changed_at)
    return LastChange(known.actor_name, known.title, row.changed_at)


def version_row(entry: ReadableLayer, feature_id: str | int, number: int) -> QuerySet[Any]:
    """Return the row of one version as a queryset, for encoders; empty where there is none."""
    return _of_feature(entry, feature_id).filter(version=number)


def rows_as_of(entry: ReadableLayer, moment: datetime) -> QuerySet[Any]:
    """Return the rows of a layer as the reader would have found them at `moment` (aware).

    Each feature is there once at most. Raises NotFound for visitors.
    """
    rows = _readable(entry).filter(
        Q(superseded_at__isnull=True) | Q(superseded_at__gt=moment), changed_at__lte=moment
    )
    if entry.layer.current_only:
        day = day_in_city(moment)
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return rows


def difference(
    entry: ReadableLayer, old: FeatureVersion, new: FeatureVersion, language: str
) -> Difference:
    """Return what differs from `old` to `new`, with labels and texts in `language`."""
    codes = layer_codes(entry)
    found = []
    for name in field_names(entry):
        before, after = old.values[name], new.values[name]
        if before != after:
            was = property_of(entry, name, before, codes, language)
            now = property_of(entry, name, after, codes, language)
            found.append(FieldChange(name, was.label, before, after, was.value, now.value))
    return Difference(tuple(found), old.geometry_4326 != new.geometry_4326)


def _readable(entry: ReadableLayer) -> QuerySet[Any]:
    if not entry.actor.signed_in:
        raise NotFound
    allowed = access.readable_rows(entry.actor, entry.theme.key, entry.slug)
    return version_rows(entry.theme, STAFF_DATABASE).filter(allowed, layer_id=entry.layer.pk)


def _of_feature(entry: ReadableLayer, feature_id: str | int) -> QuerySet[Any]:
    text = str(feature_id)
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise NotFound
    return _readable(entry).filter(pk=int(text))


def _operation(row: Any, following: Any) -> str | None:
    """Return how a version ended. A row that a set takes out and puts back is an update."""
    if row.superseded_at is None:
        return None
    goes_on = (
        following is not None
        and following.version == row.version + 1
        and following.change_set_id == row.superseded_by
    )
    return "update" if goes_on else "delete"


def _change_sets(entry: ReadableLayer, rows: Sequence[Any]) -> dict[int, ChangeSet]:
    if "change_set" not in entry.fields:
        return {}
    wanted = {row.change_set_id for row in rows}
    return ChangeSet.objects.using(STAFF_DATABASE).in_bulk(wanted)


def _version(
    entry: ReadableLayer, row: Any, how: str | None, made_by: ChangeSet | None
) -> FeatureVersion:
    return FeatureVersion(
        feature_id=int(row.pk),
        version=row.version,
        change_set_id=made_by.pk if made_by else None,
        title=made_by.title if made_by else "",
        actor_name=made_by.actor_name if made_by else "",
        changed_at=row.changed_at,
        ended_at=row.superseded_at,
        operation_that_ended=how,
        values={name: getattr(row, name) for name in field_names(entry)},
        geometry_4326=bytes(row.geom.wkb) if "geom" in entry.fields else None,
    )
