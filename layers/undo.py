"""The WRITE door backwards: restore one feature, undo a whole change set. Both are change sets.

Nothing of history is ever removed: what comes back is the next version of its feature, under the
same id. Those who do this need the rights to edit and to publish in every layer that is touched.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop

from gis_core import access, history
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.errors import Conflict, Invalid, NotAllowed, NotFound, SignInNeeded
from gis_core.models import ChangeSet
from layers import layer_origin, selectors, versions
from layers.changes import Applied
from layers.feature import Layer
from layers.registry import Theme, themes
from layers.reversal import ChangedSince, Reversal
from layers.selectors import ReadableLayer

State = ChangeSet.State
# Marked here and translated where it is raised; the same words as in layers/changes.py.
_CHANGED = gettext_noop(
    "Somebody changed this feature after you opened it. Nothing was overwritten."
)


def restore(  # noqa: PLR0913 -- keyword-only behind what is restored
    actor: Actor,
    entry: ReadableLayer,
    feature_id: str | int,
    version: int,
    *,
    base_version: int,
    title: str = "",
    reason: str = "",
    channel: str = ChangeSet.Channel.BROWSER,
) -> Applied:
    """Make an earlier version of a feature, a deleted one too, its next version.

    `base_version` is the last version that the caller knows of. Raises NotFound, NotAllowed or
    SignInNeeded; Conflict when there is a later version or another feature has taken its key;
    Invalid when the version is on the map already.
    """
    if not actor.signed_in:
        raise SignInNeeded(gettext("Please sign in first."))
    wanted = versions.version(entry, feature_id, version)
    _require_rights(actor, entry)
    title = title or gettext("Restore: version %(number)d") % {"number": version}
    way = Reversal(entry.theme)
    try:
        with history.change_set(actor, title=title, channel=channel, reason=reason) as made:
            way.take(wanted.feature_id, version)
            _require_readable(way, {entry.layer.pk: entry})
            last = way.last_version(wanted.feature_id)
            if last.number != base_version:
                stale = {"version": last.number, "base_version": base_version}
                raise Conflict(gettext(_CHANGED), [stale])
            if last.live and last.number == version:
                raise Invalid(gettext("This version is on the map already."))
            _require_wards(actor, way, entry)
            way.write(made.pk)
            return Applied(made, (wanted.feature_id,))
    except IntegrityError as error:
        raise _broken(error) from error


def undo(
    actor: Actor,
    change_set_id: int,
    reason: str = "",
    *,
    channel: str = ChangeSet.Channel.BROWSER,
) -> Applied:
    """Bring every feature that a change set wrote back to its state before it, or none.

    A layer that the change set made leaves the catalogue, or comes back (`layers/layer_origin.py`).
    Raises NotFound for a change set that wrote nothing, or anything that is hidden from the actor;
    SignInNeeded or NotAllowed; Conflict when it was undone before, its layer was made anew, or
    others changed its features since: `errors` names them.
    """
    if not actor.signed_in:
        raise SignInNeeded(gettext("Please sign in first."))
    try:
        with transaction.atomic(using=STAFF_DATABASE):
            undone = _locked(change_set_id)
            title = gettext("Undo: %(title)s") % {"title": undone.title}
            with history.change_set(
                actor, title=title, channel=channel, reason=reason, undoes=undone
            ) as made:
                ways = [way for way in map(Reversal, themes()) if way.find(change_set_id)]
                _require_undoable(actor, undone, ways)
                for way in ways:
                    way.write(made.pk)
                _mark(undone)
                moved = layer_origin.follow(undone)
                return Applied(made, tuple(n for way in ways for n in way.feature_ids()), moved)
    except IntegrityError as error:
        raise _broken(error) from error


def redo_hindrance(theme: Theme, layer: Layer | None, undoing: ChangeSet) -> str:
    """Return why undoing would refuse a change set that undid an import; "" where it may work.

    `remade`: its layer was made anew; `changed`: others changed its features since; `taken`: other
    features have their keys. Cheap: of a large one the last two are seen in some features only.
    """
    if layer is not None and layer_origin.made_anew([layer.pk], undoing):
        return "remade"
    changed, taken = Reversal(theme).outlook(undoing.pk)
    return "changed" if changed else "taken" if taken else ""


def may_restore(entry: ReadableLayer) -> bool:
    """Tell whether the layer's reader may restore its features; a ward may still say no."""
    try:
        _require_rights(entry.actor, entry)
    except (NotAllowed, SignInNeeded):
        return False
    return True


