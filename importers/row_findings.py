"""Findings about rows of a batch, each with its row number and a position on the map."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from importers.issues import Issue, IssueLog, Severity
from importers.positions import Positions, Signatures, first_position, first_positions, signatures
from importers.source_crs import SourceCrs
from importers.words import Words, sentence

_MARGIN_DEG = 0.001  # about 110 m: a shape on the border is not outside
Numbers = npt.NDArray[np.int32]
Rows = npt.NDArray[np.intp]
Reasons = npt.NDArray[np.object_]


class RowFindings:
    """Writes findings of the rows of one file to the log. `area` is where its rows should lie."""

    def __init__(self, log: IssueLog, stored: str, area_4326: BaseGeometry | None) -> None:
        self._log, self._stored = log, stored
        self._area = None if area_4326 is None else area_4326.buffer(_MARGIN_DEG)
        if self._area is not None:
            shapely.prepare(self._area)
        self._numbers: Numbers = np.empty(0, np.int32)
        self._positions: Positions = np.empty((0, 2))
        self._seen: list[tuple[Numbers, Signatures, npt.NDArray[np.float32]]] = []

    def refuse(self, numbers: Numbers, reasons: Reasons, wkb: pa.Array, crs: SourceCrs) -> None:
        """Note why rows are rejected, with a position where their shape has one."""
        for reason in dict.fromkeys(reasons.tolist()):
            rows = np.flatnonzero(reasons == reason)
            issues = (_refused(reason, int(numbers[row]), wkb[row].as_py(), crs) for row in rows)
            self._log.reject(reason, numbers[rows].tolist(), issues)

    def begin(self, numbers: Numbers, ewkb: pa.Array) -> None:
        """Take the rows of a batch that pass; findings that follow are about these."""
        self._numbers, self._positions = numbers, first_positions(ewkb, self._stored)
        # Kept for all rows, so it is small: half a metre is close enough to find a double.
        self._seen.append(
            (numbers, signatures(ewkb, self._stored), self._positions.astype(np.float32))
        )
        if self._area is not None:
            inside = shapely.contains_xy(self._area, self._positions[:, 0], self._positions[:, 1])
            self.mark("outside_city", "geom", np.flatnonzero(~inside))

    def mark(
        self,
        code: str,
        field: str,
        rows: Rows,
        severity: Severity = Severity.WARNING,
        detail: Callable[[int], str | Words] = lambda _row: "",
    ) -> None:
        """Note something that rejects no row about rows, counted from 0 in the batch."""
        found = (self._issue(code, field, row, severity, detail(row)) for row in map(int, rows))
        self._log.add_alike(found, len(rows))

    def mark_value(self, code: str, field: str, first: int, value: str | Words, count: int) -> None:
        """Note something about a value that stands in `count` rows, the first of them `first`."""
        self._log.add(self._issue(code, field, first, Severity.WARNING, value), count)

    def _issue(
        self, code: str, field: str, row: int, severity: Severity, detail: str | Words
    ) -> Issue:
        lon, lat = self._positions[row].tolist()
        return Issue(code, severity, int(self._numbers[row]), field, detail, (lon, lat))

    def number_of(self, row: int) -> int:
        """Return the number in the file of a row of the batch."""
        return int(self._numbers[row])

    def finish(self) -> None:
        """Note rows of the file that have the shape of an earlier one."""
        if not self._seen:
            return
        marks = np.concatenate([part[1] for part in self._seen])
        order = np.argsort(marks, kind="stable")
        again = np.flatnonzero(marks[order][1:] == marks[order][:-1]) + 1
        if not len(again):
            return
        numbers = np.concatenate([part[0] for part in self._seen])
        positions = np.concatenate([part[2] for part in self._seen])

        def doubled(spot: int) -> Issue:
            row, before = order[spot], order[spot - 1]
            lon, lat = positions[row].tolist()
            number, detail = int(numbers[row]), sentence("row", row=int(numbers[before]))
            return Issue("duplicate_shape", Severity.WARNING, number, "geom", detail, (lon, lat))

        self._log.add_alike(map(doubled, map(int, again)), len(again))


def _refused(reason: str, number: int, wkb: bytes | None, crs: SourceCrs) -> Issue:
    place = _in_degrees(first_position(wkb), crs)
    return Issue(reason, Severity.ERROR, number, "geom", place_4326=place)


def _in_degrees(position: tuple[float, float] | None, crs: SourceCrs) -> tuple[float, float] | None:
    if position is None:
        return None
    lon, lat = crs.to_wgs84(np.array([position]))[0].tolist()
    return (lon, lat) if np.isfinite([lon, lat]).all() else None
