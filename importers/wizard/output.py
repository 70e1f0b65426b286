"""Imports as JSON, in the reader's language."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.models import ChangeSet
from gis_core.session_lock import Work, any_held
from importers.issues import FileRefused
from importers.letters import encoding_names
from importers.models import ImportJob
from importers.refusals import said_again
from importers.report import RowCounts, with_aside
from importers.source_crs import of_text
from importers.wizard import rejected, rest, row_map, rules, saved_ways, sight, uploads
from importers.wizard.fields import theme_fields
from layers import layer_origin, undo
from layers.feature import Layer
from layers.registry import theme_by_key

_UNDOING = (Action.EDIT, Action.PUBLISH)  # the rights for taking an import back

_OPTION = re.compile(r"\s*\(--[a-z][^()]*\)")


def head(actor: Actor, job: ImportJob, at_work: frozenset[int], title: str) -> dict[str, Any]:
    """Return an import as a line of a list; `title` is that of its layer."""
    return {
        "id": job.pk,
        "state": _state(job, at_work),
        "unwritten": job.unwritten,
        "theme": job.theme,
        "theme_title": gettext(str(theme_by_key(job.theme).title)),
        "layer": job.slug,
        "layer_title": title,
        "new_layer": bool(job.new_layer_title),
        "files": job.files,
        "title": job.title,
        "author": job.actor_name,
        "mine": job.user_id == actor.user_id,
        "created_at": _moment(job.created_at),
        "changed_at": _moment(job.changed_at),
        "counts": _counts(job.report),
        "progress": progress(job, at_work),
    }


def whole(actor: Actor, job: ImportJob, language: str) -> dict[str, Any]:
    """Return an import with all that its pages show."""
    at_work = sight.at_work([job])
    return {
        **head(actor, job, at_work, layer_title(job, language)),
        "limit_bytes": uploads.limit_bytes(),
        "kinds": list(uploads.DATA),
        "encodings": list(encoding_names()),
        "answers": job.answers,
        "understanding": _understanding(job.understanding),
        "geometry_types": _geometry_types(job),
        "fields": theme_fields(actor, job.theme, job.slug),
        "profiles": saved_ways.listed(actor, job),
        "rest": rest.parts(actor, job),
        "report": None if job.report is None else _report(job),
        "has_map": job.report is not None and row_map.path_of(job).exists(),
        "rejected_files": list(rejected.files(uploads.folder_of(job))),
        "problem": _without_options(said_again(job.problem or {})),
        "problem_code": str((job.problem or {}).get("words", {}).get("code", "")),
        "work": job.state if job.state in ImportJob.WORKING else "",
        "reason": job.reason,
        "decision_number": job.decision_number,
        "submitted_at": _moment(job.submitted_at),
        "decided_by": job.decided_by_name,
        "decision_note": job.decision_note,
        "may": [str(step) for step in rules.possible(actor, job, at_work)],
        "may_edit": job.user_id == actor.user_id,
        "may_undo": _may_undo(actor, job),
        "undo_roles": _undo_roles(actor, job),
        **_redo(actor, job),
        "layer_withdrawn": _withdrawn(job),
        "publishes": access.publishes_everywhere(actor, job.theme, job.slug),
        "change_set": _change_set(job.change_set),
    }


def _geometry_types(job: ImportJob) -> list[str]:
    """Return the stored types that an import may fill: its layer's, or those of its theme."""
    layer = _layer(job)
    theme = theme_by_key(job.theme)
    return list(theme.geometry_types) if layer is None else [layer.geometry_type]


def layer_title(job: ImportJob, language: str) -> str:
    """Return the title of an import's layer, the one it will have where it is not made yet."""
    layer = _layer(job)
    return job.new_layer_title if layer is None else layer.title(language)


def awaits_layer(job: ImportJob) -> bool:
    """Tell whether an import is yet to make its layer: what else has the address is not it."""
    return bool(job.new_layer_title) and job.state != ImportJob.State.DONE


def _layer(job: ImportJob) -> Layer | None:
    """Return an import's layer; None where it is yet to be made, whatever has its address."""
    if awaits_layer(job):
        return None
    return Layer.objects.using(STAFF_DATABASE).filter(slug=job.slug).first()


def progress(job: ImportJob, at_work: frozenset[int]) -> dict[str, Any]:
    """Return how far the work is: stage, rows, since when another change is in its way, and the
    seconds that are probably left."""
    running = job.pk in at_work
    return {
        "stage": _stage(job),
        "blocked_since": _moment(job.blocked_since) if running else None,
        "rows_done": job.rows_done,
        "rows_total": job.rows_total,
        "seconds_left": job.seconds_left if running and not job.blocked_since else None,
        "stopping": job.cancel_requested,
    }


