"""What is told of a file before anything is written, and how a new file differs from a layer."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from small_files import ACTOR, EAST, NORTH, codes, counts, parcels, run, shapefile, square

from gis_core.access import ANONYMOUS
from gis_core.errors import SignInNeeded
from importers.issues import FileRefused
from importers.request import ImportRequest
from importers.understanding import understand
from layers.feature import Layer
from layers.models import Parcel

pytestmark = pytest.mark.usefixtures("db")


def told(path: Path, **options: Any) -> dict[str, Any]:
    request = ImportRequest(path=path, theme="parcels", slug="zz", **options)
    found = understand(ACTOR, request).as_dict()
    assert json.loads(json.dumps(found)) == found
    return found


def test_a_file_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    found = told(parcels(tmp_path / "a.shp"))
    assert (found["format"], found["rows"], found["questions"]) == ("shapefile", 3, [])
    columns = {one["column"]: one for one in found["columns"]}
    assert (columns["SHBANDO"]["field"], columns["SHBANDO"]["reason"]) == ("so_to", "name")
    assert (columns["GHICHU"]["field"], columns["GHICHU"]["samples"]) == ("", ["góc phố"])
    assert "owner_name" in found["unfilled"]
    assert found["text"][0]["before"] == ["góc phố"]
    assert found["place"]["crs"] == "EPSG:9210"
    assert found["place"]["outline_4326"]["type"] == "Polygon"
    assert found["issues"][0]["messages"].keys() == {"vi", "en"}
    assert not Layer.objects.filter(slug="zz").exists()


def test_a_question_is_told_and_not_raised(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    wrong = parcels(tmp_path / "b.shp").with_suffix(".prj")
    other = shapefile(tmp_path / "c.shp", [square(0)], {"A": ["1"]}, "EPSG:5897")
    wrong.write_bytes(other.with_suffix(".prj").read_bytes())
    found = told(tmp_path / "b.shp")
    assert found["questions"][0]["code"] == "crs_contradicted"
    assert found["place"]["crs"] is None
    assert found["place"]["candidates"][0]["key"] == "EPSG:9210"
    assert found["place"]["candidates"][0]["share_inside"] == 1.0
    assert found["place"]["declared"]["share_inside"] == 0.0
    with pytest.raises(FileRefused, match="ngoài thành phố"):
        run(tmp_path / "b.shp")
    assert counts(run(tmp_path / "b.shp", source_crs="EPSG:9210")) == (3, 0, 0, 0)
    assert counts(run(path)) == (0, 0, 3, 0)


def test_strangers_learn_nothing(tmp_path: Path) -> None:
    request = ImportRequest(path=parcels(tmp_path / "a.shp"), theme="parcels", slug="zz")
    with pytest.raises(SignInNeeded):
        understand(ANONYMOUS, request)


def test_a_column_whose_values_do_not_fit_is_kept(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp", DIENTICH=["lớn", "nhỏ", "vừa"])
    report = run(path)
    assert codes(report)["column_misfit"] == 1
    row = Parcel.objects.filter(layer__slug="zz").get(so_thua="1")
    assert (row.area_m2, row.extra["DIENTICH"]) == (None, "lớn")


def test_a_coded_field_is_found_by_its_values(tmp_path: Path) -> None:
    columns = {"SHBANDO": ["5", "5"], "SHTHUA": ["1", "2"], "KIEU": ["ODT", "CLN"]}
    report = run(shapefile(tmp_path / "a.shp", [square(0), square(1)], columns))
    assert report.mapping["land_use_code"] == "KIEU"
    assert codes(report)["column_guessed"] == 1


def test_encodings_of_columns_can_be_chosen(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    report = run(path, column_encodings={"GHICHU": "utf-8+utf-8"}, apply=False)
    assert codes(report)["bad_text"] == 3
    with pytest.raises(FileRefused, match="không có cột"):
        run(path, column_encodings={"KHAC": "tcvn3"})


def test_what_changes_is_told_by_field(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp"))
    changed = parcels(tmp_path / "b.shp", LOAI_DAT=["ODT", "CLN", "CLN"], DIENTICH=["1", "2", "3"])
    report = run(changed, apply=False)
    assert report.changed_fields == {"area_m2": 3, "land_use_code": 2}
    assert report.as_dict()["changed_fields"] == {"area_m2": 3, "land_use_code": 2}


def test_what_is_missing_stays_or_ends_on_a_day(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp", 4))
    shorter = parcels(tmp_path / "b.shp", 2)
    report = run(shorter)
    assert (report.missing, report.retired, report.missing_first) == (2, 0, ("/5/3", "/5/4"))
    assert Parcel.objects.filter(layer__slug="zz", valid_to=None).count() == 4
    planned = run(shorter, retire_on=date(2026, 6, 30), apply=False)
    assert (planned.missing, planned.retired) == (2, 2)
    assert Parcel.objects.filter(layer__slug="zz", valid_to=None).count() == 4
    report = run(shorter, retire_on=date(2026, 6, 30))
    assert (report.retired, report.same) == (2, 2)
    ended = Parcel.objects.filter(layer__slug="zz", valid_to=date(2026, 6, 30))
    assert {row.so_thua for row in ended} == {"3", "4"}
    assert {row.version for row in ended} == {2}
    assert run(shorter).missing == 0


def test_nothing_is_retired_where_a_row_was_rejected(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp", 4))
    broken = parcels(tmp_path / "b.shp", 3, SHTHUA=["1", "2", "2"])
    with pytest.raises(FileRefused, match=r"dòng 3 .*cùng khóa"):
        run(broken, retire_on=date(2026, 6, 30))
    assert Parcel.objects.filter(layer__slug="zz", valid_to=None).count() == 4


def test_findings_say_where_they_are(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20), (0, 0)])
    bow = shapely.transform(bow, lambda xy: xy + np.array([EAST, NORTH]))
    line = shapely.Polygon([(EAST, NORTH), (EAST + 1, NORTH), (EAST, NORTH), (EAST, NORTH)])
    far = shapely.box(EAST, NORTH + 40_000, EAST + 20, NORTH + 40_020)
    columns = {"SHBANDO": ["5"] * 5, "SHTHUA": ["1", "2", "3", "4", "5"]}
    shapes = [bow, line, far, square(3), square(3)]
    report = run(shapefile(tmp_path / "a.gpkg", shapes, columns))
    first = {group.code: group.first[0] for group in report.issues}
    assert str(first["repaired"].detail) == "0 m² → 200 m²"
    assert first["too_few_points"].row == 2
    assert (first["outside_city"].row, first["duplicate_shape"].row) == (3, 5)
    for code in ("repaired", "too_few_points", "duplicate_shape"):
        lon, lat = first[code].place_4326 or (0, 0)
        assert (round(lon, 2), round(lat, 2)) == (106.36, 10.35), code


def test_an_area_over_what_is_there_is_told(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp"))
    columns = {"SHBANDO": ["6"] * 2, "SHTHUA": ["1", "2"]}
    over = shapely.box(EAST + 10, NORTH, EAST + 25, NORTH + 10)
    beside = shapely.box(EAST + 20, NORTH, EAST + 25, NORTH + 10)
    report = run(shapefile(tmp_path / "b.gpkg", [over, beside], columns), apply=False)
    found = [group for group in report.issues if group.code == "overlap"]
    assert [(group.count, group.first[0].row) for group in found] == [(1, 1)]
    assert str(found[0].first[0].detail) == "5/1: 100 m²"
    assert found[0].first[0].place_4326 is not None


def test_a_feature_that_the_file_moves_is_not_in_the_way(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp", 2))
    columns = {"SHBANDO": ["5", "5"], "SHTHUA": ["1", "2"]}
    turned = shapefile(tmp_path / "b.gpkg", [square(1), square(0)], columns)
    assert "overlap" not in codes(run(turned))


def mixed(folder: Path) -> Path:
    shapes = [shapely.Point(106.36, 10.36), shapely.LineString([(106.36, 10.36), (106.37, 10.36)])]
    rows = [
        {"type": "Feature", "properties": {"MA": str(n)}, "geometry": shapely.geometry.mapping(s)}
        for n, s in enumerate([*shapes, shapes[0]])
    ]
    path = folder / "mixed.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    return path


def test_a_file_of_several_kinds_is_a_choice(tmp_path: Path) -> None:
    path = mixed(tmp_path)
    with pytest.raises(FileRefused, match=r"2 điểm, 1 đường.*--geometry points"):
        run(path, "infrastructure")
    points = run(path, "infrastructure", geometry="points", slug="zz-p")
    lines = run(path, "infrastructure", geometry="lines", slug="zz-l")
    again = run(path, "infrastructure", slug="zz-l")
    assert [counts(one) for one in (points, lines, again)] == [
        (2, 0, 0, 1), (1, 0, 0, 2), (0, 0, 1, 2),
    ]  # fmt: skip
    assert [one.set_aside for one in (points, lines, again)] == [1, 2, 2]
    with pytest.raises(FileRefused, match=r"vùng.*điểm"):
        run(path, "parcels", geometry="points")
    found = understand(ACTOR, ImportRequest(path=path, theme="infrastructure", slug="zz"))
    assert found.as_dict()["kinds"] == {"Point": 2, "MultiLineString": 1}
