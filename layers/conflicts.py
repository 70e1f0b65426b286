"""What stands between an open change set and the map of today: edits whose features others changed.

Nothing is written here. Each outdated step is told field by field with the value at its start
(base), the present one (theirs) and the wanted one (mine), so that its author can choose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gis_core.access import STAFF_DATABASE, Actor
from gis_core.models import ChangeSet
from layers import changes
from layers.change_set_reading import operation, operations
from layers.changes import Kind, Operation
from layers.feature import Feature
from layers.merge import State, same_shape
from layers.rebase import editable_fields, state_at, state_of, typed_values
from layers.rounded_geometry import restored
from layers.selectors import ReadableLayer, features, layers
from layers.versions import LastChange, last_change


class Cause(StrEnum):
    """Why a step does not fit onto the map of today by itself."""

    CHANGED = "changed"
    GONE = "gone"
    KEY_TAKEN = "key_taken"  # somebody else made a feature with the same natural key


class Outcome(StrEnum):
    """Whose value of a field counts when both edits are laid together."""

    MINE = "mine"
    THEIRS = "theirs"
    SAME = "same"
    CHOOSE = "choose"


@dataclass(frozen=True)
class Sides:
    """One field, or the shape (EPSG:4326), as it was at the start, is today, and is wanted."""

    field: str
    base: Any
    theirs: Any
    mine: Any
    outcome: Outcome


@dataclass(frozen=True)
class StepConflict:
    """A step that others have overtaken.

    `feature_id` and `version` are of the feature that stands there today, None when it is gone.
    `fields` holds those in which a side differs from the base; `shape` is always told.
    """

    step: Operation
    cause: Cause
    feature_id: int | None
    version: int | None
    fields: tuple[Sides, ...]
    shape: Sides
    last: LastChange | None

    @property
    def open_choices(self) -> int:
        """Return how many choices a person has to make; 0 when both edits merge by themselves."""
        if self.cause is not Cause.CHANGED or self.step.kind is Kind.DELETE:
            return 1
        sides = (*self.fields, self.shape)
        return sum(1 for side in sides if side.outcome is Outcome.CHOOSE)


def outdated(actor: Actor, entries: Sequence[ChangeSet]) -> dict[int, int]:
    """Return id of a change set → number of its steps that others have overtaken; few queries.

    Change sets that stand well are left out, and those whose layers are hidden from the actor.
    """
    known = {item.layer.pk: item for item in layers(actor)}
    steps = {entry.pk: _steps(entry, known) for entry in entries}
    every = [step for group in steps.values() for step in group]
    present, twins = _versions(every), _twins(every)
    counts = {pk: len(_overtaken(group, present, twins)) for pk, group in steps.items()}
    return {pk: count for pk, count in counts.items() if count}


def _steps(entry: ChangeSet, known: dict[int, ReadableLayer]) -> list[Operation]:
    kept = entry.operations.all()
    if any(step.layer_id not in known for step in kept):
        return []
    return [operation(step, known) for step in kept]


def conflicts(actor: Actor, entry: ChangeSet) -> list[StepConflict]:
    """Return the overtaken steps of a change set that the actor may know of, in their order.

    Raises NotFound when a layer is hidden from the actor by now.
    """
    steps = operations(actor, entry)
    twins = _twins(steps)
    found = _overtaken(steps, _versions(steps), twins)
    changed = [step for step in found if step.kind is not Kind.CREATE]
    rows: dict[tuple[str, int | None], Feature] = {}
    for layer, group in _by_layer(changed):
        ids = [step.feature_id for step in group]
        for row in features(layer).using(STAFF_DATABASE).filter(pk__in=ids):
            rows[layer.slug, row.pk] = row
    return [
        _beside(step, twins[step.layer.slug, _natural_key(step)])
        if step.kind is Kind.CREATE
        else _against(step, rows.get((step.layer.slug, step.feature_id)))
        for step in found
    ]


def _overtaken(
    steps: Sequence[Operation],
    present: dict[tuple[str, int | None], int],
    twins: dict[tuple[str, str], Feature],
) -> list[Operation]:
    leaving = {(s.layer.slug, s.feature_id) for s in steps if s.kind is not Kind.CREATE}
    found = []
    for step in steps:
        slug = step.layer.slug
        if step.kind is not Kind.CREATE:
            if present.get((slug, step.feature_id)) != step.base_version:
                found.append(step)
            continue
        twin = twins.get((slug, _natural_key(step)))
        if twin is not None and (slug, twin.pk) not in leaving:
            found.append(step)
    return found


def _versions(steps: Sequence[Operation]) -> dict[tuple[str, int | None], int]:
    found: dict[tuple[str, int | None], int] = {}
    for entry, group in _by_layer([step for step in steps if step.kind is not Kind.CREATE]):
        ids = [step.feature_id for step in group]
        rows = features(entry).using(STAFF_DATABASE).filter(pk__in=ids)
        found |= {(entry.slug, pk): version for pk, version in rows.values_list("pk", "version")}
    return found


def _by_layer(steps: Sequence[Operation]) -> list[tuple[ReadableLayer, list[Operation]]]:
    entries = {step.layer.slug: step.layer for step in steps}
    return [
        (entry, [step for step in steps if step.layer.slug == slug])
        for slug, entry in entries.items()
    ]


def _against(step: Operation, row: Feature | None) -> StepConflict:
    feature_id = int(step.feature_id or 0)
    base = state_at(step.layer, feature_id, step.base_version or 0)
    last = last_change(step.layer, feature_id)
    if row is None:
        sides = _sides(step, base, None)
        return StepConflict(step, Cause.GONE, None, None, sides, _shape(step, base, None), last)
    theirs = state_of(step.layer, row)
    sides = _sides(step, base, theirs)
    shape = _shape(step, base, theirs)
    return StepConflict(step, Cause.CHANGED, feature_id, row.version, sides, shape, last)


def _sides(step: Operation, base: State | None, theirs: State | None) -> tuple[Sides, ...]:
    wanted = typed_values(step)
    found = []
    # Without a base only what was wanted can be told apart.
    names = editable_fields(step.layer) if base is not None else list(wanted)
    for name in names:
        before = None if base is None else base.values.get(name)
        now = before if theirs is None else theirs.values.get(name)
        mine = wanted.get(name, before if base is not None else now)
        if mine != before or now != before:
            found.append(Sides(name, before, now, mine, _outcome(before, now, mine)))
    return tuple(found)


def _outcome(before: Any, now: Any, mine: Any) -> Outcome:
    if now == mine:
        return Outcome.SAME
    if mine == before:
        return Outcome.THEIRS
    return Outcome.MINE if now == before else Outcome.CHOOSE


def _shape(step: Operation, base: State | None, theirs: State | None) -> Sides:
    before = None if base is None else base.geometry_4326
    now = None if theirs is None else theirs.geometry_4326
    mine = None if step.geometry_4326 is None else restored(step.geometry_4326, before)
    if mine is None or same_shape(mine, before):
        outcome = Outcome.SAME if same_shape(now, before) else Outcome.THEIRS
        return Sides("geom", before, now, before if mine is None else mine, outcome)
    if same_shape(mine, now):
        return Sides("geom", before, now, mine, Outcome.SAME)
    free = theirs is None or same_shape(now, before)
    return Sides("geom", before, now, mine, Outcome.MINE if free else Outcome.CHOOSE)


def _twins(steps: Sequence[Operation]) -> dict[tuple[str, str], Feature]:
    """Return (layer, natural key) → the present feature that has the key of a new one."""
    found: dict[tuple[str, str], Feature] = {}
    for entry, group in _by_layer([step for step in steps if step.kind is Kind.CREATE]):
        keys = {key for key in map(_natural_key, group) if key}
        rows = features(entry).using(STAFF_DATABASE)
        rows = rows.filter(feature_key__in=keys, valid_to__isnull=True)
        found |= {(entry.slug, row.feature_key): row for row in rows}
    return found


def _natural_key(step: Operation) -> str:
    row: Any = step.layer.theme.model(layer_id=step.layer.layer.pk)
    bare = Operation(step.kind, step.layer, step.values)
    return "" if changes.fill(bare, row) else str(row.feature_key)


def _beside(step: Operation, twin: Feature) -> StepConflict:
    theirs = state_of(step.layer, twin)
    wanted = typed_values(step)
    sides = tuple(
        Sides(name, None, theirs.values.get(name), value, Outcome.CHOOSE)
        for name, value in wanted.items()
        if value != theirs.values.get(name)
    )
    same = same_shape(step.geometry_4326, theirs.geometry_4326)
    outcome = Outcome.SAME if same else Outcome.CHOOSE
    shape = Sides("geom", None, theirs.geometry_4326, step.geometry_4326, outcome)
    last = last_change(step.layer, twin.pk)
    return StepConflict(step, Cause.KEY_TAKEN, twin.pk, twin.version, sides, shape, last)
