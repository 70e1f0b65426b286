from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from ogc_sample import HIDDEN, PARCELS, ROADS, SITES, City, get, items, ogc_city, refused

from gis_core.crs import CRS84_URI, SERVICE_CRS, ServiceCrs, from_wgs84, zone_by_epsg
from layers.api.ogc_crs import box_area
from layers.api.ogc_refusal import BadParameter

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
PATH = f"/ogc/collections/{PARCELS}/items"


@pytest.fixture(scope="module")
def city(database: str) -> Iterator[City]:
    with ogc_city() as made:
        yield made


def ids(query: str = "", layer: str = PARCELS) -> set[int]:
    return {item["id"] for item in items(query, layer)["features"]}


def test_a_page_counts_and_names_itself(city: City) -> None:
    response, body = get(PATH)
    assert response["Content-Type"] == "application/geo+json"
    assert response["Content-Crs"] == f"<{CRS84_URI}>"
    assert response["OGC-NumberMatched"] == "4"
    assert (body["numberMatched"], body["numberReturned"]) == (4, 4)
    assert body["timeStamp"].endswith("Z")
    assert {link["rel"] for link in body["links"]} == {"self", "collection"}


def test_next_links_lead_through_all_features_once(city: City) -> None:
    seen: list[int] = []
    address = f"{PATH}?limit=1&properties=so_thua"
    while address:
        response, body = get(address.removeprefix("http://testserver"))
        seen += [item["id"] for item in body["features"]]
        assert set(body["features"][0]["properties"]) == {"so_thua"}
        address = next((i["href"] for i in body["links"] if i["rel"] == "next"), "")
        assert ('rel="next"' in response["Link"]) == bool(address)
    assert len(seen) == 4
    assert set(seen) == {row.id for row in city.parcels[:4]}


def test_offset_and_prev_links(city: City) -> None:
    everything = [item["id"] for item in items()["features"]]
    second = items("limit=2&offset=2")
    assert [item["id"] for item in second["features"]] == everything[2:]
    before = next(link["href"] for link in second["links"] if link["rel"] == "prev")
    found = get(before.removeprefix("http://testserver"))[1]
    assert [item["id"] for item in found["features"]] == everything[:2]
    assert items("offset=99")["numberReturned"] == 0


def test_a_limit_above_the_maximum_counts_as_the_maximum(city: City) -> None:
    assert items("limit=999999999")["numberReturned"] == 4


@pytest.mark.parametrize("epsg", ["4326", "3857", "9210", "3405", "5897"])
def test_boxes_and_answers_in_every_service_crs(city: City, epsg: str) -> None:
    uri = EPSG + epsg
    whole = items(f"crs={uri}")
    place = next(item for item in whole["features"] if item["id"] == city.parcels[0].id)
    ring = place["geometry"]["coordinates"][0][0]
    low = [min(p[axis] for p in ring) for axis in (0, 1)]
    high = [max(p[axis] for p in ring) for axis in (0, 1)]
    box = ",".join(str(number) for number in low + high)
    assert ids(f"bbox={box}&bbox-crs={uri}") == {city.parcels[0].id}
    assert get(f"{PATH}?crs={uri}&limit=1")[0]["Content-Crs"] == f"<{uri}>"


def test_vn2000_is_computed_with_the_official_parameters(city: City) -> None:
    site = city.sites[0]
    found = items(f"crs={EPSG}9210", SITES)["features"]
    here = next(item for item in found if item["id"] == site.id)["geometry"]["coordinates"]
    expected = [float(n) for n in from_wgs84(zone_by_epsg(9210), site.lon, site.lat)]
    assert here == pytest.approx(expected, abs=0.0015)


def test_boxes_at_the_edge(city: City) -> None:
    lon, lat = city.parcels[0].lon, city.parcels[0].lat
    assert ids(f"bbox={lon},{lat},{lon},{lat}") == {city.parcels[0].id}  # no width
    assert len(ids("bbox=-400,-200,400,200")) == 4  # a map zoomed out too far
    assert len(ids(f"bbox={lon - 1},{lat - 1},-9,{lon + 1},{lat + 1},9")) == 4  # heights
    assert ids("bbox=170,-80,-170,80") == set()  # across the antimeridian, not around the world
    assert len(ids(f"bbox=0,0,1e9,1e9&bbox-crs={EPSG}9210")) == 4
    # a corner that the bounding box of a line touches, and the line does not
    assert ids(f"bbox={lon},{lat},{lon},{lat}", ROADS) == set()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(), max_size=7),
    st.sampled_from(list(SERVICE_CRS.values())),
)
def test_any_box_gives_a_valid_area_or_a_refusal(numbers: list[float], crs: ServiceCrs) -> None:
    try:
        area = box_area(numbers, crs, "bbox")
    except BadParameter:
        return
    assert area is None or area.valid


