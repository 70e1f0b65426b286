"""Boundary lines and label texts of a cadastral drawing → areas with their texts.

Levels of Vietnamese cadastral maps (circular 25/2014/TT-BTNMT): 10 boundary, 11 label, 2 land type,
4 area. A drawing holds no parcels, only their lines: where lines meet, they are cut, and what they
enclose is a parcel; a text belongs to the parcel that its position lies in.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import shapely

from importers.reader.refusal import Refused

FIELDS = ("SHTHUA", "LOAIDAT", "DIENTICH")  # label, land type, area: as cadastral files call them
_MOST_LINES = 400_000
Texts = Mapping[str, tuple[Sequence[bytes], Sequence[str]]]


def built(boundaries: Sequence[bytes], texts: Texts) -> pa.RecordBatch:
    """Return the areas that lines (WKB) enclose, with the texts inside each in columns.

    `texts` is column → (positions as WKB, texts). Several texts in one area are joined by blanks.
    Refused where nothing is enclosed, or for more lines than can be cut.
    """
    if len(boundaries) > _MOST_LINES:
        raise Refused("drawing_large", most=_MOST_LINES)
    lines = shapely.force_2d(shapely.from_wkb(np.array(boundaries, object), on_invalid="ignore"))
    lines = lines[~shapely.is_missing(lines) & ~shapely.is_empty(lines)]
    parts = shapely.get_parts(shapely.polygonize([shapely.unary_union(lines)]))
    if not len(parts):
        raise Refused("nothing_enclosed")
    tree = shapely.STRtree(parts)
    columns = [pa.array(shapely.to_wkb(parts), pa.binary())]
    columns += [_texts_inside(tree, len(parts), *texts.get(name, ((), ()))) for name in FIELDS]
    return pa.RecordBatch.from_arrays(columns, names=["wkb_geometry", *FIELDS])


def _texts_inside(
    tree: shapely.STRtree, count: int, places: Sequence[bytes], texts: Sequence[str]
) -> pa.Array:
    found: list[list[str]] = [[] for _ in range(count)]
    points = shapely.from_wkb(np.array(places, object), on_invalid="ignore")
    for text, area in zip(*tree.query(points, predicate="intersects"), strict=True):
        found[area].append(texts[text].strip())
    return pa.array([" ".join(some) or None for some in found], pa.string())
