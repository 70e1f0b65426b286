"""The demonstration city: shapes that fit together, facts that agree, the same bytes each run."""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely

from fixtures.frame import from_lonlat, to_lonlat
from fixtures.make_city import OUTPUT_DIR, make_city
from fixtures.river import draw_waters
from fixtures.wards import centroid_error_m, draw_units
from gis_core.crs import geohash12

FIXTURES = OUTPUT_DIR.parent
LAYERS = tomllib.loads((FIXTURES / "layers.toml").read_text(encoding="utf-8"))
SHAPEFILES = sorted(OUTPUT_DIR.glob("*.shp"))
CONTROL_POINTS = [
    ((567_000.0, 1_145_000.0), (106.36360373, 10.35334303)),
    ((562_000.0, 1_147_000.0), (106.31797989, 10.37150926)),
]
UNSURVEYED_ACCURACY_M = 2500


def read(name):
    meta, _, wkb, columns = pyogrio.raw.read(OUTPUT_DIR / f"{name}.shp")
    return shapely.from_wkb(wkb), dict(zip(meta["fields"], columns, strict=True))


@pytest.fixture(scope="module")
def parcels():
    return read("thua_dat")


def overlaps_m2(shapes):
    """Areas shared by pairs of shapes."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    return shapely.area(shapely.intersection(shapes[first[pairs]], shapes[second[pairs]]))


@pytest.mark.parametrize(("vn2000", "lonlat"), CONTROL_POINTS)
def test_positions_follow_the_official_parameters(vn2000, lonlat):
    assert to_lonlat(vn2000) == pytest.approx(lonlat, abs=2e-8)
    assert from_lonlat(*lonlat) == pytest.approx(vn2000, abs=0.002)


def test_geohash_of_the_published_example():
    assert geohash12(*to_lonlat((567_042.666, 1_144_962.099))) == "w3gdukeysej2"


@pytest.mark.parametrize("path", SHAPEFILES, ids=lambda path: path.stem)
def test_each_file_says_its_crs_and_encoding(path):
    info = pyogrio.read_info(path)
    assert path.with_suffix(".prj").exists()
    assert path.with_suffix(".cpg").read_text() == "UTF-8"
    assert info["crs"] == "EPSG:9210"
    assert info["encoding"] == "UTF-8"
    assert info["features"] > 0
    assert all(name.isascii() and len(name) <= 10 for name in info["fields"])


@pytest.mark.parametrize("path", SHAPEFILES, ids=lambda path: path.stem)
def test_each_shape_is_valid_and_present(path):
    shapes, _ = read(path.stem)
    assert all(shapely.is_valid(shapes))
    assert not any(shapely.is_empty(shapes))


@pytest.mark.parametrize("name", ["ranh_phuong", "ranh_xa_phuong_cu"])
def test_units_form_a_coverage(name):
    shapes, columns = read(name)
    assert shapely.coverage_is_valid(shapes)
    assert len(set(columns["MA_DVHC"])) == len(shapes)
    assert isinstance(shapely.coverage_union_all(shapes), shapely.Polygon)


def test_former_communes_fill_the_wards():
    wards, _ = read("ranh_phuong")
    former, _ = read("ranh_xa_phuong_cu")
    rest = shapely.union_all(wards).symmetric_difference(shapely.union_all(former))
    assert rest.area < 0.01


def test_wards_lie_near_the_true_ones():
    for ward in draw_units(draw_waters()).wards:
        assert centroid_error_m(ward) < 400, ward.name
        assert ward.shape.area / 1e6 == pytest.approx(ward.area_km2, rel=0.10), ward.name


def test_parcels_do_not_overlap_and_are_no_slivers(parcels):
    shapes, _ = parcels
    assert overlaps_m2(shapes).max() <= 0.01
    assert shapely.area(shapes).min() >= 25


def test_neighbouring_parcels_share_their_vertices(parcels):
    shapes, _ = parcels
    assert shapely.coverage_is_valid(shapes)


def test_parcel_keys_are_unique(parcels):
    shapes, columns = parcels
    keys = set(zip(columns["MAXA_CU"], columns["SHBANDO"], columns["SHTHUA"], strict=True))
    assert len(keys) == len(shapes)


def test_issued_ids_are_unique_and_name_a_point_inside(parcels):
    shapes, columns = parcels
    issued = [value for value in columns["MADINHDANH"] if value]
    assert len(set(issued)) == len(issued)
    assert 0.55 < len(issued) / len(shapes) < 0.65
    assert {len(value) for value in issued} == {12}


def test_surveyed_area_is_the_area_drawn(parcels):
    shapes, columns = parcels
    assert np.abs(shapely.area(shapes) - columns["DIENTICH"]).max() < 0.06


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("qh_sdd", "MA_LO"),
        ("giao_thong", "MA"),
        ("nha", "MA"),
        ("thuy_he", "MA"),
        ("cap_nuoc", "MA"),
        ("den_duong", "MA"),
        ("diem_du_lich", "MA"),
        ("khu_an_ninh", "MA"),
    ],
)
def test_keys_are_unique(name, key):
    shapes, columns = read(name)
    assert len(set(columns[key])) == len(shapes)


@pytest.mark.parametrize(
    ("name", "rounding_m2"),  # a mouth on a bank is rounded to whole centimetres
    [("thuy_he", 0.1), ("qh_sdd", 0.0), ("nen_dat", 0.1)],
)
def test_areas_of_one_layer_do_not_overlap(name, rounding_m2):
    shapes, _ = read(name)
    assert overlaps_m2(shapes).max(initial=0) <= rounding_m2


def test_houses_stand_inside_one_parcel(parcels):
    footprints, columns = read("nha")
    houses = footprints[~np.isnan(columns["SO_TANG"])]  # the others are masses of whole rows
    shapes, _ = parcels
    house_numbers, parcel_numbers = shapely.STRtree(shapes).query(
        shapely.point_on_surface(houses), predicate="within"
    )
    outside = shapely.area(shapely.difference(houses[house_numbers], shapes[parcel_numbers]))
    assert len(house_numbers) == len(houses) > 3000
    assert outside.max() < 0.05


def test_attractions_stand_where_their_facts_say():
    facts = tomllib.loads((FIXTURES / "drawing" / "attractions.toml").read_text(encoding="utf-8"))
    shapes, columns = read("diem_du_lich")
    points = dict(zip(columns["MA"], shapes, strict=True))
    assert len(points) == len(facts["place"]) == 25
    for place in facts["place"]:
        if "lat" in place:
            point = points[place["slug"]]
            assert to_lonlat((point.x, point.y)) == pytest.approx(
                (place["lon"], place["lat"]), abs=1e-6
            )


def test_unsurveyed_attractions_say_so():
    _, columns = read("diem_du_lich")
    vague = columns["SAISO_M"] == UNSURVEYED_ACCURACY_M
    assert vague.sum() == 5
    assert set(columns["NGUON_TD"][vague]) == {"chưa khảo sát; đặt tạm ở tâm phường"}


def test_texts_fit_their_columns():
    facts = tomllib.loads((FIXTURES / "drawing" / "attractions.toml").read_text(encoding="utf-8"))
    for place in facts["place"]:
        assert len(place["vi"].encode()) <= 254
        assert len(place["en"].encode()) <= 254


def test_invented_zones_say_so():
    _, columns = read("khu_an_ninh")
    assert all("minh họa" in name for name in columns["TEN"])
    assert all(paper.startswith("MINH-HỌA/") for paper in columns["SO_HS"])


def test_codes_are_in_the_code_lists():
    lists = FIXTURES.parent / "layers" / "code_lists"
    for table, column, code_list in (
        ("thua_dat", "MALOAIDAT", "land_use"),
        ("qh_sdd", "LOAI_DAT", "land_use"),
        ("giao_thong", "LOAI", "infrastructure_kind"),
        ("truong_hoc", "LOAI", "infrastructure_kind"),
        ("thuy_he", "LOAI", "topography_kind"),
        ("nen_dat", "LOAI", "topography_kind"),
        ("diem_du_lich", "LOAI", "tourism_category"),
        ("khu_an_ninh", "LOAI", "security_kind"),
        ("tram_quan_trac", "LOAI", "environment_kind"),
    ):
        with (lists / f"{code_list}.csv").open(encoding="utf-8") as rows:
            known = {row["code"] for row in csv.DictReader(rows)}
        _, columns = read(table)
        assert set(columns[column]) <= known, table


def test_every_layer_of_the_list_has_its_file():
    files = [FIXTURES / row["file"] for row in [*LAYERS["layer"], *LAYERS["raster"]]]
    assert all(path.exists() for path in files)
    assert {path.stem for path in SHAPEFILES} == {p.stem for p in files if p.suffix == ".shp"}


def test_flood_raster_is_in_metres_and_has_nodata():
    with rasterio.open(OUTPUT_DIR / "ngap_mua.tif") as raster:
        depth = raster.read(1, masked=True)
        assert raster.crs.to_epsg() == 9210
        assert raster.res == (10.0, 10.0)
        assert 0 < depth.min() < depth.max() < 2
        assert depth.mask.any()


def test_all_files_together_are_small():
    assert sum(path.stat().st_size for path in OUTPUT_DIR.iterdir()) < 6_000_000


def test_a_new_run_writes_the_same_bytes(tmp_path: Path):
    make_city(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in OUTPUT_DIR.iterdir()}
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []
