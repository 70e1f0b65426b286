"""Shapes outside the wards: cut at the outline, or told what to do."""

import pytest
import shapely
from draft_sample import SIDE_DEG, edit, live, new, person, plot
from hypothesis import example, given
from hypothesis import strategies as st
from sample_features import LAT, LON, SYSTEM, make_layer
from test_checks import shaped
from test_fixes import taken

from gis_core.access import Grant
from gis_core.city import city
from gis_core.crs import zone_by_epsg
from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.checks import check
from layers.shapes.fixes import Fault, fixes
from layers.shapes.mending import clipped

WARD = "99777"
ZONE = zone_by_epsg(9210)
_LEFT = shapely.multipolygons(
    [
        shapely.polygons(
            [
                (LON - SIDE_DEG, LAT - SIDE_DEG),
                (LON + 2.3 * SIDE_DEG, LAT - SIDE_DEG),
                (LON + 2.7654321 * SIDE_DEG, LAT + 1.1234567 * SIDE_DEG),
                (LON + 2.4 * SIDE_DEG, LAT + 5 * SIDE_DEG),
                (LON - SIDE_DEG, LAT + 5 * SIDE_DEG),
            ]
        )
    ]
)


def make_ward(code: str, name: str) -> None:
    """Write a ward with a slanting border through the third column of the sample's grid."""
    entry = selectors.layer(SYSTEM, make_layer(f"zw-{code}", "admin_units").slug)
    values = {"code": code, "level": "commune", "name": name}
    step = Operation(Kind.CREATE, entry, values, _LEFT)
    changes.apply(SYSTEM, [step], title="x", channel="command")


@pytest.fixture
def local(db):
    make_ward(WARD, "Phường Tây")
    return person("zw-planner", Grant("planner", ward_code=WARD))


def ways(actor, code, *steps):
    """Return how the one problem with a code can be mended."""
    [problem] = [one for one in check(actor, steps) if one.code == code]
    return fixes(steps, Fault(problem.key, problem.code, problem.field, problem.place))


def codes_of(actor, steps):
    return {problem.code for problem in check(actor, steps)}


def test_an_area_is_cut_at_the_border_of_the_ward(layer, local):
    live(layer, "0", 1)
    step = new(local, layer, "1", 2)
    found = ways(local, "outside_ward", step)
    assert [(one.kind, "Phường Tây" in one.label) for one in found.fixes] == [("clip", True)]
    steps = taken(local, [step], found.fixes[0])
    assert "outside_ward" not in codes_of(local, steps)
    mended = next(one for one in steps if one.key == step.key).geometry_4326
    assert 0.3 < mended.area / plot(2).area < 0.8
    assert shapely.covers(plot(2).buffer(1e-9), mended)


def test_a_point_and_a_shape_wholly_outside_are_told_what_to_do(layer, local):
    step = new(local, layer, "1", 7)
    found = ways(local, "outside_ward", step)
    assert (found.fixes, "Phường Tây" in found.advice) == ([], True)
    sites = make_layer("zw-sites", "tourism", "Point")
    entry = selectors.layer(local, sites.slug)
    far = shapely.Point(LON + 9 * SIDE_DEG, LAT)
    site = Operation(Kind.CREATE, entry, {"slug": "xa", "name": "Xa"}, far, key="p")
    found = ways(local, "outside_ward", site)
    assert (found.fixes, "Phường Tây" in found.advice) == ([], True)


def test_a_feature_that_stands_outside_is_not_cut_into_reach(layer, local, planner):
    old = live(layer, "1", 2)
    step = edit(local, layer, old, shape=plot(2, east=-SIDE_DEG / 4))
    found = ways(local, "outside_ward", step)
    assert (found.fixes, bool(found.advice)) == ([], True)


def test_a_neighbour_out_of_reach_is_left_alone(layer, local):
    live(layer, "0", 3)  # shares the border, outside the ward
    step = shaped(local, layer, "1", plot(2))
    [fix] = ways(local, "outside_ward", step).fixes
    assert [one.neighbour for one in fix.updates] == [False]


def test_the_city_cuts_as_well_and_says_what_a_warning_wants(layer, planner):
    make_ward(city().ward_codes[0], "Phường Một")
    step = new(planner, layer, "1", 2)
    [fix] = ways(planner, "outside_city", step).fixes
    assert codes_of(planner, taken(planner, [step], fix)) == set()
    lost = ways(planner, "outside_city", new(planner, layer, "2", 7))
    assert (lost.fixes, bool(lost.advice)) == ([], True)


def test_a_line_is_cut_and_may_fall_into_parts(layer, local):
    streets = make_layer("zw-streets", "infrastructure", "MultiLineString")
    entry = selectors.layer(local, streets.slug)
    ends = [(LON, LAT + SIDE_DEG), (LON + 6 * SIDE_DEG, LAT + 1.2 * SIDE_DEG)]
    line = shapely.multilinestrings([[*ends, (LON, LAT + 1.5 * SIDE_DEG)]])
    step = Operation(Kind.CREATE, entry, {"kind": "road", "name": "Đường"}, line, key="l")
    [fix] = ways(local, "outside_ward", step).fixes
    assert shapely.get_num_geometries(fix.updates[0].shape) == 2
    assert "outside_ward" not in codes_of(local, taken(local, [step], fix))


@example(east=0.00390625, north=1.0, turn=0.0, wide=0.5)  # a corner sticks out by a centimetre
@given(
    east=st.floats(-0.5, 0.9),
    north=st.floats(-0.5, 3),
    turn=st.floats(0, 90),
    wide=st.floats(0.5, 3),
)
def test_what_is_clipped_is_covered(east, north, turn, wide):
    shape = shapely.affinity.translate(plot(2), east * SIDE_DEG, north * SIDE_DEG)
    shape = shapely.affinity.rotate(shapely.affinity.scale(shape, wide, wide), turn)
    mended = clipped(shape, _LEFT, {}, ZONE)
    if mended is None:
        assert shapely.intersection(shape, _LEFT).area < shape.area / 100
        return
    assert shapely.covers(_LEFT, mended.shape)
    lost = shapely.intersection(shape, _LEFT).area - mended.shape.area
    assert abs(lost) < shape.area / 1000
