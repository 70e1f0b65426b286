"""The dry run of an import: what importing now would do, and into which layer.

An import that makes its layer never goes into one that others made: where its address has been
taken it moves on to a free one (`importers/wizard/addresses.py`).
"""

from datetime import date
from typing import Any

from gis_core import headers
from gis_core.access import Actor
from importers import retiring
from importers.models import ImportJob
from importers.pipeline import import_file
from importers.refusals import Unreadable
from importers.report import Report
from importers.request import ImportRequest
from importers.wizard import rejected, row_map, uploads
from importers.wizard.addresses import claimed, free_address
from importers.wizard.row_map import RowMap
from importers.wizard.watch import Watch
from layers import layer_origin

State = ImportJob.State


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
        only_new_layer=new,
        layer_facts={"title_vi": job.new_layer_title} if new else {},
        apply=apply,
    )


def check(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Try the import; return what its row then says."""
    if job.new_layer_title and job.slug in claimed(author_of(job), job.slug, job.pk):
        job.slug = free_address(author_of(job), job.theme, job.new_layer_title, but=job.pk)
    return {**again(job, watch), "state": State.READY, "problem": None}


def again(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Return the report of a dry run with the answers, the address and the layer it holds for."""
    try:
        return _dry_run(job, watch)
    except Unreadable as error:
        if error.reason != "layer_taken":
            raise
    job.slug = free_address(author_of(job), job.theme, job.new_layer_title, but=job.pk, anew=False)
    return _dry_run(job, watch)


def _dry_run(job: ImportJob, watch: Watch) -> dict[str, Any]:
    """Try it. Where nothing can end any more, the report says why, and what is missing stays."""
    seen = layer_origin.standing(job.slug)
    try:
        report = _tried(job, watch)
    except Unreadable as error:
        if error.reason not in retiring.REASONS:
            raise
        job.answers = {**job.answers, "retire_on": ""}
        report = _tried(job, watch)
    return {
        "report": report.as_dict(),
        "answers": job.answers,
        "slug": job.slug,
        "layer_seen": seen,
    }


def _tried(job: ImportJob, watch: Watch) -> Report:
    """Return what importing now would do; keeps the rejected rows and a map of all beside it."""
    author, request = author_of(job), request_of(job, apply=False)
    on_map = RowMap(author, job.slug)
    report = import_file(author, request, progress=watch.progress, onlooker=on_map.look)
    rejected.write(author, request, report.rejections, uploads.folder_of(job))
    on_map.write(row_map.path_of(job))
    return report
