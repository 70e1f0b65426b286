"""Batches of a file → rows for the write door, with every finding in the log."""

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import models
from shapely.geometry.base import BaseGeometry

from gis_core.prefetch import prefetched
from importers import heights, values
from importers.fields import Filler, Finding, fillers, slug_of
from importers.geometry_kinds import kind_names
from importers.issues import Issue, IssueLog, Severity
from importers.letters import state_secret_in
from importers.magic import FileKind
from importers.refusals import refusal
from importers.rejections import ANOTHER_KIND
from importers.row_findings import Numbers, Reasons, RowFindings
from importers.sensitivity import class_secret_in
from importers.shapefile_limits import cut_rows
from importers.shapes import Shapes, read_shapes
from importers.source_crs import SourceCrs
from importers.understanding import Understood
from importers.values import Mask
from importers.words import Fact, sentence
from layers.bulk_plan import StagedColumn, StagedRows
from layers.registry import Theme

KEY_LENGTH = 200
NO_KEY = "sha:"  # how the key of a row begins that has none of its own
_HASH_LENGTH = 24
_SHORT_HASH = 6
Columns = Mapping[str, pa.Array]


@dataclass(frozen=True)
class Target:
    """Where the rows go: theme, stored geometry type, known codes by list.

    `area_4326` is where they should lie; None where that is not to be looked at.
    """

    theme: Theme
    stored: str
    codes: Mapping[str, frozenset[str]]
    area_4326: BaseGeometry | None = None


