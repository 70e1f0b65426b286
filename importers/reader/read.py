"""`python -m importers.reader.read`: opens one file with GDAL, says what it holds, sends its rows.

Orders after the first: {"open": layer, "encoding": …} → frame `layer`; {"batch_rows": …} → rows.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from importers.reader import drivers, mapinfo, shape_index, wholeness
from importers.reader.gdal_file import PACKAGE, GdalFile
from importers.reader.job import Job, run
from importers.reader.refusal import Refused, one_line
from importers.reader.sending import send_batch

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

_MOST_ROWS = 10_000
_FAILURES = (
    *(CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError),
    *(pa.ArrowInvalid, OSError, ValueError),
)


def work(job: Job, opened: Callable[[Job], GdalFile]) -> None:
    """Answer the orders of the parent about the file of the job."""
    drivers.keep_only(frozenset(job.asked["drivers"]))
    pyogrio.set_gdal_config_options(job.asked["options"])
    with _refusing():
        wholeness.check(Path(job.asked["file"]))
        file = opened(job)
        job.answer("layers", layers=file.layers())
    chosen: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    for order in job.orders():
        with _refusing():
            if "open" in order:
                chosen = {"layer": order["open"], "encoding": order["encoding"]}
                facts = file.described(**chosen)
                facts["first_row"] = file.first_row(chosen["layer"])
                job.answer("layer", **facts)
            else:
                most = min(int(order["batch_rows"]), _MOST_ROWS)
                sent = _send_rows(job, file, chosen, most, int(facts["first_row"]))
                _require_all(Path(job.asked["file"]), int(facts["rows"]), sent)
                job.answer("done", left_out=file.left_out)


def _opened(job: Job) -> GdalFile:
    path = Path(job.asked["file"])
    match path.suffix:
        case ".shp":
            shape_index.complete(path, path.with_suffix(".shx"))
        case ".tab" | ".mif":
            mapinfo.byte_by_byte(path)
    return GdalFile(path, hide_empty=bool(job.asked["hide_empty"]))


def _send_rows(job: Job, file: GdalFile, chosen: dict[str, Any], rows: int, first: int) -> int:
    named, sent = False, 0
    for batch, geometry in file.batches(**chosen, rows=rows):
        if not named:
            job.answer("geometry", name=geometry)
        named = True
        send_batch(job.pipe, batch, geometry, sent + first - 1)
        sent += batch.num_rows
    return sent


def _require_all(path: Path, claimed: int, sent: int) -> None:
    said = wholeness.rows_in(path, claimed)
    if sent < said:
        raise wholeness.missing(path, said, sent)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise Refused("damaged", reason=one_line(error)) from error


def main(opened: Callable[[Job], GdalFile], *readable: Path) -> None:
    """Run a reader that opens its file in the way given, and may read some files of ours."""
    warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL mends, such as ring order
    folders = [PACKAGE, Path(np.__file__).parent, Path(pa.__file__).parent, *readable]
    run(partial(work, opened=opened), folders)


if __name__ == "__main__":
    main(_opened)
