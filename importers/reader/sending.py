"""Batches → frames of a bounded size."""

import numpy as np
import pyarrow as pa

from importers.reader import frames
from importers.reader.columns import ColumnBytes, cut, pieces, plain
from importers.reader.refusal import Refused

_FRAME_BYTES = 12 << 20
_CUT_BYTES = (16 << 20) + 1  # what the geometry gate refuses as too large, and not more


def send_batch(pipe: int, batch: pa.RecordBatch, geometry: str, before: int = 0) -> None:
    """Send a batch in pieces; Refused for a row that no frame holds. `before` rows were sent."""
    names = batch.schema.names
    columns = [plain(column) for column in batch.columns]
    if any(column.offset for column in columns):
        columns = [column.take(_all(batch)) for column in columns]
    whole = pa.RecordBatch.from_arrays(columns, names=names)
    for start, rows in pieces(whole, _FRAME_BYTES):
        parts = [cut(*pair, start, rows) for pair in zip(names, columns, strict=True)]
        if _bytes(parts) > frames.MAX_BODY_BYTES:
            parts = _shortened(whole.slice(start, rows), geometry, before + start)
        frames.send_rows(pipe, rows, parts)


def _shortened(piece: pa.RecordBatch, geometry: str, before: int) -> list[ColumnBytes]:
    """Return the columns of a few huge rows, each shape cut to what is refused as too large."""
    parts = []
    for name, column in zip(piece.schema.names, piece.columns, strict=True):
        kept = column.take(_all(piece))
        if name == geometry:
            short = [value and value[:_CUT_BYTES] for value in column.to_pylist()]
            kept = pa.array(short, pa.large_binary())
        parts.append(cut(name, kept, 0, piece.num_rows))
    if _bytes(parts) > frames.MAX_BODY_BYTES:
        raise Refused("row_too_large", row=before + 1 + _largest(piece))
    return parts


def _largest(piece: pa.RecordBatch) -> int:
    sizes = [piece.slice(row, 1).nbytes for row in range(piece.num_rows)]
    return sizes.index(max(sizes))


def _all(batch: pa.RecordBatch) -> pa.Array:
    return pa.array(np.arange(batch.num_rows))


def _bytes(parts: list[ColumnBytes]) -> int:
    return sum(buffer.size for part in parts for buffer in part.buffers if buffer is not None)
