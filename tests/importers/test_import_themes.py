"""What the columns of a file become in each theme."""

from pathlib import Path

import pytest
import shapely
from small_files import ACTOR, Shapes, codes, counts, parcels, run, shapefile, square

from gis_core.access import Actor, Grant
from gis_core.models import User
from importers.issues import FileRefused
from layers import changes, selectors
from layers.registry import theme_by_key
from layers.themes.admin_units import AdminUnit
from layers.themes.land import Parcel, PlannedLandUse
from layers.themes.security import SecurityZone
from layers.themes.topography import Topography
from layers.themes.tourism import TouristSite

pytestmark = pytest.mark.usefixtures("db")


def test_names_texts_and_search_equal_those_of_an_edit(tmp_path: Path) -> None:
    path = shapefile(
        tmp_path / "a.geojson",
        [shapely.Point(106.36, 10.36)],
        {
            "MA": ["cho-my-tho"],
            "TEN": ["Chợ Mỹ Tho"],
            "TEN_EN": ["My Tho market"],
            "MOTA_VI": ["Chợ trung tâm"],
            "DIA_CHI": ["Đường Võ Tánh"],
            "LOAI": ["market"],
        },
        "EPSG:4326",
    )
    run(path, theme="tourism")
    row = TouristSite.objects.filter(layer__slug="zz").get()
    assert row.names == {"en": "My Tho market"}
    assert row.texts == {"vi": "Chợ trung tâm"}
    theme = theme_by_key("tourism")
    assert (
        row.search_text
        == changes.search_text(theme, row)
        == "cho my tho my tho market duong vo tanh"
    )
    assert row.feature_key == changes.feature_key(theme, row) == "cho-my-tho"
    assert row.in_city


def test_another_language_is_added_beside_those_that_are_there(tmp_path: Path) -> None:
    columns = {"MA": ["a"], "TEN": ["Chợ"], "TEN_EN": ["Market"]}
    point: Shapes = [shapely.Point(106.36, 10.36)]
    run(shapefile(tmp_path / "a.geojson", point, columns, "EPSG:4326"), theme="tourism")
    french = shapefile(
        tmp_path / "b.geojson", point, {"MA": ["a"], "TEN": ["Chợ"], "FR": ["Marché"]}, "EPSG:4326"
    )
    run(french, theme="tourism", mapping={"names.fr": "FR"})
    assert TouristSite.objects.filter(layer__slug="zz").get().names == {
        "en": "Market",
        "fr": "Marché",
    }


def test_places_without_an_address_get_one_that_stays(tmp_path: Path) -> None:
    points: Shapes = [shapely.Point(106.36, 10.36), shapely.Point(106.37, 10.36)]
    path = shapefile(tmp_path / "a.geojson", points, {"name": ["Cà phê", ""]}, "EPSG:4326")
    report = run(path, theme="tourism")
    assert codes(report)["no_key"] == 1
    first, second = sorted(
        TouristSite.objects.filter(layer__slug="zz").values_list("slug", flat=True)
    )
    assert first.startswith("ca-phe-")
    assert second.startswith("place-")
    assert counts(run(path, theme="tourism")) == (0, 0, 2, 0)


def test_an_address_of_another_layer_is_taken(tmp_path: Path) -> None:
    path = shapefile(
        tmp_path / "a.geojson", [shapely.Point(106.36, 10.36)], {"MA": ["a"]}, "EPSG:4326"
    )
    run(path, theme="tourism")
    report = run(path, theme="tourism", slug="zz-other")
    assert counts(report) == (0, 0, 0, 1)
    assert codes(report)["taken"] == 1


def test_rows_without_a_key_are_told_apart_by_content(tmp_path: Path) -> None:
    shapes: Shapes = [square(0), square(1), square(1)]
    path = shapefile(tmp_path / "a.shp", shapes, {"NOTE": ["a", "b", "b"]})
    report = run(path, theme="topography")
    assert counts(report) == (2, 0, 0, 1)
    keys = list(Topography.objects.filter(layer__slug="zz").values_list("feature_key", flat=True))
    assert all(key.startswith("sha:") and len(key) == 28 for key in keys)
    assert counts(run(path, theme="topography")) == (0, 0, 2, 1)