class Preparation:
    """Prepares the rows of one source. `read` and `rejected` count as batches pass through.

    `other_kinds` counts the rejected rows that are set aside, because a layer of another kind would
    take them; `aside` is called with these rows and the name of their geometry column.
    """

    def __init__(
        self,
        file: Understood,
        target: Target,
        crs: SourceCrs,
        log: IssueLog,
        *,
        aside: Callable[[pa.RecordBatch, str], None] | None = None,
    ) -> None:
        self.read = 0
        self.rejected = 0
        self.other_kinds: Counter[str] = Counter()
        self._aside = aside
        self._letters, self._target, self._crs = file.letters, target, crs
        self._heights = file.heights
        self._shapefile = file.source.kind is FileKind.SHAPEFILE
        self._table = file.source.kind in {FileKind.CSV, FileKind.XLSX}
        self._source, self._log = file.source, log
        self._findings = RowFindings(log, target.stored, target.area_4326)
        matched = file.matched
        if self._heights:
            matched = replace(matched, kept=(*matched.kept, *heights.NAMES))
        self._class_column = matched.targets.get("sensitivity")
        self._fillers = fillers(target.theme, matched)
        self._slug = _slug_field(target.theme)

    @property
    def columns(self) -> tuple[StagedColumn, ...]:
        """Return the staged columns, in the order of staging."""
        staged = tuple(filler.column for filler in self._fillers)
        if self._slug and self._slug not in {column.name for column in staged}:
            staged += (StagedColumn(self._slug, "text"),)
        return staged

    def rows(
        self, batches: Iterable[tuple[pa.RecordBatch, str]]
    ) -> Generator[StagedRows, None, None]:
        """Yield the rows that pass, batch by batch. Close it: a thread of its own reads ahead."""
        # Shapes are half of the work, done outside the interpreter's lock for the most part.
        for batch, geometry, shapes in prefetched(self._shaped(batches), ahead=1):
            passed = self._batch(batch, geometry, shapes)
            if passed:
                yield passed
        self._findings.finish()
        if count := self._source.reading.left_out:
            first = self.read + self._source.first_row
            told = sentence("rows_to", first=first, last=first + count - 1)
            self._log.add(Issue("rows_left_out", Severity.NOTE, detail=told))

    def of_batch(self, batch: pa.RecordBatch, geometry: str) -> StagedRows | None:
        """Return the rows of one batch that pass, None where none does."""
        shapes = read_shapes(batch.column(geometry), self._target.stored, self._crs)
        return self._batch(batch, geometry, shapes)

    def _shaped(
        self, batches: Iterable[tuple[pa.RecordBatch, str]]
    ) -> Iterator[tuple[pa.RecordBatch, str, Shapes]]:
        for batch, geometry in batches:
            if batch.num_rows:
                wkb = batch.column(geometry)
                yield batch, geometry, read_shapes(wkb, self._target.stored, self._crs)

    def _batch(self, batch: pa.RecordBatch, geometry: str, shapes: Shapes) -> StagedRows | None:
        begin = self.read + self._source.first_row
        numbers = np.arange(begin, begin + batch.num_rows, dtype=np.int32)
        self.read += batch.num_rows
        fine = np.array([reason is None for reason in shapes.reasons.tolist()], dtype=bool)
        self.rejected += int((~fine).sum())
        if not fine.all():
            refused = batch.filter(pa.array(~fine))
            self._refuse(numbers[~fine], shapes.reasons[~fine], refused, geometry)
        if not fine.any():
            return None
        ewkb = shapes.ewkb
        if not fine.all():
            keep = pa.array(fine)
            numbers, ewkb, batch = numbers[fine], ewkb.filter(keep), batch.filter(keep)
        self._findings.begin(numbers, ewkb)
        self._mark_repaired(shapes, fine)
        columns = self._columns(batch, geometry)
        staged = self._fill(columns)
        keys = self._keys(staged, columns, ewkb)
        return StagedRows(pa.array(numbers), keys, ewkb, staged, shapes.box_4326)

    def _refuse(
        self, numbers: Numbers, reasons: Reasons, batch: pa.RecordBatch, geometry: str
    ) -> None:
        """Note why rows are rejected, and which of them a layer of another kind would take."""
        wkb = batch.column(geometry)
        of_type = np.flatnonzero(reasons == ANOTHER_KIND)
        kinds = kind_names(wkb.take(pa.array(of_type)))
        self.other_kinds.update(kind for kind in kinds if kind)
        reasons[of_type[np.array([not kind for kind in kinds], dtype=bool)]] = "mixed_shape"
        if self._table:
            reasons[reasons == "empty"] = "no_place"
        aside = reasons == ANOTHER_KIND
        if self._aside is not None and aside.any():
            self._aside(batch.filter(pa.array(aside)), geometry)
        self._findings.refuse(numbers, reasons, wkb, self._crs)

    def _mark_repaired(self, shapes: Shapes, fine: Mask) -> None:
        places = np.cumsum(fine) - 1  # row of the batch → row among those that pass
        for row, (before, after) in shapes.repaired.items():
            detail = sentence("areas", before=round(before, 1), after=round(after, 1))
            self._findings.mark_value("repaired", "geom", int(places[row]), detail, 1)

    def _columns(self, batch: pa.RecordBatch, geometry: str) -> dict[str, pa.Array]:
        """Return the columns by name, decoded; raises FileRefused for a state secret."""
        found: dict[str, pa.Array] = {}
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name == geometry:
                continue
            shown = self._letters.name(name)
            decoded = self._letters.text(name, column)
            found[shown] = decoded.values
            capitals = np.flatnonzero(decoded.capitals)
            if self._shapefile:
                cut = cut_rows(column, utf8=self._letters.encoding.reader == "UTF-8")
                self._findings.mark("cut_in_file", shown, np.flatnonzero(cut))
            self._findings.mark("bad_text", shown, np.flatnonzero(decoded.unread))
            self._findings.mark("capitals_repaired", shown, capitals, Severity.NOTE)
            self._refuse_secret(shown, state_secret_in(found[shown]))
            if shown == self._class_column:
                self._refuse_secret(shown, class_secret_in(found[shown]))
        if self._heights:
            found |= heights.height_columns(batch.column(geometry))
        return found

    def _refuse_secret(self, column: str, row: int | None) -> None:
        if row is not None:
            facts: dict[str, Fact] = {"row": self._findings.number_of(row), "column": column}
            raise refusal("state_secret", facts=facts)

    def _fill(self, columns: Columns) -> dict[str, pa.Array]:
        staged: dict[str, pa.Array] = {}
        for filler in self._fillers:
            filled = filler.fill(columns)
            staged[filler.column.name] = filled.values
            for finding in filled.findings:
                self._mark_values(finding, columns)
            if filler.code_list:
                self._unknown_codes(filler, filled.values)
        return staged

    def _mark_values(self, finding: Finding, columns: Columns) -> None:
        code, field, name, rows = finding
        column = columns[name]
        self._findings.mark(
            code,
            field,
            np.flatnonzero(rows),
            detail=lambda row: values.plain_text(column[row].as_py())[:80],
        )

    def _unknown_codes(self, filler: Filler, found: pa.Array) -> None:
        known = self._target.codes.get(filler.code_list, frozenset())
        for entry in pc.value_counts(found).to_pylist():
            code = entry["values"]
            if code and code not in known:
                first = pc.index(found, code).as_py()
                name = filler.column.name
                self._findings.mark_value("unknown_code", name, first, code, entry["counts"])

    def _keys(self, staged: dict[str, pa.Array], columns: Columns, ewkb: pa.Array) -> pa.Array:
        """Return the natural keys; rows without one get a hash. Fills blank addresses as well."""
        parts = [
            _as_text(staged[name]) if name in staged else pa.array([""] * len(ewkb), pa.string())
            for name in self._target.theme.natural_key
        ]
        keys = pc.binary_join_element_wise(*parts, "/") if len(parts) > 1 else parts[0]
        blank = np.asarray(pc.equal(pc.utf8_trim(keys, "/"), ""))
        blank |= np.asarray(pc.greater(pc.utf8_length(keys), KEY_LENGTH))
        if not blank.any():
            return keys
        hashes = _hashes(columns, ewkb, blank)
        if self._slug:
            made = _addresses(staged.get("name"), hashes, blank)
            given = staged[self._slug] if self._slug in staged else keys
            keys = _where(blank, made, given)
            staged[self._slug] = keys
            return keys
        return _where(blank, [f"{NO_KEY}{value[:_HASH_LENGTH]}" for value in hashes], keys)


