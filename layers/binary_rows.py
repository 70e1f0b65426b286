"""Arrow columns as PostgreSQL's binary COPY format, a batch at a time, without a loop over rows."""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pgpq import ArrowToPostgresBinaryEncoder
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb

Columns = Sequence[tuple[pa.Array, str]]

_ARROW = {
    "text": pa.string(),
    "jsonb": pa.string(),
    "geometry": pa.large_binary(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "float8": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")


def binary_copy(batches: Iterable[Columns]) -> Iterator[bytes]:
    """Yield the pieces of one binary COPY; each batch holds (values, SQL type) of the same columns.

    Types: text, jsonb, geometry (EWKB in a binary array), bigint, integer, smallint, float8, date,
    boolean, and numeric(p,s) from float64, rounded half away from zero.
    """
    encoder = None
    for columns in batches:
        names = [f"{place} {sql_type}" for place, (_, sql_type) in enumerate(columns)]
        batch = pa.RecordBatch.from_arrays([_typed(*column) for column in columns], names)
        if encoder is None:
            encoder = _encoder(batch.schema)
            yield encoder.write_header()
        yield encoder.write_batch(batch)
    if encoder is None:  # no row: an empty COPY has its head and its end all the same
        encoder = _encoder(pa.schema([]))
        yield encoder.write_header()
    yield encoder.finish()


def _encoder(schema: pa.Schema) -> ArrowToPostgresBinaryEncoder:
    builders = {
        field.name: StringEncoderBuilder.new_with_output(field, Jsonb())
        if field.name.endswith(" jsonb")
        else ArrowToPostgresBinaryEncoder.infer_encoder(field)
        for field in schema
    }
    return ArrowToPostgresBinaryEncoder.new_with_encoders(schema, builders)


def _typed(values: pa.Array, sql_type: str) -> pa.Array:
    if decimals := _NUMERIC.fullmatch(sql_type):
        return _decimals(values, int(decimals[1]), int(decimals[2]))
    return values.cast(_ARROW[sql_type])


def _decimals(values: pa.Array, precision: int, scale: int) -> pa.Array:
    """Return doubles as decimals, rounded half away from zero.

    Arrow's own cast takes the double as it is, and 1.005 lies just below its half.
    """
    numbers: npt.NDArray[np.float64] = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)
    steps = np.floor(np.abs(numbers) * 10.0**scale * (1 + 4 * np.finfo(float).eps) + 0.5)
    halves = np.zeros((len(numbers), 2), "<i8")  # of a number of 128 bits, the low one first
    halves[:, 0] = np.copysign(steps, numbers)
    halves[:, 1] = halves[:, 0] >> 63
    kind = pa.decimal128(precision, scale)
    decimals = pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(halves)])
    return pc.if_else(values.is_valid(), decimals, pa.scalar(None, kind))
