"""The geometry of one feature from a file: shapefile, GeoPackage, GeoJSON and lists of corners."""

import json
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from sample_features import make_layer

from gis_core.city import city
from gis_core.crs import from_wgs84
from importers import corner_text
from importers.issues import FileRefused

pytestmark = pytest.mark.usefixtures("db")
HOME = (106.363, 10.354)


def metres(east_m: float = 0, north_m: float = 0) -> tuple[float, float]:
    """Return easting and northing of a place so far from HOME."""
    easting, northing = from_wgs84(city().zone, *HOME)
    return float(easting) + east_m, float(northing) + north_m


def square(size_m: float, **properties: object) -> dict:
    """Return a GeoJSON feature of a square in the city's zone."""
    corners = [(0, 0), (size_m, 0), (size_m, size_m), (0, size_m), (0, 0)]
    ring = [list(metres(*corner)) for corner in corners]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: dict, crs: str = "") -> bytes:
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return json.dumps({"type": "FeatureCollection", **named, "features": features}).encode()


def send(client: Client, slug: str, name: str, body: bytes, **query: str):
    query_string = "&".join(f"{key}={value}" for key, value in {"name": name, **query}.items())
    return client.post(
        f"/api/layers/{slug}/geometry-file?{query_string}",
        body,
        content_type="application/octet-stream",
    )


def test_a_file_of_two_areas_offers_both_with_their_measures(sign_in):
    make_layer("zz-parcels", "parcels")
    epsg = f"urn:ogc:def:crs:EPSG::{city().zone.epsg}"
    body = collection(square(10, so="12"), square(20, so="13"), crs=epsg)
    answer = send(sign_in("planner"), "zz-parcels", "lo.geojson", body)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert found["question"] == ""
    assert [round(feature["area_m2"]) for feature in found["features"]] == [100, 400]
    assert [feature["corners"] for feature in found["features"]] == [4, 4]
    assert [feature["label"] for feature in found["features"]] == ["so: 12", "so: 13"]
    first = found["features"][0]["geometry"]
    assert first["type"] == "MultiPolygon"
    lon, lat = first["coordinates"][0][0][0]
    assert abs(lon - HOME[0]) < 0.001 and abs(lat - HOME[1]) < 0.001


@pytest.mark.parametrize(
    "lines",
    [
        "STT;X;Y\n1;{n};{e}\n2;{n1};{e}\n3;{n1};{e1}\n4;{n};{e1}",
        "{e} {n}\n{e} {n1}\n{e1} {n1}\n{e1} {n}\n{e} {n}",
        "A,{n},{e}\nB,{n1},{e}\n\nC,{n1},{e1}\nD,{n},{e1}",
    ],
    ids=["titles and semicolons", "easting first, closed", "commas and names"],
)
def test_a_list_of_corners_is_an_area(sign_in, lines):
    make_layer("zz-parcels", "parcels")
    (easting, northing), (e1, n1) = metres(), metres(10, 10)
    text = lines.format(e=f"{easting:.3f}", n=f"{northing:.3f}", e1=f"{e1:.3f}", n1=f"{n1:.3f}")
    answer = send(sign_in("planner"), "zz-parcels", "goc.csv", text.encode())
    assert answer.status_code == 200, answer.content
    (feature,) = answer.json()["features"]
    assert feature["area_m2"] == pytest.approx(100, abs=0.1)


def test_a_line_without_a_position_is_named(sign_in):
    make_layer("zz-parcels", "parcels")
    easting, northing = metres()
    body = f"{northing};{easting}\nhỏng\n".encode()
    answer = send(sign_in("planner"), "zz-parcels", "goc.csv", body)
    assert answer.status_code == 422
    assert "2" in answer.json()["detail"]


def test_the_system_is_asked_for_where_nothing_says_it_and_the_answer_is_taken(sign_in):
    make_layer("zz-parcels", "parcels")
    client = sign_in("planner")
    easting, northing = metres(-260_000)  # outside the city in every system that is tried
    text = "\n".join(f"{northing + n};{easting + e}" for e, n in ((0, 0), (9, 0), (9, 9)))
    asked = send(client, "zz-parcels", "goc.csv", text.encode()).json()
    key = f"EPSG:{city().zone.epsg}"
    assert (asked["question"], asked["features"]) == ("crs", [])
    assert key in [system["key"] for system in asked["systems"]]
    answer = send(
        client, "zz-parcels", "goc.csv", text.encode(), crs=key.replace(":", "%3A")
    ).json()
    assert (answer["question"], answer["crs"]) == ("", key)
    assert answer["features"][0]["area_m2"] == pytest.approx(40.5, abs=0.1)


def test_points_are_no_geometry_for_a_layer_of_areas(sign_in):
    make_layer("zz-parcels", "parcels")
    point = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Point", "coordinates": list(HOME)},
    }
    answer = send(sign_in("planner"), "zz-parcels", "d.geojson", collection(point))
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [("a.exe", b"MZ", 422), ("a.zip", b"PK not", 422), ("a.geojson", b"", 400)],
)
def test_what_is_no_file_of_shapes_is_refused_with_words(sign_in, name, body, status):
    make_layer("zz-parcels", "parcels")
    answer = send(sign_in("planner"), "zz-parcels", name, body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_body_that_is_too_large_is_refused(sign_in, monkeypatch):
    make_layer("zz-parcels", "parcels")
    monkeypatch.setattr("importers.geometry_file.MOST_BYTES", 10)
    answer = send(sign_in("planner"), "zz-parcels", "a.geojson", collection(square(10)))
    assert answer.status_code == 413


@pytest.mark.parametrize(("role", "status"), [("ward_officer", 403), ("approver", 403)])
def test_who_may_not_edit_the_layer_reads_no_file(sign_in, role, status):
    make_layer("zz-parcels", "parcels")
    assert send(sign_in(role), "zz-parcels", "a.csv", b"1;2").status_code == status


def test_a_hidden_layer_is_like_none(sign_in):
    make_layer("zz-zones", "security", sensitivity=2)
    client = sign_in("planner")
    hidden = send(client, "zz-zones", "a.csv", b"1;2")
    missing = send(client, "zz-nothing", "a.csv", b"1;2")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content.replace(b"zz-zones", b"zz-nothing") == missing.content


@given(
    st.lists(
        st.tuples(st.floats(560_000, 570_000), st.floats(1_140_000, 1_150_000)),
        min_size=1,
        max_size=20,
        unique=True,
    ),
    st.sampled_from([";", "\t", " "]),
    st.booleans(),
    st.booleans(),
)
def test_any_list_is_read_back(tmp_path_factory, corners, parting, comma, northing_first):
    path = Path(tmp_path_factory.mktemp("corners")) / "a.csv"
    rounded = [(round(x, 3), round(y, 3)) for x, y in corners]
    lines = []
    for number, (x, y) in enumerate(rounded, 1):
        pair = (y, x) if northing_first else (x, y)
        cells = [str(number), *(f"{value:.3f}" for value in pair)]
        lines.append(parting.join(cells).replace(".", "," if comma else "."))
    path.write_text("\n".join(lines), encoding="utf-8")
    expected = rounded[:-1] if len(rounded) > 1 and rounded[0] == rounded[-1] else rounded
    assert corner_text.read(path).tolist() == [list(corner) for corner in expected]


def test_a_list_without_positions_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("không có gì", encoding="utf-8")
    with pytest.raises(FileRefused):
        corner_text.read(path)
