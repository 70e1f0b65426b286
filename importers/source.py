"""Opens a file for reading: what it holds, and its rows in batches.

GDAL sees files only under names of ours in a folder of ours, with the format known beforehand and
the network switched off; sidecar files that name encodings or coordinate systems stay outside.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import open_arrow

from importers import text_encoding
from importers.archive import extract
from importers.charsets import UTF_8
from importers.issues import FileRefused
from importers.magic import FileKind, kind_of
from importers.text_encoding import TextEncoding

BATCH_ROWS = 10_000
_PARTS = (".shp", ".shx", ".dbf")
_SIDE_TEXT_BYTES = 20_000
# A GeoJSON may point to a coordinate system by address, which GDAL would fetch.
_LINKED_CRS = re.compile(rb'"crs"\s*:\s*\{[^{}]{0,200}"type"\s*:\s*"(?:link|url)"', re.IGNORECASE)
_SCAN_BYTES = 8 << 20
_NO_NETWORK = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_PROXY": "http://127.0.0.1:1",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",  # MB
}


@dataclass(frozen=True)
class Source:
    """An opened layer of a file. `crs_text` is what the file says of its system, "" for nothing.

    `rows` is what the file claims, for a progress bar; it may be wrong. None: it does not say.
    """

    kind: FileKind
    path: Path
    layer: str
    columns: tuple[str, ...]
    geometry_type: str
    rows: int | None
    bounds: tuple[float, float, float, float] | None
    crs_text: str
    encoding: TextEncoding

    def batches(self) -> Iterator[tuple[pa.RecordBatch, str]]:
        """Yield (rows, name of the geometry column)."""
        try:
            with open_arrow(
                self.path,
                layer=self.layer,
                encoding=self._reader,
                use_pyarrow=True,
                batch_size=BATCH_ROWS,
            ) as (meta, reader):
                geometry = meta["geometry_name"] or "wkb_geometry"
                for batch in reader:
                    yield _plain(batch), geometry
        except (DataSourceError, DataLayerError, pa.ArrowException, OSError) as error:
            raise FileRefused(f"The rows cannot be read: {_one_line(error)}") from error

    @property
    def _reader(self) -> str | None:
        return self.encoding.reader if self.kind is FileKind.SHAPEFILE else None


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with JSON columns as the text that they are; Arrow computes on no JSON."""
    if not any(isinstance(field.type, pa.BaseExtensionType) for field in batch.schema):
        return batch
    columns = [
        column.storage if isinstance(column, pa.ExtensionArray) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


@contextmanager
def open_source(path: Path, *, layer: str = "", encoding: str = "") -> Iterator[Source]:
    """Open a shapefile (bare or zipped), GeoPackage or GeoJSON; FileRefused when it is none.

    `layer` names a layer of a GeoPackage or a shapefile of a zip; needed where there are several.
    """
    pyogrio.set_gdal_config_options(_NO_NETWORK)
    path = path.resolve()
    kind = kind_of(path)
    with TemporaryDirectory(prefix="import-") as name, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL mends, such as ring order
        folder = Path(name)
        if kind in {FileKind.ZIP, FileKind.SHAPEFILE}:
            yield _shapefile(_shapefile_parts(path, folder, layer), folder, encoding)
        elif kind is FileKind.GEOPACKAGE:
            yield _single(kind, _link(path, folder / "data.gpkg"), layer, encoding)
        else:
            _refuse_linked_crs(path)
            yield _single(kind, _link(path, folder / "data.geojson"), layer, encoding)


def shapefile_parts(shp: Path) -> dict[str, Path]:
    """Return extension (lower case) → file of everything that belongs to a bare shapefile."""
    stem = shp.stem.lower()
    return {
        entry.suffix.lower(): entry
        for entry in sorted(shp.parent.iterdir())
        if entry.is_file() and entry.stem.lower() == stem
    }


def _shapefile_parts(path: Path, folder: Path, layer: str) -> dict[str, Path]:
    if kind_of(path) is FileKind.SHAPEFILE:
        return {**shapefile_parts(path), ".shp": path}
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    found = [file for file in extract(path, unpacked) if not file.name.startswith(".")]
    shapes = [file for file in found if file.suffix.lower() == ".shp"]
    if layer:
        shapes = [file for file in shapes if file.stem == layer]
    if len(shapes) != 1:
        names = ", ".join(sorted(file.stem for file in shapes))
        reason = f"name one of {names} with --source-layer" if shapes else "no .shp inside"
        raise FileRefused(f"{path.name}: {reason}")
    return shapefile_parts(shapes[0])


def _shapefile(parts: dict[str, Path], folder: Path, encoding: str) -> Source:
    missing = [suffix for suffix in _PARTS if suffix not in parts]
    if missing:
        raise FileRefused(f"{' and '.join(missing)} missing beside the shapefile; copy all parts")
    if kind_of(parts[".shp"]) is not FileKind.SHAPEFILE:
        raise FileRefused(f"{parts['.shp'].name}: not a shapefile inside")
    decided = text_encoding.decide(parts[".dbf"], _side_text(parts.get(".cpg")), encoding)
    for suffix in _PARTS:
        _link(parts[suffix], folder / f"data{suffix}")
    crs_text = _side_text(parts.get(".prj"))
    return _inspect(FileKind.SHAPEFILE, folder / "data.shp", "data", decided, crs_text)


def _side_text(path: Path | None) -> str:
    if path is None:
        return ""
    with path.open("rb") as stream:
        return stream.read(_SIDE_TEXT_BYTES).decode("utf-8-sig", "replace").strip("\x00 \r\n\t")


def _single(kind: FileKind, path: Path, layer: str, encoding: str) -> Source:
    try:
        names = [str(name) for name, kind_ in pyogrio.list_layers(path) if kind_ is not None]
    except (DataSourceError, DataLayerError) as error:
        raise FileRefused(f"The file cannot be opened: {_one_line(error)}") from error
    if kind is FileKind.GEOJSON:
        layer = names[0] if names else ""
    if not layer and len(names) > 1:
        raise FileRefused(
            f"Several layers inside; name one with --source-layer: {', '.join(names)}"
        )
    layer = layer or (names[0] if names else "")
    if layer not in names:
        raise FileRefused(f"No layer {layer!r} inside; there is: {', '.join(names) or 'nothing'}")
    codec = text_encoding.known_codec(encoding) if encoding else UTF_8
    if not codec.startswith(UTF_8):
        raise FileRefused("GeoPackage and GeoJSON are always UTF-8; leave out --encoding")
    return _inspect(kind, path, layer, TextEncoding(codec, chosen=bool(encoding)), None)


def _inspect(
    kind: FileKind, path: Path, layer: str, encoding: TextEncoding, crs_text: str | None
) -> Source:
    reader = encoding.reader if kind is FileKind.SHAPEFILE else None
    try:
        info = pyogrio.read_info(path, layer=layer, encoding=reader, force_total_bounds=True)
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise FileRefused(f"The file cannot be opened: {_one_line(error)}") from error
    claimed = int(info["features"])
    bounds = info["total_bounds"]
    return Source(
        kind=kind,
        path=path,
        layer=layer,
        columns=tuple(str(name) for name in info["fields"]),
        geometry_type=str(info["geometry_type"] or "Unknown"),
        rows=claimed if 0 < claimed < path.stat().st_size else None,
        bounds=None if bounds is None else _four(bounds),
        crs_text=str(info["crs"] or "") if crs_text is None else crs_text,
        encoding=encoding,
    )


def _four(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    west, south, east, north = (float(value) for value in bounds)
    return west, south, east, north


def _link(target: Path, name: Path) -> Path:
    name.symlink_to(target.resolve())
    return name


def _refuse_linked_crs(path: Path) -> None:
    with path.open("rb") as stream:
        tail = b""
        while piece := stream.read(_SCAN_BYTES):
            if _LINKED_CRS.search(tail + piece):
                raise FileRefused(f"{path.name}: the coordinate system is a link; use --source-crs")
            tail = piece[-512:]