def _slug_field(theme: Theme) -> str:
    """Return the field of the natural key that is an address; it is made up where it is blank."""
    model_fields = (theme.model._meta.get_field(name) for name in theme.natural_key)
    return next((field.name for field in model_fields if isinstance(field, models.SlugField)), "")


def _as_text(column: pa.Array) -> pa.Array:
    return pc.fill_null(column.cast(pa.string()), "")


def _where(mask: Mask, chosen: pa.Array | list[str], others: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(mask), pa.array(chosen, pa.string()), others)


def _hashes(columns: Columns, ewkb: pa.Array, wanted: Mask) -> list[str]:
    """Return the SHA-256 of the values and the shape of the `wanted` rows, "" for the others."""
    texts = [values.text(columns[name], None).values.to_pylist() for name in sorted(columns)]
    found = []
    for place, shape in enumerate(ewkb.to_pylist()):
        if wanted[place]:
            joined = "\x1f".join(column[place] for column in texts)
            found.append(hashlib.sha256(joined.encode() + shape).hexdigest())
        else:
            found.append("")
    return found


def _addresses(names: pa.Array | None, hashes: list[str], wanted: Mask) -> list[str]:
    """Return an address for each wanted row: its name and a short hash."""
    texts = names.to_pylist() if names is not None else [""] * len(hashes)
    return [
        f"{slug_of(text) or 'place'}-{value[:_SHORT_HASH]}" if needed else ""
        for text, value, needed in zip(texts, hashes, wanted, strict=True)
    ]
