"""What a file is by its first bytes. GDAL opens by content, so nothing else may reach it."""

import json
import re
from enum import StrEnum
from pathlib import Path

from importers.refusals import refusal


class FileKind(StrEnum):
    """The formats that are imported, and the archive that they may come in."""

    SHAPEFILE = "shapefile"
    GEOPACKAGE = "geopackage"
    GEOJSON = "geojson"
    GEOJSON_SEQUENCE = "geojson-sequence"
    FLATGEOBUF = "flatgeobuf"
    KML = "kml"
    GPX = "gpx"
    MAPINFO_TAB = "mapinfo-tab"
    MAPINFO_MIF = "mapinfo-mif"
    CSV = "csv"
    XLSX = "xlsx"
    OSM = "osm"
    OSM_PBF = "osm-pbf"
    OVERPASS = "overpass"
    DXF = "dxf"
    DGN = "dgn"
    ZIP = "zip"


_APPLICATION_ID = slice(68, 72)  # of the SQLite header
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
_HEAD_BYTES = 4096
_LINE_BYTES = 8 << 20
_RECORD_SEPARATOR = b"\x1e"  # RFC 8142: before every text of a sequence
_OSM_PBF = b"\x0a\x09OSMHeader"
_GEOJSON = re.compile(rb'"(?:type|features|geometry|geometries|coordinates)"')
_OVERPASS = re.compile(rb'"generator"\s*:\s*"Overpass|"osm3s"\s*:')
_DGN = (b"\x08\x05", b"\x08\x09", b"\xc8\x05", b"\xc8\x09")  # two and three dimensions, version 7
_BINARY: tuple[tuple[bytes, FileKind], ...] = (
    ((9994).to_bytes(4, "big"), FileKind.SHAPEFILE),
    (b"fgb\x03fgb", FileKind.FLATGEOBUF),
    *((first + last, FileKind.DGN) for first in _DGN for last in (b"\xfe\x02", b"\x17\x00")),
    (b"PK\x03\x04", FileKind.ZIP),
    (b"PK\x05\x06", FileKind.ZIP),
)
# What people send that is close to what can be read → the refusal that says what to send instead.
_NEARLY = (
    (b"7z\xbc\xaf\x27\x1c", "other_archive"),
    (b"Rar!\x1a\x07", "other_archive"),
    (b"\x1f\x8b", "other_archive"),
    (b"BZh", "other_archive"),
    (b"\xfd7zXZ\x00", "other_archive"),
    (b"\x28\xb5\x2f\xfd", "other_archive"),
    (b"AC10", "drawing_dwg"),
    (b"%PDF", "document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"),
)
_WORKBOOK = (b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/")
_TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
# of files that are told by their contents
_SUFFIXES = frozenset({".shp", ".gpkg", ".geojson", ".geojsonl", ".geojsons", ".fgb"})
_SUFFIXES |= {".kml", ".kmz", ".gpx", ".tab", ".mif", ".dxf", ".dgn", ".osm", ".pbf", ".xlsx"}
_SUFFIXES |= {".zip"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TAR_AT = slice(257, 262)
_ROOT = re.compile(rb"\A(?:<\?xml[^>]*\?>|<!--.*?-->|\s)*<(?:\w+:)?(\w+)", re.DOTALL)
_ROOTS = {b"kml": FileKind.KML, b"gpx": FileKind.GPX, b"osm": FileKind.OSM}
_TEXT = (
    (re.compile(rb"(?:999\r?\n[^\n]*\n\s*)*0\r?\nSECTION\r?\n"), FileKind.DXF),
    (re.compile(rb"!table", re.IGNORECASE), FileKind.MAPINFO_TAB),
    (re.compile(rb"version\s+\d+", re.IGNORECASE), FileKind.MAPINFO_MIF),
)


def kind_of(path: Path) -> FileKind:
    """The kind of a file; FileRefused when it is missing, empty or none of the known kinds."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise refusal("unreachable", path.name, {"reason": error.strerror or ""}) from error
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = _kind_of_bytes(path, head) or _kind_of_text(path, text)
    if found is None and _is_table(path, head):
        found = FileKind.CSV
    if found is None:
        known = path.suffix.lower() in _SUFFIXES
        code = "not_as_named" if known else "unknown_kind"
        raise refusal(code if head else "empty_file", path.name)
    return found


def _kind_of_bytes(path: Path, head: bytes) -> FileKind | None:
    if head[4:].startswith(_OSM_PBF):
        return FileKind.OSM_PBF
    for start, kind in _BINARY:
        if head.startswith(start):
            return FileKind.XLSX if kind is FileKind.ZIP and _is_workbook(path, head) else kind
    if head.startswith(b"SQLite format 3\x00"):
        if len(head) < _APPLICATION_ID.stop:
            raise refusal("damaged", path.name)
        if head[_APPLICATION_ID] in _GEOPACKAGE_IDS:
            return FileKind.GEOPACKAGE
        raise refusal("not_geopackage", path.name)
    for start, code in _NEARLY:
        if head.startswith(start):
            raise refusal(code, path.name)
    if head[_TAR_AT] == b"ustar":
        raise refusal("other_archive", path.name)
    return None


def _kind_of_text(path: Path, text: bytes) -> FileKind | None:
    if text.startswith(_RECORD_SEPARATOR):
        return FileKind.GEOJSON_SEQUENCE
    if text.startswith(b"{") and b'"' in text:
        if _OVERPASS.search(text):
            return FileKind.OVERPASS
        if not _GEOJSON.search(text):
            return None
        return FileKind.GEOJSON_SEQUENCE if _is_sequence(path) else FileKind.GEOJSON
    for start, kind in _TEXT:
        if start.match(text):
            return kind
    root = _ROOT.match(text)
    return _ROOTS.get(root[1].lower()) if root else None


def _is_workbook(path: Path, head: bytes) -> bool:
    """Tell whether a zip is one of Excel: its first member lies there, or its name says so."""
    first = head[30:90]
    return first.startswith(_WORKBOOK) or path.suffix.lower() in {".xlsx", ".xlsm"}


def _is_table(path: Path, head: bytes) -> bool:
    """Tell whether a file that says that it is a table may be one."""
    if path.suffix.lower() not in _TABLE_SUFFIXES or not head.strip():
        return False
    if head.startswith(_UTF_16):
        return True
    return b"\x00" not in head and not head.lstrip().startswith((b"<", b"{", b"["))


def _is_sequence(path: Path) -> bool:
    """Tell whether the first line is a feature by itself and another begins after it."""
    with path.open("rb") as stream:
        first = stream.readline(_LINE_BYTES)
        more = stream.read(_HEAD_BYTES).lstrip()
    try:
        value = json.loads(first.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("type") == "Feature" and more.startswith(b"{")
