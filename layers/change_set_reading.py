"""Which change sets an actor may know of, and what they may do with each.

A draft is its author's alone. Once handed in, it is shown to those who may approve or publish
everything in it and who are cleared for its layers, rows and fields; for others it does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE, Action, Actor, clearance, may
from gis_core.change_states import UNREVIEWED, State, Step, possible
from gis_core.errors import NotFound, SignInNeeded
from gis_core.models import ChangeSet
from layers.bulk_sql import template
from layers.change_operation import ChangeOperation
from layers.changes import Kind, Operation
from layers.rebase import shape_of
from layers.registry import theme_by_key
from layers.selectors import ReadableLayer, layers

_DECIDING = (Action.APPROVE, Action.PUBLISH)
_PRIVATE = (State.DRAFT, State.DISCARDED)


@dataclass(frozen=True)
class May:
    """What the actor may do with a change set at this moment."""

    edit: bool
    submit: bool
    approve: bool
    publish: bool
    undo: bool


def require_account(actor: Actor) -> None:
    """Raise SignInNeeded for visitors: change sets are for people with an account."""
    if not actor.signed_in:
        raise SignInNeeded(gettext("Please sign in first."))


def sets() -> QuerySet[ChangeSet]:
    """Return all change sets with their operations; not authorised yet."""
    steps = ChangeOperation.objects.select_related("layer")
    return ChangeSet.objects.using(STAFF_DATABASE).prefetch_related(Prefetch("operations", steps))


def find(actor: Actor, set_id: int) -> ChangeSet:
    """Return one change set; raises NotFound alike for a missing and for a hidden one."""
    entry = sets().filter(pk=set_id).first()
    if entry is None or not visible(actor, [entry]):
        raise NotFound
    return entry


def is_author(actor: Actor, entry: ChangeSet) -> bool:
    """Tell whether the change set is the actor's own."""
    return bool(actor.user_id) and entry.user_id == actor.user_id


def visible(
    actor: Actor, entries: Iterable[ChangeSet], actions: Sequence[Action] = _DECIDING
) -> list[ChangeSet]:
    """Return those of the change sets that `actor` may know of, in their order.

    Somebody else's is known to those who may do one of `actions` in every layer that it touches.
    """
    given = list(entries)
    known = {entry.layer.pk: entry for entry in layers(actor)} if given else {}
    judged = [
        entry for entry in given if not is_author(actor, entry) and entry.state not in _PRIVATE
    ]
    levels = _levels([step for entry in judged for step in entry.operations.all()])
    allowed = {
        entry.pk
        for entry in judged
        if entry.operations.all()
        and all(_reviewable(actor, step, known, levels, actions) for step in entry.operations.all())
    }
    return [entry for entry in given if is_author(actor, entry) or entry.pk in allowed]


def _reviewable(
    actor: Actor,
    step: ChangeOperation,
    known: dict[int, ReadableLayer],
    levels: dict[tuple[str, int], int],
    actions: Sequence[Action],
) -> bool:
    entry = known.get(step.layer_id)
    if entry is None:
        return False
    theme, slug = entry.theme.key, entry.slug
    if not any(may(actor, action, theme, slug) for action in actions):
        return False
    wanted = step.values.get("sensitivity", 0)
    level = max(
        levels.get((theme, step.feature_id or 0), 0), wanted if isinstance(wanted, int) else 0
    )
    secret = (step.values.keys() & entry.theme.fields.keys()) - entry.fields
    return not secret and level <= clearance(actor, theme, slug)


def _levels(steps: Sequence[ChangeOperation]) -> dict[tuple[str, int], int]:
    """Return (theme, feature id) → the highest sensitivity that the feature ever had."""
    found: dict[tuple[str, int], int] = {}
    connection = connections[STAFF_DATABASE]
    quote = connection.ops.quote_name
    for key in sorted({step.layer.theme for step in steps}):
        ids = [step.feature_id for step in steps if step.layer.theme == key and step.feature_id]
        table = theme_by_key(key).table
        statement = template("highest_sensitivity").format(
            table=quote(table), history=quote(f"{table}_history")
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, {"ids": ids})
            found |= {(key, int(row[0])): int(row[1]) for row in cursor.fetchall()}
    return found


def rights(actor: Actor, entry: ChangeSet) -> May:
    """Return what `actor` may do with a change set that they may know of."""
    mine, state = is_author(actor, entry), State(entry.state)
    approve = covers(actor, entry, Action.APPROVE)
    publish = covers(actor, entry, Action.PUBLISH)
    edit = covers(actor, entry, Action.EDIT)
    filled = bool(entry.operations.all())
    unreviewed = mine and edit if state in (State.DRAFT, State.RETURNED) else not mine or edit
    return May(
        edit=mine and possible(state, Step.EDIT),
        submit=mine and filled and edit and possible(state, Step.SUBMIT),
        approve=not mine and approve and possible(state, Step.APPROVE),
        publish=filled
        and publish
        and possible(state, Step.PUBLISH)
        and (state not in UNREVIEWED or unreviewed),
        undo=state is State.PUBLISHED and edit and publish and (filled or mine),
    )


def covers(actor: Actor, entry: ChangeSet, action: Action) -> bool:
    """Tell whether the actor may do `action` in every layer that the change set touches."""
    return all(
        may(actor, action, step.layer.theme, step.layer.slug) for step in entry.operations.all()
    )


def operations(actor: Actor, entry: ChangeSet) -> list[Operation]:
    """Return the steps for the write door, under the actor's rights of today.

    Raises NotFound when a layer is hidden from the actor by now.
    """
    known = {item.layer.pk: item for item in layers(actor)}
    return [operation(step, known) for step in entry.operations.all()]


def operation(step: ChangeOperation, known: dict[int, ReadableLayer]) -> Operation:
    """Return one kept step for the write door; raises NotFound when its layer is hidden."""
    if step.layer_id not in known:
        raise NotFound
    return Operation(
        kind=Kind(step.kind),
        layer=known[step.layer_id],
        values=step.values,
        geometry_4326=shape_of(step.geom),
        feature_id=step.feature_id,
        base_version=step.base_version,
        key=step.key,
    )
