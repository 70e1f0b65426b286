"""Edits of single features by people who may not publish them: sent for review, or kept as drafts.

One save of a program is many requests. What one person sends within a few minutes is one change set
for the reviewer, and a feature that was sent twice is one step of it.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from shapely import to_wkb

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action
from gis_core.change_states import State
from gis_core.crs import STORAGE_SRID
from gis_core.errors import CityError, Invalid, NotAllowed
from gis_core.models import ChangeSet
from layers import changes, drafts
from layers.change_operation import ChangeOperation
from layers.change_set_reading import operation as kept_operation
from layers.changes import Kind, Operation
from layers.drafts import Description
from layers.feature import Feature, Layer, NewFeatureId
from layers.selectors import ReadableLayer

_ONE_SAVE = timedelta(minutes=10)
_OPEN = (State.DRAFT, State.SUBMITTED, State.RETURNED)
_LONGEST_ID = 16  # 53 bits


def title_of(step: Operation) -> str:
    """Return the title of a change set of one step, in the language of the request."""
    titles = {
        Kind.CREATE: gettext("New in “%s”"),
        Kind.UPDATE: gettext("Changed in “%s”"),
        Kind.DELETE: gettext("Deleted from “%s”"),
    }
    return titles[step.kind] % step.layer.layer.title_vi


def may_publish(step: Operation, row: Feature | None) -> bool:
    """Tell whether the actor may put the step onto the map without a review, at its place too."""
    entry = step.layer
    if not access.may(entry.actor, Action.PUBLISH, entry.theme.key, entry.slug):
        return False
    places = [] if row is None else [row]
    if step.geometry_4326 is not None:
        shape = GEOSGeometry(memoryview(to_wkb(step.geometry_4326)), srid=STORAGE_SRID)
        model: Any = entry.theme.model
        places.append(model(geom=shape))
    try:
        for place in places:
            changes.require_ward(entry.actor, entry, place, Action.PUBLISH)
    except NotAllowed:
        return False
    return True


def hand_in(step: Operation, channel: str) -> tuple[int, ChangeSet]:
    """Submit the step for review; return the id of its feature and the change set.

    A new feature gets the id that it will have on the map. Raises Invalid with what the checks
    found; the edit is kept as a draft then.
    """
    if step.feature_id is None:
        step = replace(step, feature_id=_new_id())
    step = replace(step, key=_key(step), values=_plain(step.values))
    feature_id = int(step.feature_id or 0)
    for known in _of_this_save(step, channel):
        with suppress(CityError):  # the whole would no longer pass: a change set of its own then
            return feature_id, _added(step, known)
    entry = _drafted(step, channel, gettext("Sent by a program"))
    try:
        return feature_id, drafts.submit(step.layer.actor, entry.pk, None)
    except Invalid as error:
        where = gettext("The edit is kept as the draft %(address)s.") % {"address": address(entry)}
        errors = [*error.errors, {"draft": entry.pk, "address": address(entry)}]
        raise Invalid(f"{error.detail} {where}", errors) from error


def keep_refused(step: Operation, channel: str) -> ChangeSet:
    """Keep an edit that could not be applied as a draft of its author; the same edit once."""
    step = replace(step, key=_key(step), values=_plain(step.values))
    shape = b"" if step.geometry_4326 is None else to_wkb(step.geometry_4326)
    words = [step.key, step.base_version, sorted(step.values.items())]
    known = hashlib.sha256(json.dumps(words).encode() + shape).hexdigest()[:40]
    reason = gettext("Refused because somebody else had changed the same.")
    return _drafted(step, channel, reason, f"refused-{known}")


def pending(entry: ReadableLayer, feature_id: str | int) -> ChangeOperation | None:
    """Return the step with which the actor proposed a new feature that is not on the map yet."""
    text = str(feature_id)
    if not (entry.actor.user_id and text.isascii() and text.isdigit()) or len(text) > _LONGEST_ID:
        return None
    return (
        ChangeOperation.objects.using(STAFF_DATABASE)
        .filter(
            change_set__user_id=entry.actor.user_id,
            change_set__state__in=_OPEN,
            kind=Kind.CREATE.value,
            layer_id=entry.layer.pk,
            feature_id=int(text),
        )
        .select_related("change_set")
        .first()
    )


def revise(step: ChangeOperation, wanted: Operation) -> tuple[int, ChangeSet]:
    """Replace a proposed new feature by `wanted`; raises Invalid, and nothing is changed then."""
    actor, kept = wanted.layer.actor, step.change_set
    wanted = replace(wanted, feature_id=step.feature_id, key=step.key, values=_plain(wanted.values))
    with transaction.atomic(using=STAFF_DATABASE):
        if kept.state == State.SUBMITTED:
            drafts.withdraw(actor, kept.pk, None)
        found = drafts.put_operation(actor, kept.pk, None, wanted)
        if kept.state == State.SUBMITTED:
            found = drafts.submit(actor, kept.pk, None)
    return int(step.feature_id or 0), found


def take_back(entry: ReadableLayer, step: ChangeOperation) -> ChangeSet:
    """Take a proposed new feature out of its change set; discard the set when nothing is left."""
    actor, kept = entry.actor, step.change_set
    with transaction.atomic(using=STAFF_DATABASE):
        if kept.state == State.SUBMITTED:
            drafts.withdraw(actor, kept.pk, None)
        found = drafts.remove_operation(actor, kept.pk, None, step.key)
        if not found.operations.all():
            return drafts.discard(actor, kept.pk, None)
        return drafts.submit(actor, kept.pk, None) if kept.state == State.SUBMITTED else found


def address(entry: ChangeSet) -> str:
    """Return the address of a change set for programs."""
    return f"/api/change-sets/{entry.pk}"


def _of_this_save(step: Operation, channel: str) -> list[ChangeSet]:
    """Return the actor's change set that is still being sent, if there is one."""
    return list(
        ChangeSet.objects.using(STAFF_DATABASE)
        .filter(
            user_id=step.layer.actor.user_id or -1,
            channel=channel,
            state=State.SUBMITTED,
            submitted_at__gte=timezone.now() - _ONE_SAVE,
        )
        .order_by("-pk")[:1]
    )


