"""A file becomes rows: classified, written once, and never by halves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.db import connection
from small_files import (
    ACTOR,
    EAST,
    NORTH,
    Shapes,
    codes,
    counts,
    parcels,
    rejected,
    run,
    shapefile,
    square,
)

from gis_core import crs
from gis_core.access import ANONYMOUS
from gis_core.errors import SignInNeeded
from gis_core.models import ChangeSet
from importers import pipeline
from importers.issues import FileRefused, ImportBroken
from importers.models import ImportRun
from importers.request import ImportRequest
from layers import bulk
from layers.feature import Layer
from layers.themes.infrastructure import Infrastructure
from layers.themes.land import Parcel

pytestmark = pytest.mark.usefixtures("db")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    report = run(parcels(tmp_path / "a.shp"), apply=False)
    assert counts(report) == (3, 0, 0, 0)
    assert not Parcel.objects.filter(layer__slug="zz").exists()
    assert not Layer.objects.filter(slug="zz").exists()
    assert not ImportRun.objects.filter(layer__slug="zz").exists()
    assert not ChangeSet.objects.filter(title__endswith="→ zz").exists()


def test_rows_arrive_typed_with_their_source(tmp_path: Path) -> None:
    report = run(parcels(tmp_path / "a.shp"))
    assert counts(report) == (3, 0, 0, 0)
    row = Parcel.objects.filter(layer__slug="zz").get(so_thua="2")
    assert (row.feature_key, row.land_use_code, str(row.area_m2)) == ("/5/2", "ODT", "400.5")
    assert row.extra == {"GHICHU": "góc phố"}
    assert row.source_row == 2
    assert row.source is not None
    assert (row.source.epsg, row.source.encoding, row.source.filename) == (9210, "utf-8", "a.shp")
    assert row.change_set_id == report.change_set
    assert (
        ChangeSet.objects.filter(title__endswith="→ zz").get().channel == ChangeSet.Channel.IMPORT
    )
    assert 0 < row.pk < 2**53


def test_the_original_file_is_kept(tmp_path: Path, settings_media: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    run(path)
    stored = settings_media / ImportRun.objects.filter(layer__slug="zz").get().source.stored_path
    assert stored.read_bytes() == path.read_bytes()
    assert stored.with_suffix(".prj").exists()


@pytest.fixture
def settings_media(database: str) -> Path:
    from django.conf import settings

    return Path(settings.MEDIA_ROOT)


def test_the_official_transformation_is_used(tmp_path: Path) -> None:
    place = shapely.Point(567_000, 1_145_000)
    run(shapefile(tmp_path / "a.shp", [place], {"MA": ["x"]}), theme="infrastructure")
    row = Infrastructure.objects.filter(layer__slug="zz").get()
    lon, lat = crs.to_wgs84(crs.zone_by_epsg(9210), 567_000, 1_145_000)
    assert abs(row.geom.x - float(lon)) < 1e-11
    assert abs(row.geom.y - float(lat)) < 1e-11
    # Published pair of the official parameters; PROJ's default is 0.8 m east of it.
    assert round(row.geom.x, 8) == 106.36360373
    assert round(row.geom.y, 8) == 10.35334303


def test_outlines_are_stored_counter_clockwise_so_the_other_way_round_is_the_same(
    tmp_path: Path,
) -> None:
    key = {"SHBANDO": ["5"], "SHTHUA": ["1"]}
    run(shapefile(tmp_path / "a.gpkg", [shapely.reverse(square(0))], key))
    stored = shapely.from_wkb(bytes(Parcel.objects.filter(layer__slug="zz").get().geom.wkb))
    assert stored.geoms[0].exterior.is_ccw
    assert counts(run(shapefile(tmp_path / "b.gpkg", [square(0)], key))) == (0, 0, 1, 0)


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    run(path)
    report = run(path)
    assert counts(report) == (0, 0, 3, 0)
    assert report.change_set is None
    assert set(Parcel.objects.filter(layer__slug="zz").values_list("version", flat=True)) == {1}


def test_changed_rows_are_updated_and_the_old_version_is_kept(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp"))
    before = set(Parcel.objects.filter(layer__slug="zz").values_list("pk", flat=True))
    report = run(parcels(tmp_path / "b.shp", LOAI_DAT=["ODT", "CLN", "ODT"]))
    assert counts(report) == (0, 1, 2, 0)
    row = Parcel.objects.filter(layer__slug="zz").get(so_thua="2")
    assert (row.version, row.land_use_code) == (2, "CLN")
    assert set(Parcel.objects.filter(layer__slug="zz").values_list("pk", flat=True)) == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, land_use_code, operation FROM layers_parcel_history")
        assert cursor.fetchall() == [(1, "ODT", "update")]


def test_a_moved_corner_is_a_change(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.gpkg", 1))
    columns = {"SHBANDO": ["5"], "SHTHUA": ["1"], "DIENTICH": ["400,5"], "LOAI_DAT": ["ODT"]}
    moved = shapefile(tmp_path / "b.gpkg", [square(0, 20.001)], {**columns, "GHICHU": ["góc phố"]})
    assert counts(run(moved)) == (0, 1, 0, 0)


def test_columns_that_a_file_lacks_stay_as_they_are(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp", 1, DIACHI_TD=["12 Ấp Bắc"]))
    run(
        shapefile(
            tmp_path / "b.shp", [square(0)], {"SHBANDO": ["5"], "SHTHUA": ["1"], "DIENTICH": ["9"]}
        )
    )
    row = Parcel.objects.filter(layer__slug="zz").get()
    assert (row.address, str(row.area_m2), row.search_text) == ("12 Ấp Bắc", "9.0", "12 ap bac")


def test_rows_read_are_accounted_for_with_reasons(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20), (0, 0)])
    bow = shapely.transform(bow, lambda xy: np.add(xy, [EAST, NORTH]))
    shapes: Shapes = [square(0), square(1), bow, None, shapely.box(8e6, 0, 8.1e6, 1)]
    columns = {
        "SHBANDO": ["5"] * 5,
        "SHTHUA": ["1", "1", "3", "4", "5"],
        "DIENTICH": ["1", "x", "1", "1", "1"],
    }
    report = run(shapefile(tmp_path / "a.gpkg", shapes, columns))
    assert counts(report) == (2, 0, 0, 3)
    assert rejected(report) == {2: "duplicate_key", 4: "empty", 5: "out_of_bounds"}
    found = codes(report)
    assert found["repaired"] == 1
    assert found["bad_value"] == 1
    assert Parcel.objects.filter(layer__slug="zz").get(so_thua="3").geom.valid


def test_heights_are_kept_apart(tmp_path: Path) -> None:
    line = shapely.LineString([(EAST, NORTH, 2.5), (EAST + 9, NORTH, 3.5)])
    report = run(shapefile(tmp_path / "a.gpkg", [line], {"MA": ["d1"]}), theme="infrastructure")
    assert "heights_kept" in codes(report)
    row = Infrastructure.objects.filter(layer__slug="zz").get()
    assert (row.geom.geom_type, row.geom.hasz) == ("MultiLineString", False)
    assert (row.extra["Z_MIN"], row.extra["Z_MAX"]) == (2.5, 3.5)


def test_several_points_in_a_row_are_rejected(tmp_path: Path) -> None:
    points: Shapes = [
        shapely.MultiPoint([(106.36, 10.36)]),
        shapely.MultiPoint([(106.36, 10.36), (106.37, 10.36)]),
    ]
    path = shapefile(tmp_path / "a.geojson", points, {"MA": ["a", "b"]}, "EPSG:4326")
    report = run(path, theme="infrastructure")
    assert counts(report) == (1, 0, 0, 1)
    assert codes(report)["several_points"] == 1


def test_who_may_not_import_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignInNeeded):
        run(parcels(tmp_path / "a.shp"), actor=ANONYMOUS)


def test_layers_are_not_made_or_mixed_by_accident(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    with pytest.raises(FileRefused, match="--create-layer"):
        run(path, create_layer=False)
    run(path)
    with pytest.raises(FileRefused, match="thuộc chủ đề"):
        run(path, "topography")
    points = shapefile(tmp_path / "b.shp", [shapely.Point(EAST, NORTH)], {"MA": ["x"]})
    with pytest.raises(FileRefused, match=r"vùng.*điểm"):
        run(points, "parcels")


def test_a_fault_on_the_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_a_row(*_args: Any) -> tuple[int, int, int]:
        return 0, 0, 0

    monkeypatch.setattr(bulk.Staging, "write", lose_a_row)
    with pytest.raises(ImportBroken):
        run(parcels(tmp_path / "a.shp"))
    assert not Layer.objects.filter(slug="zz").exists()


def test_rows_that_do_not_add_up_fail_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged: Callable[..., int] = bulk.Staging.fill
    monkeypatch.setattr(bulk.Staging, "fill", lambda self, rows: staged(self, rows) - 1)
    with pytest.raises(ImportBroken):
        run(parcels(tmp_path / "a.shp"))


def test_a_file_that_says_no_crs(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    path.with_suffix(".prj").unlink()
    report = run(path, apply=False)
    assert report.crs.startswith("VN-2000 / TM-3 105°45")
    assert codes(report)["crs_guessed"] == 1
    with pytest.raises(FileRefused, match="--source-crs"):
        far = shapefile(tmp_path / "b.shp", [shapely.box(1e5, 1e5, 2e5, 2e5)], {"A": ["1"]}, None)
        run(far, "topography")
    with pytest.raises(FileRefused, match="EPSG:99999"):
        run(path, source_crs="EPSG:99999")


def test_the_wrong_zone_is_noticed(tmp_path: Path) -> None:
    report = run(parcels(tmp_path / "a.shp"), source_crs="EPSG:9218", apply=False)
    assert codes(report)["far_from_city"] == 1


def test_a_shapefile_without_its_index_is_read_whole(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    whole = run(path)
    path.with_suffix(".shx").unlink()
    assert counts(run(path)) == (0, 0, whole.new, 0)


def test_a_shapefile_without_its_table_has_shapes_and_no_values(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp")
    path.with_suffix(".dbf").unlink()
    report = run(path)
    assert counts(report) == (3, 0, 0, 0)
    assert "table_missing" in codes(report)


def test_a_linked_coordinate_system_is_never_fetched(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    link = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": link, "features": []}))
    with pytest.raises(FileRefused, match="--source-crs"):
        run(path, "topography")


def test_an_empty_file_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    assert counts(run(path, "parcels", apply=False)) == (0, 0, 0, 0)


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    request = ImportRequest(
        path=parcels(tmp_path / "a.shp"), theme="parcels", slug="zz", create_layer=True
    )
    pipeline.import_file(ACTOR, request, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(3, 3)]
