"""History by address: versions, one version, differences, restore and undo over HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from sample_features import SYSTEM, Sample, add, committed, make_layer

from gis_core.models import User
from layers import changes, selectors
from layers.changes import Kind, Operation

SLUG = "zh-stations"


@pytest.fixture
def station(database: str) -> Iterator[Sample]:
    """A committed feature with two versions: Một, Hai."""
    with committed() as made:
        layer = make_layer(SLUG, "environment", "Point")
        made.append(layer)
        row = add(layer, "a", name="Một")
        change(row, 1, name="Hai")
        yield row


def change(row: Sample, base: int, /, **values: Any) -> int:
    step = Operation(Kind.UPDATE, selectors.layer(SYSTEM, SLUG), values, None, row.id, base)
    return changes.apply(SYSTEM, [step], title="Đổi tên", channel="browser").change_set.pk


def at(row: Sample, rest: str) -> str:
    return f"/api/layers/{SLUG}/features/{row.id}/{rest}"


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json")


SignIn = Callable[[str], Client]


def test_versions_of_a_feature(station: Sample, sign_in: SignIn):
    response = sign_in("environment_officer").get(at(station, "versions"))
    body = response.json()
    assert response["Cache-Control"] == "no-store"
    assert (body["layer"], body["id"]) == (SLUG, str(station.id))
    assert [item["version"] for item in body["versions"]] == [2, 1]
    assert [item["values"]["name"] for item in body["versions"]] == ["Hai", "Một"]
    assert body["versions"][0]["title"] == "Đổi tên"
    assert body["versions"][0]["ended_at"] is None
    assert body["versions"][1]["operation_that_ended"] == "update"
    assert body["may"] == {"restore": True}
    assert sign_in("planner").get(at(station, "versions")).json()["may"] == {"restore": False}


def test_one_version_is_a_geojson_feature(station: Sample, sign_in: SignIn):
    response = sign_in("environment_officer").get(at(station, "versions/1"))
    body = response.json()
    assert response["Content-Type"] == "application/geo+json"
    assert (body["type"], body["id"], body["properties"]["name"]) == ("Feature", station.id, "Một")
    assert body["geometry"]["coordinates"] == pytest.approx([station.lon, station.lat])
    assert (body["version"]["version"], body["properties"]["_version"]) == (1, 1)
    assert {item["rel"] for item in body["links"]} == {
        "self",
        "successor-version",
        "version-history",
    }


def test_the_difference_of_any_two(station: Sample, sign_in: SignIn):
    client = sign_in("environment_officer")
    body = client.get(at(station, "diff?from=1&to=2")).json()
    name = next(item for item in body["fields"] if item["field"] == "name")
    assert (name["before"], name["after"]) == ("Một", "Hai")
    assert not body["geometry_changed"]
    assert client.get(at(station, "diff?from=2&to=2")).json()["fields"] == []
    assert client.get(at(station, "diff?from=1&to=3")).status_code == 404
    assert client.get(at(station, "diff?from=0&to=1")).status_code == 400
    assert client.get(at(station, "diff?to=1")).status_code == 400


@pytest.mark.parametrize("rest", ["versions/3", "versions/0", f"versions/{10**30}"])
def test_versions_that_are_not_there(station: Sample, sign_in: SignIn, rest: str):
    assert sign_in("environment_officer").get(at(station, rest)).status_code == 404


@pytest.mark.parametrize("rest", ["versions", "versions/1", "diff?from=1&to=1"])
def test_visitors_find_no_history(station: Sample, rest: str):
    response = Client().get(at(station, rest))
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_restore_and_undo(station: Sample, sign_in: SignIn):
    client = sign_in("environment_officer")
    response = post(client, at(station, "restore"), version=1, base_version=2, reason="nhầm")
    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["id"], body["version"]) == (str(station.id), 3)
    sheet = client.get(f"/ogc/collections/{SLUG}/items/{station.id}").json()
    assert (sheet["properties"]["name"], sheet["properties"]["_version"]) == ("Một", 3)
    undone = post(client, f"/api/change-sets/{body['change_set']}/undo", reason="lại")
    assert undone.json()["features"] == 1
    again = post(client, f"/api/change-sets/{body['change_set']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert client.get(at(station, "versions")).json()["versions"][0]["values"]["name"] == "Hai"


def test_a_stale_restore_and_an_overtaken_undo_say_so(station: Sample, sign_in: SignIn):
    client = sign_in("environment_officer")
    stale = post(client, at(station, "restore"), version=1, base_version=1)
    assert (stale.status_code, stale.json()["errors"]) == (409, [{"version": 2, "base_version": 1}])
    work = change(station, 2, name="Ba")
    change(station, 3, name="Bốn")
    refused = post(client, f"/api/change-sets/{work}/undo", reason="")
    assert refused.status_code == 409
    assert refused.json()["errors"] == [{"layer": SLUG, "id": str(station.id), "version": 4}]


def test_who_may_not(station: Sample, sign_in: SignIn):
    work = change(station, 2, name="Ba")
    for role, status in (("anonymous", 401), ("planner", 403), ("security_staff", 403)):
        client = sign_in(role)
        answer = post(client, at(station, "restore"), version=1, base_version=3)
        assert answer.status_code == status, role
        assert post(client, f"/api/change-sets/{work}/undo", reason="").status_code == status
    officer = sign_in("environment_officer")
    assert post(officer, "/api/change-sets/99999999/undo", reason="").status_code == 404
    missing = f"/api/layers/{SLUG}/features/4242/restore"
    assert post(officer, missing, version=1, base_version=3).status_code == 404


def test_a_foreign_page_cannot_restore(station: Sample, accounts: dict[str, int]):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=accounts["environment_officer"]))
    assert post(client, at(station, "restore"), version=1, base_version=2).status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"version": 0, "base_version": 2}, {"version": "x"}, {"version": 2**40}]
)
def test_what_is_not_understood_is_named(station: Sample, sign_in: SignIn, body: dict[str, Any]):
    answer = post(sign_in("environment_officer"), at(station, "restore"), **body)
    assert answer.status_code == 400
    assert answer.json()["errors"]
