"""The way of a change set to the map: which step leads from which state to which. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from django.utils.translation import gettext

from gis_core.errors import Conflict
from gis_core.models import ChangeSet

State = ChangeSet.State


class Step(StrEnum):
    """What a person does with a change set as a whole."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SEND_BACK = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    DISCARD = "discard"


_TABLE: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (State.DRAFT, Step.EDIT): State.DRAFT,
        (State.RETURNED, Step.EDIT): State.RETURNED,
        (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
        (State.RETURNED, Step.SUBMIT): State.SUBMITTED,
        (State.SUBMITTED, Step.WITHDRAW): State.DRAFT,
        (State.SUBMITTED, Step.SEND_BACK): State.RETURNED,
        (State.APPROVED, Step.SEND_BACK): State.RETURNED,
        (State.SUBMITTED, Step.APPROVE): State.APPROVED,
        (State.APPROVED, Step.PUBLISH): State.PUBLISHED,
        # Without a review: only for people who may publish everything in it by themselves.
        (State.DRAFT, Step.PUBLISH): State.PUBLISHED,
        (State.RETURNED, Step.PUBLISH): State.PUBLISHED,
        (State.SUBMITTED, Step.PUBLISH): State.PUBLISHED,
        (State.DRAFT, Step.DISCARD): State.DISCARDED,
        (State.RETURNED, Step.DISCARD): State.DISCARDED,
    }
)
UNREVIEWED = frozenset({State.DRAFT, State.RETURNED, State.SUBMITTED})


class WrongState(Conflict):
    """The change set is in a state in which this cannot be done any more, or not yet."""

    code = "wrong_state"


def possible(state: str, step: Step) -> bool:
    """Tell whether `step` can be taken from `state`; rights are another question."""
    return (State(state), step) in _TABLE


def after(state: str, step: Step) -> State:
    """Return the state to which `step` leads from `state`; raises WrongState."""
    if not possible(state, step):
        detail = gettext("This cannot be done with a change set in the state “%(state)s”.")
        raise WrongState(detail % {"state": State(state).label})
    return _TABLE[State(state), step]
