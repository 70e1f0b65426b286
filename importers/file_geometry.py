"""Shapes of a file for one feature, read and placed as an import does it; nothing is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.access import Actor
from gis_core.city import city
from gis_core.crs import area_m2, length_m
from importers import corner_text
from importers.crs_candidates import Place, city_box, locate
from importers.issues import CODES
from importers.letters import Letters
from importers.refusals import Unreadable, refusal
from importers.sampled_positions import sample_positions
from importers.shapes import read_shapes
from importers.source import Source, layers_of, open_source
from importers.source_crs import Positions, SourceCrs
from layers.city_outline import city_outline
from layers.registry import AREA, POINT

MOST_FEATURES = 100
MOST_CORNERS = 20_000  # of all features together
_LABEL_COLUMNS = 3
_DECIMALS = 9  # of a degree: a tenth of a millimetre
TEXT_SUFFIXES = frozenset({".csv", ".txt"})


@dataclass(frozen=True)
class FileShape:
    """One shape. `number` counts the file's rows from 1; measures are of the city's zone."""

    number: int
    label: str
    geometry_4326: BaseGeometry
    area_m2: float | None
    length_m: float | None
    corners: int
    repaired: bool


@dataclass(frozen=True)
class FileShapes:
    """The shapes of a file, or the question that has to be answered first.

    `question` is "" | "crs" | "layer"; `layers` are the names to choose from, `place` says what is
    known of the system. `refused` is row → code of `importers.issues.CODES`.
    """

    question: str = ""
    place: Place | None = None
    layers: tuple[str, ...] = ()
    shapes: tuple[FileShape, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    more: bool = False


@dataclass(frozen=True)
class _Rows:
    """Some rows in the file's own system, as WKB."""

    wkb: pa.Array
    labels: list[str]


def read_file(
    actor: Actor, path: Path, stored: str, *, crs: str = "", source_layer: str = ""
) -> FileShapes:
    """Return the shapes of a file that a layer of type `stored` may take; FileRefused if none.

    `crs` is the system that a person chose, `source_layer` the layer inside the file.
    """
    if path.suffix.lower() in TEXT_SUFFIXES:
        return _corners(actor, path, stored, crs)
    try:
        with open_source(path, layer=source_layer) as source:
            return _read(actor, source, stored, crs)
    except Unreadable as error:
        if error.reason != "several_layers":
            raise
        return FileShapes("layer", layers=tuple(layers_of(path)))


def _read(actor: Actor, source: Source, stored: str, crs: str) -> FileShapes:
    batches = source.batches()
    first = next(batches, None)
    if first is None:
        raise refusal("no_layer", source.layer)
    place = _place(actor, source.crs_text, sample_positions(first), crs)
    if place.crs is None:
        return FileShapes("crs", place)
    letters = Letters(source.encoding, {})
    letters.learn(*first)
    rows = _Rows(first[0].column(first[1]), list(_labels(*first, letters)))
    found = _admitted(rows, stored, place.crs, source.layer)
    more = found.more or next(batches, None) is not None
    return FileShapes("", place, (), found.shapes, found.refused, more)


def _corners(actor: Actor, path: Path, stored: str, crs: str) -> FileShapes:
    """Return the shape whose corners a text file lists; of a layer of points one for each line."""
    positions = corner_text.read(path)
    place = _place(actor, "", positions, crs)
    if place.crs is None:
        return FileShapes("crs", place)
    if stored == POINT:
        shapes = shapely.points(positions)
    else:
        least = 3 if stored == AREA else 2
        if len(positions) < least:
            raise refusal("few_corners", path.name, {"least": str(least)})
        shapes = np.array(
            [shapely.Polygon(positions) if stored == AREA else shapely.LineString(positions)]
        )
    rows = _Rows(pa.array(shapely.to_wkb(shapes), pa.large_binary()), [""] * len(shapes))
    found = _admitted(rows, stored, place.crs, path.name)
    return FileShapes("", place, (), found.shapes, found.refused, found.more)


def _place(actor: Actor, crs_text: str, sample: Positions, chosen: str) -> Place:
    return locate(crs_text, sample, city_outline(actor) or city_box(), chosen)


def _admitted(rows: _Rows, stored: str, crs: SourceCrs, name: str) -> FileShapes:
    """Let the first shapes in; FileRefused where none of them may be."""
    wkb = rows.wkb.slice(0, MOST_FEATURES)
    found = read_shapes(wkb, stored, crs)
    shapes: list[FileShape] = []
    corners = 0
    for index, ewkb in enumerate(found.ewkb.to_pylist()):
        if ewkb is None:
            continue
        shape = _shape(ewkb, index, rows.labels[index], index in found.repaired)
        corners += shape.corners
        if corners > MOST_CORNERS and shapes:
            break
        shapes.append(shape)
    reasons = enumerate(found.reasons.tolist(), 1)
    refused = tuple((number, str(reason)) for number, reason in reasons if reason is not None)
    if not shapes:
        reason = str(CODES[refused[0][1] if refused else "empty"])
        raise refusal("no_shape", name, {"reason": reason})
    more = len(rows.wkb) > MOST_FEATURES or corners > MOST_CORNERS
    return FileShapes(shapes=tuple(shapes), refused=refused, more=more)


def _shape(ewkb: bytes, index: int, label: str, repaired: bool) -> FileShape:
    geometry = shapely.transform(shapely.from_wkb(ewkb), lambda degrees: degrees.round(_DECIMALS))
    zone = city().zone
    area = geometry.geom_type == AREA
    return FileShape(
        number=index + 1,
        label=label,
        geometry_4326=geometry,
        area_m2=area_m2(geometry, zone) if area else None,
        length_m=None if geometry.geom_type == POINT else length_m(geometry, zone),
        corners=int(shapely.get_num_coordinates(geometry)) - (_rings(geometry) if area else 0),
        repaired=repaired,
    )


def _rings(geometry: BaseGeometry) -> int:
    """Return how many rings repeat their first position."""
    return sum(1 + len(part.interiors) for part in shapely.get_parts(geometry))


def _labels(batch: pa.RecordBatch, geometry: str, letters: Letters) -> Iterator[str]:
    """Yield for each row what its first columns say."""
    head = batch.slice(0, MOST_FEATURES)
    names = [name for name in head.schema.names if name != geometry][:_LABEL_COLUMNS]
    columns = [
        (letters.name(name), letters.text(name, head.column(name)).values.to_pylist())
        for name in names
    ]
    for row in range(batch.num_rows):
        said = [
            f"{name}: {values[row]}"
            for name, values in columns
            if row < len(values) and values[row] not in (None, "")
        ]
        yield " · ".join(said)[:160]
