"""OpenStreetMap (.osm, .pbf): its objects by theme and kind of shape, or as GDAL's plain layers.

`tourism: point` are the places that the theme tourism knows, areas among them by a point inside;
`infrastructure: line` are streets and lines, `topography: area` water, greens and buildings.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from importers.reader import osm_tags
from importers.reader.gdal_file import Batch, GdalFile

_GEOMETRY = "wkb_geometry"
_POINT, _LINE, _AREA = "point", "line", "area"
_SOURCES = {_POINT: ("points",), _LINE: ("lines",), _AREA: ("multipolygons",)}
_SHAPES = {_POINT: "Point", _LINE: "LineString", _AREA: "MultiPolygon"}
_OFFERED = {
    "infrastructure": (_LINE, _POINT, _AREA),
    "topography": (_AREA, _LINE),
    "tourism": (_POINT,),
}
_ONLY_POINTS = "tourism"


class OsmFile(GdalFile):
    """OpenStreetMap data with its tags in columns that the themes know."""

    def layers(self) -> list[str]:
        """Return themes by kind of shape, then what GDAL offers."""
        themes = [f"{theme}: {kind}" for theme, kinds in _OFFERED.items() for kind in kinds]
        return [*themes, *self.all_layers()]

    def described(self, layer: str, encoding: str | None) -> dict[str, Any]:
        """Return what is known of a layer; OpenStreetMap is in WGS 84."""
        theme, kind = _parts(layer)
        if not theme:
            return super().described(layer, encoding)
        return {
            "columns": list(osm_tags.COLUMNS),
            "geometry_type": _SHAPES[kind],
            "rows": 0,
            "bounds": None,
            "crs": "EPSG:4326",
        }

    def batches(self, layer: str, encoding: str | None, rows: int) -> Iterator[Batch]:
        """Yield the objects of a theme that are of the kind."""
        theme, kind = _parts(layer)
        if not theme:
            yield from super().batches(layer, encoding, rows)
            return
        for source in ("points", "multipolygons") if theme == _ONLY_POINTS else _SOURCES[kind]:
            for batch, geometry in super().batches(source, encoding, rows):
                found = _of_theme(batch, geometry, theme, source)
                if found is not None:
                    yield found, _GEOMETRY


def _parts(layer: str) -> tuple[str, str]:
    """Return theme and kind of a layer of ours, ("", "") for one of GDAL's."""
    theme, _, kind = layer.partition(": ")
    return (theme, kind) if kind in _OFFERED.get(theme, ()) else ("", "")


def _of_theme(
    batch: pa.RecordBatch, geometry: str, theme: str, source: str
) -> pa.RecordBatch | None:
    rows, places = [], []
    ids = _ids(batch, source)
    for place, raw in enumerate(batch.column("all_tags").to_pylist()):
        tags = json.loads(raw) if raw else {}
        kind = osm_tags.kind_in(theme, tags)
        if kind is not None and (theme != _ONLY_POINTS or tags.get("name")):
            rows.append(osm_tags.row_of(ids[place], kind, tags, raw))
            places.append(place)
    if not rows:
        return None
    shapes = batch.column(geometry).take(pa.array(places))
    if theme == _ONLY_POINTS and source != "points":
        shapes = _points_inside(shapes)
    columns = [*osm_tags.table(rows), shapes]
    return pa.RecordBatch.from_arrays(columns, names=[*osm_tags.COLUMNS, _GEOMETRY])


def _ids(batch: pa.RecordBatch, source: str) -> list[str]:
    """Return ids such as n1, w2, r3: node, way, relation."""
    letter = {"points": "n", "lines": "w"}.get(source, "r")
    relations = batch.column("osm_id").to_pylist()
    if "osm_way_id" not in batch.schema.names:
        return [f"{letter}{one}" for one in relations]
    ways = batch.column("osm_way_id").to_pylist()
    return [
        f"w{way}" if way else f"{letter}{one}" for way, one in zip(ways, relations, strict=True)
    ]


def _points_inside(shapes: pa.Array) -> pa.Array:
    areas = shapely.from_wkb(np.array(shapes.to_pylist(), object), on_invalid="ignore")
    return pa.array(shapely.to_wkb(shapely.point_on_surface(areas)), pa.binary())
