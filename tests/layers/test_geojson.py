import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from ogc_sample import HIDDEN, PARCELS, ROADS, SITES, City, get, ogc_city
from sample_features import SECRET

from gis_core.access import ANONYMOUS, Actor, Grant
from gis_core.crs import CRS84_URI, SERVICE_CRS, from_wgs84, zone_by_epsg
from layers import selectors
from layers.geojson import feature_collection, properties_of
from layers.registry import themes

PLANNER = Actor(user_id=1, name="planner", grants=(Grant("planner"),))
OGC = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture(scope="module")
def city(database: str) -> Iterator[City]:
    with ogc_city() as made:
        yield made


def whole(actor: Actor, slug: str, crs: str = CRS84_URI) -> Any:
    entry = selectors.layer(actor, slug)
    pieces = feature_collection(
        entry,
        selectors.features(entry).order_by("pk"),
        crs=SERVICE_CRS[crs],
        properties=properties_of(entry),
        opening={},
        closing=lambda count, last: {"numberReturned": count, "last": last},
    )
    return json.loads(b"".join(pieces))


def test_a_reader_gets_only_the_fields_and_rows_that_are_theirs(city: City) -> None:
    public, staff = whole(ANONYMOUS, PARCELS), whole(PLANNER, PARCELS)
    assert public["numberReturned"] == 4
    assert staff["numberReturned"] == 5
    assert SECRET not in json.dumps(public)
    assert SECRET in json.dumps(staff)
    properties = public["features"][0]["properties"]
    assert not properties.keys() & {"owner_name", "owner_address", "extra", "sensitivity"}
    assert {"owner_name", "extra", "sensitivity"} <= staff["features"][0]["properties"].keys()


def test_ids_are_exact_numbers_and_properties_keep_their_types(city: City) -> None:
    by_id = {item["id"]: item for item in whole(ANONYMOUS, PARCELS)["features"]}
    row = by_id[city.parcels[1].id]
    assert row["id"] < 2**53
    assert row["properties"]["area_m2"] == 101
    assert row["properties"]["name_en"] == "Sample p1"
    assert row["properties"]["_version"] == 1
    site = whole(ANONYMOUS, SITES)["features"][0]["properties"]
    assert site["texts"]["vi"].startswith("Lời")
    assert site["in_city"] is True
    road = whole(ANONYMOUS, ROADS)["features"][0]["properties"]
    assert (road["valid_from"], road["width_m"]) == ("2020-01-01", None)


def test_geometry_is_rounded_and_outer_rings_turn_left(city: City) -> None:
    for item in whole(ANONYMOUS, PARCELS)["features"]:
        ring = item["geometry"]["coordinates"][0][0]
        assert shapely.LinearRing(ring).is_ccw
        assert all(len(str(x).partition(".")[2]) <= 7 for place in ring for x in place)


def test_axes_follow_the_promise_of_the_uri(city: City) -> None:
    place = city.sites[0]
    found = {
        name: next(
            item["geometry"]["coordinates"]
            for item in whole(ANONYMOUS, SITES, uri)["features"]
            if item["id"] == place.id
        )
        for name, uri in {"84": CRS84_URI, "4326": OGC + "4326", "9210": OGC + "9210"}.items()
    }
    assert found["84"] == [place.lon, place.lat]
    assert found["4326"] == [place.lat, place.lon]
    east, north = from_wgs84(zone_by_epsg(9210), place.lon, place.lat)
    assert found["9210"] == pytest.approx([float(east), float(north)], abs=0.0015)


def test_every_theme_fits_the_longest_json_object_of_the_database() -> None:
    # json_build_object takes 100 arguments; eight columns are added to a theme's own.
    assert max(len(theme.own_fields) for theme in themes()) + 8 <= 50


def test_memory_stays_flat_while_a_layer_streams(city: City) -> None:
    entry = selectors.layer(ANONYMOUS, PARCELS)
    tracemalloc.start()
    for _piece in feature_collection(
        entry,
        selectors.features(entry),
        crs=SERVICE_CRS[CRS84_URI],
        properties=properties_of(entry),
        opening={},
        closing=lambda _count, _last: {},
    ):
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_stream_that_is_given_up_leaves_the_connection_usable(city: City) -> None:
    entry = selectors.layer(ANONYMOUS, PARCELS)
    pieces = feature_collection(
        entry,
        selectors.features(entry),
        crs=SERVICE_CRS[CRS84_URI],
        properties=properties_of(entry),
        opening={},
        closing=lambda _count, _last: {},
    )
    assert next(pieces)
    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert selectors.features(entry).count() == 4


def test_whole_layer_is_a_file(city: City) -> None:
    response, body = get(f"/api/layers/{PARCELS}.geojson?filter=so_thua%3D%271%27")
    assert response["Content-Disposition"] == f'attachment; filename="{PARCELS}.geojson"'
    assert [item["id"] for item in body["features"]] == [city.parcels[1].id]
    assert get(f"/api/layers/{HIDDEN}.geojson")[0].status_code == 404
    assert get(f"/api/layers/{PARCELS}.geojson?limit=1")[0].status_code == 400
