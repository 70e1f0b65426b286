"""One job of reading: its folder, the children that work in it, and what they send, checked."""

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from importers.child import Child, Work, running
from importers.datasets import Dataset, dataset_of, datasets_in, main_of
from importers.formats import FORMATS, GDAL_OPTIONS
from importers.magic import FileKind, kind_of
from importers.reader.columns import rebuilt
from importers.reader.confinement import Limits
from importers.refusals import Unreadable, refusal

MOST_ROWS = 10_000
_FEWEST_ROWS = 64
_BATCH_BYTES = 24 << 20
_MAX_COLUMNS = 4000
_MOST_COUNTED = 1 << 30
# Time for what a child does between two frames, and for all its work, by the size of the file.
_WAIT_S, _CPU_S = 30, 60
_WAITED_BYTES_PER_S, _WORKED_BYTES_PER_S = 4 << 20, 1 << 20


@dataclass(frozen=True)
class Facts:
    """What a reader says of a layer; `first_row` is the number that people give the first row.

    `rows` and `bounds` are claims of the file."""

    columns: tuple[str, ...]
    geometry_type: str
    rows: int
    bounds: tuple[float, float, float, float] | None
    crs_text: str
    first_row: int = 1


class Job:
    """A folder in which one file is unpacked and read."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path, self._folder = path, folder
        self._count = 0

    def datasets(self) -> list[Dataset]:
        """Return what the file holds; FileRefused when that is nothing that can be read."""
        if kind_of(main_of(self._path)) is not FileKind.ZIP:
            return [dataset_of(self._path)]
        unpacked = self._folder / "unpacked"
        unpacked.mkdir()
        self._unpack(unpacked)
        return datasets_in(self._path, unpacked)

    def _unpack(self, into: Path) -> None:
        asked = {"file": str(self._path), "into": str(into)}
        work = Work("unpack", self._path.name, [self._path], into, asked, *_allowed([self._path]))
        with running(work) as child:
            child.frame("end")
        _check_plain(into, self._path.name)

    @contextmanager
    def reading(
        self, dataset: Dataset, *, wanted: str = "", byte_by_byte: bool = False
    ) -> Iterator["Reading"]:
        """Start a reader on a data set; it ends with the block.

        `wanted` is the layer that a person named. `byte_by_byte`: a plain text is not UTF-8, so
        each of its bytes becomes one letter.
        """
        wish = {"wanted": wanted, "byte_by_byte": byte_by_byte}
        with ExitStack() as stack:
            yield Reading(self, dataset, wish, stack)

    def start(self, dataset: Dataset, wish: dict[str, Any], stack: ExitStack) -> Child:
        """Start one more child on the data set, with a folder of its own."""
        form = FORMATS[dataset.kind]
        self._count += 1
        scratch = self._folder / f"reader{self._count}"
        scratch.mkdir()
        linked = [suffix for suffix in form.parts if suffix in dataset.parts]
        for suffix in linked:
            (scratch / f"data{suffix}").symlink_to(dataset.parts[suffix].resolve())
        files = [dataset.parts[suffix].resolve() for suffix in linked]
        asked = {
            "file": str(scratch / f"data{form.parts[0]}"),
            "kind": str(dataset.kind),
            "drivers": form.drivers,
            "hide_empty": form.hide_empty,
            "title": dataset.main.stem,
            **wish,
            "options": {**GDAL_OPTIONS, **form.options},
        }
        work = Work(form.module, dataset.main.name, files, scratch, asked, *_allowed(files))
        return stack.enter_context(running(work))


class Reading:
    """A reader at work on a data set. `layers` are the names inside it."""

    def __init__(self, job: Job, dataset: Dataset, wish: dict[str, Any], stack: ExitStack) -> None:
        self._job, self._dataset, self._stack = job, dataset, stack
        self._wish = wish
        self._opened: dict[str, Any] = {}
        self._bytes_per_row = 1.0
        self._first_row, self.left_out = 1, 0
        self._fresh: Child | None = self._started()

    def _started(self) -> Child:
        child = self._job.start(self._dataset, self._wish, self._stack)
        self.missing_walls = child.missing_walls
        header, _ = child.frame("layers")
        self.layers = _texts(header.get("layers"), self._dataset)
        return child

    def open(self, layer: str, encoding: str | None) -> Facts:
        """Open a layer and return what it says of itself."""
        child = self._fresh = self._fresh or self._started()
        self._opened = {"open": layer, "encoding": encoding}
        child.order(**self._opened)
        header, _ = child.frame("layer")
        facts = replace(_facts(header, self._dataset), first_row=_count(header.get("first_row")))
        self._first_row = facts.first_row
        size = sum(path.stat().st_size for path in self._dataset.parts.values())
        self._bytes_per_row = size / facts.rows if facts.rows > 0 else 1.0
        return facts

    def batches(self) -> Iterator[tuple[pa.RecordBatch, str]]:
        """Yield (rows, name of the geometry column) from the first row on."""
        child, self._fresh = self._fresh, None
        if child is None:
            child = self._started()
            child.order(**self._opened)
            child.frame("layer")
        rows = int(min(MOST_ROWS, max(_FEWEST_ROWS, _BATCH_BYTES / self._bytes_per_row)))
        child.order(batch_rows=rows)
        self.left_out = yield from _frames(child, self._dataset, self._first_row - 1)
        child.close()


@contextmanager
def job_for(path: Path) -> Iterator[Job]:
    """Make the folder of a job; it is removed at the end of the block."""
    with TemporaryDirectory(prefix="import-") as name:
        yield Job(path, Path(name).resolve())


def _allowed(files: list[Path]) -> tuple[Limits, float]:
    size = sum(file.stat().st_size for file in files)
    limits = Limits(cpu_s=_CPU_S + size // _WORKED_BYTES_PER_S)
    return limits, _WAIT_S + size / _WAITED_BYTES_PER_S


def _check_plain(folder: Path, shown: str) -> None:
    """Refuse what is neither file nor folder; the child that could make such a thing is gone."""
    for entry in os.scandir(folder):
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            _check_plain(Path(entry.path), shown)
        elif not stat.S_ISREG(mode):
            raise refusal("crashed", shown)


def _count(said: object) -> int:
    return said if isinstance(said, int) and 0 <= said <= _MOST_COUNTED else 0


def _frames(
    child: Child, dataset: Dataset, above: int
) -> Generator[tuple[pa.RecordBatch, str], None, int]:
    """Yield what a child sends and return how many rows it left out at the end.

    A refusal says up to which row the file was read; `above` are rows of headings.
    """
    name, rows = "", 0
    while True:
        try:
            header, body = child.frame("rows", "done", "geometry")
            if header["kind"] == "done":
                return _count(header.get("left_out"))
            if header["kind"] == "geometry":
                name = str(header.get("name"))
                continue
            batch = _batch(header, body, name, dataset)
        except Unreadable as error:
            raise error.after(rows and rows + above) from error
        rows += batch.num_rows
        yield batch, name


def _texts(found: object, dataset: Dataset) -> list[str]:
    if isinstance(found, list) and len(found) <= _MAX_COLUMNS:
        if all(isinstance(text, str) for text in found):
            return found
    raise refusal("crashed", dataset.main.name)


def _facts(header: dict[str, Any], dataset: Dataset) -> Facts:
    columns = tuple(_texts(header.get("columns"), dataset))
    match header:
        case {"rows": int(rows), "geometry_type": str(shape), "crs": str(crs), "bounds": None}:
            return Facts(columns, shape, rows, None, crs)
        case {"rows": int(rows), "geometry_type": str(shape), "crs": str(crs), "bounds": [*four]}:
            numbers = [float(one) for one in four if isinstance(one, (int, float))]
            if len(four) == len(numbers) == 4:  # noqa: PLR2004 -- west, south, east, north
                west, south, east, north = numbers
                return Facts(columns, shape, rows, (west, south, east, north), crs)
    raise refusal("crashed", dataset.main.name)


def _batch(
    header: dict[str, Any], body: pa.Buffer, geometry: str, dataset: Dataset
) -> pa.RecordBatch:
    rows, columns = header.get("rows"), header.get("columns")
    try:
        if not isinstance(rows, int) or not isinstance(columns, list):
            raise ValueError("no rows")
        batch = rebuilt(rows, columns, body)
        batch.schema.field(geometry)
    except (ValueError, KeyError, pa.ArrowException) as error:
        raise refusal("crashed", dataset.main.name) from error
    return batch
