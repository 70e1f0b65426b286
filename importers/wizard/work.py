"""What the background worker does for an import: understand, dry run, write. Once each time.

One lock an import makes its worker the only one; when a worker dies the database gives the lock
back, and the import is found interrupted. What is written and that it was written are one
transaction, so a retry can never write twice.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import DatabaseError, Error, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation

from gis_core import headers
from gis_core.access import STAFF_DATABASE, Actor
from gis_core.errors import CityError, NotAllowed, SignInNeeded
from gis_core.models import ChangeSet
from gis_core.session_lock import Work, session_lock
from importers import retiring
from importers.issues import ImportBroken
from importers.models import ImportJob
from importers.pipeline import import_file
from importers.refusals import Unreadable
from importers.report import Report, with_aside
from importers.request import ImportRequest
from importers.stopping import Stopped
from importers.wizard import failures, look, rejected, row_map, uploads
from importers.wizard.addresses import free_address
from importers.wizard.row_map import RowMap
from importers.wizard.watch import Watch
from importers.words import Words, kept, sentence
from layers import layer_origin
from layers.feature import Layer

State = ImportJob.State
_LOCK_TRIES, _LOCK_PAUSE_S = 120, 0.5
COUNTS = ("read", "new", "changed", "same", "rejected", "set_aside", "missing", "retired")
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
        State.CHECKING: _check,
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


def _changed(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Look at the data of this moment again, for those who decide."""
    back = job.state_before or State.READY
    problem, found = kept(sentence("layer_changed")), _dry_run(job, watch)
    return {**found, "state": back, "problem": problem, "unwritten": True}


def author_of(job: ImportJob) -> Actor:
    """Return the author with the rights of this moment."""
    return headers.actor_for(job.user)


def request_of(job: ImportJob, *, apply: bool) -> ImportRequest:
    """Return what the pipeline is asked for: the file and the author's answers."""
    answers: dict[str, Any] = job.answers
    new = bool(job.new_layer_title)
    retire_on = str(answers.get("retire_on", ""))
    return ImportRequest(
        path=uploads.main_file(job),
        theme=job.theme,
        slug=job.slug,
        source_layer=str(answers.get("source_layer", "")),
        encoding=str(answers.get("encoding", "")),
        column_encodings=dict(answers.get("column_encodings", {})),
        source_crs=str(answers.get("source_crs", "")),
        geometry=str(answers.get("geometry", "")),
        mapping=dict(answers.get("mapping", {})),
        keys=tuple(answers.get("keys", ())),
        retire_on=date.fromisoformat(retire_on) if retire_on else None,
        create_layer=new,
        layer_facts={"title_vi": job.new_layer_title} if new else {},
        apply=apply,
    )


def _understand(job: ImportJob, _watch: Watch) -> dict[str, Any]:
    found = look.look(author_of(job), request_of(job, apply=False))
    return {"state": State.ASKING, "understanding": found, "report": None, "problem": None}


def _check(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Try the import. Where the layer left behind at its address held other shapes, it moves on."""
    try:
        found = _dry_run(job, watch)
    except Unreadable as error:
        if error.reason != "layer_of_other_kind" or not _left_behind(job):
            raise
        job.slug = free_address(author_of(job), job.theme, job.new_layer_title, anew=False)
        found = _dry_run(job, watch)
    return {**found, "state": State.READY, "problem": None, "slug": job.slug}


def _left_behind(job: ImportJob) -> bool:
    layer = Layer.objects.using(STAFF_DATABASE).filter(slug=job.slug).first()
    return bool(job.new_layer_title) and layer is not None and layer_origin.withdrawn(layer)


def _dry_run(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Return the report of a dry run and the answers that it holds for.

    Where nothing can end any more, the report says why, and what is missing stays.
    """
    try:
        report = _tried(job, watch)
    except Unreadable as error:
        if error.reason not in retiring.REASONS:
            raise
        job.answers = {**job.answers, "retire_on": ""}
        report = _tried(job, watch)
    return {"report": report.as_dict(), "answers": job.answers}


def _tried(job: ImportJob, watch: Watch) -> Report:
    """Return what importing now would do; keeps the rejected rows and a map of all beside it."""
    author, request = author_of(job), request_of(job, apply=False)
    on_map = RowMap(author, job.slug)
    report = import_file(author, request, progress=watch.progress, onlooker=on_map.look)
    rejected.write(author, request, report.rejections, uploads.folder_of(job))
    on_map.write(row_map.path_of(job))
    return report


def _write(job: ImportJob, watch: Watch) -> dict[str, Any]:
    try:
        return _written(job, watch)
    except Unreadable as error:
        if error.reason not in retiring.REASONS:
            raise
    except _Changed:
        pass
    return _changed(job, watch)


def _written(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Import for good. The rows, their change set and the state are one transaction."""
    with transaction.atomic(using=STAFF_DATABASE):
        report = import_file(author_of(job), request_of(job, apply=True), progress=watch.progress)
        seen = with_aside(job.report or {})
        if any(getattr(report, name) != seen.get(name) for name in COUNTS):
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
