"""What a file holds, understood from its first rows before anything is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import Action, Actor
from importers import datum_check, empty_columns, geometry_kinds
from importers.column_facts import FACT_ROWS, ColumnFacts, facts_of
from importers.column_text import ColumnText
from importers.crs_candidates import Place, city_box, compared, locate, unasked
from importers.issues import (
    CODES,
    SEVERITIES,
    Issue,
    IssueGroup,
    IssueLog,
    Severity,
    in_each_language,
)
from importers.letters import Letters, encoding_names
from importers.magic import FileKind
from importers.mapping import Matched, known_targets, settle
from importers.request import ImportRequest
from importers.sampled_positions import sample_positions
from importers.shapefile_limits import name_issues
from importers.shapes import has_heights
from importers.source import Source, open_source
from importers.source_crs import bounds_4326, near_city
from importers.target_layer import known_codes, theme_of
from importers.words import Words, sentence
from layers.city_outline import city_outline
from layers.guards import may_set
from layers.registry import Theme

Batch = tuple[pa.RecordBatch, str]
_LONGEST = 80  # characters of a value that are told


@dataclass(frozen=True)
class Understood:
    """An opened file with what its first rows say. `batches` yields all rows, once.

    `first` is None for a file without rows.
    `empty` are the columns without a field that hold nothing in the first rows.
    `guarded` is field → column of what this person may not change; such columns are kept beside.
    """

    source: Source
    letters: Letters
    place: Place
    matched: Matched
    facts: Mapping[str, ColumnFacts]
    kinds: Mapping[str, int]
    heights: bool
    first: Batch | None
    batches: Iterator[Batch]
    guarded: Mapping[str, str] = field(default_factory=dict)
    empty: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the columns without a field that hold something."""
        return tuple(name for name in self.matched.kept if name not in self.empty)

    def issues(self, theme: Theme) -> Iterator[Issue]:
        """Yield the findings about the file as a whole."""
        yield from self.source.issues
        if self.first is None:
            yield Issue("no_rows", Severity.WARNING)
            return  # whatever else could be said is about rows
        if self.source.kind in {FileKind.CSV, FileKind.XLSX}:
            told = sentence("data_from", row=self.source.first_row)
            yield Issue("sheet_rows", Severity.NOTE, detail=told)
        yield from self.letters.issues()
        yield from self.place.issues
        if self.source.kind is FileKind.SHAPEFILE:
            yield from name_issues(tuple(self.facts), self.kept)
        if self.heights:
            yield Issue("heights_kept", Severity.NOTE)
        yield from self._column_issues(theme)
        if self.place.crs is not None:
            bounds = bounds_4326(self.place.crs, self.source.bounds)
            if bounds is not None and not near_city(bounds):
                yield Issue("far_from_city", Severity.WARNING, detail=_span(bounds))

    def _column_issues(self, theme: Theme) -> Iterator[Issue]:
        if not set(theme.natural_key) & self.matched.targets.keys():
            yield Issue("no_key", Severity.WARNING)
        for name, column in self.matched.misfits:
            yield Issue("column_misfit", Severity.WARNING, field=name, detail=column)
        for name, reason in self.matched.reasons.items():
            if reason in {"similar_name", "values"}:
                yield Issue(
                    "column_guessed", Severity.WARNING, None, name, self.matched.targets[name]
                )
        for name, column in self.guarded.items():
            yield Issue("guarded", Severity.WARNING, field=name, detail=column)
        if self.kept:
            yield Issue("columns_kept", Severity.NOTE, detail=", ".join(self.kept))
        if self.empty:
            told = sentence("columns", count=len(self.empty), names=", ".join(self.empty))
            yield Issue("columns_empty", Severity.NOTE, detail=told)


@dataclass(frozen=True)
class ColumnMatch:
    """One column of the file: the field that it fills, "" for `extra`, why, and first values.

    `misfit` is the field whose name the column has and whose values it does not, or "".
    """

    column: str
    field: str
    reason: str
    misfit: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Understanding:
    """What a person confirms before anything is written.

    `rows` is what the file claims, None where it does not say, and 0 where it holds none.

    `text` begins with what a person should look at. `kinds` counts the shapes of the first rows by
    the type in which they would be stored.
    """

    file: str
    format: str
    source_layer: str
    geometry_type: str
    kinds: Mapping[str, int]
    rows: int | None
    encoding: str
    text: tuple[ColumnText, ...]
    place: Place
    columns: tuple[ColumnMatch, ...]
    unfilled: tuple[str, ...]
    issues: tuple[IssueGroup, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """Return the codes of what has to be answered before the file can be imported."""
        return (self.place.question,) if self.place.question else ()

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            "file": self.file,
            "format": self.format,
            "source_layer": self.source_layer,
            "geometry_type": self.geometry_type,
            "kinds": dict(self.kinds),
            "rows": self.rows,
            "encoding": self.encoding,
            "encodings": list(encoding_names()),
            "text": [one.as_dict() for one in self.text],
            "place": self.place.as_dict(),
            "columns": [
                {**vars(one), "samples": [text[:_LONGEST] for text in one.samples]}
                for one in self.columns
            ],
            "unfilled": list(self.unfilled),
            "questions": [
                {"code": code, "messages": in_each_language(CODES[code])} for code in self.questions
            ],
            "issues": [group.as_dict() for group in self.issues],
        }

    def lines(self) -> Iterator[str]:
        """Yield the same for a terminal; of each candidate its share of positions in the city."""
        rows = gettext("unknown") if self.rows is None else self.rows
        count = gettext("rows: %(rows)s") % {"rows": rows}
        yield f"{self.file}: {self.format}, {self.geometry_type}, {count}"
        for one in self.text:
            sure = "" if one.certain else " ?"
            yield f"  {one.column}: {one.codec}{sure}"
            for before, after in zip(one.before, one.after, strict=False):
                yield f"      {before.strip()} → {after.strip()}"
        yield f"  {self.place.crs.name if self.place.crs else self.place.asked}"
        for candidate in self.place.candidates[:5]:
            yield f"      {candidate.crs.key} ({candidate.crs.name}): {candidate.share:.0%}"
        for match in self.columns:
            target = f"{match.field} ({match.reason})" if match.field else gettext("kept beside")
            yield f"  {match.column} → {target}: {', '.join(match.samples)}"
        for group in self.issues:
            words = CODES.get(group.code, group.code)
            yield f"  {SEVERITIES[group.severity]}: {group.code}: {words}"


