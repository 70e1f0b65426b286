"""Arrow columns as PostgreSQL's binary COPY format, a batch at a time, without a loop over rows.

Each field is its length (4 bytes, big-endian, -1 for null) and its bytes; Arrow joins the pieces.
Source: PostgreSQL manual, COPY, "Binary Format".
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.generic]

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
_BYTES = pa.large_binary()
_EPOCH_DAYS = 10_957  # 2000-01-01, PostgreSQL's first day, in days since 1970
_BIG_ENDIAN = {
    "bigint": ">i8",
    "integer": ">i4",
    "smallint": ">i2",
    "float8": ">f8",
    "date": ">i4",
}
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")
_DIGITS = 4  # decimal digits in one digit of a numeric
_BASE = 10**_DIGITS


def encode(columns: Sequence[tuple[pa.Array, str]], rows: int) -> bytes:
    """Rows as COPY bytes; `columns` are (values, SQL type).

    Types: text, jsonb, geometry (EWKB in a binary array), bigint, integer, smallint, float8, date,
    boolean, and numeric(p,s) from float64, rounded half away from zero.
    """
    pieces: list[Numbers | pa.Array] = [np.full(rows, len(columns), dtype=">i2")]
    for values, sql_type in columns:
        pieces += _field(values, sql_type)
    joined = pc.binary_join_element_wise(*_fewer(pieces), pa.scalar(b"", _BYTES))
    _, offsets, data = joined.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64, count=rows + 1, offset=joined.offset * 8)
    return bytes(memoryview(data)[int(ends[0]) : int(ends[-1])])


def _fewer(pieces: Sequence[Numbers | pa.Array]) -> Iterator[pa.Array]:
    """Yield the pieces as binary arrays; numbers beside one another are laid together first."""
    for fixed, group in groupby(pieces, lambda piece: isinstance(piece, np.ndarray)):
        if not fixed:
            yield from group
            continue
        numbers = list(group)
        parts = [(f"f{place}", one.dtype) for place, one in enumerate(numbers)]
        record = np.empty(len(numbers[0]), parts)
        for (name, _), one in zip(parts, numbers, strict=True):
            record[name] = one
        yield _fixed(record)


def _field(values: pa.Array, sql_type: str) -> list[Numbers | pa.Array]:
    """Return length and content of one field; null has no content."""
    absent = np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    content = _content(values, sql_type)
    if isinstance(content, np.ndarray) and not absent.any():
        return [np.full(len(content), content.dtype.itemsize, ">i4"), content]
    content = _fixed(content) if isinstance(content, np.ndarray) else content
    lengths = np.asarray(pc.binary_length(content).to_numpy(zero_copy_only=False))
    sizes = np.where(absent, -1, lengths).astype(">i4")
    if absent.any():
        content = pc.if_else(pa.array(absent), pa.scalar(b"", _BYTES), content)
    return [sizes, content]


def _content(values: pa.Array, sql_type: str) -> Numbers | pa.Array:
    """Return the bytes of the values: numbers of one width as they are, all else as binary."""
    if sql_type in {"text", "geometry"}:
        return pc.fill_null(values.cast(_BYTES), b"")
    if sql_type == "jsonb":  # one byte that says version 1, then the text
        one = pa.scalar(b"\x01", _BYTES)
        plain = pc.fill_null(values.cast(_BYTES), b"")
        return pc.binary_join_element_wise(one, plain, pa.scalar(b"", _BYTES))
    if sql_type == "boolean":
        raw = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
        return np.asarray(raw, dtype=np.uint8)
    if decimals := _NUMERIC.fullmatch(sql_type):
        raw = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)
        return _numeric(raw, int(decimals[1]), int(decimals[2]))
    numbers = pc.fill_null(values.cast(pa.int32()) if sql_type == "date" else values, 0)
    raw = numbers.to_numpy(zero_copy_only=False)
    if sql_type == "date":
        raw = raw - _EPOCH_DAYS
    return np.asarray(raw.astype(_BIG_ENDIAN[sql_type]))


def _numeric(values: npt.NDArray[np.float64], precision: int, scale: int) -> Numbers:
    """Return each number as digits to the base 10,000: how many, weight of the first, sign, scale.

    Leading zero digits are allowed, so that every number has the same length. Source: PostgreSQL,
    numeric_recv in src/backend/utils/adt/numeric.c.
    """
    whole = -(-(precision - scale) // _DIGITS)
    parts = -(-scale // _DIGITS)
    shifted = np.abs(values) * 10.0**scale
    # A decimal such as 1.005 lies just below its half as a double.
    steps = np.floor(shifted * (1 + 4 * np.finfo(float).eps) + 0.5).astype(np.int64)
    steps *= 10 ** (parts * _DIGITS - scale)
    record = np.zeros((len(values), 4 + whole + parts), ">i2")
    record[:, 0] = whole + parts
    record[:, 1] = whole - 1
    record[:, 2] = np.where(values < 0, 0x4000, 0)
    record[:, 3] = scale
    for place in range(whole + parts - 1, -1, -1):
        steps, record[:, 4 + place] = np.divmod(steps, _BASE)
    return record.view(f"V{record.shape[1] * 2}").ravel()


def _fixed(values: Numbers) -> pa.Array:
    """Return the bytes of each number as a binary array."""
    width = values.dtype.itemsize
    data = pa.py_buffer(np.ascontiguousarray(values).view(np.uint8))
    offsets = pa.py_buffer(np.arange(len(values) + 1, dtype=np.int64) * width)
    return pa.Array.from_buffers(_BYTES, len(values), [None, offsets, data])
