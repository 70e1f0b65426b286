"""Small files that the import tests write for themselves."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

EAST, NORTH = 567_000.0, 1_145_000.0
Shapes = list[shapely.Geometry | None]


def square(number: int, size: float = 20.0) -> shapely.Polygon:
    """A parcel of 20 m; number tells its place in a row of them."""
    return shapely.box(EAST + 30 * number, NORTH, EAST + 30 * number + size, NORTH + size)


def shapefile(
    path: Path, shapes: Shapes, columns: dict[str, list[Any]], crs_name: str | None = "EPSG:9210"
) -> Path:
    """Write a shapefile or, by the suffix, a GeoPackage or GeoJSON."""
    arrays = [np.array(values) for values in columns.values()]
    geometry_type = next(shape.geom_type for shape in shapes if shape is not None)
    if any(shape is not None and shape.has_z for shape in shapes):
        geometry_type += " Z"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        arrays,
        list(columns),
        geometry_type=geometry_type,
        crs=crs_name,
        encoding="UTF-8" if path.suffix == ".shp" else None,
    )
    return path


def parcels(path: Path, count: int = 3, **changes_: list[Any]) -> Path:
    columns: dict[str, list[Any]] = {
        "SHBANDO": ["5"] * count,
        "SHTHUA": [str(number + 1) for number in range(count)],
        "DIENTICH": ["400,5"] * count,
        "LOAI_DAT": ["ODT"] * count,
        "GHICHU": ["góc phố"] * count,
    }
    return shapefile(path, [square(number) for number in range(count)], {**columns, **changes_})
