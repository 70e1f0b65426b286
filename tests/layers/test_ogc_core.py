import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from ogc_sample import HIDDEN, PARCELS, ROADS, SITES, City, get, ogc_city
from sample_features import LAT, LON

from gis_core.channels import undeclared_routes
from gis_core.crs import CRS84_URI, SERVICE_CRS
from gis_core.tile_grid import tile_at
from layers.api.ogc_parameters import DEFAULT_LIMIT, MAX_LIMIT

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


@pytest.fixture(scope="module")
def city(database: str) -> Iterator[City]:
    with ogc_city() as made:
        yield made


def link_of(body: Any, rel: str, media_type: str = "") -> str:
    hrefs = [i["href"] for i in body["links"] if i["rel"] == rel and media_type in i["type"]]
    assert hrefs, f"no link {rel}"
    return str(hrefs[0]).removeprefix("http://testserver")


def test_every_route_is_in_the_channel_register() -> None:
    assert undeclared_routes() == []


def test_landing_page_leads_to_all_that_qgis_needs(city: City) -> None:
    _response, landing = get("/ogc/")
    assert get("/ogc")[1]["title"] == landing["title"]
    api = link_of(landing, "service-desc", "application/vnd.oai.openapi+json;version=3.0")
    assert get(api)[1]["openapi"].startswith("3.0")
    assert get(link_of(landing, "conformance"))[1]["conformsTo"]
    assert get(link_of(landing, "data"))[1]["collections"]
    assert get(link_of(landing, f"{REL}tiling-schemes"))[1]["tileMatrixSets"]
    whole = link_of(landing, "service-desc", "version=3.1")
    assert get(whole)[1]["openapi"].startswith("3.1")


