"""Many steps of a draft in one request: all or none, bounded, and as closed as a single one."""

from collections.abc import Callable

import pytest
from change_set_requests import SETS, opened, send, step
from django.test import Client
from draft_sample import live

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def planner(sign_in: Callable[[str], Client], layer) -> Client:
    return sign_in("planner")


@pytest.fixture
def approver(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("approver")


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
