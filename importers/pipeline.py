"""One file into one layer: read, check, stage, classify and, when told so, write. The one way in.

A dry run does all of it except the writing, in a transaction that is rolled back, so its report is
the one that applying would give.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pyarrow as pa
from django.db import IntegrityError, transaction

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action, Actor
from importers import kept_files, source_crs
from importers.issues import FileRefused, ImportBroken, Issue, IssueLog, Severity
from importers.kept_files import KeptFile
from importers.letters import decode_name
from importers.mapping import Matched, settle
from importers.models import ImportRun
from importers.prefetch import prefetched
from importers.preparation import Preparation, Target
from importers.report import Report
from importers.request import ImportRequest
from importers.shapes import has_heights, stored_type
from importers.source import Source, open_source
from importers.source_crs import SourceCrs
from importers.target_layer import known_codes, layer_for, theme_of
from layers import bulk
from layers.bulk import CHANGED, NEW, SAME, Plan, Staging
from layers.feature import Layer

Progress = Callable[[int, int | None], None]
Batch = tuple[pa.RecordBatch, str]


@dataclass(frozen=True)
class _Run:
    """What is settled before the first row is read."""

    actor: Actor
    request: ImportRequest
    source: Source
    matched: Matched
    crs: SourceCrs
    log: IssueLog
    progress: Progress | None
    look_at_shapes: bool


def import_file(
    actor: Actor,
    request: ImportRequest,
    *,
    progress: Progress | None = None,
    on_error: Callable[[Issue], None] | None = None,
) -> Report:
    """Import a file into a layer, or report what importing it would do.

    `progress` is called with (rows read, rows the file claims); `on_error` with each rejection.
    Raises FileRefused for a file that cannot be imported, NotAllowed or SignInNeeded, and
    ImportBroken when rows do not add up; in each case nothing was written.
    """
    access.require(actor, Action.IMPORT, request.theme, request.slug)
    try:
        return _attempt(actor, request, progress, on_error, look_at_shapes=not request.apply)
    except IntegrityError as error:
        if not _is_about_shapes(error):
            rule = str(error).splitlines()[0]
            raise FileRefused(f"A rule of the layer is broken, nothing written: {rule}") from error
    # A shape became invalid by the transformation: once more, now finding out which.
    return _attempt(actor, request, progress, on_error, look_at_shapes=True)


def _is_about_shapes(error: IntegrityError) -> bool:
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "")).endswith("_geom_fits")


def _attempt(
    actor: Actor,
    request: ImportRequest,
    progress: Progress | None,
    on_error: Callable[[Issue], None] | None,
    *,
    look_at_shapes: bool,
) -> Report:
    started = time.monotonic()
    theme = theme_of(request.theme)
    log = IssueLog(on_error=on_error)
    opened = open_source(request.path, layer=request.source_layer, encoding=request.encoding)
    with opened as source:
        columns = [decode_name(name, source.encoding) for name in source.columns]
        matched = settle(theme, columns, request.mapping, request.keys)
        crs = source_crs.decide(source.crs_text, source.bounds, request.source_crs)
        run = _Run(actor, request, source, matched, crs, log, progress, look_at_shapes)
        _note_file(run)
        with transaction.atomic(using=STAFF_DATABASE):
            report = _in_transaction(run)
            if not request.apply:
                transaction.set_rollback(True, using=STAFF_DATABASE)
    return replace(report, seconds=time.monotonic() - started)


def _note_file(run: _Run) -> None:
    run.log.extend(run.source.encoding.issues)
    run.log.extend(run.crs.issues)
    if has_heights(run.source.geometry_type):
        run.log.add(Issue("heights_dropped", Severity.NOTE))
    if not set(theme_of(run.request.theme).natural_key) & run.matched.targets.keys():
        run.log.add(Issue("no_key", Severity.WARNING, detail="--key names one"))
    if run.matched.kept:
        run.log.add(Issue("columns_kept", Severity.NOTE, detail=", ".join(run.matched.kept)))
    bounds = source_crs.bounds_4326(run.crs, run.source.bounds)
    if bounds is not None and not source_crs.near_city(bounds):
        detail = f"lon {bounds[0]:.3f} to {bounds[2]:.3f}, lat {bounds[1]:.3f} to {bounds[3]:.3f}"
        run.log.add(Issue("far_from_city", Severity.WARNING, detail=detail))


def _in_transaction(run: _Run) -> Report:
    theme = theme_of(run.request.theme)
    batches = run.source.batches()
    first = next(batches, None)
    stored = stored_type(theme, run.source.geometry_type, _first_shape(first))
    layer = layer_for(run.actor, run.request, stored)
    target = Target(theme, stored, known_codes(theme))
    preparation = Preparation(run.source, target, run.matched, run.crs, run.log)
    staging = Staging(Plan(layer, preparation.columns, run.crs.srid, not run.crs.on_map))
    passing = _watched(_chained(first, batches), run)
    staged = staging.fill(prefetched(preparation.rows(passing)))
    if staged != preparation.read - preparation.rejected:
        raise ImportBroken(f"{preparation.read} rows read, {staged} staged")
    if not run.request.apply:
        return _classified(run, layer, preparation, staging)
    with ThreadPoolExecutor(1, thread_name_prefix="import") as pool:
        kept = pool.submit(kept_files.copy_original, run.request.path)
        report = _classified(run, layer, preparation, staging)
        return _applied(run, layer, staging, report, kept.result())


def _classified(run: _Run, layer: Layer, prepared: Preparation, staging: Staging) -> Report:
    verdicts = staging.classify(look_at_shapes=run.look_at_shapes)
    counts = {name: verdicts.pop(name, 0) for name in (NEW, CHANGED, SAME)}
    for row, reason in staging.rejected() if verdicts else ():
        run.log.add(Issue(reason, Severity.ERROR, row))
    report = Report(
        file=run.request.path.name,
        layer=layer.slug,
        theme=layer.theme,
        geometry_type=layer.geometry_type,
        crs=run.crs.name,
        encoding=run.source.encoding.codec,
        mapping=run.matched.targets,
        kept_columns=run.matched.kept,
        read=prepared.read,
        new=counts[NEW],
        changed=counts[CHANGED],
        same=counts[SAME],
        rejected=prepared.rejected + sum(verdicts.values()),
        applied=False,
        change_set=None,
        issues=run.log.groups(),
        seconds=0.0,
    )
    if not report.adds_up:
        raise ImportBroken(f"rows do not add up: {report.counts()}")
    return report


def _applied(run: _Run, layer: Layer, staging: Staging, report: Report, kept: KeptFile) -> Report:
    """Write the rows and remember file and run; raises ImportBroken if counts differ."""
    source = kept_files.record(kept, run.crs, run.source.encoding.codec)
    change_set = None
    if report.new or report.changed:
        title = f"{run.request.path.name} → {layer.slug}"
        written = bulk.apply(run.actor, staging, title=title, source_id=source.pk)
        if (written.new, written.changed) != (report.new, report.changed):
            raise ImportBroken(f"classified {report.counts()}, written {written}")
        change_set = written.change_set
    done = replace(report, applied=True, change_set=change_set.pk if change_set else None)
    ImportRun.objects.using(STAFF_DATABASE).create(
        layer=layer,
        source=source,
        change_set=change_set,
        options=run.request.options(),
        outcome=done.as_dict(),
        actor_name=run.actor.name,
    )
    return done


def _first_shape(first: Batch | None) -> bytes | None:
    if first is None:
        return None
    batch, geometry = first
    return next((shape for shape in batch.column(geometry).to_pylist() if shape), None)


def _chained(first: Batch | None, rest: Iterator[Batch]) -> Iterator[Batch]:
    if first is not None:
        yield first
    yield from rest


def _watched(batches: Iterator[Batch], run: _Run) -> Iterator[Batch]:
    done = 0
    for batch, geometry in batches:
        yield batch, geometry
        done += batch.num_rows
        if run.progress is not None:
            run.progress(done, run.source.rows)
