"""What the background worker does for an import: understand, dry run, write. Once each time.

One lock an import makes its worker the only one; when a worker dies the database gives the lock
back, and the import is found interrupted. What is written and that it was written are one
transaction, so a retry can never write twice.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.db import DatabaseError, Error, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation

from gis_core.access import STAFF_DATABASE
from gis_core.errors import CityError, NotAllowed, SignInNeeded
from gis_core.models import ChangeSet
from gis_core.session_lock import Work, session_lock
from importers import retiring
from importers.issues import ImportBroken
from importers.models import ImportJob
from importers.pipeline import import_file
from importers.refusals import Unreadable
from importers.report import with_aside
from importers.stopping import Stopped
from importers.wizard import failures, look, trial
from importers.wizard.trial import author_of, request_of
from importers.wizard.watch import Watch
from importers.words import Words, kept, sentence
from layers import layer_origin
from layers.feature import Layer

State = ImportJob.State
_LOCK_TRIES, _LOCK_PAUSE_S = 120, 0.5
COUNTS = ("read", "new", "changed", "same", "rejected", "set_aside", "missing", "retired")
# What a write meets when the data is not any more what the dry run saw.
_LOOK_AGAIN = retiring.REASONS | {"layer_taken"}
# Where a stop leads: back to what stood before the work.
_BACK = {State.UNDERSTANDING: State.UPLOADING, State.CHECKING: State.ASKING}


class _Changed(Exception):
    """The layer is not any more what the dry run saw."""


def run(job_id: int, attempt: int) -> str:
    """Do the work that was ordered as `attempt`; return the state afterwards, "" if not ours."""
    for _try in range(_LOCK_TRIES):
        with session_lock(Work.IMPORT, job_id) as mine:
            if mine:
                job = _take(job_id, attempt)
                if job is None:
                    return ""
                with translation.override(job.language):
                    _work(job)
                return str(_rows(job).values_list("state", flat=True).get())
        if _jobs().filter(pk=job_id, attempt=attempt, taken__lt=attempt).exists():
            time.sleep(_LOCK_PAUSE_S)  # the attempt before is just ending
        else:
            return ""
    return ""


def _jobs() -> Any:
    return ImportJob.objects.using(STAFF_DATABASE)


def _rows(job: ImportJob) -> Any:
    return _jobs().filter(pk=job.pk)


def _take(job_id: int, attempt: int) -> ImportJob | None:
    """Begin an attempt, or None where it was begun before or another was ordered since."""
    begun = (
        _jobs()
        .filter(pk=job_id, attempt=attempt, taken__lt=attempt, state__in=ImportJob.WORKING)
        .update(
            taken=attempt,
            started_at=timezone.now(),
            stage="",
            rows_done=0,
            rows_total=None,
            seconds_left=None,
            blocked_since=None,
        )
    )
    found: ImportJob | None = _jobs().filter(pk=job_id).first() if begun else None
    return found


def _work(job: ImportJob) -> None:
    steps: Mapping[str, Callable[[ImportJob, Watch], dict[str, Any]]] = {
        State.UNDERSTANDING: _understand,
        State.CHECKING: trial.check,
        State.WRITING: _write,
    }
    watch = Watch(job)
    try:
        with watch:
            watch.begin()
            ended = steps[job.state](job, watch)
    except Stopped:
        ended = _stopped(job)
    except (DatabaseError, InterfaceError, OSError) as error:
        ended = _stopped(job) if watch.stopped else _failed_from_outside(job, error)
    except (CityError, ImportBroken) as error:
        ended = _failed(job, kept(_why(error)))
    _end(job, ended, again=watch.stopped)


def _end(job: ImportJob, ended: Mapping[str, Any], *, again: bool) -> None:
    """Note how the work ended; not where it has noted that itself, in its own transaction."""
    values = {"ended_at": timezone.now(), "cancel_requested": False, **ended}
    rows = _jobs().filter(pk=job.pk, attempt=job.attempt, state=job.state)
    try:
        rows.update(**values, changed_at=timezone.now())
    except OperationalError:
        if not again:
            raise
        rows.update(**values, changed_at=timezone.now())  # a late stop met this statement


def _stopped(job: ImportJob) -> dict[str, Any]:
    back = _BACK.get(State(job.state), job.state_before or State.READY)
    return {"state": back, "problem": kept(sentence("stopped"))}


def _why(error: CityError | ImportBroken) -> str | Words:
    """Return why work failed, in words that each reader gets in their own language."""
    if isinstance(error, Unreadable):
        return error.words
    if isinstance(error, NotAllowed | SignInNeeded):
        return sentence("no_right")
    if isinstance(error, ImportBroken):
        return sentence("broken", reason=str(error))
    return error.detail


def _failed(job: ImportJob, problem: Mapping[str, Any]) -> dict[str, Any]:
    if job.state == State.WRITING:  # what was decided about stays as it was
        return {"state": job.state_before, "problem": problem, "unwritten": True}
    return {"state": State.FAILED, "state_before": job.state, "problem": problem}


def _failed_from_outside(job: ImportJob, error: Error | OSError) -> dict[str, Any]:
    """Say why; raises the error again where the import is found interrupted anyway."""
    words = failures.reason(error)
    if words is None:
        raise error
    return _failed(job, kept(words))


def _anew(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Look at the data of this moment again, for those who decide."""
    taken = job.slug
    found = trial.again(job, watch)
    why = sentence("layer_changed")
    if job.slug != taken:
        why = sentence("layer_taken", taken=taken, title=job.new_layer_title, address=job.slug)
    back = job.state_before or State.READY
    return {**found, "state": back, "problem": kept(why), "unwritten": True}


