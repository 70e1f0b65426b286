"""Which data sets a file or an unpacked archive holds, and the files that each consists of."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from importers.issues import FileRefused
from importers.magic import FileKind, kind_of
from importers.refusals import refusal

_SIDE_TEXT_BYTES = 20_000
_CONTENTS_BYTES = 1 << 20
# kinds of several files → their suffixes, the main one first; all belong to the original
PARTS: dict[FileKind, tuple[str, ...]] = {
    FileKind.SHAPEFILE: (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    FileKind.MAPINFO_TAB: (".tab", ".dat", ".map", ".id", ".ind"),
    FileKind.MAPINFO_MIF: (".mif", ".mid"),
}
MAIN_SUFFIX = {
    FileKind.GEOPACKAGE: ".gpkg",
    FileKind.GEOJSON: ".geojson",
    FileKind.GEOJSON_SEQUENCE: ".geojsonl",
    FileKind.FLATGEOBUF: ".fgb",
    FileKind.KML: ".kml",
    FileKind.GPX: ".gpx",
    FileKind.CSV: ".csv",
    FileKind.XLSX: ".xlsx",
    FileKind.OSM: ".osm",
    FileKind.OSM_PBF: ".pbf",
    FileKind.OVERPASS: ".json",
    FileKind.DXF: ".dxf",
    FileKind.DGN: ".dgn",
}


@dataclass(frozen=True)
class Dataset:
    """One data set: its kind, the name that people see, and its files by suffix (lower case)."""

    kind: FileKind
    name: str
    main: Path
    parts: Mapping[str, Path]

    def side_text(self, suffix: str) -> str:
        """Return the text of a small file beside the main one, "" where there is none."""
        path = self.parts.get(suffix)
        if path is None:
            return ""
        with path.open("rb") as stream:
            return stream.read(_SIDE_TEXT_BYTES).decode("utf-8-sig", "replace").strip("\x00 \r\n\t")


def dataset_of(path: Path) -> Dataset:
    """Return the data set that a file is, or is a part of; FileRefused if it is none."""
    path = main_of(path)
    kind = kind_of(path)
    if kind not in PARTS:
        return Dataset(kind, path.stem, path, {MAIN_SUFFIX.get(kind, path.suffix.lower()): path})
    main = PARTS[kind][0]
    return Dataset(kind, path.stem, path, {**_beside(path, PARTS[kind]), main: path})


def main_of(path: Path) -> Path:
    """Return the main file of the data set that a file is a part of; FileRefused without it."""
    suffixes = _suffixes_with(path)
    if not suffixes or not path.is_file():
        return path
    beside = _beside(path, suffixes)
    if suffixes[0] not in beside:
        raise refusal("part_alone", path.name, {"main": f"{path.stem}{suffixes[0]}"})
    return beside[suffixes[0]]


def datasets_in(archive: Path, unpacked: Path) -> list[Dataset]:
    """Return the data sets of an unpacked archive by name; FileRefused when there is none.

    Those of one name are told apart by a number behind it.
    """
    found: dict[str, Dataset] = {}
    for path in sorted(unpacked.rglob("*")):
        suffixes = _suffixes_with(path)
        if not path.is_file() or (suffixes and path.suffix.lower() != suffixes[0]):
            continue
        with suppress(FileRefused):
            dataset = dataset_of(path)
            if dataset.kind in PARTS and not suffixes:
                continue  # an index beside a shapefile begins like one
            name, number = dataset.name, 1
            while name in found:
                number += 1
                name = f"{dataset.name} ({number})"
            found[name] = replace(dataset, name=name)
    if not found:
        raise refusal("archive_empty", archive.name)
    # The table of contents of a KMZ names the files beside it and has nothing of its own.
    return [one for one in found.values() if not _only_links(one)] or list(found.values())


def _only_links(dataset: Dataset) -> bool:
    if dataset.kind is not FileKind.KML or dataset.main.stat().st_size > _CONTENTS_BYTES:
        return False
    text = dataset.main.read_bytes()
    return b"NetworkLink" in text and b"Placemark" not in text


def _suffixes_with(path: Path) -> tuple[str, ...]:
    """Return the suffixes of the kind that a file with this suffix belongs to, () for none."""
    suffix = path.suffix.lower()
    return next((suffixes for suffixes in PARTS.values() if suffix in suffixes), ())


def _beside(path: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return suffix → file of the same name, whatever the case of either."""
    stem = path.stem.lower()
    return {
        entry.suffix.lower(): entry
        for entry in sorted(path.parent.iterdir())
        if entry.suffix.lower() in suffixes and entry.stem.lower() == stem and entry.is_file()
    }
