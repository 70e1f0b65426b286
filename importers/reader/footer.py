"""Leaves out what stands below the data of a sheet: a total, signatures, blank rows."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from importers.reader.sheet_layout import is_total
from importers.reader.tables import GEOMETRY

_MOST_ROWS = 60  # at the end of a sheet that are looked at
_WIDE = 4  # columns of a sheet in which a single cell is no row


def without_footer(
    batches: Iterator[pa.RecordBatch],
) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Yield (batch, rows left out so far). What stands above a row with a place is data."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        placed = np.flatnonzero(batch.column(GEOMETRY).is_valid())
        end = int(placed[-1]) + 1 if len(placed) else 0
        if end:
            yield from ((one, 0) for one in held)
            yield batch.slice(0, end), 0
            held = []
        held.append(batch.slice(end))
        if sum(one.num_rows for one in held) > _MOST_ROWS:
            yield from ((one, 0) for one in held)
            held = []
    rows = [row for one in held for row in one.to_pylist()]
    kept = _data(rows)
    left_out = len(rows) - kept
    for one in held:
        yield one.slice(0, kept), left_out
        kept -= min(kept, one.num_rows)


def _data(rows: list[dict[str, object]]) -> int:
    """Return how many of the last rows of a sheet, none of which has a place, are data."""
    cells = [
        ["" if value is None else str(value) for name, value in row.items() if name != GEOMETRY]
        for row in rows
    ]
    total = next((at for at, row in enumerate(cells) if is_total(row)), len(cells))
    end = total
    while end and _says_little(cells[end - 1]):
        end -= 1
    return end


def _says_little(row: list[str]) -> bool:
    filled = sum(bool(cell.strip()) for cell in row)
    return not filled or (filled == 1 and len(row) >= _WIDE)
