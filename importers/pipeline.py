"""One file into one layer: read, check, stage, classify and, when told so, write. The one way in.

A dry run does all of it except the writing, in a transaction that is rolled back, so its report is
the one that applying would give.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from shapely.geometry.base import BaseGeometry

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.models import ChangeSet
from importers import beside, kept_files
from importers.geometry_kinds import chosen_type
from importers.issues import ImportBroken, Issue, IssueLog, Severity
from importers.kept_files import KeptFile
from importers.models import ImportRun
from importers.preparation import Preparation, Target
from importers.refusals import refusal
from importers.report import Report
from importers.request import ImportRequest
from importers.retiring import AsideKeys, hindrance
from importers.source import open_source
from importers.source_crs import SourceCrs
from importers.target_layer import known_codes, layer_for, theme_of
from importers.understanding import Batch, Understood, look_into
from importers.words import kept
from layers import bulk, bulk_load, layer_origin
from layers.bulk import CHANGED, NEW, SAME, Staging
from layers.bulk_load import NotAFirstLoad
from layers.bulk_plan import Plan, StagedRows
from layers.feature import Layer, SourceFile

Progress = Callable[[int, int | None], None]
Onlooker = Callable[[Staging, IssueLog], None]

_MISSING_SHOWN = 5


class _NotDirectly(Exception):
    """The rows of a first load have to be compared after all; nothing was written."""


@dataclass(frozen=True)
class _Run:
    """What is settled before the first row is read."""

    actor: Actor
    request: ImportRequest
    file: Understood
    file_issues: tuple[Issue, ...]
    crs: SourceCrs
    log: IssueLog
    progress: Progress | None
    onlooker: Onlooker | None
    directly: bool
    hashed: Future[str] | None
    aside: AsideKeys | None = None


def import_file(
    actor: Actor,
    request: ImportRequest,
    *,
    progress: Progress | None = None,
    onlooker: Onlooker | None = None,
) -> Report:
    """Import a file into a layer, or report what importing it would do.

    `progress` is called with (rows read, rows the file claims); `onlooker`, in a dry run, with the
    classified rows and the findings before they are forgotten.
    Raises FileRefused for a file that cannot be imported, NotAllowed or SignInNeeded, and
    ImportBroken when rows do not add up; in each case nothing was written.
    """
    access.require(actor, Action.IMPORT, request.theme, request.slug)
    try:
        try:
            return _attempt(actor, request, progress, onlooker, directly=True)
        except _NotDirectly:
            return _attempt(actor, request, progress, onlooker, directly=False)
    except IntegrityError as error:
        raise refusal("rule_broken", facts={"rule": _rule(error)}) from error


def _rule(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or str(error).partition("\n")[0])


def _attempt(
    actor: Actor,
    request: ImportRequest,
    progress: Progress | None,
    onlooker: Onlooker | None,
    *,
    directly: bool,
) -> Report:
    """Import once. `directly`: by a first load where that suits, or _NotDirectly."""
    started = time.monotonic()
    theme = theme_of(request.theme)
    log = IssueLog()
    opened = open_source(request.path, layer=request.source_layer, encoding=request.encoding)
    with ThreadPoolExecutor(1, thread_name_prefix="import") as pool, ExitStack() as stack:
        # What takes long while the reader starts; a dry run does not need it.
        hashed = pool.submit(kept_files.hash_of, request.path) if request.apply else None
        source = stack.enter_context(opened)
        file = look_into(actor, source, theme, request)
        issues = tuple(file.issues(theme))
        log.extend(issues)
        crs = file.place.decided()
        run = _Run(actor, request, file, issues, crs, log, progress, onlooker, directly, hashed)
        with transaction.atomic(using=STAFF_DATABASE):
            report = _in_transaction(run)
            if not request.apply:
                transaction.set_rollback(True, using=STAFF_DATABASE)
    return replace(report, seconds=time.monotonic() - started)


def _in_transaction(run: _Run) -> Report:
    theme = theme_of(run.request.theme)
    declared = run.file.source.geometry_type
    stored = chosen_type(theme, run.request, declared, run.file.kinds)
    layer = layer_for(run.actor, run.request, stored)
    target = Target(theme, stored, known_codes(theme), _expected_area(run))
    if run.request.retire_on or not (run.request.apply or run.request.create_layer):
        run = replace(run, aside=AsideKeys(run.file, target, run.crs))
    preparation = Preparation(
        run.file, target, run.crs, run.log, aside=run.aside.add if run.aside else None
    )
    plan = Plan(layer, preparation.columns)
    with closing(preparation.rows(_watched(run.file.batches, run))) as rows:
        return _written(run, plan, preparation, rows)


def _written(run: _Run, plan: Plan, preparation: Preparation, rows: Iterator[StagedRows]) -> Report:
    """Write the rows; in a dry run only classify them."""
    if not run.request.apply:
        staging, report = _staged(run, plan, preparation, rows)
        if run.onlooker is not None:
            run.onlooker(staging, run.log)
        return report
    with ThreadPoolExecutor(1, thread_name_prefix="import") as pool:
        kept = pool.submit(kept_files.copy_original, run.request.path, run.hashed)
        if run.directly and bulk_load.suits(plan, run.file.source.rows):
            return _first_load(run, plan, preparation, rows, kept.result())
        staging, report = _staged(run, plan, preparation, rows)
        return _applied(run, staging, report, kept.result())


def _expected_area(run: _Run) -> BaseGeometry | None:
    """Return where rows should lie; None where the whole file lies elsewhere and says so once."""
    far = any(issue.code == "far_from_city" for issue in run.file_issues)
    return None if far else run.file.place.outline_4326


def _first_load(
    run: _Run, plan: Plan, prepared: Preparation, rows: Iterator[StagedRows], kept: KeptFile
) -> Report:
    """Write the rows without comparing them; raises _NotDirectly when that cannot be."""
    source = kept_files.record(kept, run.crs, run.file.letters.codec)
    try:
        written = bulk_load.load(
            run.actor,
            plan,
            rows,
            expected_rows=run.file.source.rows or 0,
            title=_title(run),
            source_id=source.pk,
        )
    except (IntegrityError, NotAFirstLoad) as error:
        raise _NotDirectly from error
    report = _report(run, plan.layer, prepared, {NEW: written.new})
    return _remembered(run, plan.layer, source, written.change_set, report)


def _staged(
    run: _Run, plan: Plan, prepared: Preparation, rows: Iterator[StagedRows]
) -> tuple[Staging, Report]:
    staging = Staging(plan)
    staged = staging.fill(rows)
    if staged != prepared.read - prepared.rejected:
        raise ImportBroken(f"{prepared.read} rows read, {staged} staged")
    verdicts = staging.classify()
    if verdicts.keys() - {NEW, CHANGED, SAME}:
        for row, reason, place in staging.rejected():
            run.log.add(Issue(reason, Severity.ERROR, row, place_4326=place))
    if verdicts.keys() & {NEW, CHANGED}:
        beside.note(run.log, plan)
    report = _report(run, plan.layer, prepared, verdicts)
    return staging, _compared(run, staging, report)


def _compared(run: _Run, staging: Staging, report: Report) -> Report:
    """Add which fields change, what is missing and whether it may end; FileRefused where not."""
    if report.changed:
        report = replace(report, changed_fields=staging.changed_fields())
    missing, first = staging.missing(_MISSING_SHOWN)
    report = replace(report, missing=missing, missing_first=first)
    if not missing or run.aside is None:
        return report
    with closing(staging.missing_keys()) as keys:
        found = hindrance(report, run.aside, keys)
    if found is not None and run.request.retire_on:
        raise found
    retired = staging.ending(run.request.retire_on) if run.request.retire_on else 0
    return replace(report, retired=retired, cannot_retire=kept(found.words) if found else {})


def _report(run: _Run, layer: Layer, prepared: Preparation, verdicts: Mapping[str, int]) -> Report:
    """Return the report before anything is written; raises ImportBroken if rows are missing."""
    report = Report(
        file=run.request.path.name,
        layer=layer.slug,
        theme=layer.theme,
        geometry_type=layer.geometry_type,
        crs=run.crs.name,
        encoding=run.file.letters.codec,
        mapping=run.file.matched.targets,
        kept_columns=run.file.kept,
        read=prepared.read,
        new=verdicts.get(NEW, 0),
        changed=verdicts.get(CHANGED, 0),
        same=verdicts.get(SAME, 0),
        rejected=prepared.rejected
        + sum(n for verdict, n in verdicts.items() if verdict not in {NEW, CHANGED, SAME}),
        set_aside=prepared.other_kinds.total(),
        other_kinds=dict(prepared.other_kinds),
        changed_fields={},
        missing=0,
        missing_first=(),
        retired=0,
        applied=False,
        change_set=None,
        issues=run.log.groups(),
        rejections=run.log.rejections,
        seconds=0.0,
    )
    if not report.adds_up or not report.explains_all:
        raise ImportBroken(f"rows do not add up: {report.counts()}")
    return report


def _title(run: _Run) -> str:
    return f"{run.request.path.name} → {run.request.slug}"


def _applied(run: _Run, staging: Staging, report: Report, kept: KeptFile) -> Report:
    """Write what was classified; raises ImportBroken if the counts then differ."""
    source = kept_files.record(kept, run.crs, run.file.letters.codec)
    change_set = None
    if report.new or report.changed or report.retired:
        written = bulk.apply(
            run.actor,
            staging,
            title=_title(run),
            source_id=source.pk,
            retire_on=run.request.retire_on,
        )
        if (written.new, written.changed) != (report.new, report.changed):
            raise ImportBroken(f"classified {report.counts()}, written {written}")
        change_set = written.change_set
        report = replace(report, retired=written.retired)
    return _remembered(run, staging.plan.layer, source, change_set, report)


def _remembered(
    run: _Run, layer: Layer, source: SourceFile, change_set: ChangeSet | None, report: Report
) -> Report:
    """Keep the report of an applied run; FileRefused where the layer left the catalogue since."""
    if not layer_origin.standing(layer.slug):
        raise refusal("layer_missing", facts={"layer": layer.slug})
    layer_origin.settle(layer, change_set)
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


def _watched(batches: Iterator[Batch], run: _Run) -> Iterator[Batch]:
    done = 0
    for batch, geometry in batches:
        yield batch, geometry
        done += batch.num_rows
        if run.progress is not None:
            run.progress(done, run.file.source.rows)