def test_limits_of_a_plan_are_parsed_beside_their_text(tmp_path: Path) -> None:
    columns = {
        "MA_LO": ["A1", "A2"],
        "SO_QD": ["12/QĐ"] * 2,
        "MATDO_XD": ["40-60", "theo QH"],
        "TANG_CAO": ["≤ 5", ""],
        "HESO_SDD": ["1,2 - 2,5", None],
        "NGAY_QD": ["01/07/2025"] * 2,
    }
    report = run(shapefile(tmp_path / "a.shp", [square(0), square(1)], columns), "planned_land_use")
    row = PlannedLandUse.objects.filter(layer__slug="zz").get(plot_code="A1")
    assert (row.density_text, row.density_min_pct, row.density_max_pct) == ("40-60", 40, 60)
    assert (row.storeys_min, row.storeys_max, row.floor_area_ratio_max) == (None, 5, 2.5)
    assert str(row.decision_date) == "2025-07-01"
    assert (
        PlannedLandUse.objects.filter(layer__slug="zz").get(plot_code="A2").density_text
        == "theo QH"
    )
    assert codes(report)["bad_value"] == 1


def test_unknown_codes_are_kept_and_counted(tmp_path: Path) -> None:
    report = run(parcels(tmp_path / "a.shp", LOAI_DAT=["ODT", "XYZ", "XYZ"]))
    assert counts(report) == (3, 0, 0, 0)
    assert codes(report)["unknown_code"] == 2
    assert Parcel.objects.filter(layer__slug="zz").filter(land_use_code="XYZ").count() == 2


def test_classes_of_zones(tmp_path: Path) -> None:
    columns = {"MA": ["A", "B", "C"], "CAP_DO": ["cong_khai", "noi_bo", "đặc biệt"]}
    report = run(shapefile(tmp_path / "a.shp", [square(n) for n in range(3)], columns), "security")
    levels = dict(SecurityZone.objects.filter(layer__slug="zz").values_list("code", "sensitivity"))
    assert levels == {"A": 0, "B": 1, "C": 2}
    assert codes(report)["unknown_class"] == 1


@pytest.mark.parametrize("column", ["CAP_DO", "GHICHU"])
def test_a_state_secret_refuses_the_whole_file(tmp_path: Path, column: str) -> None:
    columns = {"MA": ["A", "B"], column: ["", "Tối mật"]}
    with pytest.raises(FileRefused, match=f"2.*{column}"):
        run(shapefile(tmp_path / "a.shp", [square(0), square(1)], columns), "security")
    assert not SecurityZone.objects.filter(layer__slug="zz").exists()


@pytest.mark.parametrize("column", [{}, {"TU_NGAY": ["", ""]}])
def test_wards_without_a_first_day_are_those_that_are_valid_now(
    tmp_path: Path, column: dict[str, list[str]]
) -> None:
    """An office's file of today's wards meets a layer that knows since when each is one."""
    shapes = [square(0), square(1)]
    plain = {"MAXA": ["28249", "28252"], "TEN": ["Phường 1", "Phường 2"]}
    dated = {**plain, "TU_NGAY": ["2025-07-01"] * 2}
    run(shapefile(tmp_path / "a.shp", shapes, dated), "admin_units")
    keys = set(AdminUnit.objects.filter(layer__slug="zz").values_list("feature_key", "valid_from"))
    again = run(shapefile(tmp_path / "b.shp", shapes, {**plain, **column}), "admin_units")
    assert (counts(again), again.missing) == ((0, 0, 2, 0), 0)
    renamed = {**plain, **column, "TEN": ["Phường Một", "Phường 2"]}
    report = run(shapefile(tmp_path / "c.shp", shapes, renamed), "admin_units")
    assert (counts(report), report.changed_fields) == ((0, 1, 1, 0), {"name": 1})
    units = AdminUnit.objects.filter(layer__slug="zz")
    assert set(units.values_list("feature_key", "valid_from")) == keys
    assert set(units.values_list("name", flat=True)) == {"Phường Một", "Phường 2"}


