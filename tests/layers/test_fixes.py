"""Fixes of what the checks found: after each the finding is gone, and nothing else comes."""

import json

import pytest
import shapely
from draft_sample import SIDE_DEG, live, new, number, person, plot
from sample_features import add, make_layer
from test_checks import SLIVER_DEG, shaped

from gis_core.access import Grant
from gis_core.crs import area_m2, zone_by_epsg
from gis_core.errors import NotAllowed, NotFound
from layers import selectors
from layers.changes import Kind, Operation
from layers.checks import check
from layers.shapes.fixes import Fault, fixes
from layers.shapes.ways import Ways

pytestmark = pytest.mark.usefixtures("db")
ZONE = zone_by_epsg(9210)


def ways(actor, *steps):
    """Return the fixes of the only problem of the steps."""
    [problem] = check(actor, steps)
    return fixes(steps, Fault(problem.key, problem.code, problem.field, problem.place)).fixes


def taken(actor, steps, fix):
    """Return the steps with a fix in them, as a draft takes it."""
    entry = steps[0].layer
    found = {step.key: step for step in steps}
    for one in fix.updates:
        old = found.get(one.feature.name)
        key = old.key if old else f"u{one.feature.feature_id}"
        kind = old.kind if old else Kind.UPDATE
        values = old.values if old else {}
        feature = one.feature
        found[key] = Operation(
            kind, entry, values, one.shape, feature.feature_id, feature.version, key
        )
    if fix.values:
        old = steps[0]
        values = {**old.values, **fix.values}
        found[old.key] = Operation(old.kind, entry, values, old.geometry_4326, key=old.key)
    return list(found.values())


def test_an_overlap_is_cut_from_either_side(layer, planner):
    live(layer, "0", 0)
    step = shaped(planner, layer, "1", plot(1, west=SIDE_DEG / 3))
    found = ways(planner, step)
    assert [one.kind for one in found] == ["cut_this", "cut_other"]
    for fix in found:
        first = fix.updates[0]
        assert first.before - first.after == pytest.approx(area_m2(plot(0), ZONE) / 3, rel=0.01)
        assert check(planner, taken(planner, [step], fix)) == []


def test_a_crossing_overlap_leaves_the_same_corners_on_both_sides(layer, planner):
    live(layer, "0", 0)
    corner = shapely.affinity.translate(plot(0), SIDE_DEG / 2, SIDE_DEG / 3)
    step = shaped(planner, layer, "1", corner)
    for fix in ways(planner, step):
        steps = taken(planner, [step], fix)
        assert check(planner, steps) == []
        shapes = [one.geometry_4326 for one in steps]
        if len(shapes) > 1:
            assert shapely.coverage_is_valid(shapely.get_parts(shapes))


def test_a_gap_goes_to_one_of_its_neighbours(layer, planner):
    live(layer, "0", 0)
    step = shaped(planner, layer, "1", plot(1, west=-SLIVER_DEG))
    found = ways(planner, step)
    assert [one.kind for one in found] == ["fill_this", "fill_other"]
    for fix in found:
        assert fix.updates[0].after > fix.updates[0].before
        assert check(planner, taken(planner, [step], fix)) == []


def test_a_crossed_outline_is_repaired(layer, planner):
    west, south, east, north = shapely.bounds(plot(3))
    bow = shapely.multipolygons(
        [shapely.polygons([(west, south), (east, north), (east, south), (west, north)])]
    )
    step = shaped(planner, layer, "1", bow)
    [fix] = ways(planner, step)
    assert check(planner, taken(planner, [step], fix)) == []


def test_a_code_that_is_nearly_one(layer, planner):
    step = new(planner, layer, "1", 3, land_use_code="ODTT")
    found = ways(planner, step)
    assert found[0].values == {"land_use_code": "ODT"}
    assert check(planner, taken(planner, [step], found[0])) == []


def test_the_next_free_number_and_what_neighbours_have(layer, planner):
    live(layer, "7", 0)
    step = new(planner, layer, "7", 3)
    [fix] = ways(planner, step)
    assert fix.values == {"so_thua": "8"}
    assert check(planner, taken(planner, [step], fix)) == []
    entry = selectors.layer(planner, layer.slug)
    values = {name: value for name, value in number("9").items() if name != "so_to"}
    bare = Operation(Kind.CREATE, entry, values, plot(1), key="bare")
    [fix] = ways(planner, bare)
    assert fix.values == {"so_to": "1"}


def test_what_has_no_fix_and_who_gets_none(layer, planner):
    step = new(planner, layer, "1", 3)
    assert fixes([step], Fault("n1", "type")) == Ways([])
    with pytest.raises(NotFound):
        fixes([step], Fault("other", "overlap"))
    reader = person("zd-approver", Grant("approver"))
    with pytest.raises(NotAllowed):
        fixes([new(reader, layer, "1", 3)], Fault("n1", "overlap"))


def test_a_hidden_neighbour_is_no_part_of_a_fix(planner):
    zones = make_layer("zd-plans", "planned_land_use")
    hidden = add(zones, "h", 0, sensitivity=2)
    entry = selectors.layer(planner, zones.slug)
    around = shapely.multipolygons([shapely.box(*shapely.bounds(plot(0, west=SIDE_DEG)))])
    step = Operation(
        Kind.CREATE, entry, {"plot_code": "a", "decision_number": "1"}, around, key="a"
    )
    assert fixes([step], Fault("a", "overlap", place=(hidden.lon, hidden.lat))).fixes == []


def test_over_http(layer, sign_in):
    live(layer, "0", 0)
    sent = {
        "key": "n1",
        "kind": "create",
        "layer": layer.slug,
        "values": number("1"),
        "geometry": shapely.geometry.mapping(plot(1, west=SIDE_DEG / 3)),
    }
    body = {"operations": [sent], "key": "n1", "code": "overlap", "field": "geom", "place": None}

    def asked(role):
        text = json.dumps(body)
        return sign_in(role).post("/api/checks/fix", text, content_type="application/json")

    answer = asked("planner")
    assert answer.status_code == 200, answer.content
    assert [one["kind"] for one in answer.json()["fixes"]] == ["cut_this", "cut_other"]
    assert asked("approver").status_code == 403
    assert asked("anonymous").status_code == 401