def test_an_interval_of_datetime_looks_at_validity(city: City) -> None:
    assert len(ids("datetime=2020-06-01/2020-06-01", ROADS)) == 1
    assert len(ids("datetime=2020-06-01T10:00:00%2B07:00/2020-06-02", ROADS)) == 1
    assert len(ids("datetime=../2020-01-01", ROADS)) == 1
    assert len(ids("datetime=2021-01-01/..", ROADS)) == 1
    assert ids("datetime=../2019-12-31", ROADS) == set()
    assert ids("datetime=2021-01-02/..", ROADS) == set()
    assert len(ids("datetime=../..", ROADS)) == 1
    assert len(ids("datetime=1900-01-01/1900-01-01")) == 4  # no dates: valid at any time
    assert len(ids("datetime=2999-01-01")) == 4
    assert ids("datetime=2999-01-01", ROADS) == set()


def test_any_queryable_is_a_query_parameter(city: City) -> None:
    assert ids("so_thua=2") == {city.parcels[2].id}
    assert ids("area_m2=102.0&so_to=12") == {city.parcels[2].id}
    assert ids("name=" + quote("Chùa Vĩnh Tràng"), SITES) == {city.sites[0].id}
    assert len(ids("in_city=true", SITES)) == 2


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("nonsense=1", "nonsense"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999", "offset"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=nan,0,1,1", "bbox"),
        ("bbox=1e999,0,1,1", "bbox"),
        ("bbox=1,5,2,4", "bbox"),
        ("bbox-crs=EPSG:4326", "bbox-crs"),
        ("crs=EPSG:9210", "crs"),
        ("filter-crs=x", "filter-crs"),
        ("filter-lang=cql2-json", "filter-lang"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2021-01-01/2020-01-01", "datetime"),
        ("properties=so_to,owner_name", "properties"),
        ("area_m2=large", "area_m2"),
        ("valid_from=1", "valid_from"),
        ("f=html", "f"),
        ("so_to=%00", "so_to"),
    ],
)
def test_a_bad_parameter_is_named(city: City, query: str, parameter: str) -> None:
    assert refused(query)["errors"][0]["parameter"] == parameter


def test_one_feature_and_its_etag(city: City) -> None:
    address = f"{PATH}/{city.parcels[1].id}"
    response, body = get(address)
    assert body["id"] == city.parcels[1].id
    assert body["properties"]["so_thua"] == "1"
    assert {link["rel"] for link in body["links"]} == {"self", "collection"}
    assert response["Content-Crs"] == f"<{CRS84_URI}>"
    etag = response["ETag"]
    assert etag.startswith('"')
    same = Client().get(address, headers={"If-None-Match": f"{etag}"})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
    other = get(f"{address}?crs={EPSG}4326")[0]
    assert other["ETag"] != etag
    assert get(f"{address}?bbox=1,1,2,2")[0].status_code == 400


def test_hidden_missing_and_malformed_ids_are_one_answer(
    city: City, sign_in: Callable[[str], Client]
) -> None:
    told = [
        get(f"{PATH}/{name}")
        for name in (city.parcels[4].id, city.zone.id, 1, "x", "-1", "9" * 30, "1.0")
    ]
    assert {response.status_code for response, _body in told} == {404}
    assert len({str({**body, "instance": ""}) for _response, body in told}) == 1
    planner = sign_in("planner")
    assert get(f"{PATH}/{city.parcels[4].id}", planner)[0].status_code == 200
    assert get(f"/ogc/collections/{HIDDEN}/items/{city.zone.id}", planner)[0].status_code == 404


def test_answers_to_staff_are_not_kept(city: City, sign_in: Callable[[str], Client]) -> None:
    assert "public" in get(PATH)[0]["Cache-Control"]
    assert get(PATH, sign_in("planner"))[0]["Cache-Control"] == "no-store"


def test_a_count_is_not_shared_between_readers(
    city: City, sign_in: Callable[[str], Client]
) -> None:
    for _again in range(2):
        assert items()["numberMatched"] == 4
        assert items(client=sign_in("planner"))["numberMatched"] == 5


def test_other_methods(city: City) -> None:
    response = Client().head(PATH)
    assert (response.status_code, response["OGC-NumberMatched"]) == (200, "4")
    assert b"".join(response.streaming_content) == b""  # type: ignore[attr-defined]
    for path in (PATH, f"{PATH}/unknown_id"):
        assert Client().options(path)["Allow"] == "GET, HEAD, OPTIONS"
        assert Client().patch(path, {}).status_code == 405
