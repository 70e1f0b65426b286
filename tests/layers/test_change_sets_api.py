"""`/api/change-sets` and `/api/checks` over HTTP: headers, states, refusals, hostile bodies."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from django.conf import settings
from django.test import Client
from draft_sample import live, number, parcels, plot, row_of

from gis_core.models import User

pytestmark = pytest.mark.usefixtures("db")
SETS = "/api/change-sets"


@pytest.fixture
def layer(db):
    return parcels()


@pytest.fixture
def planner(sign_in: Callable[[str], Client], layer) -> Client:
    return sign_in("planner")


@pytest.fixture
def approver(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("approver")


def send(client: Client, method: str, path: str, body: Any = None, match: int | None = None):
    headers = {} if match is None else {"HTTP_IF_MATCH": f'"{match}"'}
    text = body if isinstance(body, str) else json.dumps({} if body is None else body)
    return client.generic(method, path, text, content_type="application/json", **headers)


def opened(client: Client, **extra) -> dict:
    body = {"title": "Thửa mới", "reason": "đo", **extra}
    response = send(client, "POST", SETS, body)
    assert response.status_code == 201, response.content
    return response.json()


def step(name: str, column: int, **more) -> dict:
    geometry = shapely.geometry.mapping(plot(column))
    return {
        "key": f"n{name}",
        "kind": "create",
        "layer": "zd-parcels",
        "id": None,
        "base_version": None,
        "values": number(name),
        "geometry": geometry,
        "verdict": "",
        "note": "",
        **more,
    }


def put(client: Client, entry: dict, sent: dict):
    where = f"{SETS}/{entry['id']}/operations/{sent['key']}"
    return send(client, "PUT", where, sent, entry["revision"])


def ready(client: Client, *steps: dict) -> dict:
    entry = opened(client)
    for sent in steps or (step("1", 0),):
        entry = put(client, entry, sent).json()
    response = send(client, "POST", f"{SETS}/{entry['id']}/submit", {}, entry["revision"])
    assert response.status_code == 200, response.content
    return response.json()


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


def save(client: Client, entry: dict, steps: list[dict], removed: list[str] | None = None):
    body = {"operations": steps, "removed": removed or []}
    return send(client, "PATCH", f"{SETS}/{entry['id']}/operations", body, entry["revision"])


def test_many_steps_are_saved_in_one_change(planner, layer):
    old = live(layer, "77", 7)
    change = {"kind": "update", "id": str(old), "base_version": 1, "geometry": None}
    entry = opened(planner)
    sent = [step("1", 0), step("2", 1), step("u", 0, **change, values={"address": "a"})]
    first = save(planner, entry, sent)
    assert (first.status_code, first["ETag"]) == (200, f'"{entry["revision"] + 1}"')
    assert first.json()["operation_count"] == 3
    again = [step("3", 3), step("u", 0, **change, values={"address": "b"})]
    second = save(planner, first.json(), again, ["n1", "never-there"]).json()
    whole = planner.get(f"{SETS}/{entry['id']}").json()
    assert [item["key"] for item in whole["operations"]] == ["n2", "nu", "n3"]
    assert whole["operations"][1]["values"] == {"address": "b"}
    assert whole["revision"] == second["revision"] == entry["revision"] + 2


def test_one_step_that_cannot_be_kept_keeps_the_others_out_and_is_named(planner, layer):
    old = live(layer, "77", 7)
    change = {"kind": "update", "base_version": 1, "geometry": None, "values": {"address": "a"}}
    bad = {
        "gone": step("gone", 0, **{**change, "id": "424242"}),
        "id": step("id", 0, **{**change, "id": "x"}),
        "field": step("field", 0, **{**change, "id": str(old), "values": {"no_such": 1}}),
        "shape": step("shape", 0, geometry={"type": "Point", "coordinates": [106.36, 10.35]}),
        "base": step("base", 0, **{**change, "id": str(old), "base_version": None}),
    }
    for name, sent in bad.items():
        entry = opened(planner)
        refused = save(planner, entry, [step("1", 0), sent])
        assert refused.status_code == 422, name
        assert [item["key"] for item in refused.json()["errors"]] == [f"n{name}"]
        assert planner.get(f"{SETS}/{entry['id']}").json()["operations"] == []


def test_two_steps_of_one_batch_over_the_same_feature(planner, layer):
    old = live(layer, "77", 7)
    change = {"kind": "update", "id": str(old), "base_version": 1, "geometry": None}
    pair = [step(name, 0, **change, values={"address": name}) for name in "ab"]
    entry = opened(planner)
    refused = save(planner, entry, pair)
    assert [item["key"] for item in refused.json()["errors"]] == ["nb"]
    # The step that stands in the way may be taken out in the same change.
    entry = save(planner, entry, pair[:1]).json()
    assert save(planner, entry, pair[1:]).status_code == 422
    assert save(planner, entry, pair[1:], ["na"]).status_code == 200


def test_a_batch_is_bounded_and_says_by_how_much(planner, layer):
    entry = opened(planner)
    many = [step(str(number), number % 7, geometry=None) for number in range(1001)]
    assert save(planner, entry, many).status_code == 400
    entry = save(planner, entry, many[:600]).json()
    refused = save(planner, entry, many[500:])
    assert refused.status_code == 422
    assert "1000" in refused.json()["detail"]
    assert "1001" in refused.json()["detail"]
    assert save(planner, entry, many[500:1000]).json()["operation_count"] == 1000


def test_a_batch_is_as_closed_as_a_single_step(planner, approver, layer):
    entry = opened(planner)
    sent = [step("1", 0)]
    here = f"{SETS}/{entry['id']}/operations"
    assert send(planner, "PATCH", here, {"operations": sent}).status_code == 428
    assert send(planner, "PATCH", here, {"operations": sent}, 77).status_code == 412
    assert save(approver, entry, sent).status_code == 404  # a draft is its author's alone
    assert save(Client(), entry, sent).status_code == 401
    assert save(planner, entry, [*sent, *sent]).status_code == 400
    assert save(planner, entry, [{**sent[0], "layer": "zz-no-layer"}]).status_code == 404
    assert save(planner, entry, [{**sent[0], "key": "-"}]).status_code == 400