def test_a_dated_file_does_not_take_over_undated_wards(tmp_path: Path) -> None:
    """28261 was Phường 1 and is phường Mỹ Tho: the file cannot know which one the layer means."""
    shapes = [square(0), square(1)]
    old = {"MAXA": ["28261", "28249"], "TEN": ["Phường 1", "Phường 4"]}
    run(shapefile(tmp_path / "a.shp", shapes, old), "admin_units")
    before = dict(AdminUnit.objects.filter(layer__slug="zz").values_list("pk", "name"))
    new = {
        "MAXA": ["28261", "28270"],
        "TEN": ["Phường Mỹ Tho", "Phường Thới Sơn"],
        "TU_NGAY": ["2025-07-01"] * 2,
    }
    report = run(shapefile(tmp_path / "b.shp", shapes, new), "admin_units")
    assert (counts(report), report.missing) == ((2, 0, 0, 0), 2)
    [told] = [group for group in report.issues if group.code == "undated_unit"]
    assert [(one.row, one.detail) for one in told.first] == [(1, "28261")]
    units = AdminUnit.objects.filter(layer__slug="zz")
    assert dict(units.filter(pk__in=before).values_list("pk", "name")) == before
    again = run(tmp_path / "b.shp", "admin_units")
    assert counts(again) == (0, 0, 2, 0)
    assert "undated_unit" not in codes(again)


def test_a_unit_that_got_its_first_day_is_met(tmp_path: Path) -> None:
    plain = {"MAXA": ["28249"], "TEN": ["Phường Đạo Thạnh"]}
    run(shapefile(tmp_path / "a.shp", [square(0)], plain), "admin_units")
    [unit] = AdminUnit.objects.filter(layer__slug="zz")
    entry = selectors.layer(ACTOR, "zz")
    first_day = {"valid_from": "2025-07-01"}
    given = changes.Operation(
        changes.Kind.UPDATE, entry, first_day, feature_id=unit.pk, base_version=1
    )
    changes.apply(ACTOR, [given], title="Ngày đầu", channel="browser")
    dated = {**plain, "TU_NGAY": ["2025-07-01"]}
    report = run(shapefile(tmp_path / "b.shp", [square(0)], dated), "admin_units")
    assert counts(report) == (0, 0, 1, 0)


def test_the_end_of_a_validity_is_a_change_and_stays_the_same_later(tmp_path: Path) -> None:
    def unit(name: str, ends: str | None) -> Path:
        columns = {"MA_DVHC": ["28249"], "TEN": ["Phường 5"], "DEN_NGAY": [ends]}
        return shapefile(tmp_path / name, [square(0)], columns)

    assert counts(run(unit("a.gpkg", None), "admin_units")) == (1, 0, 0, 0)
    ended = unit("b.gpkg", "2025-06-30")
    assert counts(run(ended, "admin_units")) == (0, 1, 0, 0)
    assert counts(run(ended, "admin_units")) == (0, 0, 1, 0)
    # The code is used again, for a unit of its own.
    assert counts(run(unit("c.gpkg", None), "admin_units")) == (1, 0, 0, 0)
    assert AdminUnit.objects.filter(layer__slug="zz").count() == 2
    assert AdminUnit.objects.filter(layer__slug="zz").first().level == "commune"  # type: ignore[union-attr]


def test_a_guarded_field_is_filled_by_those_alone_who_may_publish(tmp_path: Path) -> None:
    planner = Actor(User.objects.create_user("zz-planner").pk, "planner", (Grant("planner"),))
    first = parcels(tmp_path / "a.shp", DT_PHAPLY=[400.0, 401.0, 402.0])
    named = {"mapping": {"legal_area_m2": "DT_PHAPLY"}}
    run(first, **named)
    other = parcels(tmp_path / "b.shp", DT_PHAPLY=[1.0, 2.0, 3.0], LOAI_DAT=["CLN"] * 3)
    report = run(other, actor=planner, **named)
    assert (report.changed, "legal_area_m2" in report.mapping) == (3, False)
    assert (codes(report)["guarded"], report.changed_fields["land_use_code"]) == (1, 3)
    found = Parcel.objects.filter(layer__slug="zz").order_by("so_thua")
    assert [row.legal_area_m2 for row in found] == [400, 401, 402]
    assert [row.extra["DT_PHAPLY"] for row in found] == [1, 2, 3]
    run(other, **named)
    assert list(found.values_list("legal_area_m2", flat=True)) == [1, 2, 3]
