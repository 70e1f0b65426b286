"""Which imports an actor may know of. A hidden one is answered like one that never was."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.errors import NotFound, SignInNeeded
from gis_core.session_lock import Work, held
from importers.models import ImportJob
from importers.wizard.rules import interrupted
from layers import selectors
from layers.registry import themes
from layers.selectors import ReadableLayer

SHOWN = 100  # imports of a list, the newest
_BIGGEST_ID = 2**63 - 1
ROLES = access.roles_with(Action.IMPORT, Action.APPROVE)


def require_account(actor: Actor) -> None:
    """Raise SignInNeeded for visitors."""
    if not actor.signed_in:
        raise SignInNeeded(gettext("Please sign in first."))


def sees(actor: Actor, job: ImportJob) -> bool:
    """Tell whether `actor` may know of an import."""
    where = (actor, job.theme, job.slug)
    if job.user_id == actor.user_id:
        return access.clearance(*where) >= job.clearance
    return job.submitted_at is not None and access.may_review_import(*where, job.clearance)


def jobs() -> QuerySet[ImportJob]:
    """Return all imports; not authorised yet."""
    return ImportJob.objects.using(STAFF_DATABASE).select_related("user", "change_set")


def find(actor: Actor, job_id: int) -> ImportJob:
    """Return one import; raises NotFound alike for a missing and for a hidden one."""
    require_account(actor)
    job = jobs().filter(pk=job_id).first() if job_id <= _BIGGEST_ID else None
    if job is None or not sees(actor, job):
        raise NotFound
    return job


def listed(actor: Actor) -> list[ImportJob]:
    """Return one's own imports and those that wait for one's review, newest first."""
    require_account(actor)
    mine, others = Q(user_id=actor.user_id or -1), Q(submitted_at__isnull=False)
    found = jobs().filter(mine | others).exclude(state=ImportJob.State.CANCELLED)
    return [job for job in found[: 5 * SHOWN] if sees(actor, job)][:SHOWN]


def on_the_way(actor: Actor) -> list[ImportJob]:
    """Return the imports that ask for something: one's own that have not ended, and those that
    wait for one's review; newest first."""
    require_account(actor)
    mine = Q(user_id=actor.user_id or -1) & ~Q(state__in=ImportJob.ENDED)
    found = jobs().filter(mine | Q(state=ImportJob.State.SUBMITTED))
    return [job for job in found[: 5 * SHOWN] if sees(actor, job)]


def at_work(found: Iterable[ImportJob]) -> frozenset[int]:
    """Return the ids of those imports that a worker is at work on at this moment.

    One whose work ended between the reading of its row and the look at the locks is read again.
    """
    working = [job for job in found if job.state in ImportJob.WORKING]
    busy = held(Work.IMPORT, [job.pk for job in working])
    for job in working:
        if interrupted(job, busy) and _moved_on(job):
            busy |= {job.pk}
    return busy


def _moved_on(job: ImportJob) -> bool:
    """Read a row again and tell whether its work ended, or was ordered once more, since."""
    seen = (job.state, job.attempt)
    job.refresh_from_db(using=STAFF_DATABASE)
    return (job.state, job.attempt) != seen


def targets(actor: Actor) -> list[tuple[str, list[ReadableLayer]]]:
    """Return (theme key, its layers) of everything that `actor` may import into.

    A theme without a layer is named where a new one may be made in it.
    """
    known = selectors.listed_layers(actor)
    found = []
    for theme in themes():
        fits = [
            entry
            for entry in known
            if entry.theme.key == theme.key
            and access.may(actor, Action.IMPORT, theme.key, entry.slug)
        ]
        if fits or access.may(actor, Action.IMPORT, theme.key):
            found.append((theme.key, fits))
    return found
