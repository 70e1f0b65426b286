"""A drawing (DXF, DGN): each level is offered by kind of shape, and as parcels where it has lines.

`RANH: line` are the lines of the level RANH, `RANH: area` its closed lines as areas, `RANH: text`
its texts, `RANH: point` its other points. `10+11+2+4: parcel` are the areas between the lines of
level 10 with the texts of level 11 as labels, of 2 as land types and of 4 as areas; later levels
may be left out.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from importers.reader import dxf, parcels
from importers.reader.gdal_file import Batch, GdalFile
from importers.reader.refusal import Refused

_GEOMETRY = "wkb_geometry"
_ROWS = 10_000
_AREA, _LINE, _POINT, _TEXT, _PARCEL = "area", "line", "point", "text", "parcel"
_CADASTRAL = ("10", "11", "2", "4")
_DROPPED = {"ULink", "PaperSpace", "SubClasses"}
_LINES, _POINTS, _AREAS = (1, 2, 5), (0, 4), (3, 6)  # shapely's type ids


class DrawingFile(GdalFile):
    """A drawing. `level` is the column that names an element's level.

    `wanted` is the layer that a person named. `raw_text`: GDAL passes the bytes of texts on.
    """

    def __init__(self, path: Path, level: str, *, wanted: str = "", raw_text: bool = False) -> None:
        super().__init__(path)
        self._level, self._wanted, self._raw_text = level, wanted, raw_text

    def layers(self) -> list[str]:
        """Return level and kind of what the drawing holds, and its parcels first."""
        found = self._counts()
        names = [f"{level}: {kind}" for level, kind in sorted(found)]
        if (_CADASTRAL[0], _LINE) in found:
            levels = [level for level in _CADASTRAL if any(level == one for one, _ in found)]
            names.insert(0, f"{'+'.join(levels)}: {_PARCEL}")
        if self._wanted.endswith(f": {_PARCEL}") and self._wanted not in names:
            names.append(self._wanted)
        return names

    def described(self, layer: str, encoding: str | None) -> dict[str, Any]:
        """Return what is known of a level; its bounds are those of its shapes."""
        levels, kind = self._parts(layer)
        facts = super().described(self._inside(), encoding)
        shown = {_AREA: "Polygon", _PARCEL: "Polygon", _LINE: "LineString"}
        columns = [name for name in facts["columns"] if name not in _DROPPED]
        if kind == _PARCEL:
            columns = list(parcels.FIELDS)
        count = self._counts().get((levels[0], kind), 0)
        bounds = self._bounds(levels[0])
        return {
            **facts,
            "columns": columns,
            "geometry_type": shown.get(kind, "Point"),
            "rows": count,
            "bounds": bounds,
        }

    def batches(self, layer: str, encoding: str | None, rows: int) -> Iterator[Batch]:
        """Yield the elements of a level that are of the kind."""
        levels, kind = self._parts(layer)
        if kind == _PARCEL:
            yield self._parcels(levels, encoding), _GEOMETRY
            return
        for batch, shapes in self._elements(encoding, rows):
            chosen = (_levels(batch, self._level) == levels[0]) & _of_kind(batch, shapes, kind)
            if chosen.any():
                kept = batch.filter(pa.array(chosen)).drop_columns(
                    [name for name in batch.schema.names if name in _DROPPED]
                )
                yield _with_areas(kept, shapes[chosen]) if kind == _AREA else kept, _GEOMETRY

    def _parcels(self, levels: list[str], encoding: str | None) -> pa.RecordBatch:
        boundaries: list[bytes] = []
        texts = {name: ([], []) for name in parcels.FIELDS}  # type: ignore[var-annotated]
        names = dict(zip(levels[1:], parcels.FIELDS, strict=False))
        for batch, shapes in self._elements(encoding, _ROWS):
            level = _levels(batch, self._level)
            lines = (level == levels[0]) & _of_kind(batch, shapes, _LINE)
            boundaries += batch.filter(pa.array(lines)).column(_GEOMETRY).to_pylist()
            for one, name in names.items():
                found = batch.filter(pa.array((level == one) & _of_kind(batch, shapes, _TEXT)))
                texts[name][0].extend(found.column(_GEOMETRY).to_pylist())
                texts[name][1].extend(found.column("Text").to_pylist())
        return parcels.built(boundaries, texts)

    def _elements(self, encoding: str | None, rows: int) -> Iterator[tuple[pa.RecordBatch, Any]]:
        for batch, geometry in super().batches(self._inside(), encoding, rows):
            names = [_GEOMETRY if name == geometry else name for name in batch.schema.names]
            plain = pa.RecordBatch.from_arrays(batch.columns, names=names)
            plain = _by_bytes(plain) if self._raw_text else _unescaped(plain)
            wkb = plain.column(_GEOMETRY).to_numpy(zero_copy_only=False)
            yield plain, shapely.from_wkb(wkb, on_invalid="ignore")

    @lru_cache(maxsize=1)  # noqa: B019 -- one file in a process that ends with it
    def _counts(self) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for batch, shapes in self._elements(None, _ROWS):
            level = _levels(batch, self._level)
            for kind in (_AREA, _LINE, _POINT, _TEXT):
                found.update((one, kind) for one in level[_of_kind(batch, shapes, kind)])
        return found

    def _bounds(self, level: str) -> list[float] | None:
        boxes = [
            shapely.total_bounds(shapes[_levels(batch, self._level) == level])
            for batch, shapes in self._elements(None, _ROWS)
        ]
        boxes = [box for box in boxes if np.isfinite(box).all()]
        if not boxes:
            return None
        every = np.array(boxes)
        return [*every[:, :2].min(axis=0).tolist(), *every[:, 2:].max(axis=0).tolist()]

    def _inside(self) -> str:
        return next(iter(self.all_layers()))

    def _parts(self, layer: str) -> tuple[list[str], str]:
        level, _, kind = layer.rpartition(": ")
        levels = level.split("+") if kind == _PARCEL else [level]
        if (levels[0], _LINE if kind == _PARCEL else kind) not in self._counts():
            there = [name for name in self.layers() if name != layer]  # what was named comes last
            raise Refused("no_such_layer", layer=layer, layers=", ".join(there[:20]))
        return levels, kind


def _by_bytes(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with every byte of its texts as one letter."""
    place = batch.schema.get_field_index("Text")
    raw = batch.column(place).cast(pa.binary()).to_pylist()
    texts = [None if one is None else one.decode("iso-8859-1") for one in raw]
    return batch.set_column(place, "Text", pa.array(texts, pa.string()))


