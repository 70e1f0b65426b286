"""VN-2000: official parameters, the trap of the library default, identity of files, typed text."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from gis_core import crs
from gis_core.coordinate_text import parse_coordinates
from gis_core.crs_identity import identify_vn2000

ZONE = crs.zone_by_epsg(9210)
MY_THO = (106.286, 10.319, 106.4135, 10.4065)
CONTROL_POINTS = (
    Path(__file__).parents[2].parent / "shared" / "domain" / "vn2000_control_points.csv"
)
GEOD = Geod(ellps="WGS84")

# EPSG code, northing, easting, latitude and longitude by Decision 05/2007
POINTS = [
    (9217, 1255172.510, 568262.924, 11.34935805, 108.87720114),
    (9217, 1255310.120, 568410.500, 11.35059924, 108.87855588),
    (9210, 1189964.000, 600997.000, 10.75909314, 106.67524247),
    (9210, 1145000.000, 567000.000, 10.35334303, 106.36360373),
    (9210, 1146500.000, 568500.000, 10.36687832, 106.37732755),
    (9210, 1143500.000, 563000.000, 10.33984875, 106.32705385),
    (9210, 1147000.000, 562000.000, 10.37150926, 106.31797989),
]
PROJECTED = [zone for zone in crs.ZONES.values() if zone.projected]


def metres_between(lon_1, lat_1, lon_2, lat_2):
    return GEOD.inv(lon_1, lat_1, lon_2, lat_2)[2]


def test_parcel_identifier_of_the_circular():
    lon, lat = crs.to_wgs84(ZONE, 567042.666, 1144962.099)
    assert crs.geohash12(float(lon), float(lat)) == "w3gdukeysej2"


@pytest.mark.parametrize(("epsg", "north_m", "east_m", "lat", "lon"), POINTS)
def test_control_points(epsg, north_m, east_m, lat, lon):
    got_lon, got_lat = crs.to_wgs84(crs.zone_by_epsg(epsg), east_m, north_m)
    assert metres_between(float(got_lon), float(got_lat), lon, lat) < 0.002


def test_control_point_table_of_the_domain_notes():
    if not CONTROL_POINTS.exists():
        pytest.skip("the shared table of control points is not beside this checkout")
    with CONTROL_POINTS.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert rows
    for row in rows:
        lon, lat = crs.to_wgs84(
            crs.zone_by_epsg(int(row["epsg"])),
            float(row["y_easting"]),
            float(row["x_northing"]),
        )
        expected = float(row["lon_qd05_op2"]), float(row["lat_qd05_op2"])
        assert metres_between(float(lon), float(lat), *expected) < 0.002, row["name"]


def test_library_default_is_elsewhere_in_my_tho():
    # The trap this module exists for: by EPSG code PROJ takes "Mekong blocks" (EPSG:5194) here.
    default = Transformer.from_crs("EPSG:9210", "OGC:CRS84", always_xy=True)
    for epsg, north_m, east_m, _, _ in POINTS[3:]:
        lon, lat = crs.to_wgs84(crs.zone_by_epsg(epsg), east_m, north_m)
        other = default.transform(east_m, north_m)
        assert 0.7 < metres_between(float(lon), float(lat), *other) < 0.9


def test_wrong_rotation_signs_and_no_shift_would_be_seen():
    lon, lat = (float(value) for value in crs.to_wgs84(ZONE, 567000, 1145000))
    numbers = ",".join(str(-n if 3 <= i <= 5 else n) for i, n in enumerate(crs.TOWGS84))
    right = ",".join(str(n) for n in crs.TOWGS84)
    for shift, least, most in ((numbers, 0.4, 0.8), ("0,0,0", 220, 230)):
        text = ZONE.proj4text.replace(right, shift)
        other = Transformer.from_crs(text, "OGC:CRS84", always_xy=True).transform(567000, 1145000)
        assert least < metres_between(lon, lat, *other) < most


@given(
    st.sampled_from(PROJECTED),
    st.floats(300_000, 700_000),
    st.floats(900_000, 2_600_000),
)
def test_round_trip_within_two_millimetres(zone, east_m, north_m):
    lon, lat = crs.to_wgs84(zone, east_m, north_m)
    east_back, north_back = crs.from_wgs84(zone, lon, lat)
    assert math.hypot(float(east_back) - east_m, float(north_back) - north_m) < 0.002


def test_arrays_keep_their_shape_and_impossible_positions_are_not_finite():
    lon, lat = crs.to_wgs84(ZONE, np.full((2, 3), 567000.0), 1145000.0)
    assert lon.shape == lat.shape == (2, 3)
    lon, _ = crs.to_wgs84(ZONE, [1e12, 567000.0], [0.0, 1145000.0])
    assert not np.isfinite(lon[0])
    assert np.isfinite(lon[1])


def test_every_vn2000_system_has_a_private_row():
    rows = crs.spatial_ref_sys_rows()
    expected = {*range(9205, 9219), *range(5896, 5900), 3405, 3406, 4756}
    assert {row.auth_srid for row in rows} == expected
    assert len({row.srid for row in rows}) == len(rows)
    assert crs.private_srid(9210) == 910210
    assert all(900_000 < row.srid < 998_999 for row in rows)
    assert {row.auth_name for row in rows} == {"VN2000D05"}
    for row in rows:
        assert row.srtext.isascii()
        assert "AUTHORITY" not in row.srtext
        assert len(row.srtext) <= 2048 >= len(row.proj4text)


@pytest.mark.parametrize("zone", PROJECTED, ids=lambda zone: str(zone.epsg))
def test_wkt_and_proj_string_of_a_row_agree_and_match_the_epsg_projection(zone):
    lon, lat = crs.to_wgs84(zone, 567042.666, 1144962.099)
    by_wkt = Transformer.from_crs(CRS.from_wkt(zone.wkt), "OGC:CRS84", always_xy=True)
    assert by_wkt.transform(567042.666, 1144962.099) == pytest.approx(
        (float(lon), float(lat)), abs=1e-11
    )
    official = CRS.from_epsg(zone.epsg).coordinate_operation
    assert official is not None
    values = {parameter.name: parameter.value for parameter in official.params}
    assert values["Longitude of natural origin"] == zone.central_meridian_deg
    assert values["Scale factor at natural origin"] == zone.scale


def test_service_systems_follow_the_axis_order_of_epsg():
    for service in crs.SERVICE_CRS.values():
        if service.uri == crs.CRS84_URI:
            continue
        axes = CRS.from_epsg(int(service.uri.rsplit("/", 1)[1])).axis_info
        assert (axes[0].direction == "north") is service.northing_first, service.uri
    assert crs.SERVICE_CRS["http://www.opengis.net/def/crs/EPSG/0/9210"].srid == 910210


def test_area_and_length_are_those_of_the_zone():
    corners = [(566000, 1144000), (566100, 1144000), (566100, 1144200), (566000, 1144200)]
    lon, lat = crs.to_wgs84(ZONE, *np.transpose(corners))
    square = shapely.Polygon(np.column_stack([lon, lat]))
    assert crs.area_m2(square, ZONE) == pytest.approx(20_000, abs=0.01)
    assert crs.length_m(square, ZONE) == pytest.approx(600, abs=0.001)
    with pytest.raises(ValueError, match="geographic"):
        crs.area_m2(square, crs.zone_by_epsg(4756))


def test_geohash_of_the_edges():
    assert crs.geohash12(-180, -90) == "000000000000"
    assert crs.geohash12(180, 90) == "zzzzzzzzzzzz"
    assert crs.geohash12(-5.6, 42.6).startswith("ezs42")
    for lon, lat in ((181, 0), (0, 91), (math.nan, 0)):
        with pytest.raises(ValueError, match="globe"):
            crs.geohash12(lon, lat)


ESRI_9210 = (
    'PROJCS["VN_2000_TM3_105_45",GEOGCS["GCS_VN_2000",DATUM["D_Vietnam_2000",'
    'SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",105.75],PARAMETER["Scale_Factor",0.9999],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
WRONG_SIGNS = (
    "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
    "+towgs84=-191.904,-39.303,-111.450,-0.00928836,0.01975479,-0.00427372,0.252906278 +units=m"
)


@pytest.mark.parametrize(
    ("given_crs", "epsg"),
    [
        (9210, 9210),
        ("EPSG:5897", 5897),
        ("urn:ogc:def:crs:EPSG::9212", 9212),
        ("http://www.opengis.net/def/crs/EPSG/0/3405", 3405),
        (ESRI_9210, 9210),
        (WRONG_SIGNS, 9210),
        ("+proj=utm +zone=48 +ellps=WGS84 +towgs84=-192.873,-39.382,-111.202,0,0,0,0", 3405),
        (f'COMPD_CS["x",{ESRI_9210},VERT_CS["Hon Dau",VERT_DATUM["HD",2005],UNIT["m",1]]]', 9210),
        *((zone.wkt, zone.epsg) for zone in crs.ZONES.values()),
        *((zone.proj4text, zone.epsg) for zone in crs.ZONES.values()),
        *((CRS.from_epsg(epsg).to_wkt(), epsg) for epsg in (9210, 3406, 4756)),
        (CRS.from_epsg(9210).to_json(), 9210),
        # no zone of that name, or not surely VN-2000
        (4326, None),
        ("EPSG:32648", None),
        (CRS.from_epsg(32648).to_wkt(), None),
        (ESRI_9210.replace("105.75", "105.8"), None),
        (ESRI_9210.replace('False_Easting",500000', 'False_Easting",400000'), None),
        ("+proj=tmerc +lon_0=105.75 +k=0.9999 +x_0=500000 +datum=WGS84", None),
        ("+init=epsg:9210", None),
        ("+proj=tmerc +nadgrids=/etc/passwd", None),
        ("PROJCS[", None),
        ('{"a":' * 3000, None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_identity_of_a_file(given_crs, epsg):
    zone = identify_vn2000(given_crs)
    assert (zone.epsg if zone else None) == epsg


@given(st.text(max_size=200) | st.from_regex(r"(PROJCS|GEOGCS|\+proj=)[\[\]A-Z\",= +0-9]{0,80}"))
def test_identity_of_nonsense_is_none(text):
    assert identify_vn2000(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "10.3605, 106.374",
        "10.3605,106.374",
        "106.374 10.3605",
        "(10.3605, 106.374)",
        "10,3605; 106,374",
        "10,3605 106,374",
        "10.3605N 106.374E",
        "10.3605° B, 106.374° Đ",
        "vĩ độ 10,3605 kinh độ 106,374",
        "lat=10.3605 lon=106.374",
        "10°21'37.8\"N 106°22'26.4\"E",
        "106° 22′ 26,4″ Đ; 10° 21′ 37,8″ B",
        "N10°21.63' E106°22.44'",
    ],
)
def test_typed_degrees(text):
    found = parse_coordinates(text, ZONE, MY_THO)
    assert found is not None
    assert (found.lon, found.lat) == pytest.approx((106.374, 10.3605), abs=1e-6)
    assert (found.system, found.epsg) == ("WGS 84", 4326)


@pytest.mark.parametrize(
    "text",
    [
        "X=1145000 Y=567000",
        "x: 1145000, y: 567000",
        "Y=567000 X=1145000",
        "X=567000 Y=1145000",
        "1145000 567000",
        "567000 1145000",
        "567000,1145000",
        "1145000.0; 567000.0",
        "1.145.000 567.000",
        "1.145.000,00 567.000,00",
        "1,145,000 567,000",
        "VN-2000 1145000 567000",
        "N=1145000m E=567000m",
    ],
)
def test_typed_metres(text):
    found = parse_coordinates(text, ZONE, MY_THO)
    assert found is not None
    assert metres_between(found.lon, found.lat, 106.36360373, 10.35334303) < 0.002
    assert (found.system, found.epsg) == ("VN-2000", 9210)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chùa Vĩnh Tràng",
        "5/12",
        "5 12",
        "10 106",
        "tờ 5 thửa 12",
        "0912345678",
        "0912345678 10",
        "10.3605",
        "21.0285, 105.8542",
        "1145000 567000 3",
        "1145000 5670000",
        "1.2.3 4.5.6",
        "10°61'00\"N 106°22'26\"E",
        "10°21'38\"N 10°21'38\"N",
        "1e400 1e400",
        "9" * 5000,
    ],
)
def test_other_text_is_no_coordinate(text):
    assert parse_coordinates(text, ZONE, MY_THO) is None


@given(st.text(alphabet="0123456789.,;°'\"NEBĐXY= -", max_size=60) | st.text(max_size=130))
def test_typed_text_never_fails(text):
    found = parse_coordinates(text, ZONE, MY_THO)
    assert found is None or (105 < found.lon < 108 and 9 < found.lat < 12)
