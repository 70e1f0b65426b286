"""What a person does with an import, step by step. The work itself is ordered from the worker."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.errors import Invalid, NotAllowed
from importers import tasks
from importers.models import ImportJob, no_answers
from importers.wizard import sight, uploads
from importers.wizard.addresses import free_address
from importers.wizard.rules import SETTLED, Step, WrongStep, interrupted, refusal
from importers.words import kept, sentence
from layers import selectors
from layers.registry import theme_keys

State = ImportJob.State
_ORDERS = {
    Step.UNDERSTAND: State.UNDERSTANDING,
    Step.CHECK: State.CHECKING,
    Step.PUBLISH: State.WRITING,
    Step.APPROVE: State.WRITING,
}


@contextmanager
def locked(actor: Actor, job_id: int) -> Iterator[ImportJob]:
    """Give an import for one change of it and save it; raises NotFound."""
    with transaction.atomic(using=STAFF_DATABASE):
        ImportJob.objects.using(STAFF_DATABASE).select_for_update().filter(pk=job_id).first()
        job = sight.find(actor, job_id)
        yield job
        job.save(using=STAFF_DATABASE)


@contextmanager
def own(actor: Actor, job_id: int, states: tuple[str, ...]) -> Iterator[ImportJob]:
    """Give one's own import where it is in one of `states`; raises WrongStep, NotAllowed."""
    with locked(actor, job_id) as job:
        if job.user_id != actor.user_id:
            raise NotAllowed(gettext("Only the author of an import does this."))
        if job.state not in states:
            raise WrongStep(gettext("This cannot be done at this step. Load the import again."))
        yield job


def create(actor: Actor, theme: str, slug: str, new_layer_title: str) -> ImportJob:
    """Begin an import into a layer, or into a new one with a title.

    Raises SignInNeeded, NotAllowed, NotFound for a layer that the actor may not see, Invalid.
    """
    theme, slug, title = into(actor, theme, slug, new_layer_title)
    uploads.clean()
    return begun(actor, theme, slug, title, uploads.new_folder())


def into(actor: Actor, theme: str, slug: str, new_layer_title: str) -> tuple[str, str, str]:
    """Return theme, slug and, for a new layer, title of what an import goes into; raises so."""
    sight.require_account(actor)
    if slug:
        entry = selectors.layer(actor, slug)
        theme, new_layer_title = entry.theme.key, ""
    elif theme not in theme_keys():
        raise Invalid(gettext("Choose the layer that the data belongs to."))
    access.require(actor, Action.IMPORT, theme, slug)
    title = new_layer_title.strip()
    if not slug:
        if not title:
            raise Invalid(gettext("Give the new layer a name."))
        slug = free_address(actor, theme, title)
    return theme, slug, title


def begun(actor: Actor, theme: str, slug: str, title: str, folder: str, **more: Any) -> ImportJob:
    """Return a new import whose files are in `folder`; `more` are further fields of it."""
    return ImportJob.objects.using(STAFF_DATABASE).create(
        user_id=actor.user_id or -1,
        actor_name=actor.name,
        language=translation.get_language() or "vi",
        clearance=access.clearance(actor, theme, slug),
        theme=theme,
        slug=slug,
        new_layer_title=title,
        folder=folder,
        **more,
    )


def add_file(
    actor: Actor, job_id: int, name: str, body: uploads.Readable, claimed_bytes: int | None
) -> ImportJob:
    """Take one file; what was understood of others before is forgotten."""
    kept = uploads.plain_name(name)
    with own(actor, job_id, (State.UPLOADING, *SETTLED)) as job:
        pass  # before a byte is taken
    size = uploads.store(job, kept, body, claimed_bytes)
    with own(actor, job_id, (State.UPLOADING, *SETTLED)) as job:
        others = [entry for entry in job.files if entry["name"] != kept]
        job.files = sorted([*others, {"name": kept, "bytes": size}], key=lambda one: one["name"])
        _start_over(job)
    return job


def remove_file(actor: Actor, job_id: int, name: str) -> ImportJob:
    """Take a file out again; one that is not there changes nothing."""
    with own(actor, job_id, (State.UPLOADING, *SETTLED)) as job:
        if any(entry["name"] == name for entry in job.files):
            (uploads.folder_of(job) / name).unlink(missing_ok=True)
            job.files = [entry for entry in job.files if entry["name"] != name]
            _start_over(job)
    return job


def _start_over(job: ImportJob) -> None:
    job.state, job.problem, job.unwritten = State.UPLOADING, None, False
    job.understanding, job.report, job.submitted_at = None, None, None
    job.answers = no_answers()  # they were about other columns