def _added(step: Operation, known: ChangeSet) -> ChangeSet:
    """Add the step to a submitted change set, together with what it says of the same feature."""
    actor = step.layer.actor
    with transaction.atomic(using=STAFF_DATABASE):
        drafts.withdraw(actor, known.pk, None)
        before = known.operations.using(STAFF_DATABASE).filter(key=step.key).first()
        drafts.put_operation(actor, known.pk, None, _together(before, step))
        return drafts.submit(actor, known.pk, None)


def _together(before: ChangeOperation | None, step: Operation) -> Operation:
    if before is None or step.kind is not Kind.UPDATE or before.kind != Kind.UPDATE.value:
        return step
    if before.base_version != step.base_version:
        # Other starting points cannot be one step; the caller makes a change set of its own.
        raise Invalid(gettext("Another step of this change set changes the same feature."))
    kept = kept_operation(before, {before.layer_id: step.layer})
    return replace(
        step,
        values={**kept.values, **step.values},
        geometry_4326=step.geometry_4326 or kept.geometry_4326,
    )


def _drafted(step: Operation, channel: str, reason: str, request_key: str = "") -> ChangeSet:
    actor = step.layer.actor
    about = Description(title=title_of(step)[:200], reason=reason)
    entry = drafts.create(actor, about, channel=channel, request_key=request_key)
    if request_key and (entry.state not in _OPEN or entry.operations.all()):
        return entry
    return drafts.put_operation(actor, entry.pk, None, step)


def _key(step: Operation) -> str:
    return f"{step.layer.slug[:40]}/{step.feature_id}"


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they are kept in JSON."""
    found: dict[str, Any] = json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder))
    return found


def _new_id() -> int:
    fresh = Layer.objects.using(STAFF_DATABASE).annotate(fresh=NewFeatureId())
    return int(fresh.values_list("fresh", flat=True)[:1][0])
