"""Opens a file for reading: what it holds, and its rows in batches.

The file is unpacked and read in confined children (`importers.child`), under names of ours, with
the format known beforehand; side files that name encodings or coordinate systems stay outside.
"""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from django.utils import translation

from importers.datasets import Dataset
from importers.file_text import text_of
from importers.formats import FORMATS
from importers.issues import Issue, Severity
from importers.magic import FileKind
from importers.reading import Facts, Reading, job_for
from importers.refusals import refusal
from importers.spoken_reasons import wall_in_words
from importers.text_encoding import TextEncoding
from importers.words import sentence

# A GeoJSON may point to a coordinate system by address, which GDAL would fetch.
_LINKED_CRS = re.compile(rb'"crs"\s*:\s*\{[^{}]{0,200}"type"\s*:\s*"(?:link|url)"', re.IGNORECASE)
_SCAN_BYTES = 8 << 20
_LINE_BYTES = 1 << 20
_SHP_LENGTH = slice(24, 28)  # of the header: how long the whole file is


@dataclass(frozen=True)
class Source:
    """An opened layer of a file. `crs_text` is what the file says of its system, "" for nothing.

    `first_row` is the number of the first row as people count: in a sheet its headings count too.
    `rows` is what the file claims, for a progress bar; it may be wrong. None: it does not say.
    """

    kind: FileKind
    layer: str
    columns: tuple[str, ...]
    geometry_type: str
    rows: int | None
    bounds: tuple[float, float, float, float] | None
    crs_text: str
    first_row: int
    encoding: TextEncoding
    issues: tuple[Issue, ...]
    reading: Reading

    def batches(self) -> Iterator[tuple[pa.RecordBatch, str]]:
        """Yield (rows, name of the geometry column); each call starts at the first row."""
        yield from self.reading.batches()


def layers_of(path: Path) -> list[str]:
    """Return the names that `open_source` takes for `layer`; FileRefused if nothing can be read."""
    with job_for(path.resolve()) as job:
        datasets = job.datasets()
        if len(datasets) > 1:
            return [dataset.name for dataset in datasets]
        with job.reading(datasets[0]) as reading:
            return reading.layers


@contextmanager
def open_source(path: Path, *, layer: str = "", encoding: str = "") -> Iterator[Source]:
    """Open a shapefile (bare or zipped), GeoPackage or GeoJSON; FileRefused when it is none.

    `layer` names a layer of a GeoPackage or a data set of a zip; needed where there are several.
    """
    path = path.resolve()
    with job_for(path) as job:
        datasets = job.datasets()
        dataset = datasets[0]
        if len(datasets) > 1 or (layer and FORMATS[dataset.kind].one_layer):
            named = _chosen(path.name, [one.name for one in datasets], layer)
            dataset, layer = next(one for one in datasets if one.name == named), ""
        if dataset.kind is FileKind.GEOJSON:
            _refuse_linked_crs(dataset.main)
        with ThreadPoolExecutor(1, thread_name_prefix="encoding") as pool:
            text = pool.submit(_spoken_text_of, dataset, encoding, translation.get_language())
            by_bytes = (
                not FORMATS[dataset.kind].bytes_as_letters and text.result().reader != "UTF-8"
            )
            with job.reading(dataset, wanted=layer, byte_by_byte=by_bytes) as reading:
                yield _opened(dataset, reading, layer, text.result())


def _spoken_text_of(dataset: Dataset, encoding: str, language: str | None) -> TextEncoding:
    with translation.override(language):  # Django keeps it by thread
        return text_of(dataset, encoding)


def _opened(dataset: Dataset, reading: Reading, layer: str, text: TextEncoding) -> Source:
    form = FORMATS[dataset.kind]
    if not reading.layers:
        raise refusal("no_layer", dataset.main.name)
    inner = reading.layers[0]
    if form.open_names and layer:
        inner = layer  # may be one that nobody would have guessed
    elif not form.one_layer:
        inner = _chosen(dataset.main.name, reading.layers, layer)
    facts = reading.open(inner, text.reader if form.bytes_as_letters else None)
    return Source(
        kind=dataset.kind,
        layer=dataset.name if form.one_layer else inner,
        columns=facts.columns,
        geometry_type=facts.geometry_type,
        rows=_believed(facts, dataset),
        bounds=facts.bounds,
        crs_text=_crs_text(facts, dataset),
        first_row=facts.first_row,
        encoding=text,
        issues=(*_weaker(reading), *_missing_parts(dataset)),
        reading=reading,
    )


def _chosen(file: str, names: Sequence[str], wanted: str) -> str:
    if wanted in names or (len(names) == 1 and not wanted):
        return wanted or names[0]
    listed = ", ".join(names)
    if wanted:
        raise refusal("no_such_layer", file, {"layer": wanted, "layers": listed})
    raise refusal("several_layers", file, {"layers": listed})


def _believed(facts: Facts, dataset: Dataset) -> int | None:
    """Return the rows that a layer claims; a row takes a byte at least."""
    return facts.rows if 0 < facts.rows < dataset.main.stat().st_size else None


def _crs_text(facts: Facts, dataset: Dataset) -> str:
    if dataset.kind is FileKind.SHAPEFILE:
        return dataset.side_text(".prj")
    return facts.crs_text


def _weaker(reading: Reading) -> tuple[Issue, ...]:
    """Return the warning that an administrator accepts reading without some of the walls."""
    if not reading.missing_walls:
        return ()
    walls = [wall_in_words(wall) for wall in reading.missing_walls]
    told = sentence("walls", walls=walls)
    return (Issue("isolation_weak", Severity.WARNING, detail=told),)


def _missing_parts(dataset: Dataset) -> Iterator[Issue]:
    if dataset.kind is FileKind.CSV and _last_line_short(dataset.main):
        yield Issue("last_line_cut", Severity.WARNING, detail=dataset.main.name)
    if dataset.kind is not FileKind.SHAPEFILE:
        return
    if ".dbf" not in dataset.parts:
        yield Issue("table_missing", Severity.WARNING, detail=f"{dataset.name}.dbf")
    with dataset.main.open("rb") as stream:
        header = stream.read(_SHP_LENGTH.stop)
    words_of_two_bytes = int.from_bytes(header[_SHP_LENGTH], "big")
    if 2 * words_of_two_bytes > dataset.main.stat().st_size:
        yield Issue("file_cut", Severity.WARNING, detail=dataset.main.name)


def _last_line_short(path: Path) -> bool:
    """Tell whether a table ends in the middle of a line that has fewer cells than the first."""
    with path.open("rb") as stream:
        first = stream.readline(_LINE_BYTES)
        stream.seek(max(stream.tell(), path.stat().st_size - _LINE_BYTES))
        _, _, last = stream.read().rpartition(b"\n")
    sign = max(b";,\t|", key=first.count)
    return bool(last.strip()) and last.count(sign) < first.count(sign)


def _refuse_linked_crs(path: Path) -> None:
    with path.open("rb") as stream:
        tail = b""
        while piece := stream.read(_SCAN_BYTES):
            if _LINKED_CRS.search(tail + piece):
                raise refusal("crs_link", path.name)
            tail = piece[-512:]
