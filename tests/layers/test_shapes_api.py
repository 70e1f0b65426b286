"""`/api/shapes` over HTTP: the tools see the draft, the reader's rows only, and write nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from django.test import Client
from draft_sample import SIDE_DEG, live, number, parcels, person, plot, row_of
from sample_features import LAT, LON, SYSTEM, add, make_layer

from gis_core.access import Grant
from gis_core.errors import NotAllowed
from layers import selectors
from layers.changes import Kind, Operation
from layers.shapes import tools
from layers.shapes.present import Present, Reference

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def layer(db):
    return parcels()


@pytest.fixture
def planner(sign_in: Callable[[str], Client], layer) -> Client:
    return sign_in("planner")


def at(x: float, y: float) -> list[float]:
    """Return a position in sides of the plots from the corner of the first."""
    return [LON + x * SIDE_DEG, LAT + y * SIDE_DEG]


def line(*places: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [at(*place) for place in places]}


def send(client: Client, tool: str, body: Any, slug: str = "zd-parcels") -> Any:
    text = json.dumps({"layer": slug, **body})
    return client.post(f"/api/shapes/{tool}", text, content_type="application/json")


def asked(client: Client, tool: str, **body: Any) -> dict[str, Any]:
    response = send(client, tool, body)
    assert response.status_code == 200, response.content
    return response.json()


def target(feature_id: int) -> dict[str, Any]:
    return {"id": str(feature_id)}


def shape(found: dict[str, Any]) -> Any:
    return shapely.geometry.shape(found["geometry"])


def step(name: str, shape: Any, **more: Any) -> dict[str, Any]:
    return {
        "key": f"n{name}",
        "kind": "create",
        "layer": "zd-parcels",
        "values": number(name),
        "geometry": shapely.geometry.mapping(shape),
        **more,
    }


def test_the_cut_of_one_parcel_gives_its_corner_to_the_neighbour(planner, layer):
    left, right = live(layer, "1", 0), live(layer, "2", 1)
    found = asked(planner, "split", targets=[target(left)], line=line((-0.5, 0.4), (1.5, 0.4)))
    kept, beside = found["updates"]
    [piece] = found["creates"]
    assert (kept["id"], kept["version"], kept["neighbour"]) == (str(left), 1, False)
    assert (beside["id"], beside["neighbour"]) == (str(right), True)
    assert piece["id"] == str(left)
    assert kept["after"] > piece["after"]
    assert kept["after"] + piece["after"] == pytest.approx(kept["before"], abs=0.01)
    assert shapely.coverage_is_valid(shapely.get_parts([shape(s) for s in (kept, piece, beside)]))
    assert found["not_copied"] == ["so_thua", "area_m2", "legal_area_m2", "issued_id"]
    assert row_of(layer, left).version == 1


def test_the_tools_work_on_what_the_draft_shows(planner, layer):
    first = live(layer, "1", 0)
    mine = step("9", plot(1))
    cut = line((0.5, 0.5), (2.5, 0.5))
    found = asked(planner, "split", targets=[{"key": "n9"}], line=cut, operations=[mine])
    [kept, beside] = found["updates"]
    assert (kept["key"], kept["id"], beside["id"]) == ("n9", None, str(first))
    gone = {"key": "d", "kind": "delete", "layer": "zd-parcels", "id": str(first)}
    steps = [mine, {**gone, "base_version": 1}]
    found = asked(planner, "split", targets=[{"key": "n9"}], line=cut, operations=steps)
    assert [one["key"] for one in found["updates"]] == ["n9"]
    refused = send(planner, "split", {"targets": [target(first)], "line": cut, "operations": steps})
    assert refused.status_code == 404


def test_a_corner_that_the_browser_rounded_is_the_stored_one(planner, layer):
    first = live(layer, "1", 0)
    rounded = shapely.set_precision(plot(1), 1e-7)
    mine = step("9", rounded)
    cut = line((0.5, 0.5), (2.5, 0.5))
    found = asked(planner, "split", targets=[{"key": "n9"}], line=cut, operations=[mine])
    every = [shape(one) for one in (*found["updates"], *found["creates"])]
    assert shapely.coverage_is_valid(shapely.get_parts(every))
    assert str(first) in {one["id"] for one in found["updates"]}


def test_what_is_refused(planner, layer, sign_in):
    first = live(layer, "1", 0)
    good = {"targets": [target(first)], "line": line((0.5, -1), (0.5, 2))}
    assert send(planner, "split", good).status_code == 200
    short = send(planner, "split", {**good, "line": line((0.2, 0.2), (0.4, 0.4))})
    assert (short.status_code, short.json()["code"]) == (422, "invalid")
    assert send(planner, "split", {**good, "targets": []}).status_code == 400
    assert send(planner, "split", {**good, "targets": [target(first)] * 2}).status_code == 422
    assert send(planner, "split", {**good, "targets": [{"id": "x"}]}).status_code == 404
    assert send(planner, "split", {**good, "targets": [{}]}).status_code == 404
    point = {"type": "Point", "coordinates": at(0, 0)}
    assert send(planner, "split", {**good, "line": point}).status_code == 422
    assert send(sign_in("approver"), "split", good).status_code == 403
    assert send(Client(), "split", good).status_code == 401
    assert send(planner, "split", good, slug="nothing").status_code == 404


def test_a_hidden_feature_is_neither_cut_nor_given_a_corner(planner, layer, sign_in):
    zones = make_layer("zd-plans", "planned_land_use")
    hidden = add(zones, "h", 0, sensitivity=2).id
    cut = line((-50, 0.1), (50, 0.1))
    answer = send(planner, "split", {"targets": [target(hidden)], "line": cut}, "zd-plans")
    missing = send(planner, "split", {"targets": [target(12345)], "line": cut}, "zd-plans")
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert answer.json()["detail"] == missing.json()["detail"]


def ward(code: str) -> None:
    """Make a ward whose border runs along the east side of the fifth plot."""
    entry = selectors.layer(SYSTEM, make_layer("zd-wards", "admin_units").slug)
    west, south, east, north = *at(-10, -10), *at(5, 10)
    values = {"code": code, "level": "commune", "name": "Phường thử"}
    box = shapely.multipolygons([shapely.box(west, south, east, north)])
    step = Operation(Kind.CREATE, entry, values, box)
    tools.changes.apply(SYSTEM, [step], title="x", channel="command")


def test_a_neighbour_outside_the_editors_wards_is_named_and_left(layer):
    ward("zd-1")
    inside, outside = live(layer, "1", 4), live(layer, "2", 5)
    local = person("zd-local", Grant("planner", ward_code="zd-1"))
    present = Present(selectors.layer(local, layer.slug), [])
    cut = shapely.linestrings([at(3.5, 0.4), at(5.5, 0.4)])
    found = tools.split_features(present, [Reference(feature_id=inside)], cut)
    assert [one.feature.feature_id for one in found.updates] == [inside]
    assert found.left_out == ["99/1/2"]
    everywhere = Present(selectors.layer(SYSTEM, layer.slug), [])
    found = tools.split_features(everywhere, [Reference(feature_id=inside)], cut)
    assert [one.feature.feature_id for one in found.updates] == [inside, outside]


def test_streets_are_cut_without_touching_those_they_cross(planner):
    make_layer("zd-streets", "infrastructure", "MultiLineString")
    entry = selectors.layer(SYSTEM, "zd-streets")
    drawn = shapely.multilinestrings([[at(0, 0), at(2, 0)]])
    other = shapely.multilinestrings([[at(1, -1), at(1, 1)]])
    steps = [
        Operation(Kind.CREATE, entry, {"code": f"s{n}", "kind": "street"}, one)
        for n, one in enumerate((drawn, other))
    ]
    ids = tools.changes.apply(SYSTEM, steps, title="x", channel="command").feature_ids
    body = {"targets": [target(ids[0])], "line": line((0.7, -1), (0.7, 1))}
    found = send(planner, "split", body, "zd-streets").json()
    assert [one["id"] for one in found["updates"]] == [str(ids[0])]
    assert len(found["creates"]) == 1
    assert found["not_copied"] == ["code"]


def test_parcels_become_one(planner, layer):
    ids = [live(layer, str(n), n) for n in range(3)]
    targets = [target(ids[1]), target(ids[0])]
    found = asked(planner, "merge", targets=targets)
    [whole] = found["updates"]
    assert whole["id"] == str(ids[1])
    assert whole["after"] == pytest.approx(whole["before"], abs=0.01)
    assert found["to_check"] == ["area_m2", "legal_area_m2"]
    apart = [target(ids[0]), target(ids[2])]
    refused = send(planner, "merge", {"targets": apart})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    [two] = asked(planner, "merge", targets=apart, apart=True)["updates"]
    assert len(two["geometry"]["coordinates"]) == 2
    assert send(planner, "merge", {"targets": targets[:1]}).status_code == 422


def test_a_boundary_moves_for_both(planner, layer, sign_in):
    left, right = live(layer, "1", 0), live(layer, "2", 1)
    before = shapely.set_precision(plot(0), 1e-7)
    after = shapely.transform(
        before, lambda spots: spots + (spots == spots.max(axis=0)).all(axis=1)[:, None] * 2e-5
    )
    drawn = {
        name: shapely.geometry.mapping(one) for name, one in (("before", before), ("after", after))
    }
    body = {"targets": [target(left)], **drawn}
    kept, beside = asked(planner, "boundary", **body)["updates"]
    assert (kept["id"], beside["id"], beside["neighbour"]) == (str(left), str(right), True)
    assert shapely.coverage_is_valid(shapely.get_parts([shape(kept), shape(beside)]))
    assert send(sign_in("approver"), "boundary", body).status_code == 403
    two = {**drawn, "after": shapely.geometry.mapping(plot(0).union(plot(5)))}
    assert send(planner, "boundary", {**body, **two}).status_code == 422


def test_a_boundary_that_a_neighbour_outside_the_wards_shares_stays(layer):
    ward("zd-1")
    inside, _outside = live(layer, "1", 4), live(layer, "2", 5)
    local = person("zd-local", Grant("planner", ward_code="zd-1"))
    present = Present(selectors.layer(local, layer.slug), [])
    before = plot(4)
    after = shapely.transform(
        before, lambda spots: spots - (spots == spots.max(axis=0)).all(axis=1)[:, None] * 2e-5
    )
    with pytest.raises(NotAllowed, match="99/1/2"):
        tools.move_boundary(present, Reference(feature_id=inside), before, after)
