"""Change sets, their steps, findings and comments as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import shapely

from gis_core.access import Action, Actor
from gis_core.change_states import Step, possible
from gis_core.errors import NotFound
from gis_core.models import ChangeSet
from layers import attachments, change_set_reading, checks
from layers.attachment import Attachment
from layers.change_operation import ChangeComment, ChangeOperation
from layers.conflicts import outdated
from layers.inbox import Entry, is_overdue
from layers.problem import Problem
from layers.rebase import shape_of
from layers.selectors import ReadableLayer, layers


def head(actor: Actor, entry: ChangeSet) -> dict[str, Any]:
    """Return what a change set says of itself: all of it but its steps and findings."""
    may = change_set_reading.rights(actor, entry)
    mine = change_set_reading.is_author(actor, entry)
    steps = entry.operations.all()
    return {
        "id": entry.pk,
        "title": entry.title,
        "reason": entry.reason,
        "decision_number": entry.decision_number,
        "publish_on": entry.publish_on and entry.publish_on.isoformat(),
        "state": entry.state,
        "revision": entry.revision,
        "channel": entry.channel,
        "author": entry.actor_name,
        "mine": mine,
        "created_at": moment(entry.created_at),
        "submitted_at": moment(entry.submitted_at),
        "decided_at": moment(entry.decided_at),
        "decided_by": entry.decided_by_name or None,
        "decision_note": entry.decision_note,
        "published_at": moment(entry.published_at),
        "undoes": entry.undoes_id,
        "operation_count": len(steps),
        "layers": sorted({step.layer.slug for step in steps}),
        "may": {
            **vars(may),
            "withdraw": mine and possible(entry.state, Step.WITHDRAW),
            "return": not mine
            and possible(entry.state, Step.SEND_BACK)
            and change_set_reading.covers(actor, entry, Action.APPROVE),
            "discard": mine and possible(entry.state, Step.DISCARD),
        },
    }


def line(actor: Actor, item: Entry) -> dict[str, Any]:
    """Return a change set as a line of a box: also how it stands on today's data."""
    return {
        **head(actor, item.change_set),
        "outdated": item.outdated,
        "overdue": item.overdue,
    }


def whole(actor: Actor, entry: ChangeSet) -> dict[str, Any]:
    """Return a change set with its steps and what the checks find on today's data."""
    known = {item.layer.pk: item for item in layers(actor)}
    return {
        **head(actor, entry),
        "outdated": outdated(actor, [entry]).get(entry.pk, 0) if _is_open(entry) else 0,
        "overdue": is_overdue(actor, entry),
        "operations": [_step(step, known) for step in entry.operations.all()],
        "attachments": [
            attachment(row) for row in attachments.of_sets(actor, [entry.pk]).get(entry.pk, [])
        ],
        "problems": [problem.as_dict() for problem in _findings(actor, entry)],
    }


def _is_open(entry: ChangeSet) -> bool:
    return possible(entry.state, Step.SUBMIT) or possible(entry.state, Step.SEND_BACK)


def _findings(actor: Actor, entry: ChangeSet) -> Sequence[Problem]:
    if not _is_open(entry):
        return ()
    mine = change_set_reading.is_author(actor, entry)
    try:
        steps = change_set_reading.operations(actor, entry)
    except NotFound:
        return ()
    return checks.check(actor, steps, (Action.EDIT if mine else Action.APPROVE,))


def _step(step: ChangeOperation, known: dict[int, ReadableLayer]) -> dict[str, Any]:
    # Its author may have lost the right to read the layer, or a field of it, since.
    entry = known.get(step.layer_id)
    fields: frozenset[str] = frozenset() if entry is None else entry.fields
    shape = None if entry is None else shape_of(step.geom)
    return {
        "key": step.key,
        "kind": step.kind,
        "layer": step.layer.slug,
        "id": None if step.feature_id is None else str(step.feature_id),
        "base_version": step.base_version,
        "values": {name: value for name, value in step.values.items() if name in fields},
        "geometry": None if shape is None else shapely.geometry.mapping(shape),
        "verdict": step.verdict,
        "note": step.verdict_note,
    }


def attachment(entry: Attachment) -> dict[str, Any]:
    """Return what is said of an attachment; its file lies at `href`."""
    return {
        "id": entry.pk,
        "name": entry.name,
        "media_type": entry.media_type,
        "size_bytes": entry.size_bytes,
        "sha256": entry.sha256,
        "author": entry.actor_name,
        "key": entry.operation.key if entry.operation else None,
        "created_at": moment(entry.created_at),
        "href": f"/api/change-sets/{entry.change_set_id}/attachments/{entry.pk}",
    }


def comment(entry: ChangeComment) -> dict[str, Any]:
    """Return a remark."""
    place: Any = entry.place
    return {
        "id": entry.pk,
        "author": entry.actor_name,
        "text": entry.text,
        "key": entry.operation.key if entry.operation else None,
        "place": None if place is None else [place.x, place.y],
        "created_at": moment(entry.created_at),
    }


def moment(value: datetime | None) -> str | None:
    """Return an aware time in ISO 8601."""
    return None if value is None else value.isoformat()