def _locked(change_set_id: int) -> ChangeSet:
    # Before the new change set names it: its foreign key's lock would not let two callers go on.
    found = (
        ChangeSet.objects.using(STAFF_DATABASE).select_for_update().filter(pk=change_set_id).first()
    )
    if found is None:
        raise NotFound
    return found


def _require_undoable(actor: Actor, undone: ChangeSet, ways: list[Reversal]) -> None:
    if not ways:
        raise NotFound
    known = {entry.layer.pk: entry for entry in selectors.layers(actor)}
    touched = {way.theme.key: _require_readable(way, known) for way in ways}
    for way in ways:
        for entry in touched[way.theme.key]:
            _require_rights(actor, entry)
            _require_wards(actor, way, entry)
    if undone.state != State.PUBLISHED:
        raise Conflict(gettext("This change set has been undone already. Nothing was changed."))
    if layer_origin.made_anew({layer for way in ways for layer in way.layers()}, undone):
        raise Conflict(
            gettext("Another import has made the layer anew since. Nothing was changed.")
        )
    changed = [item for way in ways for item in way.conflicts()]
    if changed:
        raise Conflict(
            gettext("Others changed some of these features afterwards. Nothing was undone."),
            [_conflict(item, known[item.layer_id]) for item in changed],
        )


def _conflict(item: ChangedSince, entry: ReadableLayer) -> dict[str, object]:
    return {"layer": entry.slug, "id": str(item.feature_id), "version": item.version}


def _require_readable(way: Reversal, known: dict[int, ReadableLayer]) -> list[ReadableLayer]:
    """Return the layers that are touched; raises NotFound where a row of them is hidden."""
    found = []
    for layer_id, level in way.layers().items():
        entry = known.get(layer_id)
        if entry is None:
            raise NotFound
        if level > access.clearance(entry.actor, entry.theme.key, entry.slug):
            raise NotFound
        found.append(entry)
    return found


def _require_rights(actor: Actor, entry: ReadableLayer) -> None:
    """Refuse those who may not edit and publish, and who would write what they may not read."""
    for action in (Action.EDIT, Action.PUBLISH):
        access.require(actor, action, entry.theme.key, entry.slug)
    if entry.fields != frozenset(entry.theme.fields):
        raise NotAllowed(gettext("This needs the right to read all fields of the layer."))


def _require_wards(actor: Actor, way: Reversal, entry: ReadableLayer) -> None:
    for action in (Action.EDIT, Action.PUBLISH):
        wards = access.allowed_wards(actor, action, entry.theme.key, entry.slug)
        if wards is not None and way.outside(entry.layer.pk, sorted(wards)):
            raise NotAllowed(gettext("This place lies outside the wards that you may edit."))


def _mark(undone: ChangeSet) -> None:
    """The undone set counts no more; what it had undone itself counts again, and so on."""
    state, link = State.SUPERSEDED, undone
    while True:
        link.state = state
        link.save(using=STAFF_DATABASE, update_fields=["state"])
        if link.undoes is None:
            return
        link = link.undoes
        state = State.PUBLISHED if state == State.SUPERSEDED else State.SUPERSEDED


def _broken(error: IntegrityError) -> Conflict | Invalid:
    diagnosis = getattr(error.__cause__, "diag", None)
    if getattr(diagnosis, "sqlstate", "") == "23505":  # unique_violation
        return Conflict(
            gettext("Another feature has taken the same key since. Nothing was changed.")
        )
    return Invalid(gettext("A rule of the layer is broken. Nothing was written."))
