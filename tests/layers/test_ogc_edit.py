"""OGC API - Features Part 4: who may, create, replace with merging, delete; nothing gets lost."""

import base64
import json
from collections.abc import Callable, Iterator

import pytest
import shapely
from django.test import Client
from editing import CRS84, changed, geojson, moved, put, read, send
from sample_features import Sample, add, committed, make_layer

from gis_core import device_tokens
from gis_core.crs import from_wgs84, zone_by_epsg
from gis_core.models import ChangeSet, User
from layers.change_operation import ChangeOperation
from layers.models import Layer

SITES, AREAS, ZONES = "zz-edit-sites", "zz-edit-areas", "zz-edit-zones"
ITEMS = f"/ogc/collections/{SITES}/items"
OGC = "http://www.opengis.net/def/crs/"


@pytest.fixture
def city(database: str) -> Iterator[dict[str, Layer]]:
    with committed() as made:
        made.append(make_layer(SITES, "tourism"))
        made.append(make_layer(AREAS, "topography", "MultiPolygon"))
        made.append(make_layer(ZONES, "security", "MultiPolygon", sensitivity=2))
        yield {layer.slug: layer for layer in made}


@pytest.fixture
def site(city: dict[str, Layer]) -> Sample:
    return add(city[SITES], "chua", name="Chùa Vĩnh Tràng", phone="0273 1", price_text="10")


@pytest.fixture
def editor(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("administrator")


def allowed(client: Client, path: str) -> set[str]:
    response = client.options(path)
    assert response.status_code == 204
    return {method.strip() for method in response["Allow"].split(",")}


READ = {"GET", "HEAD", "OPTIONS"}


def test_options_honour_the_reader(city, site, editor, sign_in):
    for path in (f"{ITEMS}/{site.id}", f"{ITEMS}/unknown_id", f"{ITEMS}/4242"):
        assert allowed(editor, path) == READ | {"PUT", "DELETE"}
        assert allowed(Client(), path) == READ
        assert allowed(sign_in("ward_officer"), path) == READ
    assert allowed(editor, ITEMS) == READ | {"POST"}
    assert allowed(sign_in("planner"), ITEMS) == READ | {"POST"}
    assert allowed(Client(), ITEMS) == READ
    for hidden in (ZONES, "zz-no-such"):
        assert allowed(editor, f"/ogc/collections/{hidden}/items") == READ


def test_options_and_writes_honour_a_token(city, site, accounts):
    user = User.objects.get(pk=accounts["administrator"])
    secret = device_tokens.issue(user, "QGIS", 30).secret
    pair = base64.b64encode(f"{user.username}:{secret}".encode()).decode()
    client = Client(enforce_csrf_checks=True, headers={"authorization": f"Basic {pair}"})
    assert "POST" in allowed(client, ITEMS)
    response = put(client, SITES, changed(read(client, SITES, site.id), name="Khác"))
    assert response.status_code == 200
    entry = ChangeSet.objects.latest("id")
    assert (entry.channel, entry.user_id, entry.state) == ("ogc", user.pk, "published")
    foreign = {"sec_fetch_site": "cross-site"}
    assert put(client, SITES, read(client, SITES, site.id), **foreign).json()["code"] == "csrf"


def test_a_session_needs_its_token(city, site, accounts):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=accounts["administrator"]))
    feature = read(client, SITES, site.id)
    assert put(client, SITES, feature).json()["code"] == "csrf"
    assert send(client, "POST", ITEMS, feature).json()["code"] == "csrf"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_who_may_not_write(city, site, sign_in, method):
    path = ITEMS if method == "POST" else f"{ITEMS}/{site.id}"
    feature = read(Client(), SITES, site.id)
    anonymous = send(Client(), method, path, feature)
    assert anonymous.status_code == 401
    assert anonymous["WWW-Authenticate"].startswith("Basic")
    for role in ("ward_officer", "approver", "environment_officer", "security_staff"):
        assert send(sign_in(role), method, path, feature).status_code == 403
    hidden = path.replace(SITES, ZONES)
    for client in (Client(), sign_in("administrator")):
        there = send(client, method, hidden, feature)
        missing = send(client, method, path.replace(SITES, "y" * len(ZONES)), feature)
        assert there.status_code == missing.status_code == 404
        assert {**there.json(), "instance": ""} == {**missing.json(), "instance": ""}


def test_create_gives_the_address_of_the_feature(city, editor):
    body = {
        "type": "Feature",
        "geometry": geojson(moved("Point")),
        "properties": {"name": "Chợ nổi", "slug": "cho-noi", "_version": None, "phone": None},
    }
    response = send(editor, "POST", ITEMS, body)
    assert response.status_code == 201
    made = response.json()
    assert response["Location"] == f"http://testserver{ITEMS}/{made['id']}"
    assert response["ETag"].startswith('"1.')
    again = editor.get(response["Location"])
    assert again.json()["properties"]["name"] == "Chợ nổi"
    assert again.json()["properties"]["_version"] == 1
    assert again.json()["geometry"] == body["geometry"]
    assert again.json()["properties"]["in_city"] is True


