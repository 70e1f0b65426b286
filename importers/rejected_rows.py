"""The rejected rows of an import as a file of their own: reasons beside the original values."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.types as kinds
import shapely
from pyogrio.errors import DataSourceError
from pyogrio.raw import write_arrow

from gis_core.access import Actor
from importers.issues import CODES, in_each_language
from importers.refusals import refusal
from importers.rejections import Rejections
from importers.request import ImportRequest
from importers.source import open_source
from importers.target_layer import theme_of
from importers.understanding import Understood, look_into
from importers.values import plain_text

_GEOMETRY = "geom"
_TAKEN_NAMES = {"fid", "ogc_fid", _GEOMETRY}  # names with a meaning of their own in a GeoPackage
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FORMATS = (".gpkg", ".csv")


def write_rejected(
    actor: Actor, request: ImportRequest, rejections: Rejections, target: Path
) -> int:
    """Write the rows that `rejections` speak about, as GeoPackage or CSV; return how many.

    Rows are read from the file again and carry row number, code, reasons in each language, and all
    original columns; shapes stay in the file's system. FileRefused for another kind of file.
    """
    if target.suffix.lower() not in FORMATS:
        raise refusal("other_suffix", target.name, {"suffixes": ", ".join(FORMATS)})
    opened = open_source(request.path, layer=request.source_layer, encoding=request.encoding)
    with opened as source:
        file = look_into(actor, source, theme_of(request.theme), request)
        batches = _batches(file, rejections)
        first = next(batches, None)
        if first is None:
            return 0
        write = _write_csv if target.suffix.lower() == ".csv" else _write_geopackage
        return write(target, file, first, batches)


def _batches(file: Understood, rejections: Rejections) -> Iterator[pa.RecordBatch]:
    read = file.source.first_row - 1
    for batch, geometry in file.batches:
        reasons = rejections.reasons(read + 1, batch.num_rows)
        chosen = np.flatnonzero(reasons != "")
        if len(chosen):
            head = _reasons(read + 1 + chosen, reasons[chosen].tolist())
            yield _with_reasons(file, batch.take(pa.array(chosen)), geometry, head)
        read += batch.num_rows


def _reasons(rows: npt.NDArray[np.int64], codes: Sequence[str]) -> dict[str, pa.Array]:
    """Return the columns that say which rows these are and why they were rejected."""
    words = {code: in_each_language(CODES.get(code, code)) for code in dict.fromkeys(codes)}
    return {
        "rejected_row": pa.array(rows, pa.int32()),
        "reason": pa.array(codes, pa.string()),
        **{
            f"reason_{language}": pa.array([words[code][language] for code in codes], pa.string())
            for language in words[codes[0]]
        },
    }


def _with_reasons(
    file: Understood, batch: pa.RecordBatch, geometry: str, head: Mapping[str, pa.Array]
) -> pa.RecordBatch:
    columns = dict(head)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name != geometry:
            shown = file.letters.name(name)
            key = f"{shown}_" if shown.lower() in _TAKEN_NAMES | columns.keys() else shown
            columns[key] = _plain(file.letters.text(name, column).values)
    columns[_GEOMETRY] = batch.column(geometry).cast(pa.binary())
    return pa.RecordBatch.from_pydict(columns)


def _plain(column: pa.Array) -> pa.Array:
    """Return a column of a type that every format holds."""
    kind = column.type
    if kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_string(kind):
        return column
    return pa.array([plain_text(value) for value in column.to_pylist()], pa.string())


def _write_geopackage(
    target: Path, file: Understood, first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]
) -> int:
    rows = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for batch in chain([first], rest):
            rows += batch.num_rows
            yield batch

    target.unlink(missing_ok=True)
    crs = file.place.crs
    try:
        write_arrow(
            pa.RecordBatchReader.from_batches(first.schema, counted()),
            target,
            layer="rejected",
            driver="GPKG",
            geometry_name=_GEOMETRY,
            geometry_type="Unknown",
            crs=f"EPSG:{crs.epsg}" if crs and not crs.swapped else None,
        )
    except DataSourceError as error:
        raise refusal("not_written", target.name, {"reason": str(error)}) from error
    return rows


def _write_csv(
    target: Path, _file: Understood, first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]
) -> int:
    rows = 0
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*first.schema.names[:-1], "wkt"])
        for batch in chain([first], rest):
            shapes = batch.column(_GEOMETRY).to_pylist()
            columns = [column.to_pylist() for column in batch.columns[:-1]]
            for *values, raw in zip(*columns, shapes, strict=True):
                writer.writerow([*map(_cell, values), _wkt(raw)])
            rows += batch.num_rows
    return rows


def _cell(value: Any) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    text = plain_text(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _wkt(raw: bytes | None) -> str:
    shape = shapely.from_wkb(raw, on_invalid="ignore") if raw else None
    return "" if shape is None else str(shapely.to_wkt(shape, rounding_precision=-1))
