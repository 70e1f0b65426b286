"""`/api/change-sets` and `/api/checks` over HTTP: headers, states, refusals, hostile bodies."""

import json
from collections.abc import Callable

import pytest
from change_set_requests import SETS, opened, put, ready, send, step
from django.conf import settings
from django.test import Client
from draft_sample import live, row_of

from gis_core.models import User

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def planner(sign_in: Callable[[str], Client], layer) -> Client:
    return sign_in("planner")


@pytest.fixture
def approver(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("approver")


def test_the_whole_way_over_http(planner, approver, layer):
    old = live(layer, "7", 7)
    change = {"kind": "update", "id": str(old), "base_version": 1, "geometry": None}
    entry = ready(planner, step("1", 0), step("u", 0, **change, values={"address": "x"}))
    assert (entry["state"], entry["problems"]) == ("submitted", [])
    listed = approver.get(f"{SETS}?box=review").json()
    assert [item["id"] for item in listed["change_sets"]] == [entry["id"]]
    assert listed["change_sets"][0]["operation_count"] == 2
    here = f"{SETS}/{entry['id']}"
    seen = approver.get(here)
    assert seen["ETag"] == f'"{entry["revision"]}"'
    assert seen["Cache-Control"] == "no-store"
    assert seen.json()["may"]["approve"]
    assert [item["key"] for item in seen.json()["operations"]] == ["n1", "nu"]
    verdicts = [{"key": "n1", "verdict": "returned", "note": "sai"}]
    body = {"note": "xem lại", "verdicts": verdicts}
    back = send(approver, "POST", f"{here}/return", body, entry["revision"]).json()
    assert (back["state"], back["decision_note"]) == ("returned", "xem lại")
    assert planner.get(f"{SETS}?box=returned").json()["total"] == 1
    entry = send(planner, "POST", f"{here}/submit", {}, back["revision"]).json()
    entry = send(approver, "POST", f"{here}/approve", {"note": ""}, entry["revision"]).json()
    done = send(approver, "POST", f"{here}/publish", {}, entry["revision"]).json()
    assert done["state"] == "published"
    assert row_of(layer, old).address == "x"
    assert approver.get(f"{SETS}?box=published").json()["total"] == 1


def test_a_change_needs_the_state_that_was_read(planner, layer):
    entry = opened(planner)
    here = f"{SETS}/{entry['id']}"
    changes = [
        ("PATCH", here, {"title": "y"}),
        ("DELETE", here, None),
        ("PUT", f"{here}/operations/n1", step("1", 0)),
        ("DELETE", f"{here}/operations/n1", None),
        ("POST", f"{here}/submit", {}),
    ]
    for method, path, body in changes:
        missing = send(planner, method, path, body)
        assert (missing.status_code, missing.json()["code"]) == (428, "condition_needed")
        stale = send(planner, method, path, body, 77)
        assert (stale.status_code, stale.json()["code"]) == (412, "stale"), (method, path)
    patched = send(planner, "PATCH", here, {"title": "y", "publish_on": "2031-01-02"}, 1)
    assert patched["ETag"] == '"2"'
    assert (patched.json()["title"], patched.json()["publish_on"]) == ("y", "2031-01-02")
    cleared = send(planner, "PATCH", here, {"publish_on": None}, 2).json()
    assert (cleared["title"], cleared["publish_on"]) == ("y", None)
    assert send(planner, "DELETE", here, None, 3).status_code == 204
    assert planner.get(SETS).json()["total"] == 0


def test_the_same_request_twice_makes_one_draft(planner):
    first, second = (
        planner.generic(
            "POST", SETS, '{"title": "a"}', "application/json", HTTP_IDEMPOTENCY_KEY="k"
        )
        for _ in range(2)
    )
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first["Location"] == f"{SETS}/{first.json()['id']}"


def test_visitors_sign_in_and_strangers_find_nothing(planner, sign_in, layer):
    entry = ready(planner)
    here = f"{SETS}/{entry['id']}"
    for path in (SETS, here, f"{here}/comments"):
        assert Client().get(path).status_code == 401
    assert send(Client(), "POST", SETS, {"title": "x"}).status_code == 401
    assert send(Client(), "POST", "/api/checks", {"operations": []}).status_code == 401
    stranger = sign_in("ward_officer")
    missing = stranger.get(f"{SETS}/999999999")
    hidden = stranger.get(here)
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json()["detail"] == missing.json()["detail"]
    for path in ("submit", "approve", "return", "publish", "withdraw", "comments"):
        body = {"text": "x"} if path == "comments" else {}
        assert send(stranger, "POST", f"{here}/{path}", body, 1).status_code == 404
    assert send(stranger, "PUT", f"{here}/operations/n1", step("1", 0), 1).status_code == 404


def test_a_session_without_its_token_writes_nothing(accounts, layer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=accounts["planner"]))
    refused = send(client, "POST", SETS, {"title": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    client.get("/vi/login")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    allowed = client.generic(
        "POST", SETS, '{"title": "x"}', "application/json", HTTP_X_CSRFTOKEN=token
    )
    assert allowed.status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ('{"title": "a\\u0000b"}', 400),
        ('{"title": "\\ud800"}', 400),
        ('{"title": ' + "[" * 5000 + "]" * 5000 + "}", 400),
        (json.dumps({"title": "x" * 201}), 400),
        ('{"title": "x", "publish_on": "never"}', 400),
    ],
)
def test_hostile_descriptions(planner, body: str, status: int):
    assert send(planner, "POST", SETS, body).status_code == status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"values": {"so_to": "a\0"}}, 400),
        ({"values": {"a": {"b": {"c": {"d": {"e": {"f": {}}}}}}}}, 400),
        ({"values": {"area_m2": 10**30}}, 400),
        ({"values": {"no_such": 1}}, 422),
        ({"geometry": {"type": "Point", "coordinates": [106, 10]}}, 422),
        ({"geometry": {"type": "Polygon", "coordinates": [[[1e99, 0], [1, 1], [1, 0]]]}}, 422),
        ({"layer": "no-such"}, 404),
        ({"kind": "update"}, 404),
        ({"kind": "update", "id": "1' OR 1", "base_version": 1}, 404),
        ({"kind": "update", "id": "9" * 16, "base_version": 1}, 404),
        ({"kind": "truncate"}, 400),
        ({"kind": "update", "id": "1", "base_version": 2**40}, 400),
    ],
)
def test_hostile_steps(planner, layer, change: dict, status: int):
    entry = opened(planner)
    sent = {**step("1", 0), **change}
    response = put(planner, entry, sent)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"


