"""A table (CSV, XLSX) whose rows get their places from columns of coordinates."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from importers.reader.gdal_file import Batch, GdalFile
from importers.reader.refusal import Refused
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
_SHOWN_COLUMNS = 12


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
        return {**facts, "geometry_type": "Point", "bounds": bounds(self._sample(sheet), reading)}

    def batches(self, layer: str, encoding: str | None, rows: int) -> Iterator[Batch]:
        """Yield the rows with their points."""
        sheet, reading = self._way(layer)
        for batch, geometry in self._sheet(sheet).batches(self._inside(sheet), encoding, rows):
            yield (batch, geometry) if reading is None else (located(batch, reading), GEOMETRY)

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
        return self._first_rows(sheet, self._has_headings(sheet))

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
