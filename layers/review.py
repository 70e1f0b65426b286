"""Review and publication of change sets: what was submitted meets the data of today.

Approval and publication run all checks again. Publication writes the features in one transaction
through the write door, after edits that started from an older version have been merged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.change_states import UNREVIEWED, State, Step, WrongState, after
from gis_core.errors import Conflict, Invalid, NotAllowed
from gis_core.models import ChangeSet
from layers import changes
from layers.change_operation import ChangeOperation
from layers.change_set_reading import covers, is_author, operations, sets
from layers.changes import Kind, Operation
from layers.drafts import locked, require_sound
from layers.rebase import Rebased, plain, rebase_all

Verdict = ChangeOperation.Verdict


@dataclass(frozen=True)
class Opinion:
    """What the reviewer says of one step."""

    verdict: str
    note: str = ""


Opinions = Mapping[str, Opinion]  # step key → opinion


class EditConflict(Conflict):
    """Somebody else changed the same fields; `errors` names base, theirs and mine of each step."""

    code = "edit_conflict"


def send_back(
    actor: Actor,
    set_id: int,
    revision: int | None,
    note: str,
    opinions: Opinions | None = None,
) -> ChangeSet:
    """Return a change set to its author with a note and, step by step, what to change."""
    with locked(actor, set_id, revision) as entry:
        _require_reviewer(actor, entry)
        entry.state = after(entry.state, Step.SEND_BACK)
        _note_decision(actor, entry, note)
        _keep(entry, opinions or {})
    return sets().get(pk=set_id)


def send_back_part(
    actor: Actor,
    set_id: int,
    revision: int | None,
    note: str,
    opinions: Opinions,
) -> tuple[ChangeSet, ChangeSet]:
    """Return the steps that are marked so to their author; the rest stays in review.

    They go into a returned change set of their own, with remarks and attachments about them.
    Gives back the set in review and the returned one. Raises Invalid unless some steps go and
    some stay.
    """
    with locked(actor, set_id, revision) as entry:
        _require_reviewer(actor, entry)
        if entry.state != State.SUBMITTED:  # what is approved goes back as a whole
            raise WrongState(gettext("Only a part of what waits for review can be returned."))
        _keep(entry, opinions)
        kept = entry.operations.using(STAFF_DATABASE)
        going = list(kept.filter(verdict=Verdict.RETURNED))
        if not going or len(going) == kept.count():
            raise Invalid(gettext("Mark the steps that go back, and leave some that stay."))
        returned = _returned_part(actor, entry, note)
        entry.comments.filter(operation__in=going).update(change_set=returned)
        entry.attachments.filter(operation__in=going).update(change_set=returned)
        kept.filter(pk__in=[step.pk for step in going]).update(change_set=returned)
    return sets().get(pk=set_id), sets().get(pk=returned.pk)


def _returned_part(actor: Actor, entry: ChangeSet, note: str) -> ChangeSet:
    part = ChangeSet(
        title=entry.title,
        reason=entry.reason,
        decision_number=entry.decision_number,
        publish_on=entry.publish_on,
        channel=entry.channel,
        state=State.RETURNED,
        user_id=entry.user_id,
        actor_name=entry.actor_name,
        submitted_at=entry.submitted_at,
    )
    _note_decision(actor, part, note)
    part.save(using=STAFF_DATABASE)
    return part


def approve(
    actor: Actor,
    set_id: int,
    revision: int | None,
    note: str = "",
    opinions: Opinions | None = None,
) -> ChangeSet:
    """Approve a change set of somebody else; all checks run on today's data.

    Raises NotAllowed for one's own, Invalid and EditConflict with what stands in the way.
    """
    with locked(actor, set_id, revision) as entry:
        _require_reviewer(actor, entry)
        entry.state = after(entry.state, Step.APPROVE)
        _keep(entry, opinions or {})
        if entry.operations.using(STAFF_DATABASE).filter(verdict=Verdict.RETURNED).exists():
            raise Conflict(gettext("A step is marked to be changed: return the change set."))
        _require_mergeable(actor, entry)
        require_sound(actor, entry, (Action.APPROVE,))
        _note_decision(actor, entry, note)
        entry.operations.using(STAFF_DATABASE).update(verdict=Verdict.ACCEPTED)
    return sets().get(pk=set_id)


def publish(actor: Actor, set_id: int, revision: int | None) -> ChangeSet:
    """Write a change set to the map, or leave it approved until its publication day.

    Without an approval only by people who may publish everything in it: their own drafts, and
    what was handed in to them. Raises like `approve`.
    """
    with locked(actor, set_id, revision) as entry:
        state = after(entry.state, Step.PUBLISH)
        actions = _rights_to_publish(actor, entry)
        changes.lock_rows(operations(actor, entry))  # what is merged now is what is written
        _require_mergeable(actor, entry)
        require_sound(actor, entry, actions)
        if entry.state != State.APPROVED:
            _note_decision(actor, entry, entry.decision_note)
        if entry.publish_on is not None and entry.publish_on > actor.today:
            entry.state = State.APPROVED
        else:
            entry.state = state
            entry.published_at = timezone.now()
            _write(actor, entry)
    return sets().get(pk=set_id)


def _write(actor: Actor, entry: ChangeSet) -> None:
    steps = [item.operation for item in rebase_all(operations(actor, entry))]
    # What others have done already in the same way makes no further version.
    wanted = [step for step in steps if step.kind is not Kind.UPDATE or _changes_something(step)]
    ids = changes.apply_to(entry, actor, wanted, Action.PUBLISH)
    new = {step.key: number for step, number in zip(wanted, ids, strict=True)}
    for kept in entry.operations.all():
        if kept.feature_id is None:
            kept.feature_id = new[kept.key]
            kept.save(using=STAFF_DATABASE, update_fields=["feature_id"])


def _changes_something(step: Operation) -> bool:
    return bool(step.values) or step.geometry_4326 is not None


def _rights_to_publish(actor: Actor, entry: ChangeSet) -> tuple[Action, ...]:
    mine = is_author(actor, entry)
    if not mine and entry.state in (State.DRAFT, State.RETURNED):
        raise NotAllowed(gettext("Only the author of a change set does this."))
    unreviewed = State(entry.state) in UNREVIEWED
    actions = (Action.EDIT, Action.PUBLISH) if mine and unreviewed else (Action.PUBLISH,)
    for step in operations(actor, entry):
        for action in actions:
            access.require(actor, action, step.layer.theme.key, step.layer.slug)
    return actions


def _require_reviewer(actor: Actor, entry: ChangeSet) -> None:
    if is_author(actor, entry):
        raise NotAllowed(gettext("Nobody decides about their own change set."))
    if not covers(actor, entry, Action.APPROVE):
        raise NotAllowed(gettext("You may not approve everything in this change set."))


def _note_decision(actor: Actor, entry: ChangeSet, note: str) -> None:
    entry.decided_at = timezone.now()
    entry.decided_by_id = actor.user_id or None
    entry.decided_by_name = actor.name
    entry.decision_note = note


def _keep(entry: ChangeSet, opinions: Opinions) -> None:
    for key, opinion in opinions.items():
        entry.operations.using(STAFF_DATABASE).filter(key=key).update(
            verdict=opinion.verdict, verdict_note=opinion.note
        )


def _require_mergeable(actor: Actor, entry: ChangeSet) -> None:
    stuck = [item for item in rebase_all(operations(actor, entry)) if item.conflicts or item.gone]
    if stuck:
        text = gettext("Somebody changed the same features meanwhile. Nothing was overwritten.")
        raise EditConflict(text, [conflict(item) for item in stuck])


def conflict(item: Rebased) -> dict[str, Any]:
    """Return the JSON of a step that cannot be merged: each field with base, theirs and mine."""
    step = item.operation
    return {
        "key": step.key,
        "layer": step.layer.slug,
        "id": None if step.feature_id is None else str(step.feature_id),
        "gone": item.gone,
        "version": None if item.row is None else item.row.version,
        "fields": [
            {
                "field": dispute.field,
                "base": plain(dispute.base),
                "theirs": plain(dispute.theirs),
                "mine": plain(dispute.mine),
            }
            for dispute in item.conflicts
        ],
    }
