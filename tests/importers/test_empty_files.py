"""A file without rows: said as it is in every format, and led out of; no error of a command."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
from django.test import Client
from good_files import dxf
from import_jobs import SLUG, change, put, read, take, uploaded, worked
from small_files import ACTOR, codes, counts, parcels, run

from importers.refusals import Unreadable
from importers.request import ImportRequest
from importers.understanding import Understanding, understand
from layers.models import Parcel

pytestmark = [
    pytest.mark.usefixtures("db", "import_root"),
    pytest.mark.filterwarnings("ignore:'crs' was not provided"),
]


def no_shapes(path: Path, driver: str, crs: str | None = None, **options: str) -> Path:
    nothing = np.array([], object)
    pyogrio.raw.write(
        path, nothing, [nothing], ["SHTHUA"], geometry_type="Polygon", crs=crs, driver=driver,
        **options,
    )  # fmt: skip
    return path


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def workbook(path: Path) -> Path:
    columns = [np.array([], object), np.array([], float), np.array([], float)]
    pyogrio.raw.write(
        path, None, columns, ["ten", "X", "Y"], layer="Mốc", geometry_type=None, driver="XLSX"
    )
    return path


EMPTY: dict[str, Callable[[Path], Path]] = {
    "shapefile": lambda folder: no_shapes(folder / "a.shp", "ESRI Shapefile", encoding="UTF-8"),
    "shapefile with its system": lambda folder: no_shapes(
        folder / "a.shp", "ESRI Shapefile", "EPSG:9210", encoding="UTF-8"
    ),
    "geopackage": lambda folder: no_shapes(folder / "a.gpkg", "GPKG"),
    "flatgeobuf": lambda folder: no_shapes(folder / "a.fgb", "FlatGeobuf"),
    "kml": lambda folder: no_shapes(folder / "a.kml", "LIBKML", "EPSG:4326"),
    "mapinfo": lambda folder: no_shapes(folder / "a.mif", "MapInfo File", FORMAT="MIF"),
    "geojson": lambda folder: written(
        folder / "a.geojson", '{"type": "FeatureCollection", "features": []}'
    ),
    "table": lambda folder: written(folder / "a.csv", "ten;X;Y\n"),
    "table without coordinates": lambda folder: written(folder / "a.csv", "ten;ma\n"),
    "workbook": lambda folder: workbook(folder / "a.xlsx"),
}


def looked_into(path: Path) -> Understanding:
    return understand(ACTOR, ImportRequest(path=path, theme="parcels", slug="zz"))


@pytest.mark.parametrize("kind", EMPTY)
def test_that_it_holds_no_rows_is_all_that_is_said(tmp_path: Path, kind: str) -> None:
    path = EMPTY[kind](tmp_path)
    found = looked_into(path)
    assert (found.rows, found.questions) == (0, ())
    assert [group.code for group in found.issues] == ["no_rows"]
    assert "số dòng: 0" in next(found.lines())
    report = run(path, apply=False)  # no error of a command either
    assert (counts(report), codes(report)) == ((0, 0, 0, 0), {"no_rows": 1})


def test_a_file_with_rows_and_none_with_a_shape_is_another_matter(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.geojson",
        '{"type": "FeatureCollection", "features":'
        ' [{"type": "Feature", "properties": {"ma": "1"}, "geometry": null}]}',
    )
    found = looked_into(path)
    assert found.rows == 1
    assert "no_rows" not in [group.code for group in found.issues]


@pytest.mark.parametrize("name", ["a.gpx", "a.dxf"])
def test_formats_that_have_no_layer_then_are_refused_with_a_remedy(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if name == "a.dxf":
        dxf(path)
    else:
        written(path, '<gpx version="1.1" creator="x"></gpx>')
    with pytest.raises(Unreadable, match="chọn tệp khác") as refused:
        looked_into(path)
    assert refused.value.reason == "no_layer"


def test_an_empty_sheet_beside_a_full_one_is_passed_over(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    values = [np.array(["A"], object), np.array([1145000.5]), np.array([567000.25])]
    pyogrio.raw.write(
        path, None, values, ["ten", "X", "Y"], layer="Đầy", geometry_type=None, driver="XLSX",
        append=True,
    )  # fmt: skip
    assert (looked_into(path).rows, looked_into(path).source_layer) == (1, "Đầy")


def test_an_empty_file_ends_no_feature(tmp_path: Path) -> None:
    """An export that went wrong would end every feature of the layer."""
    run(parcels(tmp_path / "a.shp"))
    nothing = EMPTY["geojson"](tmp_path)
    assert run(nothing).missing == 3
    with pytest.raises(Unreadable, match="không có dòng nào") as refused:
        run(nothing, retire_on=date(2026, 6, 30))
    assert refused.value.reason == "retiring_empty"
    assert Parcel.objects.filter(layer__slug="zz", valid_to=None).count() == 3


def test_the_pages_go_no_further_and_back_to_the_files(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    job = uploaded(admin, EMPTY["geojson"](tmp_path), layer=SLUG)
    take(admin, job, "understand")
    found = worked(admin, job)
    assert (found["state"], found["understanding"]["rows"]) == ("asking", 0)
    assert "check" not in found["may"]
    refused = take(admin, job, "check")
    assert refused.status_code == 409
    assert "không có dòng nào" in refused.json()["detail"]
    full = parcels(tmp_path / "b.geojson")
    assert put(admin, job, "a.geojson", full.read_bytes()).status_code == 200
    assert (read(admin, job)["state"], read(admin, job)["understanding"]) == ("uploading", None)
    take(admin, job, "understand")
    assert worked(admin, job)["understanding"]["rows"] == 3
    take(admin, job, "check")
    assert worked(admin, job)["counts"]["new"] == 3


def test_of_a_file_of_several_layers_another_one_is_chosen(
    admin: Client, layer: Any, tmp_path: Path
) -> None:
    path = parcels(tmp_path / "a.gpkg")
    nothing = np.array([], object)
    pyogrio.raw.write(
        path, nothing, [nothing], ["SHTHUA"], layer="rong", geometry_type="Polygon",
        crs="EPSG:9210", driver="GPKG", append=True,
    )  # fmt: skip
    job = uploaded(admin, path, layer=SLUG)
    for chosen, rows in (("rong", 0), ("a", 3)):
        change(admin, job, source_layer=chosen)
        take(admin, job, "understand")
        found = worked(admin, job)
        assert found["understanding"]["rows"] == rows
        assert found["understanding"]["layers"] == ["a", "rong"]
    assert "check" in found["may"]
