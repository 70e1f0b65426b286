"""`python -m importers.reader.read`: opens one file with GDAL, says what it holds, sends its rows.

Orders after the first: {"open": layer, "encoding": …} → frame `layer`; {"rows": true} → its rows.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import importers.reader.lean  # noqa: F401 -- before pyogrio

# isort: split
import numpy as np
import pyarrow as pa
import pyogrio
from pyogrio.errors import (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)
from pyogrio.raw import open_arrow

from importers.reader import drivers, frames, mapinfo, shape_index
from importers.reader.columns import ColumnBytes, cut, pieces, plain
from importers.reader.job import Job, run
from importers.reader.refusal import Refused, one_line

plain(pa.array([["loads"]]))  # what Arrow would load later, behind the walls, in vain
_PACKAGE = Path(pyogrio.__file__).parent
_MOST_ROWS = 10_000
_BATCH_BYTES = 12 << 20
_CUT_BYTES = (16 << 20) + 1  # what the geometry gate refuses as too large, and not more
_FAILURES = (
    *(CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError),
    *(pa.ArrowInvalid, OSError, ValueError),
)


def work(job: Job) -> None:
    """Answer the orders of the parent about the file of the job."""
    drivers.keep_only(frozenset(job.asked["drivers"]))
    pyogrio.set_gdal_config_options(job.asked["options"])
    path = Path(job.asked["file"])
    with _refusing():
        _make_ready(path)
        job.answer("layers", layers=_layers(path, bool(job.asked["hide_empty"])))
    chosen: dict[str, Any] = {}
    for order in job.orders():
        if "open" in order:
            chosen = {"layer": order["open"], "encoding": order["encoding"]}
            with _refusing():
                job.answer("layer", **_described(path, chosen))
        else:
            with _refusing():
                _send_rows(job, path, chosen, int(order["batch_rows"]))


def _make_ready(path: Path) -> None:
    if path.suffix == ".shp" and not path.with_suffix(".shx").exists():
        shape_index.build(path, path.with_suffix(".shx"))
    if path.suffix in {".tab", ".mif"}:
        mapinfo.byte_by_byte(path)


def _layers(path: Path, hide_empty: bool) -> list[str]:
    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if not hide_empty:
        return names
    counts = {name: pyogrio.read_info(path, layer=name, force_feature_count=True) for name in names}
    return [name for name in names if counts[name]["features"]]


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise Refused("damaged", reason=one_line(error)) from error


def _described(path: Path, chosen: dict[str, Any]) -> dict[str, Any]:
    info = pyogrio.read_info(path, force_total_bounds=True, **chosen)
    bounds = info["total_bounds"]
    return {
        "columns": [str(name) for name in info["fields"]],
        "geometry_type": str(info["geometry_type"] or "Unknown"),
        "rows": int(info["features"]),
        "bounds": None if bounds is None else [float(value) for value in bounds],
        "crs": str(info["crs"] or ""),
    }


def _send_rows(job: Job, path: Path, chosen: dict[str, Any], batch_rows: int) -> None:
    opened = open_arrow(path, use_pyarrow=True, batch_size=min(batch_rows, _MOST_ROWS), **chosen)
    with opened as (meta, reader):
        geometry = meta["geometry_name"] or "wkb_geometry"
        job.answer("geometry", name=geometry)
        for batch in reader:
            _send(job, batch, geometry)
    job.answer("done")


def _send(job: Job, batch: pa.RecordBatch, geometry: str) -> None:
    names = batch.schema.names
    columns = [plain(column) for column in batch.columns]
    if any(column.offset for column in columns):
        columns = [column.take(_all(batch)) for column in columns]
    whole = pa.RecordBatch.from_arrays(columns, names=names)
    for start, rows in pieces(whole, _BATCH_BYTES):
        parts = [cut(*pair, start, rows) for pair in zip(names, columns, strict=True)]
        if _bytes(parts) > frames.MAX_BODY_BYTES:
            parts = _shortened(whole.slice(start, rows), geometry)
        frames.send_rows(job.pipe, rows, parts)


def _shortened(piece: pa.RecordBatch, geometry: str) -> list[ColumnBytes]:
    """Return the columns of a few huge rows, each shape cut to what is refused as too large."""
    parts = []
    for name, column in zip(piece.schema.names, piece.columns, strict=True):
        short = [value and value[:_CUT_BYTES] for value in column.to_pylist()]
        kept = pa.array(short, pa.large_binary()) if name == geometry else column.take(_all(piece))
        parts.append(cut(name, kept, 0, piece.num_rows))
    if _bytes(parts) > frames.MAX_BODY_BYTES:
        raise Refused("row_too_large")
    return parts


def _all(batch: pa.RecordBatch) -> pa.Array:
    return pa.array(np.arange(batch.num_rows))


def _bytes(parts: list[ColumnBytes]) -> int:
    return sum(buffer.size for part in parts for buffer in part.buffers if buffer is not None)


if __name__ == "__main__":
    warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL mends, such as ring order
    run(work, [_PACKAGE / "gdal_data", _PACKAGE / "proj_data"])
