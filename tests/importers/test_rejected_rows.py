"""Rejected rows come back as a file that can be corrected and imported again."""

import csv
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from small_files import ACTOR, EAST, NORTH, counts, run, shapefile, square

from importers.issues import FileRefused
from importers.pipeline import import_file
from importers.rejected_rows import write_rejected
from importers.request import ImportRequest

pytestmark = pytest.mark.usefixtures("db")


def rejected(path: Path, target: Path) -> int:
    request = ImportRequest(path=path, theme="parcels", slug="zz", create_layer=True, apply=True)
    report = import_file(ACTOR, request)
    return write_rejected(ACTOR, request, report.rejections, target)


def three_bad_rows(folder: Path) -> Path:
    flat = shapely.Polygon([(EAST, NORTH), (EAST + 1, NORTH), (EAST, NORTH), (EAST, NORTH)])
    columns = {
        "SHBANDO": ["5"] * 5,
        "SHTHUA": ["1", "2", "3", "3", "4"],
        "GHICHU": ["góc phố", "=1+1", "", "ngã tư", "chợ"],
        "DIENTICH": [1.5, 2.0, 3.0, 4.0, 5.0],
    }
    shapes = [square(0), flat, square(2), square(3), None]
    return shapefile(folder / "a.gpkg", shapes, columns)


def test_a_geopackage_holds_reasons_values_and_shapes(tmp_path: Path) -> None:
    target = tmp_path / "rejected.gpkg"
    assert rejected(three_bad_rows(tmp_path), target) == 3
    meta, _, shapes, values = pyogrio.raw.read(target)
    rows = dict(zip(meta["fields"], values, strict=True))
    assert rows["rejected_row"].tolist() == [2, 4, 5]
    assert rows["reason"].tolist() == ["too_few_points", "duplicate_key", "empty"]
    assert rows["GHICHU"].tolist() == ["=1+1", "ngã tư", "chợ"]
    assert rows["DIENTICH"].tolist() == [2.0, 4.0, 5.0]
    assert "9210" in meta["crs"]
    assert shapely.from_wkb(shapes[1]).equals(square(3))
    assert shapes[2] is None


def test_corrected_rows_can_be_imported(tmp_path: Path) -> None:
    target = tmp_path / "rejected.gpkg"
    rejected(three_bad_rows(tmp_path), target)
    meta, _, shapes, values = pyogrio.raw.read(target)
    rows = dict(zip(meta["fields"], values, strict=True))
    rows["SHTHUA"] = np.array(["2", "5", "6"], dtype=object)
    corrected = [square(1), shapely.from_wkb(shapes[1]), square(7)]
    columns = {name: rows[name] for name in ("SHBANDO", "SHTHUA", "GHICHU", "DIENTICH")}
    report = run(shapefile(tmp_path / "b.gpkg", corrected, columns))
    assert counts(report) == (3, 0, 0, 0)


def test_a_table_holds_no_formula(tmp_path: Path) -> None:
    target = tmp_path / "rejected.csv"
    assert rejected(three_bad_rows(tmp_path), target) == 3
    with target.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["GHICHU"] for row in rows] == ["'=1+1", "ngã tư", "chợ"]
    assert [row["wkt"][:7] for row in rows] == ["POLYGON", "POLYGON", ""]
    assert rows[0]["reason_en"] != rows[0]["reason_vi"]


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="gpkg"):
        rejected(three_bad_rows(tmp_path), tmp_path / "rejected.docx")


def test_without_rejections_nothing_is_written(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "a.gpkg", [square(0)], {"SHBANDO": ["5"], "SHTHUA": ["1"]})
    assert rejected(path, tmp_path / "rejected.csv") == 0
    assert not (tmp_path / "rejected.csv").exists()