def _stage(job: ImportJob) -> str:
    if job.state not in ImportJob.WORKING or job.taken == job.attempt:
        return job.stage
    return "waiting" if any_held(Work.QUEUE) else "nobody"


def _state(job: ImportJob, at_work: frozenset[int]) -> str:
    if rules.interrupted(job, at_work):
        return "interrupted"
    undone = job.change_set is not None and job.change_set.state == ChangeSet.State.SUPERSEDED
    return "undone" if undone else job.state


def _counts(report: Mapping[str, Any] | None) -> dict[str, int] | None:
    if report is None:
        return None
    told = with_aside(report)
    return {one.name: told[one.name] for one in fields(RowCounts)}


def _understanding(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what was understood, with coordinate systems named in the language of this moment."""
    if found is None or not found.get("place"):
        return None if found is None else dict(found)
    place = found["place"]
    told = {
        "name": _crs_name(place["crs"], place["name"]),
        "detail": said_again(place),
        "declared": place["declared"] and _candidate(place["declared"]),
        "candidates": [_candidate(one) for one in place["candidates"]],
    }
    return {**found, "place": {**_without_words(place), **told}}


def _candidate(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, "name": _crs_name(found["key"], found["name"])}


def _crs_name(key: str | None, kept: str) -> str:
    """Return the name of a system; the kept one where its key is not known any more."""
    try:
        return of_text(key).name if key else kept
    except FileRefused:
        return kept


def _report(job: ImportJob) -> dict[str, Any]:
    report = with_aside(job.report or {})
    found = _understanding(job.understanding) or {}
    system = (found.get("place") or {}).get("name", "")
    issues = [_issue(one, system) for one in report["issues"]]
    told = {"cannot_retire": said_again(report.get("cannot_retire", {}))}
    return {**report, **told, "crs": system or report["crs"], "issues": issues}


def _issue(found: Mapping[str, Any], system: str) -> dict[str, Any]:
    """Return a finding with its words in the language of this moment."""
    language = get_language() or ""
    told: dict[str, Any] = {
        "message": found["messages"].get(language, found["code"]),
        "messages": None,
        "first": [{**_without_words(one), "detail": said_again(one)} for one in found["first"]],
    }
    if found["code"] == "crs_guessed" and system:
        told["first"] = [{**one, "detail": system} for one in told["first"]]
    return {**found, **told}


def _without_words(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry without what its detail was read from again."""
    return {name: value for name, value in entry.items() if name != "words"}


def _without_options(detail: str) -> str:
    """Return a refusal without the options that only the command line has."""
    return _OPTION.sub("", detail)


def _change_set(entry: ChangeSet | None) -> dict[str, Any] | None:
    return None if entry is None else {"id": entry.pk, "state": entry.state}


def _may_undo(actor: Actor, job: ImportJob) -> bool:
    return _live(job) and _may_reverse(actor, job)


def _live(job: ImportJob) -> bool:
    return job.change_set is not None and job.change_set.state == ChangeSet.State.PUBLISHED


def _undo_roles(actor: Actor, job: ImportJob) -> list[str]:
    """Return the titles of the roles to ask for an undo that `actor` may not do."""
    if not _live(job) or _may_reverse(actor, job):
        return []
    roles = [
        role for role in access.ROLES.values() if all(role.may(r, job.theme) for r in _UNDOING)
    ]
    return [str(role.title) for role in roles]


def _may_reverse(actor: Actor, job: ImportJob) -> bool:
    return all(access.may(actor, action, job.theme, job.slug) for action in _UNDOING)


def _redo(actor: Actor, job: ImportJob) -> dict[str, Any]:
    """Return the change set that undid an import, for those who may undo that one.

    Where that cannot work any more there is none, and `redo_hindrance` says why; that the layer was
    made anew is told to everybody who sees the import.
    """
    entry = job.change_set
    undoing = None
    if entry is not None and entry.state == ChangeSet.State.SUPERSEDED:
        sets = ChangeSet.objects.using(STAFF_DATABASE)
        undoing = sets.filter(undoes=entry, state=ChangeSet.State.PUBLISHED).first()
    if undoing is None:
        return {"redo": None, "redo_hindrance": ""}
    why = undo.redo_hindrance(theme_by_key(job.theme), _layer(job), undoing)
    if not _may_reverse(actor, job):
        return {"redo": None, "redo_hindrance": why if why == "remade" else ""}
    return {"redo": None if why else undoing.pk, "redo_hindrance": why}


def _withdrawn(job: ImportJob) -> bool:
    layer = Layer.objects.using(STAFF_DATABASE).filter(slug=job.slug).first()
    return layer is not None and layer_origin.withdrawn(layer)


def _moment(value: datetime | None) -> str | None:
    return None if value is None else timezone.localtime(value).isoformat(timespec="seconds")
