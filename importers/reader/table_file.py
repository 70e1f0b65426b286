"""A table (CSV, XLSX) whose rows get their places from columns of coordinates."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from importers.reader.footer import without_footer
from importers.reader.gdal_file import Batch, GdalFile
from importers.reader.refusal import Refused
from importers.reader.sheet_layout import Layout, layout_of
from importers.reader.tables import (
    GEOMETRY,
    Reading,
    bounds,
    chosen,
    headings_in,
    located,
    readings,
)

_SAMPLE_ROWS = 2_000
_LAYOUT_ROWS = 60
_UNNAMED = "Field"  # how GDAL calls the columns of a sheet without headings
_SHOWN_COLUMNS = 12
_AS_IT_IS = {".csv": {"HEADERS": "NO"}, ".xlsx": {"HEADERS": "DISABLE"}}


class TableFile(GdalFile):
    """Every way to read a sheet is a layer; one way only is the sheet itself.

    `title` is shown for the only sheet of a file whose sheets have no names. `wanted` is the layer
    that a person named; it may name columns that nobody would have guessed.
    """

    def __init__(
        self,
        path: Path,
        options: Mapping[str, str] | None = None,
        *,
        title: str = "",
        wanted: str = "",
    ) -> None:
        super().__init__(path, options)
        self._title, self._wanted = title, wanted

    def all_layers(self) -> Mapping[str, str | None]:
        """Return every sheet, under its title where it has no name."""
        found = super().all_layers()
        return dict(zip([self._title], found.values(), strict=True)) if self._title else found

    def layers(self) -> list[str]:
        """Return what can be read; Refused where no sheet with rows has coordinates.

        Sheets without rows are told where there is nothing else.
        """
        names: list[str] = []
        seen: list[str] = []
        blank: list[str] = []
        for sheet, shape in self.all_layers().items():
            if shape is not None:
                names.append(sheet)
                continue
            sample = self._sample(sheet)
            if not sample.num_rows:
                blank.append(sheet)
                continue
            ways = readings(sample)
            seen += sample.schema.names
            names += [sheet] if len(ways) == 1 else [way.layer(sheet) for way in ways]
        if chosen(self._wanted)[1]:
            names.append(self._wanted)
        if not names and not seen:
            return blank
        if not names:
            shown = ", ".join(seen[:_SHOWN_COLUMNS])
            raise Refused("no_coordinates", columns=shown)
        return names

    def described(self, layer: str, encoding: str | None) -> dict[str, Any]:
        """Return what is known of a sheet read in a way; its bounds are those of the first rows."""
        sheet, reading = self._way(layer)
        facts = self._sheet(sheet).described(self._inside(sheet), encoding)
        if reading is None:
            return facts
        layout = self._layout(sheet)
        if layout is not None and not layout.ordinary:
            facts |= {"columns": [*layout.names], "rows": max(0, facts["rows"] - layout.first)}
        return {**facts, "geometry_type": "Point", "bounds": bounds(self._sample(sheet), reading)}

    def batches(self, layer: str, encoding: str | None, rows: int) -> Iterator[Batch]:
        """Yield the rows with their points."""
        sheet, reading = self._way(layer)
        if reading is None:
            yield from self._rows(sheet, encoding, rows)
            return
        self.left_out = 0
        placed = (located(batch, reading) for batch, _ in self._rows(sheet, encoding, rows))
        for batch, left_out in without_footer(placed):
            self.left_out = left_out
            if batch.num_rows:
                yield batch, GEOMETRY

    def first_row(self, layer: str) -> int:
        """Return the number in the sheet of the first row of data."""
        sheet, _ = self._way(layer)
        layout = self._layout(sheet)
        if layout is not None:
            return layout.first + 1
        names = self._sample(sheet).schema.names
        return 1 if all(name.startswith(_UNNAMED) for name in names) else 2

    def _rows(self, sheet: str, encoding: str | None, rows: int) -> Iterator[Batch]:
        """Yield the rows of data, in columns that are called as the headings say."""
        layout, inside = self._layout(sheet), self._inside(sheet)
        if layout is None or layout.ordinary:
            yield from self._sheet(sheet).batches(inside, encoding, rows)
            return
        above = layout.first
        for batch, geometry in self._as_it_is().batches(inside, encoding, rows):
            skipped = min(above, batch.num_rows)
            above -= skipped
            if batch.num_rows > skipped:
                columns = [column.slice(skipped) for column in batch.columns]
                yield pa.RecordBatch.from_arrays(columns, names=[*layout.names]), geometry

    @lru_cache(maxsize=64)  # noqa: B019 -- one file in a process that ends with it
    def _layout(self, sheet: str) -> Layout | None:
        for batch, _ in self._as_it_is().batches(self._inside(sheet), None, _LAYOUT_ROWS):
            texts = [column.cast(pa.string()).fill_null("").to_pylist() for column in batch.columns]
            return layout_of([*zip(*texts, strict=True)])
        return None

    def _as_it_is(self) -> GdalFile:
        """Return the file read without headings."""
        return GdalFile(self.path, {**self._options, **_AS_IT_IS[self.path.suffix]})

    def _inside(self, sheet: str) -> str:
        return self.path.stem if self._title else sheet

    def _way(self, layer: str) -> tuple[str, Reading | None]:
        """Return sheet and reading of a layer; none where GDAL made the shapes or no row is."""
        sheet, reading = chosen(layer)
        layers: Mapping[str, str | None] = self.all_layers()
        if sheet not in layers:
            raise Refused("no_such_layer", layer=sheet, layers=", ".join(layers))
        if layers[sheet] is not None:
            return sheet, None
        sample = self._sample(sheet)
        if not sample.num_rows:
            return sheet, None
        if reading is None:
            reading = next(iter(readings(sample)), None)
        if reading is None or not {reading.east, reading.north} <= set(sample.schema.names):
            shown = ", ".join(sample.schema.names[:_SHOWN_COLUMNS])
            raise Refused("no_coordinates", columns=shown)
        return sheet, reading

    def _sample(self, sheet: str) -> pa.RecordBatch:
        layout = self._layout(sheet)
        if layout is None or layout.ordinary:
            return self._first_rows(sheet, self._has_headings(sheet))
        for batch, _ in self._rows(sheet, None, _SAMPLE_ROWS):
            return batch
        return pa.RecordBatch.from_pylist([])

    def _sheet(self, sheet: str) -> GdalFile:
        return self._read(self._has_headings(sheet))

    def _has_headings(self, sheet: str) -> bool:
        """Tell whether the first row of a sheet names the columns although GDAL takes it for data.

        It does where all cells hold text, as they do in lists of degrees, minutes and seconds.
        """
        return headings_in(self._first_rows(sheet, False))

    def _read(self, headings: bool) -> GdalFile:
        forced = {"HEADERS": "FORCE"} if headings else {}
        return GdalFile(self.path, {**self._options, **forced})

    @lru_cache(maxsize=64)  # noqa: B019 -- one file in a process that ends with it
    def _first_rows(self, sheet: str, headings: bool) -> pa.RecordBatch:
        file = self._read(headings)
        for batch, _ in file.batches(self._inside(sheet), None, _SAMPLE_ROWS):
            return batch
        return pa.RecordBatch.from_pylist([])
