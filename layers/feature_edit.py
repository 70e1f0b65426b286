"""Edits of single features that programs send: whole features, merged with what others did since.

A client sends the properties that it read, changed or not, and the version that it read. Only what
differs from that version is its edit; the rest may have been changed by others in the meantime. So
a client that does not know of If-Match (QGIS) overwrites nothing, and one that sends geometry and
attributes as two requests with the same version goes on with its own edit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import OperationalError, models, transaction
from django.utils.translation import gettext
from psycopg2.errors import DeadlockDetected, SerializationFailure
from shapely.geometry.base import BaseGeometry

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action
from gis_core.errors import Conflict, Invalid, NotFound, Stale
from gis_core.models import ChangeSet
from layers import changes, proposals, selectors
from layers.change_operation import ChangeOperation
from layers.changes import Kind, Operation
from layers.feature import Feature
from layers.feature_values import typed, typed_new
from layers.merge import GEOMETRY, Dispute, State, merge
from layers.rebase import shape_of, state_at, state_of
from layers.rounded_geometry import PROJECTED_DEG, restored
from layers.selectors import ReadableLayer

T = TypeVar("T")
_TRIES = 4


@dataclass(frozen=True)
class Wanted:
    """What the client wants a feature to be. What it leaves out, it does not touch.

    `projected` says that the geometry came in another coordinate system, where it was rounded.
    """

    properties: Mapping[str, Any] = field(default_factory=dict)
    geometry_4326: BaseGeometry | None = None
    projected: bool = False

    def shape_after(self, read: BaseGeometry | None) -> BaseGeometry | None:
        """Return the geometry with the exact vertices of `read` where it has rounded ones."""
        if self.geometry_4326 is None:
            return None
        if self.projected:
            return restored(self.geometry_4326, read, PROJECTED_DEG)
        return restored(self.geometry_4326, read)


@dataclass(frozen=True)
class Outcome:
    """What became of an edit: the feature's id, and the change set that waits for review if so."""

    feature_id: int
    waiting: ChangeSet | None = None


def create(entry: ReadableLayer, wanted: Wanted, *, channel: str) -> Outcome:
    """Add a feature. Raises NotAllowed, SignInNeeded, Invalid."""
    access.require(entry.actor, Action.EDIT, entry.theme.key, entry.slug)
    step = Operation(Kind.CREATE, entry, typed_new(entry, wanted.properties), wanted.geometry_4326)
    if wanted.geometry_4326 is None:
        raise Invalid(gettext("A new feature needs a geometry."), [{"field": "geom"}])
    return _finished(patiently(lambda: _write(step, None, channel)), channel)


def replace(
    entry: ReadableLayer,
    feature_id: str,
    wanted: Wanted,
    base_version: int,
    *,
    channel: str,
    exactly: bool = False,
) -> Outcome:
    """Bring the client's edit of version `base_version` to the present one.

    `exactly` is for clients that said If-Match: Stale where the present one is another.
    Raises NotFound, NotAllowed, SignInNeeded, Invalid, and Conflict where somebody else changed the
    same field or the geometry to something else; the refused edit is kept as a draft.
    """
    access.require(entry.actor, Action.EDIT, entry.theme.key, entry.slug)
    try:
        done = patiently(
            lambda: _replace(entry, feature_id, wanted, (base_version, exactly), channel)
        )
    except _Refused as refusal:
        raise _conflict(refusal, channel) from refusal
    return _finished(done, channel)


def revise(entry: ReadableLayer, step: ChangeOperation, wanted: Wanted) -> Outcome:
    """Change a new feature that its author has sent for review already."""
    access.require(entry.actor, Action.EDIT, entry.theme.key, entry.slug)
    values = {**step.values, **typed(entry, wanted.properties, step.values)}
    shape = wanted.geometry_4326 or shape_of(step.geom)
    return Outcome(*proposals.revise(step, Operation(Kind.CREATE, entry, values, shape)))


def remove(
    entry: ReadableLayer, feature_id: str, versions: frozenset[int] | None, *, channel: str
) -> Outcome:
    """Delete a feature; raises Stale unless it stands at one of `versions` (None: at any)."""
    access.require(entry.actor, Action.EDIT, entry.theme.key, entry.slug)

    def work() -> Outcome | Operation:
        row = _locked(entry, feature_id)
        if versions is not None:
            require_version(row, versions)
        step = Operation(Kind.DELETE, entry, feature_id=row.pk, base_version=row.version)
        return _write(step, row, channel)

    return _finished(patiently(work), channel)


