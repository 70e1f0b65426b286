"""Real files of several makers import with their true counts. They lie outside the repository."""

from typing import Any

import pytest
import shapely
from shared_data import shared

from gis_core.access import system_actor
from importers.issues import FileRefused
from importers.pipeline import import_file
from importers.report import Report
from importers.request import ImportRequest
from layers.feature import Layer
from layers.registry import theme_by_key
from layers.selectors import ReadableLayer, features

pytestmark = pytest.mark.usefixtures("db")


def run(path: str, theme: str, **options: Any) -> Report:
    options = {"slug": "zz", "create_layer": True, "apply": True, **options}
    request = ImportRequest(path=shared(f"data/{path}"), theme=theme, **options)
    return import_file(system_actor("tests"), request)


def codes(report: Report) -> dict[str, int]:
    return {group.code: group.count for group in report.issues}


@pytest.mark.parametrize(
    ("path", "layer", "theme", "rows"),
    [
        ("mytho/wards_2009.shp", "", "admin_units", 17),
        ("mytho/wards_2025.shp", "", "admin_units", 5),
        ("mytho/wards_2025_neighbours.shp", "", "admin_units", 34),
        ("mytho/communes_2009_neighbours.shp", "", "admin_units", 95),
        ("mytho/places_geonames.shp", "", "topography", 39),
        ("hcmc_osm/hcmc_osm_20230824.gpkg", "roads", "infrastructure", 2990),
        ("hcmc_osm/hcmc_osm_20230824.gpkg", "buildings", "topography", 4715),
        ("hcmc_osm/hcmc_osm_20230824.gpkg", "landuse", "topography", 294),
        ("hcmc_osm/hcmc_osm_20230824.gpkg", "pois", "tourism", 843),
        ("hcmc_osm/hcmc_osm_20230824.gpkg", "water", "topography", 11),
        ("hcmc_osm/hcmc_osm_20230824.gpkg", "other_areas", "topography", 70),
    ],
)
def test_every_row_arrives_and_a_second_import_changes_nothing(
    path: str, layer: str, theme: str, rows: int
) -> None:
    first = run(path, theme, source_layer=layer)
    assert (first.read, first.new, first.rejected) == (rows, rows, 0)
    again = run(path, theme, source_layer=layer)
    assert (again.same, again.new, again.changed) == (rows, 0, 0)


def test_wards_keep_their_names_in_both_languages() -> None:
    report = run("mytho/wards_2025.shp", "admin_units", apply=False)
    assert report.mapping["code"] == "code"
    assert report.mapping["name"] == "fullName"
    assert report.mapping["names.en"] == "nameEn"


def rows_of(slug: str) -> dict[str, Any]:
    theme = theme_by_key("admin_units")
    found = features(
        ReadableLayer(system_actor("tests"), Layer.objects.get(slug=slug), theme, frozenset())
    )
    return {row.feature_key: row for row in found}


@pytest.mark.parametrize(
    ("path", "encoding", "code"),
    [
        ("legacy/wards_tcvn3_noprj.shp", "tcvn3", "encoding_guessed"),
        ("legacy/wards_utf8_cpg1252.shp", "utf-8", "encoding_overruled"),
    ],
)
def test_legacy_files_come_in_right_with_no_hint(path: str, encoding: str, code: str) -> None:
    report = run(path, "admin_units")
    assert (report.new, report.rejected, report.encoding) == (17, 0, encoding)
    assert {code, "crs_guessed"} <= codes(report).keys()
    run("mytho/wards_2009.shp", "admin_units", slug="true", mapping={"name": "name_vi"})
    true = {row.name: row for row in rows_of("true").values()}
    rows = rows_of("zz")
    assert {row.name for row in rows.values()} == true.keys()
    for row in rows.values():
        stored, meant = (shapely.from_wkb(bytes(one.geom.wkb)) for one in (row, true[row.name]))
        distance_deg = shapely.hausdorff_distance(stored, meant)
        assert distance_deg * 111_320 < 0.002


@pytest.mark.parametrize(
    ("path", "theme", "new", "rejected", "expected"),
    [
        ("odd/TestShape.zip", "topography", 64, 0, {"heights_kept", "far_from_city"}),
        ("odd/invalid_geom.zip", "admin_units", 0, 1, {"too_few_points"}),
        ("odd/mixedcase.zip", "topography", 40, 0, {"repaired"}),
        ("odd/codepage.zip", "topography", 2, 0, set()),
        ("odd/zero-len-line.zip", "topography", 2, 1, {"empty"}),
        ("odd/multipolygon_as_invalid_polygon.shp", "topography", 2, 0, set()),
        ("odd/mixed_shape_type_non_conformant.shp", "topography", 2, 4, {"type_not_allowed"}),
        ("odd/mixed_shape_type_non_conformant.shp", "planned_land_use", 2, 4, {"type_not_allowed"}),
    ],
)
def test_odd_files_are_taken_as_far_as_they_go(
    path: str, theme: str, new: int, rejected: int, expected: set[str]
) -> None:
    report = run(path, theme)
    assert (report.new, report.rejected) == (new, rejected)
    assert expected <= codes(report).keys()


def test_an_archive_without_a_shapefile_is_refused() -> None:
    with pytest.raises(FileRefused, match=r"\.shp"):
        run("odd/noshp.zip", "topography")


def test_a_file_that_claims_too_many_rows_is_not_believed() -> None:
    report = run("odd/huge_feature_count.gpkg", "topography", source_layer="test")
    assert report.read < 100
