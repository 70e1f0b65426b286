"""Small files that the import tests write for themselves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from gis_core.access import Actor, system_actor
from importers.pipeline import import_file
from importers.report import Report
from importers.request import ImportRequest

EAST, NORTH = 567_000.0, 1_145_000.0
Shapes = list[shapely.Geometry | None]


def square(number: int, size: float = 20.0) -> shapely.Polygon:
    """A parcel of 20 m; number tells its place in a row of them."""
    return shapely.box(EAST + 30 * number, NORTH, EAST + 30 * number + size, NORTH + size)


def shapefile(
    path: Path, shapes: Shapes, columns: Mapping[str, Any], crs_name: str | None = "EPSG:9210"
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


ACTOR = system_actor("tests")


def run(path: Path, theme: str = "parcels", actor: Actor = ACTOR, **options: Any) -> Report:
    options = {"slug": "zz", "create_layer": True, "apply": True, **options}
    return import_file(actor, ImportRequest(path=path, theme=theme, **options))


def counts(report: Report) -> tuple[int, int, int, int]:
    assert report.adds_up
    return report.new, report.changed, report.same, report.rejected


def rejected(report: Report) -> dict[int, str]:
    """Row → why it was rejected, in the order of the file."""
    headings = 20  # rows of a sheet that are counted and not read, at most
    reasons = report.rejections.reasons(1, report.read + headings).tolist()
    return {row: reason for row, reason in enumerate(reasons, 1) if reason}


def codes(report: Report) -> dict[str, int]:
    return {group.code: group.count for group in report.issues}