def require_version(row: Feature, versions: frozenset[int]) -> None:
    """Raise Stale unless the feature stands at one of `versions`."""
    if row.version not in versions:
        raise Stale(
            gettext("Somebody changed this feature after you opened it. Nothing was overwritten."),
            [{"version": row.version}],
        )


def patiently(work: Callable[[], T]) -> T:
    """Do `work` in one transaction; again where the database broke up a circle of waiting."""
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic(using=STAFF_DATABASE):
                return work()
        except OperationalError as error:
            broken_up = isinstance(error.__cause__, DeadlockDetected | SerializationFailure)
            if not broken_up or not left:
                raise
    raise AssertionError


class _Refused(Exception):
    """Carries a refused edit out of the transaction that is rolled back."""

    def __init__(self, step: Operation, row: Feature, disputes: tuple[Dispute, ...]) -> None:
        super().__init__()
        self.step, self.row, self.disputes = step, row, disputes


def _locked(entry: ReadableLayer, feature_id: str) -> Feature:
    found = selectors.feature(entry, feature_id)  # 404 alike for malformed, hidden and missing
    row: Feature | None = selectors.features(entry).select_for_update().filter(pk=found.pk).first()
    if row is None:
        raise NotFound
    return row


def _replace(
    entry: ReadableLayer, feature_id: str, wanted: Wanted, start: tuple[int, bool], channel: str
) -> Outcome | Operation:
    base_version, exactly = start
    row = _locked(entry, feature_id)
    if exactly:
        require_version(row, frozenset({base_version}))
    theirs = state_of(entry, row)
    base = theirs if base_version == row.version else state_at(entry, row.pk, base_version)
    if base is None:
        detail = gettext("The feature has no version %(number)d.") % {"number": base_version}
        raise Invalid(detail, [{"field": "_version", "detail": detail}])
    mine = State(
        typed(entry, wanted.properties, base.values), wanted.shape_after(base.geometry_4326)
    )
    merged = merge(base, theirs, mine)
    if merged.conflicts:
        step = _operation(entry, row, base, mine, base_version)
        raise _Refused(step, row, merged.conflicts)
    if not merged.changed:
        return Outcome(row.pk)
    values = {name: merged.values[name] for name in sorted(merged.changed - {GEOMETRY})}
    moved = merged.geometry if GEOMETRY in merged.changed else None
    step = Operation(Kind.UPDATE, entry, values, moved, row.pk, row.version)
    return _write(step, row, channel)


def _operation(
    entry: ReadableLayer, row: Feature, base: State, mine: State, base_version: int
) -> Operation:
    """Return the client's edit alone, on the version that it started from."""
    edit = merge(base, base, mine)
    values = {name: mine.values[name] for name in sorted(edit.changed - {GEOMETRY})}
    shape = mine.geometry_4326 if GEOMETRY in edit.changed else None
    return Operation(Kind.UPDATE, entry, values, shape, row.pk, base_version)


def _write(step: Operation, row: Feature | None, channel: str) -> Outcome | Operation:
    """Write at once; or return the step where the actor may not publish at this place."""
    if not proposals.may_publish(step, row):
        return step
    title = proposals.title_of(step)
    applied = changes.apply(step.layer.actor, [step], title=title, channel=channel)
    return Outcome(applied.feature_ids[0])


def _finished(done: Outcome | Operation, channel: str) -> Outcome:
    # Outside the transaction: a draft that the checks refuse is kept all the same.
    return done if isinstance(done, Outcome) else Outcome(*proposals.hand_in(done, channel))


def _conflict(refusal: _Refused, channel: str) -> Conflict:
    kept = proposals.keep_refused(refusal.step, channel)
    detail = gettext(
        "Somebody else changed the same part of this feature. Nothing was overwritten, and your"
        " edit is kept as the draft %(address)s."
    ) % {"address": proposals.address(kept)}
    errors: list[dict[str, Any]] = [
        {"field": item.field, "label": _label(refusal.row, item.field)}
        | (
            {}
            if item.field == GEOMETRY
            else {"base": item.base, "theirs": item.theirs, "mine": item.mine}
        )
        for item in refusal.disputes
    ]
    errors.append({"draft": kept.pk, "address": proposals.address(kept)})
    return Conflict(detail, errors)


def _label(row: Feature, name: str) -> str:
    model_field = row._meta.get_field(name)
    return str(model_field.verbose_name) if isinstance(model_field, models.Field) else name