def test_two_new_features_without_a_key(city, editor):
    for _ in range(2):
        body = {"type": "Feature", "geometry": geojson(moved("MultiPolygon")), "properties": {}}
        response = send(editor, "POST", f"/ogc/collections/{AREAS}/items", body)
        assert response.status_code == 201, response.content


def test_put_changes_what_is_named_and_keeps_the_rest(city, site, editor):
    feature = read(editor, SITES, site.id)
    response = put(
        editor, SITES, changed(feature, moved("Point"), phone="0273 2", name_en="Pagoda")
    )
    assert response.status_code == 200
    after = response.json()
    assert {**after, "links": 0} == {**read(editor, SITES, site.id), "links": 0}
    assert after["properties"]["phone"] == "0273 2"
    assert after["properties"]["name_en"] == "Pagoda"
    assert after["properties"]["_version"] == 2
    assert after["geometry"] == geojson(moved("Point"))
    only = {"type": "Feature", "geometry": None, "id": site.id}
    only["properties"] = {"_version": 2, "price_text": "20"}
    assert put(editor, SITES, only).json()["properties"]["phone"] == "0273 2"
    assert put(editor, SITES, only).json()["properties"]["price_text"] == "20"


def test_putting_back_what_was_read_changes_nothing(city, editor):
    area = add(city[AREAS], "ao", 3)
    feature = read(editor, AREAS, area.id)
    sets = ChangeSet.objects.count()
    response = put(editor, AREAS, feature)
    assert response.json()["properties"]["_version"] == 1
    assert ChangeSet.objects.count() == sets


def test_stale_edits_of_other_fields_merge(city, site, editor):
    mine, theirs = read(editor, SITES, site.id), read(editor, SITES, site.id)
    assert put(editor, SITES, changed(theirs, phone="0273 9")).status_code == 200
    assert put(editor, SITES, changed(theirs, moved("Point"))).status_code == 200
    assert put(editor, SITES, changed(mine, price_text="50")).status_code == 200
    after = read(editor, SITES, site.id)
    assert after["properties"]["phone"] == "0273 9"
    assert after["properties"]["price_text"] == "50"
    assert after["geometry"] == geojson(moved("Point"))
    assert after["properties"]["_version"] == 4


def test_geometry_and_attributes_as_two_requests_with_the_same_version(city, editor):
    area = add(city[AREAS], "ao", 3)
    stale = read(editor, AREAS, area.id)
    shape = moved("MultiPolygon")
    assert put(editor, AREAS, changed(stale, shape)).status_code == 200
    assert put(editor, AREAS, changed(stale, shape, name="Ao mới")).status_code == 200
    after = read(editor, AREAS, area.id)
    assert after["properties"]["name"] == "Ao mới"
    stored = shapely.from_geojson(json.dumps(after["geometry"]))
    assert stored.normalize().equals_exact(shape.normalize(), 1e-7)
    assert after["properties"]["_version"] == 3


@pytest.mark.parametrize("what", ["attribute", "geometry"])
def test_the_same_part_twice_is_refused_and_kept(city, site, editor, what):
    mine = read(editor, SITES, site.id)
    if what == "attribute":
        theirs, wanted = changed(mine, phone="1"), changed(mine, phone="2", price_text="99")
    else:
        theirs, wanted = changed(mine, moved("Point")), changed(mine, moved("Point", 0.0002))
    assert put(editor, SITES, theirs).status_code == 200
    refused = put(editor, SITES, wanted)
    assert refused.status_code == 409
    problem = refused.json()
    kept = ChangeSet.objects.get(pk=problem["errors"][-1]["draft"])
    assert f"/api/change-sets/{kept.pk}" in problem["detail"]
    assert (kept.state, kept.channel) == ("draft", "ogc")
    step = ChangeOperation.objects.get(change_set=kept)
    assert (step.feature_id, step.base_version, step.kind) == (site.id, 1, "update")
    if what == "attribute":
        assert problem["errors"][0]["field"] == "phone"
        assert problem["errors"][0]["theirs"] == "1"
        assert step.values == {"phone": "2", "price_text": "99"}
        assert step.geom is None
    else:
        assert problem["errors"][0]["field"] == "geom"
        assert (round(step.geom.x, 4), step.values) == (106.3632, {})
    assert read(editor, SITES, site.id)["properties"]["_version"] == 2
    count = ChangeSet.objects.count()
    assert put(editor, SITES, wanted).status_code == 409
    assert ChangeSet.objects.count() == count, "the same refused edit is kept once"


