"""What an import leaves of its files: other kinds of shapes, other layers. Each goes on by itself.

A layer holds one kind of shapes and an import takes one layer of a file, so the rest of a file is
another import: of the same upload, with the same answers, into a layer that its author chooses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE, Actor
from gis_core.errors import Invalid, NotAllowed
from importers.geometry_kinds import CHOICES
from importers.models import ImportJob, no_answers
from importers.wizard import saved_ways, sight, steps, uploads

_TOLD = (ImportJob.State.READY, ImportJob.State.SUBMITTED, ImportJob.State.RETURNED)
_NAMES = {stored: name for name, stored in CHOICES.items()}


@dataclass(frozen=True)
class Part:
    """A layer of a file, "" for its only one, and a kind of shapes, "" for whichever it holds."""

    source_layer: str
    geometry: str


def parts(actor: Actor, job: ImportJob) -> list[dict[str, Any]]:
    """Return what the author of a checked import can go on with, as JSON values.

    `rows` counts a kind of shapes, None for a layer that nobody has looked into. `import` is the
    author's import of that part, where there is one. Reviewers are told of nothing.
    """
    if job.user_id != actor.user_id or job.report is None:
        return []
    if job.state not in (*_TOLD, ImportJob.State.DONE):
        return []
    done = {_part_of(one): one.pk for one in reversed(_family(job)) if one.pk != job.pk}
    whole_layers = {part.source_layer: number for part, number in done.items()}
    return [
        {
            "source_layer": part.source_layer,
            "geometry": part.geometry,
            "rows": rows,
            "import": done.get(part) if part.geometry else whole_layers.get(part.source_layer),
        }
        for part, rows in _left(job)
    ]


def go_on(
    actor: Actor, job_id: int, part: Part, theme: str, slug: str, new_layer_title: str
) -> ImportJob:
    """Begin an import of another part of the same files; its answers are those of the first.

    Raises NotFound, NotAllowed for an import of somebody else, Invalid for a part that the files
    do not have or that are no longer kept, and as `steps.create`.
    """
    job = sight.find(actor, job_id)
    if job.user_id != actor.user_id:
        raise NotAllowed(gettext("Only the author of an import does this."))
    if part not in [one for one, _rows in _left(job)]:
        raise Invalid(gettext("The files of this import have no such part. Load it again."))
    theme, slug, title = steps.into(actor, theme, slug, new_layer_title)
    uploads.clean()
    return steps.begun(
        actor,
        theme,
        slug,
        title,
        uploads.same_files(job),
        files=job.files,
        first_of_file=job.first_of_file or job,
        answers=_answers(job, part, theme),
        reason=job.reason,
        decision_number=job.decision_number,
    )


def _left(job: ImportJob) -> Iterator[tuple[Part, int | None]]:
    """Yield the parts that an import does not take, with the rows of each kind of shapes."""
    here = str(job.answers["source_layer"])
    others = (job.report or {}).get("other_kinds") or {}
    yield from ((Part(here, kind), int(others[kind])) for kind in CHOICES if kind in others)
    found = job.understanding or {}
    taken = {here, found.get("source_layer", "")}
    layers = found.get("layers") or []
    if len(layers) > 1:
        yield from ((Part(name, ""), None) for name in layers if name not in taken)


def _part_of(job: ImportJob) -> Part:
    stored = str((job.report or {}).get("geometry_type", ""))
    kind = str(job.answers["geometry"]) or _NAMES.get(stored, "")
    return Part(str(job.answers["source_layer"]), kind)


def _family(job: ImportJob) -> list[ImportJob]:
    """Return the imports of the same upload that were not thrown away, newest first."""
    first = job.first_of_file_id or job.pk
    rows = ImportJob.objects.using(STAFF_DATABASE).filter(Q(pk=first) | Q(first_of_file_id=first))
    return list(rows.exclude(state=ImportJob.State.CANCELLED))


def _answers(job: ImportJob, part: Part, theme: str) -> dict[str, Any]:
    """Return how the files were read, as far as it holds for the part and for the theme."""
    answers = {**no_answers(), "source_layer": part.source_layer, "geometry": part.geometry}
    said = ("encoding", "source_crs")
    if part.source_layer != job.answers["source_layer"]:
        return {**answers, **{name: job.answers[name] for name in said}}
    way = saved_ways.way_of(job)
    if theme != job.theme:
        way = {name: way[name] for name in (*said, "column_encodings")}
    return {**answers, **way}
