"""What a file is by its first bytes. GDAL opens by content, so nothing else may reach it."""

from enum import StrEnum
from pathlib import Path

from importers.issues import FileRefused


class FileKind(StrEnum):
    """The formats that are imported, and the archive that a shapefile may come in."""

    SHAPEFILE = "shapefile"
    GEOPACKAGE = "geopackage"
    GEOJSON = "geojson"
    ZIP = "zip"


_SHAPEFILE = (9994).to_bytes(4, "big")
_SQLITE = b"SQLite format 3\x00"
_APPLICATION_ID = slice(68, 72)  # of the SQLite header
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HEAD_BYTES = 4096


def kind_of(path: Path) -> FileKind:
    """The kind of a file; FileRefused when it is missing, empty or none of the known kinds."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise FileRefused(f"{path.name}: cannot be read ({error.strerror})") from error
    if head.startswith(_SHAPEFILE):
        return FileKind.SHAPEFILE
    if head.startswith(_SQLITE):
        if head[_APPLICATION_ID] in _GEOPACKAGE_IDS:
            return FileKind.GEOPACKAGE
        raise FileRefused(f"{path.name}: a SQLite database, but not a GeoPackage")
    if head.startswith(_ZIP):
        return FileKind.ZIP
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text.startswith(b"{") and b'"' in text:
        return FileKind.GEOJSON
    raise FileRefused(f"{path.name}: not a shapefile, GeoPackage, GeoJSON or zip of a shapefile")
