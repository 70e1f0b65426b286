"""The checks: each finding has its example, and what is right is not complained of."""

import pytest
import shapely
from draft_sample import (
    SIDE_DEG,
    draft,
    edit,
    gone,
    live,
    new,
    number,
    person,
    plot,
    submitted,
)
from sample_features import LAT, LON, SYSTEM, add, make_layer

from gis_core.access import Grant
from gis_core.crs import area_m2, zone_by_epsg
from gis_core.errors import Invalid
from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.checks import check
from layers.problem import ERROR, WARNING

pytestmark = pytest.mark.usefixtures("db")
SLIVER_DEG = 0.000002  # about 0.2 m
AREA = area_m2(plot(0), zone_by_epsg(9210))


def shaped(actor, layer, name, shape, **values):
    entry = selectors.layer(actor, layer.slug)
    return Operation(Kind.CREATE, entry, {**number(name), **values}, shape, key=f"n{name}")


def found(actor, *steps):
    return [(p.key, p.code, p.level) for p in check(actor, steps)]


def test_neighbours_that_share_a_boundary_are_right(layer, planner):
    for column in (0, 2):
        live(layer, str(column), column)
    assert found(planner, new(planner, layer, "1", 1), new(planner, layer, "3", 3)) == []


def test_an_overlap_is_an_error_with_area_and_place(layer, planner):
    live(layer, "0", 0)
    step = shaped(planner, layer, "1", plot(1, west=SIDE_DEG / 2))
    [problem] = check(planner, [step])
    assert (problem.code, problem.level, problem.field) == ("overlap", ERROR, "geom")
    assert "99/1/0" in problem.detail
    lon, lat = problem.place
    assert LON + SIDE_DEG / 2 < lon < LON + SIDE_DEG
    assert LAT < lat < LAT + SIDE_DEG


def test_an_overlap_inside_the_set_is_found(layer, planner):
    steps = [new(planner, layer, "0", 0), shaped(planner, layer, "1", plot(1, west=0.00005))]
    assert found(planner, *steps) == [("n0", "overlap", ERROR), ("n1", "overlap", ERROR)]


def test_both_sides_of_a_shared_boundary_move_together(layer, planner):
    left, right = live(layer, "0", 0), live(layer, "1", 1)
    steps = [
        edit(planner, layer, left, shape=plot(0, east=0.00005)),
        edit(planner, layer, right, shape=plot(1, west=-0.00005)),
    ]
    assert found(planner, *steps) == []
    assert found(planner, steps[0]) == [(f"u{left}", "overlap", ERROR)]


def test_what_the_set_deletes_is_not_in_the_way(layer, planner):
    old = live(layer, "0", 0)
    steps = [gone(planner, layer, old), new(planner, layer, "0", 0)]
    assert found(planner, *steps) == []


def test_an_overlap_that_was_there_before_does_not_stop_another_correction(layer, planner):
    first = live(layer, "0", 0)
    entry = selectors.layer(SYSTEM, layer.slug)
    over = Operation(Kind.CREATE, entry, number("1"), plot(1, west=0.00005))
    changes.apply(SYSTEM, [over], title="x", channel="command")
    assert found(planner, edit(planner, layer, first, address="x")) == []
    shape = plot(0, west=0.00002)
    assert found(planner, edit(planner, layer, first, shape=shape)) == [
        (f"u{first}", "overlap", WARNING)
    ]


def test_a_sliver_between_neighbours_is_a_warning(layer, planner):
    live(layer, "0", 0)
    step = shaped(planner, layer, "1", plot(1, west=-SLIVER_DEG))
    [problem] = check(planner, [step])
    assert (problem.code, problem.level) == ("gap", WARNING)
    assert f"{AREA * SLIVER_DEG / SIDE_DEG:.1f}".replace(".", ",") in problem.detail.replace(
        ".", ","
    )
    lane = shaped(planner, layer, "2", plot(1, west=-SLIVER_DEG * 10))
    assert found(planner, lane) == []


