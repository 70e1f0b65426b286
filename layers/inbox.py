"""The home of people who change the map: boxes of change sets, how full they are, their wards."""

from dataclasses import dataclass
from enum import StrEnum

from gis_core import access
from gis_core.access import Action, Actor
from gis_core.change_states import State
from gis_core.city import city
from gis_core.models import ChangeSet
from layers.change_set_reading import sets, visible
from layers.conflicts import outdated
from layers.wards import Ward, wards

_LOOKED_AT = 500  # newest change sets that a box looks through
_WAITING = (State.SUBMITTED, State.APPROVED)
_OPEN = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED)


class Box(StrEnum):
    """The lists of a person's inbox."""

    DRAFTS = "drafts"
    REVIEW = "review"
    SENT = "sent"
    RETURNED = "returned"
    CONFLICTS = "conflicts"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Entry:
    """A change set in a box. `outdated` counts the steps whose features others changed since;
    `overdue`: it was approved for a day that has come, and could not be published."""

    change_set: ChangeSet
    outdated: int = 0
    overdue: bool = False


def box(actor: Actor, which: Box) -> list[Entry]:
    """Return the change sets of one box, newest first."""
    if which is Box.CONFLICTS:
        return _conflicts(actor)
    return [Entry(found) for found in _listed(actor, which)]


def counts(actor: Actor) -> dict[str, int]:
    """Return how many change sets lie in each box that asks for work."""
    wanted = [which for which in Box if which is not Box.PUBLISHED]
    return {which.value: len(box(actor, which)) for which in wanted}


def _listed(actor: Actor, which: Box) -> list[ChangeSet]:
    mine = sets().filter(user_id=actor.user_id or -1)
    if which is Box.DRAFTS:
        return list(mine.filter(state=State.DRAFT)[:_LOOKED_AT])
    if which is Box.RETURNED:
        return list(mine.filter(state=State.RETURNED)[:_LOOKED_AT])
    if which is Box.SENT:
        return list(mine.filter(state__in=_WAITING)[:_LOOKED_AT])
    if which is Box.REVIEW:
        return _for_review(actor)
    return visible(actor, sets().filter(state__in=(State.PUBLISHED, State.SUPERSEDED))[:_LOOKED_AT])


def _for_review(actor: Actor) -> list[ChangeSet]:
    found = sets().filter(state__in=_WAITING).exclude(user_id=actor.user_id or -1)
    return visible(actor, found[:_LOOKED_AT])


def _conflicts(actor: Actor) -> list[Entry]:
    """Return what is on its way and does not fit any more: one's own, and what one decides about.

    Its author chooses what stays; a reviewer returns it.
    """
    mine = sets().filter(user_id=actor.user_id or -1, state__in=_OPEN)[:_LOOKED_AT]
    found = sorted([*mine, *_for_review(actor)], key=lambda entry: -entry.pk)
    steps = outdated(actor, found)
    entries = [Entry(e, steps.get(e.pk, 0), is_overdue(actor, e)) for e in found]
    return [entry for entry in entries if entry.outdated or entry.overdue]


def is_overdue(actor: Actor, entry: ChangeSet) -> bool:
    """Tell whether an approved change set should be on the map by now."""
    day = entry.publish_on
    return entry.state == State.APPROVED and day is not None and day <= actor.today


def my_wards(actor: Actor) -> list[Ward]:
    """Return the wards that the actor's grants name, or those of the city where one names none."""
    codes = {grant.ward_code for grant in actor.grants if _works(actor, grant)}
    wanted = city().ward_codes if not codes or "" in codes else sorted(codes)
    return wards(actor, wanted)


def _works(actor: Actor, grant: access.Grant) -> bool:
    actions = access.ROLES[grant.role].actions if grant.role in access.ROLES else {}
    current = grant.covers(grant.theme, grant.layer, actor.today)
    return current and any(set(allowed) - {Action.ADMINISTER} for allowed in actions.values())
