"""The formats that are read: GDAL's driver, the files that it sees, and how it is told to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from importers.magic import FileKind


@dataclass(frozen=True)
class Format:
    """How a kind of file is read. `parts` are the suffixes that the driver sees, the main first.

    `one_layer`: the file holds one layer, whose name inside it is of no interest.
    `module` is the reader's, `importers.reader.…`.
    `hide_empty`: every such file has the same layers, most of them without rows.
    `open_names`: a layer's name may say how to read it, beyond the names that are listed.
    `bytes_as_letters`: its text comes in whatever encoding, so that the reader is told which.
    """

    drivers: tuple[str, ...]
    parts: tuple[str, ...]
    one_layer: bool = False
    bytes_as_letters: bool = False
    module: str = "read"
    hide_empty: bool = False
    open_names: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


FORMATS: dict[FileKind, Format] = {
    FileKind.SHAPEFILE: Format(
        ("ESRI Shapefile",), (".shp", ".shx", ".dbf"), one_layer=True, bytes_as_letters=True
    ),
    FileKind.GEOPACKAGE: Format(("GPKG",), (".gpkg",)),
    FileKind.GEOJSON: Format(("GeoJSON",), (".geojson",), one_layer=True),
    FileKind.GEOJSON_SEQUENCE: Format(("GeoJSONSeq",), (".geojsonl",), one_layer=True),
    FileKind.FLATGEOBUF: Format(("FlatGeobuf",), (".fgb",), one_layer=True),
    FileKind.KML: Format(("LIBKML",), (".kml",)),
    FileKind.GPX: Format(("GPX",), (".gpx",), hide_empty=True),
    FileKind.CSV: Format(("CSV",), (".csv",), module="read_table", open_names=True),
    FileKind.XLSX: Format(("XLSX",), (".xlsx",), module="read_table", open_names=True),
    FileKind.OSM: Format(("OSM",), (".osm",), module="read_osm"),
    FileKind.OSM_PBF: Format(("OSM",), (".pbf",), module="read_osm"),
    FileKind.OVERPASS: Format(("OSM",), (".json",), module="read_osm"),
    FileKind.DXF: Format(("DXF",), (".dxf",), module="read_drawing", open_names=True),
    FileKind.DGN: Format(("DGN",), (".dgn",), module="read_drawing", open_names=True),
    FileKind.MAPINFO_TAB: Format(
        ("MapInfo File",), (".tab", ".dat", ".map", ".id", ".ind"), one_layer=True
    ),
    FileKind.MAPINFO_MIF: Format(("MapInfo File",), (".mif", ".mid"), one_layer=True),
}

GDAL_OPTIONS = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_PROXY": "http://127.0.0.1:1",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_CACHEMAX": "32",  # MB
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",  # MB
}