def _understand(job: ImportJob, _watch: Watch) -> dict[str, Any]:
    found = look.look(author_of(job), request_of(job, apply=False))
    return {"state": State.ASKING, "understanding": found, "report": None, "problem": None}


def _write(job: ImportJob, watch: Watch) -> dict[str, Any]:
    try:
        try:
            return _written(job, watch)
        except Unreadable as error:
            if error.reason not in _LOOK_AGAIN:
                raise
        except _Changed:
            pass
        return _anew(job, watch)
    except Unreadable as error:
        if error.reason != "layer_missing":
            raise
    return _failed(job, kept(sentence("layer_gone", layer=_title_of_layer(job))))


def _title_of_layer(job: ImportJob) -> str:
    layer = Layer.objects.using(STAFF_DATABASE).filter(slug=job.slug).first()
    return layer.title(job.language) if layer else job.slug


def _written(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Import for good. The rows, their change set and the state are one transaction."""
    with transaction.atomic(using=STAFF_DATABASE):
        report = import_file(author_of(job), request_of(job, apply=True), progress=watch.progress)
        seen = with_aside(job.report or {})
        if any(getattr(report, name) != seen.get(name) for name in COUNTS):
            raise _Changed
        # Looked at after the rows, whose writing holds the layer: it cannot leave from here on.
        if job.layer_seen and layer_origin.standing(job.slug) != job.layer_seen:
            raise _Changed
        if report.change_set is not None:
            _describe(job, report.change_set)
        done = _jobs().filter(
            pk=job.pk, attempt=job.attempt, state=State.WRITING, cancel_requested=False
        )
        ended = {
            "state": State.DONE,
            "report": report.as_dict(),
            "change_set_id": report.change_set,
            "problem": None,
            "ended_at": timezone.now(),
        }
        if not done.update(**ended):
            raise Stopped
    return ended


def _describe(job: ImportJob, change_set_id: int) -> None:
    """Say in the change set what its author and its reviewer said of the import."""
    reviewed = job.decided_by_id is not None
    ChangeSet.objects.using(STAFF_DATABASE).filter(pk=change_set_id).update(
        title=job.title,
        reason=job.reason,
        decision_number=job.decision_number,
        submitted_at=job.submitted_at,
        decided_at=timezone.now() if reviewed else F("decided_at"),
        decided_by_id=job.decided_by_id,
        decided_by_name=job.decided_by_name,
        decision_note=job.decision_note,
    )
