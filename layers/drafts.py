"""Drafts: change sets on their way. Nothing here touches a feature; `layers/review.py` publishes.

Every change names the revision that it started from and raises it; a stale one raises Stale. The
change set's row is locked, so that two changes of one draft never mix.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE, Action, Actor, may, require
from gis_core.change_states import State, Step, after
from gis_core.crs import STORAGE_SRID
from gis_core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from gis_core.models import ChangeSet
from layers import checks, draft_steps, selectors
from layers.attachment_files import forget_all
from layers.change_operation import ChangeComment, ChangeOperation
from layers.change_set_reading import find, is_author, operations, require_account, sets
from layers.changes import Operation
from layers.problem import Problem, errors


@dataclass(frozen=True)
class Description:
    """What a change set says of itself; None leaves a part as it is."""

    title: str | None = None
    reason: str | None = None
    decision_number: str | None = None
    publish_on: date | None = None
    clear_publish_on: bool = False

    def parts(self) -> dict[str, Any]:
        """Return field → value of the parts that are given."""
        found: dict[str, Any] = {
            "title": self.title,
            "reason": self.reason,
            "decision_number": self.decision_number,
            "publish_on": self.publish_on,
        }
        given = {name: value for name, value in found.items() if value is not None}
        return {**given, "publish_on": None} if self.clear_publish_on else given


def create(
    actor: Actor, description: Description, *, channel: str = "browser", request_key: str = ""
) -> ChangeSet:
    """Open a draft. The same `request_key` of the same person again gives the first one back.

    Raises SignInNeeded for visitors and NotAllowed for people who may edit nothing.
    """
    require_account(actor)
    known = selectors.layers(actor)
    if not any(may(actor, Action.EDIT, entry.theme.key, entry.slug) for entry in known):
        raise NotAllowed(
            gettext("Your account does not have this right. Ask an administrator for it.")
        )
    try:
        with transaction.atomic(using=STAFF_DATABASE):
            entry = ChangeSet.objects.using(STAFF_DATABASE).create(
                **{"title": "", **description.parts()},
                channel=channel,
                state=State.DRAFT,
                user_id=actor.user_id or None,
                actor_name=actor.name,
                request_key=request_key,
            )
    except IntegrityError:
        return _made_before(actor, request_key)
    return sets().get(pk=entry.pk)


def _made_before(actor: Actor, request_key: str) -> ChangeSet:
    entry = sets().filter(user_id=actor.user_id or -1, request_key=request_key).first()
    if entry is None:
        raise Conflict(gettext("The draft could not be made. Please try again."))
    return entry


@contextmanager
def locked(actor: Actor, set_id: int, revision: int | None) -> Iterator[ChangeSet]:
    """Give the change set for one change of it and save it with the next revision.

    Raises NotFound, or Stale when `revision` is not the present one (None: any will do).
    """
    with transaction.atomic(using=STAFF_DATABASE):
        ChangeSet.objects.using(STAFF_DATABASE).select_for_update().filter(pk=set_id).first()
        entry = find(actor, set_id)
        if revision is not None and entry.revision != revision:
            raise Stale(
                gettext("The draft was changed elsewhere. Load it again, then repeat the change."),
                [{"revision": entry.revision}],
            )
        yield entry
        entry.revision += 1
        entry.save(using=STAFF_DATABASE)


@contextmanager
def own_draft(actor: Actor, set_id: int, revision: int | None, step: Step) -> Iterator[ChangeSet]:
    """Give the actor's own change set for a step of its author; raises NotAllowed for others."""
    with locked(actor, set_id, revision) as entry:
        if not is_author(actor, entry):
            raise NotAllowed(gettext("Only the author of a change set does this."))
        entry.state = after(entry.state, step)
        yield entry


def describe(
    actor: Actor, set_id: int, revision: int | None, description: Description
) -> ChangeSet:
    """Change title, reason, decision number or publication day of a draft."""
    with own_draft(actor, set_id, revision, Step.EDIT) as entry:
        for name, value in description.parts().items():
            setattr(entry, name, value)
    return sets().get(pk=set_id)