def test_hidden_neighbours_are_not_there(planner):
    zones = make_layer("zd-plans", "planned_land_use")
    add(zones, "h", 0, sensitivity=2)
    entry = selectors.layer(planner, zones.slug)
    values = {"plot_code": "a", "decision_number": "1"}
    here = shapely.multipolygons([shapely.box(LON - 0.0001, LAT, LON + 0.0001, LAT + 0.0001)])
    assert found(planner, Operation(Kind.CREATE, entry, values, here, key="a")) == []


def test_a_crossed_outline_says_where(layer, planner):
    bow = shapely.MultiPolygon(
        [shapely.Polygon([(106, 10), (106.002, 10.002), (106.002, 10), (106, 10.002)])]
    )
    [problem] = check(planner, [shaped(planner, layer, "1", bow)])
    assert (problem.code, problem.level) == ("invalid", ERROR)
    assert problem.place == pytest.approx((106.001, 10.001))


def test_values_keys_and_codes(layer, planner):
    live(layer, "0", 0)
    steps = [
        new(planner, layer, "0", 4),
        new(planner, layer, "7", 6),
        shaped(planner, layer, "7", plot(8)),
        new(planner, layer, "8", 10, land_use_code="XXX", area_m2="viele"),
    ]
    steps[2] = Operation(Kind.CREATE, steps[2].layer, number("7"), plot(8), key="m7")
    bare = Operation(Kind.CREATE, steps[0].layer, {"so_to": "1"}, plot(12), key="bare")
    empty = Operation(Kind.CREATE, steps[0].layer, number("9"), None, key="empty")
    assert found(planner, *steps, bare, empty) == [
        ("n0", "duplicate_key", ERROR),
        ("n7", "duplicate_key", ERROR),
        ("m7", "duplicate_key", ERROR),
        ("n8", "value", ERROR),
        ("n8", "unknown_code", WARNING),
        ("bare", "missing", ERROR),
        ("empty", "missing", ERROR),
    ]


def test_a_feature_that_is_gone_or_changed(layer, planner):
    one, two = live(layer, "0", 0), live(layer, "2", 2)
    changes.apply(SYSTEM, [gone(SYSTEM, layer, one)], title="x", channel="command")
    change = edit(SYSTEM, layer, two, address="theirs")
    changes.apply(SYSTEM, [change], title="x", channel="command")
    steps = [
        edit(planner, layer, one, address="a"),
        edit(planner, layer, two, address="mine"),
    ]
    assert [code for _key, code, _level in found(planner, *steps)] == ["gone", "conflict"]
    elsewhere = edit(planner, layer, two, place_name="mine")
    assert found(planner, elsewhere) == []


def wards() -> None:
    layer = make_layer("zd-wards", "admin_units")
    box = shapely.multipolygons([shapely.box(LON - 0.01, LAT - 0.01, LON + 0.001, LAT + 0.01)])
    values = {"code": "28261", "level": "commune", "name": "Mỹ Tho"}
    step = Operation(Kind.CREATE, selectors.layer(SYSTEM, layer.slug), values, box)
    changes.apply(SYSTEM, [step], title="x", channel="command")


def test_places_outside_the_ward_and_the_city(layer, planner):
    wards()
    inside, outside = new(planner, layer, "0", 0), new(planner, layer, "9", 9)
    assert found(planner, inside, outside) == [("n9", "outside_city", WARNING)]
    local = person("zd-local", Grant("planner", ward_code="28261"))
    steps = [new(local, layer, "0", 0), new(local, layer, "9", 9)]
    assert ("n9", "outside_ward", ERROR) in found(local, *steps)
    assert [key for key, _code, _level in found(local, *steps)] == ["n9", "n9"]


def test_errors_block_and_warnings_want_a_reason(layer, planner):
    wards()
    with pytest.raises(Invalid) as refused:
        submitted(planner, new(planner, layer, "9", 9), reason=" ")
    assert [entry["level"] for entry in refused.value.errors] == [WARNING]
    submitted(planner, new(planner, layer, "9", 9), reason="đo lại")
    live(layer, "0", 0)
    with pytest.raises(Invalid):
        submitted(planner, new(planner, layer, "0", 0), reason="vì")
    draft(planner, new(planner, layer, "0", 0))
