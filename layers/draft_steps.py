"""The steps of a draft as rows: which may be kept in it, and keeping many in a few statements.

Everything here runs inside the one change of a draft that `layers/drafts.py` has opened.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE, Action, Actor, require
from gis_core.crs import STORAGE_SRID
from gis_core.errors import Invalid
from gis_core.models import ChangeSet
from layers.change_operation import ChangeOperation
from layers.changes import Kind, Operation
from layers.selectors import features

MOST_OPERATIONS = 1000
Kept = Mapping[str, ChangeOperation]
_REPLACED = ["kind", "layer", "feature_id", "base_version", "values", "geom"]
_REPLACED += ["verdict", "verdict_note"]


def save(
    actor: Actor, entry: ChangeSet, operations: Sequence[Operation], removed: Collection[str] = ()
) -> None:
    """Take the steps named in `removed` out, then add the operations or replace those they name.

    Raises NotAllowed without the right to edit a layer, Invalid with one entry for each step that
    cannot be kept; nothing is written then.
    """
    for layer in {step.layer.slug: step.layer for step in operations}.values():
        require(actor, Action.EDIT, layer.theme.key, layer.slug)
    kept = {step.key: step for step in entry.operations.all() if step.key not in removed}
    count = len(kept.keys() | {step.key for step in operations})
    if count > MOST_OPERATIONS:
        text = gettext("A change set holds at most %(most)d steps, and this would make %(count)d.")
        raise Invalid(text % {"most": MOST_OPERATIONS, "count": count})
    problems = [*_unwritable(operations), *_missing(kept, operations), *_twice(kept, operations)]
    if problems:
        raise Invalid(gettext("Some values are not accepted. Nothing was written."), problems)
    if removed:
        entry.operations.using(STAFF_DATABASE).filter(key__in=removed).delete()
    last = max((step.position for step in kept.values()), default=0)
    rows = [_row(entry, step, last + n) for n, step in enumerate(operations, 1)]
    ChangeOperation.objects.using(STAFF_DATABASE).bulk_create(
        rows,
        update_conflicts=True,  # a replaced step keeps its place
        unique_fields=["change_set", "key"],
        update_fields=_REPLACED,
    )


def not_there(kept: Kept, operations: Iterable[Operation]) -> list[Operation]:
    """Return the steps over a feature that is missing or hidden, which are not in the draft yet.

    A feature that somebody deleted meanwhile stays in the draft; the checks say so.
    """
    fresh = [
        step
        for step in operations
        if step.kind is not Kind.CREATE
        and not (step.key in kept and kept[step.key].feature_id == step.feature_id)
    ]
    lost: list[Operation] = []
    for entry in {step.layer.slug: step.layer for step in fresh}.values():
        group = [step for step in fresh if step.layer.slug == entry.slug]
        wanted = [step.feature_id for step in group if step.feature_id is not None]
        found = set(features(entry).filter(pk__in=wanted).values_list("pk", flat=True))
        lost += [step for step in group if step.feature_id not in found]
    return lost


def _unwritable(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    text = gettext("This field cannot be written.")
    return [
        {"key": step.key, "field": name, "detail": text}
        for step in operations
        for name in sorted(
            step.values.keys() - (step.layer.theme.fields.keys() & step.layer.fields)
        )
    ]


def _missing(kept: Kept, operations: Iterable[Operation]) -> list[dict[str, Any]]:
    text = gettext("This feature is not on the map any more.")
    return [{"key": step.key, "detail": text} for step in not_there(kept, operations)]


def _twice(kept: Kept, operations: Iterable[Operation]) -> list[dict[str, Any]]:
    """Return the steps over a feature that another step changes as well."""
    sent = {step.key: (step.layer.layer.pk, step.feature_id) for step in operations}
    whole = {key: (step.layer_id, step.feature_id) for key, step in kept.items()} | sent
    owners: dict[tuple[int, int], str] = {}
    problems = []
    text = gettext("Another step of this change set changes the same feature.")
    # Those that are kept already come first: the newcomer is to blame.
    for key in [*(whole.keys() - sent.keys()), *sent]:
        layer_id, feature_id = whole[key]
        if feature_id is not None and owners.setdefault((layer_id, feature_id), key) != key:
            problems.append({"key": key, "detail": text})
    return problems


def _row(entry: ChangeSet, step: Operation, position: int) -> ChangeOperation:
    shape = step.geometry_4326
    return ChangeOperation(
        change_set=entry,
        key=step.key,
        position=position,
        kind=step.kind.value,
        layer_id=step.layer.layer.pk,
        feature_id=step.feature_id,
        base_version=step.base_version,
        values=json.loads(json.dumps(dict(step.values), cls=DjangoJSONEncoder)),
        geom=None
        if shape is None
        else GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=STORAGE_SRID),
        # What was looked at is not what stands there now.
        verdict="",
        verdict_note="",
    )