def test_numbers_that_are_none_are_refused(planner, layer):
    entry = opened(planner)
    where = f"{SETS}/{entry['id']}/operations/n"
    text = json.dumps({**step("1", 0), "values": {"area_m2": float("nan")}})
    assert send(planner, "PUT", where, text, 1).status_code == 400


def test_keys_with_slashes(planner, layer):
    entry = opened(planner)
    sent = step("1", 0, key="zd-parcels/new/1")
    entry = put(planner, entry, sent).json()
    assert entry["operations"][0]["key"] == "zd-parcels/new/1"
    where = f"{SETS}/{entry['id']}/operations/zd-parcels%2Fnew%2F1"
    assert send(planner, "DELETE", where, None, entry["revision"]).json()["operations"] == []


def test_conflicts_say_base_theirs_and_mine(planner, approver, layer):
    old = live(layer, "7", 7, address="base")
    change = {"kind": "update", "id": str(old), "base_version": 1, "geometry": None}
    sent = step("u", 0, **change)
    sent["values"] = {"address": "mine", "valid_from": "2026-01-02"}
    entry = ready(planner, sent)
    other = ready(planner, {**sent, "values": {"address": "theirs", "valid_from": "2026-05-06"}})
    done = send(approver, "POST", f"{SETS}/{other['id']}/publish", {}, other["revision"])
    assert done.status_code == 200
    refused = send(approver, "POST", f"{SETS}/{entry['id']}/publish", {}, entry["revision"])
    assert (refused.status_code, refused.json()["code"]) == (409, "edit_conflict")
    [found] = refused.json()["errors"]
    assert {
        item["field"]: (item["base"], item["theirs"], item["mine"]) for item in found["fields"]
    } == {
        "address": ("base", "theirs", "mine"),
        "valid_from": (None, "2026-05-06", "2026-01-02"),
    }
    shown = planner.get(f"{SETS}/{entry['id']}").json()["problems"]
    assert {item["field"] for item in shown} == {"address", "valid_from"}


def test_checks_without_saving(planner, sign_in, layer):
    live(layer, "1", 0)
    bad = step("2", 5, geometry={"type": "Polygon", "coordinates": [[[0, 0], [0, 0], [0, 0]]]})
    body = {"operations": [step("1", 0), bad, step("3", 3)]}
    found = send(planner, "POST", "/api/checks", body).json()["problems"]
    assert {(item["key"], item["code"]) for item in found} == {
        ("n1", "overlap"),
        ("n1", "duplicate_key"),
        ("n2", "too_few_points"),
    }
    assert send(sign_in("approver"), "POST", "/api/checks", body).status_code == 403


def test_remarks(planner, approver, layer):
    here = f"{SETS}/{ready(planner)['id']}/comments"
    made = send(approver, "POST", here, {"text": "Xem lại", "key": "n1", "place": [106.3, 10.3]})
    assert made.status_code == 201
    [shown] = planner.get(here).json()["comments"]
    assert (shown["text"], shown["key"], shown["place"]) == ("Xem lại", "n1", [106.3, 10.3])
    assert send(approver, "POST", here, {"text": ""}).status_code == 400
    assert send(approver, "POST", here, {"text": "x", "place": [500, 0]}).status_code == 400