def test_versions_and_conditions(city, site, editor):
    feature = read(editor, SITES, site.id)
    etag = editor.get(f"{ITEMS}/{site.id}")["ETag"]
    nameless = changed(feature, name="A")
    del nameless["properties"]["_version"]
    assert put(editor, SITES, nameless).status_code == 428
    assert put(editor, SITES, changed(feature, _version=None)).status_code == 428
    assert put(editor, SITES, nameless, if_match='"9.x"').status_code == 412
    assert put(editor, SITES, nameless, if_match="nonsense").status_code == 412
    done = put(editor, SITES, nameless, if_match=etag)
    assert done.status_code == 200
    assert put(editor, SITES, nameless, if_match=etag).status_code == 412
    # If-Match counts more than _version: no merging for a client that asks for none.
    assert put(editor, SITES, changed(feature, phone="7"), if_match=etag).status_code == 412
    assert put(editor, SITES, nameless, if_match=f"W/{done['ETag']}").status_code == 200
    for wrong in (99, 0, -1):
        assert put(editor, SITES, changed(feature, _version=wrong)).status_code == 422
    for wrong in ("1", 1.5, True, [1]):
        assert put(editor, SITES, changed(feature, _version=wrong)).status_code == 400


def test_delete(city, site, editor):
    path = f"{ITEMS}/{site.id}"
    assert send(editor, "DELETE", path, if_match='"7"').status_code == 412
    assert send(editor, "DELETE", path).status_code == 204
    assert editor.get(path).status_code == 404
    assert send(editor, "DELETE", path).status_code == 404
    assert put(editor, SITES, {"id": site.id, "type": "Feature"}).status_code == 404


@pytest.mark.parametrize(
    ("uri", "axes"),
    [
        (CRS84, lambda lon, lat: (lon, lat)),
        (OGC + "EPSG/0/4326", lambda lon, lat: (lat, lon)),
        (OGC + "EPSG/0/9210", lambda lon, lat: from_wgs84(zone_by_epsg(9210), lon, lat)),
    ],
)
def test_content_crs_and_axis_order(city, editor, uri, axes):
    place = moved("Point")
    sent = [float(number) for number in axes(place.x, place.y)]
    body = {"type": "Feature", "geometry": {"type": "Point", "coordinates": sent}}
    body["properties"] = {"slug": "noi-moi", "name": "Nơi mới"}
    response = send(editor, "POST", ITEMS, body, content_crs=f"<{uri}>")
    assert response.status_code == 201, response.content
    assert response["Content-Crs"] == f"<{uri}>"
    assert response.json()["geometry"]["coordinates"] == pytest.approx(sent, abs=0.0015)
    stored = read(editor, SITES, response.json()["id"])["geometry"]["coordinates"]
    assert stored == pytest.approx([place.x, place.y], abs=2e-8)


def test_the_api_document_names_the_operations(database: str):
    paths = Client().get("/ogc/api").json()["paths"]
    items = paths["/collections/{slug}/items"]
    item = paths["/collections/{slug}/items/{feature_id}"]
    assert "application/geo+json" in items["post"]["requestBody"]["content"]
    assert {"get", "put", "delete"} <= item.keys()
    assert "patch" not in item
    declared = Client().get("/ogc/conformance").json()["conformsTo"]
    part_4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
    assert {part_4 + "create-replace-delete", part_4 + "features"} <= set(declared)
    assert not [uri for uri in declared if uri.endswith("/update")]


PATCH = f"/api/layers/{SITES}/features"


def test_patch_needs_the_present_etag(city, site, editor):
    path = f"{PATCH}/{site.id}"
    body = {"properties": {"phone": "0273 5", "price_text": None}}
    etag = editor.get(f"{ITEMS}/{site.id}")["ETag"]
    merge = {"content_type": "application/merge-patch+json"}
    assert send(editor, "PATCH", path, body, **merge).status_code == 428
    assert send(editor, "PATCH", path, body, if_match="*", **merge).status_code == 428
    assert send(editor, "PATCH", path, body, if_match='"2"', **merge).status_code == 412
    done = send(editor, "PATCH", path, body, if_match=etag, **merge)
    assert done.status_code == 200, done.content
    found = done.json()["properties"]
    assert (found["phone"], found["price_text"]) == ("0273 5", "")
    assert found["name"] == "Chùa Vĩnh Tràng"
    assert send(editor, "PATCH", path, body, if_match=etag, **merge).status_code == 412
    shape = {"geometry": geojson(moved("Point"))}
    again = send(editor, "PATCH", path, shape, if_match=done["ETag"], **merge)
    assert again.json()["geometry"] == shape["geometry"]
    assert ChangeSet.objects.latest("id").channel == "api"
    assert send(Client(), "PATCH", path, body, if_match=etag, **merge).status_code == 401
    kind = {"content_type": "text/plain"}
    assert send(editor, "PATCH", path, body, if_match=again["ETag"], **kind).status_code == 415
    assert send(editor, "PATCH", f"{PATCH}/4242", body, if_match="*", **merge).status_code == 404