def _unescaped(batch: pa.RecordBatch) -> pa.RecordBatch:
    place = batch.schema.get_field_index("Text")
    column = batch.column(place)
    if not pc.any(pc.match_substring(column, "\\U+")).as_py():
        return batch
    texts = [dxf.unescaped(text) for text in column.to_pylist()]
    return batch.set_column(place, "Text", pa.array(texts, pa.string()))


def _levels(batch: pa.RecordBatch, column: str) -> Any:
    return np.array([str(one) for one in batch.column(column).to_pylist()], object)


def _of_kind(batch: pa.RecordBatch, shapes: Any, kind: str) -> Any:
    types = shapely.get_type_id(shapes)
    if kind == _AREA:
        closed = shapely.is_closed(shapes) & (shapely.get_num_coordinates(shapes) > 3)  # noqa: PLR2004
        return np.isin(types, _AREAS) | (np.isin(types, _LINES) & closed)
    if kind == _LINE:
        return np.isin(types, _LINES)
    written = np.array([bool(text) for text in batch.column("Text").to_pylist()], bool)
    return np.isin(types, _POINTS) & (written if kind == _TEXT else ~written)


def _with_areas(batch: pa.RecordBatch, shapes: Any) -> pa.RecordBatch:
    """Return the batch with closed lines as areas."""
    lines = np.isin(shapely.get_type_id(shapes), (1, 2))
    areas = shapes.copy()
    areas[lines] = [shapely.Polygon(line.coords) for line in shapes[lines]]
    place = batch.schema.get_field_index(_GEOMETRY)
    return batch.set_column(place, _GEOMETRY, pa.array(shapely.to_wkb(areas), pa.binary()))
