"""Columns of a batch ↔ plain bytes, so that the parent builds nothing from a child's description.

The child names a type from a short list and gives buffers; the parent cuts them out of a frame of
bounded size and has Arrow check every offset before anything looks at a value.
Layout of the buffers: Apache Arrow, Columnar Format 1.5.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

_VARIABLE = {
    "string": (pa.string(), pa.binary()),
    "large_string": (pa.large_string(), pa.large_binary()),
    "binary": (pa.binary(), pa.binary()),
    "large_binary": (pa.large_binary(), pa.large_binary()),
}
_UNITS = ("s", "ms", "us", "ns")
_FIXED = {
    str(kind): kind
    for kind in (
        *(pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64()),
        *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.float32(), pa.float64()),
        *(pa.date32(), pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")),
        *(pa.timestamp(unit) for unit in _UNITS),
        *(pa.timestamp(unit, "UTC") for unit in _UNITS),
    )
}
_ALIGNED = 8  # bytes; and rows, so that a cut never goes through a byte of bits
_MAX_COLUMNS = 4000


@dataclass(frozen=True)
class ColumnBytes:
    """A column's name and type, and its buffers: validity (None: all valid), offsets, values."""

    name: str
    type: str
    buffers: tuple[pa.Buffer | None, ...]


def plain(column: pa.Array) -> pa.Array:
    """Return a column in one of the listed types; lists and the like become JSON text."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    elif str(kind) not in _FIXED and str(kind) not in _VARIABLE:
        texts = [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in column.to_pylist()
        ]
        column = pa.array(texts, pa.string())
    return column


def size_of(batch: pa.RecordBatch) -> int:
    """Return how many bytes a batch of plain columns has."""
    return int(batch.get_total_buffer_size())


def cut(name: str, column: pa.Array, start: int, rows: int) -> ColumnBytes:
    """Return `rows` rows from `start`, a multiple of 8, of a plain column that is no slice."""
    validity, *rest = column.buffers()
    if validity is not None:
        validity = validity.slice(start // 8, (rows + 7) // 8)
    kind = str(column.type)
    if kind in _VARIABLE:
        width = np.int64 if kind.startswith("large") else np.int32
        ends = np.frombuffer(rest[0], width, rows + 1, start * np.dtype(width).itemsize)
        first, last = int(ends[0]), int(ends[-1])
        values = rest[1].slice(first, last - first) if last > first else pa.py_buffer(b"")
        return ColumnBytes(name, kind, (validity, pa.py_buffer(ends - ends[0]), values))
    bits = column.type.bit_width
    values = rest[0].slice(start * bits // 8, (rows * bits + 7) // 8)
    return ColumnBytes(name, kind, (validity, values))


def described(column: ColumnBytes) -> list[object]:
    """Return [name, type, sizes of the buffers; -1 for none], as JSON values."""
    sizes = [-1 if buffer is None else buffer.size for buffer in column.buffers]
    return [column.name, column.type, sizes]


def padding(size: int) -> int:
    """Return how many bytes follow a buffer of this size, so that the next one is aligned."""
    return -size % _ALIGNED


def rebuilt(rows: int, columns: Sequence[object], body: pa.Buffer) -> pa.RecordBatch:
    """Return the batch that a frame describes; ValueError for anything that does not fit."""
    if not 0 <= rows <= body.size + 1 or len(columns) > _MAX_COLUMNS:
        raise ValueError("rows or columns out of range")
    arrays, names, at = [], [], 0
    for name, kind, sizes in map(_description, columns):
        buffers = []
        for size in sizes:
            if size > body.size - at:
                raise ValueError("a buffer reaches out of its frame")
            buffers.append(None if size < 0 else body.slice(at, size))
            at += max(size, 0) + padding(max(size, 0))
        arrays.append(_array(kind, rows, buffers))
        names.append(name)
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _description(column: object) -> tuple[str, str, list[int]]:
    match column:
        case [str(name), str(kind), [*found]]:
            sizes = [size for size in found if type(size) is int]
            if len(found) == len(sizes) == (3 if kind in _VARIABLE else 2):
                return name, kind, sizes
    raise ValueError("a column is not described")


def _array(kind: str, rows: int, buffers: list[pa.Buffer | None]) -> pa.Array:
    if any(buffer is None for buffer in buffers[1:]):
        raise ValueError("a column has no values")
    if kind in _FIXED:
        array = pa.Array.from_buffers(_FIXED[kind], rows, buffers)
        array.validate(full=True)
        return array
    if kind not in _VARIABLE:
        raise ValueError(f"no type {kind[:40]}")
    text, as_bytes = _VARIABLE[kind]
    # Checked as bytes: whether a text is UTF-8 is for whoever decodes it.
    pa.Array.from_buffers(as_bytes, rows, buffers).validate(full=True)
    return pa.Array.from_buffers(text, rows, buffers)


def pieces(batch: pa.RecordBatch, most_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield (start, rows) of pieces of a batch that have about `most_bytes` each."""
    count = max(1, -(-size_of(batch) // most_bytes))
    rows = max(_ALIGNED, -(-batch.num_rows // count) // _ALIGNED * _ALIGNED)
    for start in range(0, batch.num_rows, rows):
        yield start, min(rows, batch.num_rows - start)