def put_operation(
    actor: Actor, set_id: int, revision: int | None, operation: Operation
) -> ChangeSet:
    """Add a step to a draft, or replace the one with the same key.

    Raises NotAllowed without the right to edit the layer, NotFound for a feature that the actor
    may not see, Invalid where another step of the draft touches the same feature.
    """
    with own_draft(actor, set_id, revision, Step.EDIT) as entry:
        kept = {step.key: step for step in entry.operations.all()}
        require(actor, Action.EDIT, operation.layer.theme.key, operation.layer.slug)
        if draft_steps.not_there(kept, [operation]):
            raise NotFound
        draft_steps.save(actor, entry, [operation])
    return sets().get(pk=set_id)


def save_steps(
    actor: Actor,
    set_id: int,
    revision: int | None,
    operations: Sequence[Operation],
    removed: Collection[str] = (),
) -> ChangeSet:
    """Add, replace and take out many steps in one change of the draft: all of them or none.

    A key in `removed` that the draft does not hold is passed over. Raises NotAllowed, Invalid with
    one entry for each step (`key`) that cannot be kept.
    """
    with own_draft(actor, set_id, revision, Step.EDIT) as entry:
        draft_steps.save(actor, entry, operations, removed)
    return sets().get(pk=set_id)


def remove_operation(actor: Actor, set_id: int, revision: int | None, key: str) -> ChangeSet:
    """Take a step out of a draft; raises NotFound when there is none with this key."""
    with own_draft(actor, set_id, revision, Step.EDIT) as entry:
        gone, _each = entry.operations.using(STAFF_DATABASE).filter(key=key).delete()
        if not gone:
            raise NotFound
    return sets().get(pk=set_id)


def submit(actor: Actor, set_id: int, revision: int | None) -> ChangeSet:
    """Hand a draft in for review; raises Invalid with what the checks found."""
    with own_draft(actor, set_id, revision, Step.SUBMIT) as entry:
        require_sound(actor, entry, (Action.EDIT,))
        entry.submitted_at = timezone.now()
        entry.operations.using(STAFF_DATABASE).update(verdict="", verdict_note="")
    return sets().get(pk=set_id)


def withdraw(actor: Actor, set_id: int, revision: int | None) -> ChangeSet:
    """Take a change set back from review."""
    with own_draft(actor, set_id, revision, Step.WITHDRAW):
        pass
    return sets().get(pk=set_id)


def discard(actor: Actor, set_id: int, revision: int | None) -> ChangeSet:
    """Throw a draft away; it stays in the books, its attachments do not."""
    with own_draft(actor, set_id, revision, Step.DISCARD) as entry:
        forget_all(entry)
    return sets().get(pk=set_id)


def require_sound(actor: Actor, entry: ChangeSet, actions: tuple[Action, ...]) -> None:
    """Raise Invalid unless the change set may be written: steps, title, checks, reason, rights."""
    steps = operations(actor, entry)
    if not steps or not entry.title.strip():
        raise Invalid(gettext("A change set needs a title and at least one step."))
    for step in steps:
        for action in actions:
            require(actor, action, step.layer.theme.key, step.layer.slug)
    found = checks.check(actor, steps, actions)
    if errors(found):
        raise Invalid(gettext("The checks found errors. Nothing was lost."), _listed(found))
    if found and not entry.reason.strip():
        text = gettext("The checks found warnings: say in the reason why it is right all the same.")
        raise Invalid(text, _listed(found))


def _listed(found: list[Problem]) -> list[Mapping[str, Any]]:
    return [problem.as_dict() for problem in found]


def comment(
    actor: Actor,
    set_id: int,
    text: str,
    *,
    key: str = "",
    place: tuple[float, float] | None = None,
) -> ChangeComment:
    """Say something about a change set, pinned to a step or a place (WGS 84) where given."""
    entry = find(actor, set_id)
    step: ChangeOperation | None = None
    if key:
        step = next((item for item in entry.operations.all() if item.key == key), None)
        if step is None:
            raise NotFound
    spot = None if place is None else Point(*place, srid=STORAGE_SRID)
    return ChangeComment.objects.using(STAFF_DATABASE).create(
        change_set_id=entry.pk,
        operation=step,
        user_id=actor.user_id or None,
        actor_name=actor.name,
        text=text,
        place=spot,
    )