def test_conformance_holds_the_exact_classes_that_clients_compare(city: City) -> None:
    found = set(get("/ogc/conformance")[1]["conformsTo"])
    spec = "http://www.opengis.net/spec/"
    assert {
        f"{spec}ogcapi-features-1/1.0/conf/core",
        f"{spec}ogcapi-features-1/1.0/conf/geojson",
        f"{spec}ogcapi-features-1/1.0/conf/oas30",
        f"{spec}ogcapi-features-2/1.0/conf/crs",
        f"{spec}ogcapi-features-3/1.0/conf/filter",
        f"{spec}ogcapi-features-3/1.0/conf/features-filter",
        f"{spec}cql2/1.0/conf/cql2-text",
        f"{spec}cql2/1.0/conf/basic-cql2",
        f"{spec}cql2/1.0/conf/advanced-comparison-operators",
        f"{spec}ogcapi-features-4/1.0/conf/create-replace-delete",
        f"{spec}ogcapi-features-5/1.0/conf/schemas",
        f"{spec}ogcapi-tiles-1/1.0/conf/mvt",
    } <= found
    # QGIS would send PATCH, which says nothing of the version that it read.
    assert f"{spec}ogcapi-features-4/1.0/conf/update" not in found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_api_definition_is_whole_and_relative_to_its_server(city: City) -> None:
    response, api = get("/ogc/api")
    assert response["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert api["servers"] == [{"url": "http://testserver/ogc"}]
    assert {"/", "/conformance", "/collections/{slug}/items"} <= api["paths"].keys()
    operations = [op for path in api["paths"].values() for op in path.values()]
    names = [op["operationId"] for op in operations]
    assert len(names) == len(set(names))
    for path, methods in api["paths"].items():
        for operation in methods.values():
            named = {p["name"] for p in operation["parameters"] if p.get("in") == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
            assert "application/problem+json" in operation["responses"]["400"]["content"]
    for reference in _references(api):
        node = api
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    assert "anyOf" not in json.dumps(api)  # OpenAPI 3.0 knows no null type


def test_api_definition_tells_qgis_the_page_size(city: City) -> None:
    api = get("/ogc/api")[1]
    limit = api["components"]["parameters"]["limit"]["schema"]
    assert (limit["default"], limit["maximum"]) == (DEFAULT_LIMIT, MAX_LIMIT)
    parameters = api["paths"]["/collections/{slug}/items"]["get"]["parameters"]
    assert {"$ref": "#/components/parameters/limit"} in parameters


def test_collections_are_those_that_the_reader_may_know_of(
    city: City, sign_in: Callable[[str], Client]
) -> None:
    def known(client: Client | None) -> set[str]:
        return {entry["id"] for entry in get("/ogc/collections", client)[1]["collections"]}

    assert {PARCELS, ROADS, SITES} <= known(None)
    assert HIDDEN not in known(None) | known(sign_in("planner"))
    assert HIDDEN in known(sign_in("security_staff"))


def test_a_hidden_collection_equals_a_missing_one(city: City) -> None:
    for end in ("", "/items", "/items/1", "/queryables", "/schema", "/tiles"):
        hidden, told = get(f"/ogc/collections/{HIDDEN}{end}")
        missing, other = get(f"/ogc/collections/zz-nothing-is{end}")
        assert hidden.status_code == missing.status_code == 404
        assert {**told, "instance": ""} == {**other, "instance": ""}


def test_a_collection_describes_what_the_reader_sees(
    city: City, sign_in: Callable[[str], Client]
) -> None:
    response, body = get(f"/ogc/collections/{PARCELS}?lang=en")
    assert (body["id"], body["title"]) == (PARCELS, f"Layer {PARCELS}")
    assert body["crs"] == list(SERVICE_CRS)
    assert body["storageCrs"] == CRS84_URI
    west, south, _east, north = body["extent"]["spatial"]["bbox"][0]
    assert (west, south) == pytest.approx((LON - 0.0003, LAT - 0.0003))
    assert north < LAT + 0.01  # parcel 9 is internal
    staff = get(f"/ogc/collections/{PARCELS}", sign_in("planner"))[1]
    assert staff["extent"]["spatial"]["bbox"][0][3] > LAT + 0.015
    for rel in ("items", f"{REL}queryables", f"{REL}schema", "describedby", "enclosure"):
        assert get(link_of(body, rel))[0].status_code == 200
    again = Client().get(
        f"/ogc/collections/{PARCELS}?lang=en", headers={"If-None-Match": response["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_schema_names_id_geometry_and_properties_in_order(
    city: City, sign_in: Callable[[str], Client]
) -> None:
    response, body = get(f"/ogc/collections/{PARCELS}/schema?lang=vi")
    assert response["Content-Type"] == "application/schema+json"
    fields = body["properties"]
    assert fields["id"]["x-ogc-role"] == "id"
    assert fields["geom"]["x-ogc-role"] == "primary-geometry"
    assert fields["geom"]["format"] == "geometry-multipolygon"
    assert "type" not in fields["geom"]  # with a type QGIS takes it for an attribute
    assert fields["area_m2"]["type"] == "number"
    assert fields["area_m2"]["x-ogc-unit"] == "m2"
    assert fields["valid_from"] == {
        **fields["valid_from"],
        "type": "string",
        "format": "date",
    }
    order = [field["x-ogc-propertySeq"] for field in fields.values()]
    assert order == sorted(set(order))
    assert "owner_name" not in fields
    assert (
        "owner_name"
        in get(f"/ogc/collections/{PARCELS}/schema", sign_in("planner"))[1]["properties"]
    )


def test_queryables_are_flat_and_closed(city: City) -> None:
    body = get(f"/ogc/collections/{SITES}/queryables")[1]
    assert body["additionalProperties"] is False
    assert "texts" not in body["properties"]
    assert body["properties"]["geom"]["$ref"].startswith("https://geojson.org/schema/")


def test_tiles_by_the_standard_are_the_tiles_of_the_viewer(city: City) -> None:
    tileset = get(f"/ogc/collections/{PARCELS}/tiles/WebMercatorQuad")[1]
    assert tileset["tileMatrixSetURI"].endswith("WebMercatorQuad")
    template = link_of(tileset, "item")
    place = tile_at(LON, LAT, 17)
    path = template.format(tileMatrix=place.z, tileRow=place.y, tileCol=place.x)
    one, two = Client().get(path), Client().get(f"/tiles/{PARCELS}/17/{place.x}/{place.y}.mvt")
    assert one.status_code == two.status_code == 200
    assert one.content == two.content != b""
    assert one["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert get(link_of(tileset, "describedby"))[1]["tilejson"] == "3.0.0"
    grid = get(link_of(tileset, f"{REL}tiling-scheme"))[1]
    assert grid["id"] == "WebMercatorQuad"
    assert len(get(f"/ogc/collections/{PARCELS}/tiles")[1]["tilesets"]) == 1
    outside = f"/ogc/collections/{PARCELS}/tiles/WebMercatorQuad/3/9/0"
    assert get(outside)[0].status_code == 400
    assert get("/ogc/tileMatrixSets/Nothing")[0].status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/tileMatrixSets"],
)
def test_unknown_parameters_and_encodings_are_refused(city: City, path: str) -> None:
    response, body = get(f"{path}?nonsense=1")
    assert response.status_code == 400
    assert body["errors"][0]["parameter"] == "nonsense"
    assert get(f"{path}?f=html")[0].status_code == 400
    assert get(f"{path}?f=json&lang=en")[0].status_code == 200
    assert get(f"{path}?f=json&f=json")[0].status_code == 400
    assert Client().head(path).status_code == 200
