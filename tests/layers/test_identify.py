"""Identify: what lies at a point, how near is near, in which order, and the sheet of a feature."""

import pytest
from django.test import Client
from sample_features import LAT, LON, SYSTEM, add, committed, make_layer

from gis_core.errors import NotFound
from gis_core.tile_grid import pixel_size_m
from layers import identify, selectors

pytestmark = pytest.mark.usefixtures("db")
M_PER_DEG = 111_320.0  # of longitude on the equator; the map's metres grow with latitude


def at(slugs: list[str], lon: float = LON, lat: float = LAT, zoom: float = 18) -> list[dict]:
    entries = selectors.layers_by_slug(SYSTEM, slugs)
    return identify.at_point(entries, lon, lat, zoom, "vi")


def test_points_before_lines_before_areas_and_upper_layers_first():
    made = [
        make_layer("zi-area", "topography", "MultiPolygon", position=90),
        make_layer("zi-line", "infrastructure", "MultiLineString", position=10),
        make_layer("zi-low", "environment", "Point", position=5),
        make_layer("zi-high", "tourism", "Point", position=50),
    ]
    for layer in made:
        add(layer, f"r-{layer.slug}")
    found = [sheet["layer"] for sheet in at([layer.slug for layer in made])]
    assert found == ["zi-high", "zi-low", "zi-line", "zi-area"]


@pytest.mark.parametrize("zoom", [10, 14, 18])
def test_points_are_found_within_eight_pixels(zoom: float):
    add(make_layer("zi-point", "environment", "Point"), "p")
    pixel_deg = pixel_size_m(zoom) / M_PER_DEG
    assert at(["zi-point"], LON + 7 * pixel_deg, zoom=zoom)
    assert not at(["zi-point"], LON + 9 * pixel_deg, zoom=zoom)


def test_areas_are_found_only_where_they_are():
    add(make_layer("zi-plot", "parcels"), "p")
    assert at(["zi-plot"], LON + 0.00029)
    assert not at(["zi-plot"], LON + 0.00031, zoom=10)


def test_at_most_ten_of_a_layer():
    layer = make_layer("zi-many", "environment", "Point")
    for number in range(12):
        add(layer, f"n{number}")
    assert len(at(["zi-many"])) == identify.PER_LAYER == 10


def test_the_sheet_of_a_parcel():
    layer = make_layer("zi-sheet", "parcels", illustrative=True, licence="CC0-1.0")
    row = add(layer, "p", so_to="5", so_thua="12", area_m2="1234.5", land_use_code="ODT")
    sheet = identify.by_id(selectors.layer(SYSTEM, layer.slug), str(row.id), "vi")
    lines = {line["key"]: line for line in sheet["properties"]}
    assert sheet["id"] == str(row.id)
    assert sheet["geometry"]["type"] == "MultiPolygon"
    assert (lines["area_m2"]["value"], lines["area_m2"]["unit"]) == ("1.234,5", "m²")
    assert lines["area_m2"]["raw"] == 1234.5
    assert lines["land_use_code"]["value"].startswith("ODT · ")
    assert lines["computed_area_m2"]["kind"] == "area"
    # 0.0006° by 0.0006° at 10.35° N, from the length of a degree on the ellipsoid.
    assert lines["computed_area_m2"]["raw"] == pytest.approx(65.7 * 66.4, rel=0.01)
    assert sheet["provenance"]["version"] == 1
    assert sheet["provenance"]["illustrative"] is True
    west, south, east, north = sheet["bbox_4326"]
    assert west < row.lon < east
    assert south < row.lat < north


def test_a_point_has_coordinates_in_the_citys_system():
    layer = make_layer("zi-vn", "environment", "Point")
    row = add(layer, "p")
    sheet = identify.by_id(selectors.layer(SYSTEM, layer.slug), str(row.id), "vi")
    line = next(line for line in sheet["properties"] if line["key"] == "vn2000")
    assert line["value"].startswith("X 1.145.07")
    assert "· Y 566.93" in line["value"]


@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "x", "", "9" * 30, "１２", " 1", "1;--"])
def test_ids_that_are_none_are_not_found(wrong: str):
    layer = make_layer("zi-ids", "environment", "Point")
    with pytest.raises(NotFound):
        identify.by_id(selectors.layer(SYSTEM, layer.slug), wrong, "vi")


@pytest.mark.parametrize("path", ["/tiles/%00.json", "/ogc/collections/%00", "/api/features/%00/1"])
def test_a_nul_byte_in_an_address_is_nothing(path: str):
    assert Client().get(path).status_code == 404


@pytest.fixture(scope="module")
def served(database: str):
    with committed() as made:
        made.append(make_layer("zi-served", "tourism"))
        yield add(made[0], "noi")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("lon=106.363&lat=10.354&layers=zi-served", 200),
        ("lon=nan&lat=10&layers=zi-served", 400),
        ("lon=inf&lat=10&layers=zi-served", 400),
        ("lon=181&lat=10&layers=zi-served", 400),
        ("lon=106&lat=89&layers=zi-served", 400),
        ("lon=106&lat=10&zoom=99&layers=zi-served", 400),
        ("lon=106&lat=10", 400),
        ("lon=x&lat=10&layers=zi-served", 400),
        ("lon=106&lat=10&layers=zi-served,zi-none", 404),
        ("lon=106&lat=10&layers=%00", 404),
    ],
)
def test_parameters(served, query: str, status: int):
    assert Client().get(f"/api/identify?{query}").status_code == status


def test_a_sight_links_to_its_page(served):
    sheet = Client().get(f"/api/features/{served.slug}/{served.id}?lang=en").json()
    assert sheet["links"][0]["href"] == "/en/places/cho-noi"
    assert sheet["title"] == "Sample noi"
    assert "sensitivity" not in {line["key"] for line in sheet["properties"]}
