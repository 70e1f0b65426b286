"""Which steps of an import there are, and who may take which of them when."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext

from gis_core import access
from gis_core.access import Action, Actor
from gis_core.errors import Conflict, NotAllowed
from importers.issues import CODES
from importers.models import ImportJob

State = ImportJob.State
SETTLED = (State.ASKING, State.READY, State.RETURNED, State.FAILED)


class Step(StrEnum):
    """The buttons of an import."""

    UNDERSTAND = "understand"
    CHECK = "check"
    PUBLISH = "publish"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    SEND_BACK = "return"
    STOP = "stop"
    RETRY = "retry"


class WrongStep(Conflict):
    """The import is at a step at which this cannot be done any more, or not yet."""

    code = "wrong_step"


FROM: Mapping[Step, tuple[str, ...]] = {
    Step.UNDERSTAND: (State.UPLOADING, *SETTLED),
    Step.CHECK: SETTLED,
    Step.PUBLISH: (State.READY, State.RETURNED),
    Step.SUBMIT: (State.READY, State.RETURNED),
    Step.WITHDRAW: (State.SUBMITTED,),
    Step.APPROVE: (State.SUBMITTED,),
    Step.SEND_BACK: (State.SUBMITTED,),
    Step.STOP: ImportJob.WORKING,
    Step.RETRY: (*ImportJob.WORKING, State.FAILED),
}
_REVIEWERS = (Step.APPROVE, Step.SEND_BACK)


def interrupted(job: ImportJob, at_work: frozenset[int]) -> bool:
    """Tell whether the worker of an import died: it had begun and nobody is at work."""
    return job.state in ImportJob.WORKING and job.taken == job.attempt and job.pk not in at_work


def possible(actor: Actor, job: ImportJob, at_work: frozenset[int]) -> list[Step]:
    """Return the steps that `actor` may take now."""
    return [step for step in Step if refusal(actor, job, step, at_work) is None]


def refusal(
    actor: Actor, job: ImportJob, step: Step, at_work: frozenset[int]
) -> Conflict | NotAllowed | None:
    """Return why a step cannot be taken, or None."""
    broken = interrupted(job, at_work)
    fits = job.state in FROM[step] or (broken and step is Step.UNDERSTAND)
    if step is Step.RETRY and not (broken or job.state == State.FAILED):
        fits = False
    if step is Step.CHECK and not job.understanding:
        fits = False
    if step is Step.CHECK and (job.understanding or {}).get("rows") == 0:
        return WrongStep(str(CODES["no_rows"]))
    if not fits:
        return WrongStep(gettext("This cannot be done at this step. Load the import again."))
    mine = job.user_id == actor.user_id
    reviews = access.may_review_import(actor, job.theme, job.slug, job.clearance)
    reviewed = job.submitted_at is not None and job.state == State.WRITING
    if step in _REVIEWERS or (not mine and reviewed and step in (Step.STOP, Step.RETRY)):
        allowed = reviews and not mine
    else:
        allowed = mine and access.may(actor, Action.IMPORT, job.theme, job.slug)
    if step is Step.PUBLISH:
        allowed = allowed and access.publishes_everywhere(actor, job.theme, job.slug)
    if allowed:
        return None
    return NotAllowed(gettext("Your account does not have this right."))