def _span(bounds_4326: tuple[float, float, float, float]) -> str | Words:
    if not np.isfinite(bounds_4326).all():
        return ""
    west, south, east, north = (round(float(one), 3) for one in bounds_4326)
    return sentence("bounds", west=west, east=east, south=south, north=north)


def understand(actor: Actor, request: ImportRequest) -> Understanding:
    """Look into a file and write nothing; what is doubtful is told, not refused.

    Raises FileRefused for a file that cannot be read or a wrong option, NotAllowed, SignInNeeded.
    """
    access.require(actor, Action.IMPORT, request.theme, request.slug)
    theme = theme_of(request.theme)
    opened = open_source(request.path, layer=request.source_layer, encoding=request.encoding)
    with opened as source:
        file = look_into(actor, source, theme, request)
        log = IssueLog()
        log.extend(file.issues(theme))
    return Understanding(
        file=request.path.name,
        format=str(source.kind),
        source_layer=source.layer,
        geometry_type=source.geometry_type,
        kinds=file.kinds,
        rows=source.rows if file.first else 0,
        encoding=file.letters.codec,
        text=tuple(sorted(file.letters.columns.values(), key=lambda one: one.certain)),
        place=compared(file.place, sample_positions(file.first)),
        columns=tuple(_match(file, name) for name in file.facts if name not in file.empty),
        unfilled=tuple(name for name in known_targets(theme) if name not in file.matched.targets),
        issues=log.groups(),
    )


def _match(file: Understood, column: str) -> ColumnMatch:
    targets = file.matched.targets
    name = next((target for target, source in targets.items() if source == column), "")
    reason = file.matched.reasons.get(name, "")
    misfit = next((field for field, misfit in file.matched.misfits if misfit == column), "")
    return ColumnMatch(column, name, reason, misfit, file.facts[column].samples)


def look_into(actor: Actor, source: Source, theme: Theme, request: ImportRequest) -> Understood:
    """Read the first rows and decide how all are read; FileRefused for a wrong option."""
    batches = source.batches()
    first = next((one for one in batches if one[0].num_rows), None)
    letters = Letters(source.encoding, request.column_encodings)
    if first is not None:
        letters.learn(*first)
    columns = [letters.name(name) for name in source.columns]
    facts = _facts(first, letters, known_codes(theme))
    matched, guarded = _allowed(
        actor, theme, request, settle(theme, columns, request.mapping, request.keys, facts)
    )
    blank = () if first is None else empty_columns.found(first, source.kind)
    matched, empty = empty_columns.apart(matched, {letters.name(name) for name in blank})
    outline = city_outline(actor) or city_box()
    sample = sample_positions(first)
    place = locate(source.crs_text, sample, outline, request.source_crs)
    if first is None:
        place = unasked(place)
    elif not request.source_crs:
        place = datum_check.checked(actor, request.slug, place, sample)
    every = chain([first], batches) if first is not None else batches
    shapes = pa.array([], pa.binary()) if first is None else first[0].column(first[1])
    heights = has_heights(source.geometry_type) or geometry_kinds.has_heights(shapes)
    kinds = geometry_kinds.kinds_of(shapes)
    return Understood(
        source, letters, place, matched, facts, kinds, heights, first, every, guarded, empty
    )


def _allowed(
    actor: Actor, theme: Theme, request: ImportRequest, matched: Matched
) -> tuple[Matched, dict[str, str]]:
    """Return what `actor` may fill, and the fields that they may not, with their columns."""
    held = {
        name: column
        for name, column in matched.targets.items()
        if not may_set(actor, theme, request.slug, name)
    }
    if not held:
        return matched, held
    targets = {name: column for name, column in matched.targets.items() if name not in held}
    beside = tuple(column for column in held.values() if column not in targets.values())
    return replace(matched, targets=targets, kept=(*matched.kept, *beside)), held


def _facts(
    first: Batch | None, letters: Letters, codes: Mapping[str, frozenset[str]]
) -> dict[str, ColumnFacts]:
    if first is None:
        return {}
    batch, geometry = first
    return {
        letters.name(name): facts_of(letters.text(name, column.slice(0, FACT_ROWS)).values, codes)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if name != geometry
    }