def answer(actor: Actor, job_id: int, answers: Mapping[str, Any]) -> ImportJob:
    """Take answers of the author; a dry run that was made with others counts no more."""
    with own(actor, job_id, (State.UPLOADING, *SETTLED)) as job:
        merged = {**job.answers, **answers}
        if merged != job.answers:
            job.answers = merged
            if job.state in (State.READY, State.RETURNED):
                job.state, job.report, job.submitted_at = State.ASKING, None, None
                job.problem, job.unwritten = None, False  # they were about what is asked anew
    return job


def describe(actor: Actor, job_id: int, words: Mapping[str, str]) -> ImportJob:
    """Take title, reason and decision number of the change set that the import becomes."""
    with own(actor, job_id, (State.UPLOADING, *SETTLED)) as job:
        for name, value in words.items():
            setattr(job, name, value.strip())
    return job


def take(actor: Actor, job_id: int, step: Step, note: str = "") -> ImportJob:
    """Take a step; work that it orders begins as soon as a worker is free.

    Raises NotFound, WrongStep, NotAllowed, and Invalid for what is missing.
    """
    with locked(actor, job_id) as job:
        reason = refusal(actor, job, step, sight.at_work([job]))
        if reason is not None:
            raise reason
        if step is Step.STOP:
            _stop(job)
        elif step is Step.RETRY:
            wanted = job.state if job.state in ImportJob.WORKING else job.state_before
            _order(job, wanted or State.UNDERSTANDING)
        elif step in _ORDERS:
            _prepare(actor, job, step, note)
            _order(job, _ORDERS[step])
        else:
            _decide(actor, job, step, note)
    return job


def _prepare(actor: Actor, job: ImportJob, step: Step, note: str) -> None:
    uploads.main_file(job)
    if step in (Step.UNDERSTAND, Step.CHECK):
        job.report, job.submitted_at = None, None
    if step is Step.PUBLISH:
        _require_title(job)
        job.submitted_at, job.decided_by_id = None, None
    if step is Step.APPROVE:
        _note(actor, job, note)
    job.state_before = job.state


def _order(job: ImportJob, state: str) -> None:
    job.state, job.cancel_requested = state, False
    job.problem, job.unwritten = None, False
    job.stage, job.rows_done, job.rows_total = "", 0, None
    job.ended_at, job.seconds_left, job.blocked_since = None, None, None
    job.attempt += 1
    tasks.work_on_import.enqueue(job.pk, job.attempt)


def _stop(job: ImportJob) -> None:
    if job.pk in sight.at_work([job]):
        job.cancel_requested = True
        return
    back = {State.UNDERSTANDING: State.UPLOADING, State.CHECKING: State.ASKING}
    job.attempt += 1  # the task that waits, if it still comes, does nothing
    job.taken = job.attempt
    job.state = back.get(State(job.state), State(job.state_before or State.READY))
    job.problem = kept(sentence("stopped"))


def _decide(actor: Actor, job: ImportJob, step: Step, note: str) -> None:
    if step is Step.SUBMIT:
        _require_title(job)
        job.state, job.submitted_at = State.SUBMITTED, timezone.now()
        job.decided_by_id, job.decided_by_name, job.decision_note = None, "", ""
    elif step is Step.WITHDRAW:
        job.state, job.submitted_at = State.READY, None
    else:
        if not note.strip():
            raise Invalid(gettext("Say in a note what is to be changed."))
        job.state = State.RETURNED
        _note(actor, job, note)
    job.problem, job.unwritten = None, False  # of before: the next one has to decide anew


def _note(actor: Actor, job: ImportJob, note: str) -> None:
    job.decided_by_id, job.decided_by_name = actor.user_id, actor.name
    job.decision_note = note.strip()


def _require_title(job: ImportJob) -> None:
    if not job.title.strip():
        raise Invalid(gettext("Give the import a title: it is what history shows."))
    report = job.report or {}
    if not any(report.get(name) for name in ("new", "changed", "retired")):
        raise Invalid(gettext("There is nothing to write: every row is on the map already."))


def discard(actor: Actor, job_id: int) -> None:
    """Throw an import away with its files; what it wrote stays, and is undone in another way."""
    kept = (*ImportJob.WORKING, *ImportJob.ENDED, State.SUBMITTED)
    with locked(actor, job_id) as job:
        if job.user_id != actor.user_id:
            raise NotAllowed(gettext("Only the author of an import does this."))
        if job.state in kept and not interrupted(job, sight.at_work([job])):
            raise WrongStep(gettext("Stop the work, or take the import back from review, first."))
        job.attempt += 1
        job.state, job.ended_at = State.CANCELLED, timezone.now()
    uploads.remove(job)
