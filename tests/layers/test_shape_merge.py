"""Merging and shared boundaries: no sliver, no gap, neighbours follow, and back again."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from test_shape_split import SMALL_M2, ZONE, area, at, is_coverage, jitter, line, quilt, square

from gis_core.errors import Invalid
from layers.shapes import boundary
from layers.shapes.merge import merge
from layers.shapes.split import split

CM = 1 / 2200  # of a side of the squares


def corner_moved(shape, old, new):
    return shapely.transform(
        shape, lambda spots: np.where((spots == np.array(old)).all(axis=1)[:, None], new, spots)
    )


def follow(before, after, others, zone):
    return boundary.follow(before, boundary.edits(before, after), others, zone)


def alike(one, other) -> bool:
    """Tell whether two shapes are the same up to the rounding of new corners."""
    return bool(shapely.hausdorff_distance(one, other) < 2e-9)


def box(west: float, south: float, east: float, north: float) -> shapely.MultiPolygon:
    return shapely.multipolygons([shapely.box(*at(west, south), *at(east, north))])


def test_neighbours_become_one():
    whole = merge({"a": square(0), "b": square(1)}, {}, ZONE).shape
    assert area(whole) == pytest.approx(area(square(0), square(1)), abs=1e-6)
    assert shapely.get_num_geometries(whole) == 1
    assert not shapely.get_num_interior_rings(shapely.get_parts(whole)).any()


def test_a_gap_of_centimetres_is_closed_and_the_neighbour_follows():
    first, second = square(0), box(1 + 3 * CM, 0, 2, 1)
    above = shapely.multipolygons(
        [shapely.polygons([at(1 + 3 * CM, 1), at(2, 1), at(2, 2), at(1 + 3 * CM, 2)])]
    )
    found = merge({"a": first, "b": second}, {"n": above}, ZONE)
    assert shapely.get_num_geometries(found.shape) == 1
    assert area(found.shape) == pytest.approx(area(box(0, 0, 2, 1)), abs=SMALL_M2)
    assert at(1, 1) in map(tuple, shapely.get_coordinates(found.neighbours["n"]))
    assert is_coverage(found.shape, found.neighbours["n"])


def test_a_thin_gap_between_them_is_no_hole():
    bent = shapely.multipolygons(
        [shapely.polygons([at(1, 0), at(1 + 3 * CM, 0.5), at(1, 1), at(2, 1), at(2, 0)])]
    )
    whole = merge({"a": square(0), "b": bent}, {}, ZONE).shape
    assert not shapely.get_num_interior_rings(shapely.get_parts(whole)).any()


@pytest.mark.parametrize("other", [square(3), square(1, 1), box(1.1, 0, 2, 1)])
def test_what_does_not_touch_is_refused_or_has_parts(other):
    targets = {"a": square(0), "b": other}
    with pytest.raises(Invalid):
        merge(targets, {}, ZONE)
    assert shapely.get_num_geometries(merge(targets, {}, ZONE, apart=True).shape) == 2


def test_streets_join_end_to_end():
    one, two = (shapely.multilinestrings([line((n, 0), (n + 1, 0.2 * n))]) for n in (0, 1))
    two = corner_moved(two, at(1, 0), at(1 + 2 * CM, 0))
    whole = merge({"a": one, "b": two}, {}, ZONE).shape
    assert shapely.get_coordinates(whole).tolist() == [
        list(at(0, 0)),
        list(at(1, 0)),
        list(at(2, 0.2)),
    ]


@given(jitter)
def test_split_then_merge_is_the_shape_again(moves):
    areas = quilt(moves)
    others = {key: shape for key, shape in areas.items() if key != "11"}
    try:
        cut = split({"11": areas["11"]}, line((0, 1.4), (3, 1.6)), others, ZONE)
    except Invalid:
        return
    pieces = {str(n): piece for n, piece in enumerate(cut.pieces["11"])}
    merged = merge(pieces, {**others, **cut.neighbours}, ZONE)
    assert area(merged.shape) == pytest.approx(area(areas["11"]), abs=SMALL_M2)
    assert alike(merged.shape, areas["11"])
    assert is_coverage(merged.shape, *{**others, **cut.neighbours, **merged.neighbours}.values())


def test_a_corner_moves_for_everybody():
    others = {"e": square(1), "n": square(0, 1), "ne": square(1, 1)}
    after = corner_moved(square(0), at(1, 1), at(1.2, 0.9))
    shape, changed = follow(square(0), after, others, ZONE)
    assert set(changed) == set(others)
    assert is_coverage(shape, *changed.values())
    back, again = follow(shape, square(0), changed, ZONE)
    assert alike(back, square(0))
    assert all(alike(again[name], others[name]) for name in others)


def test_a_corner_on_a_neighbours_edge_takes_it_along():
    others = {"n": box(-1, 1, 2, 2), "e": square(1)}
    after = corner_moved(square(0), at(1, 1), at(1.1, 0.8))
    shape, changed = follow(square(0), after, others, ZONE)
    assert is_coverage(shape, *changed.values())
    assert area(shape, *changed.values()) == pytest.approx(
        area(square(0), *others.values()), abs=SMALL_M2
    )


def test_a_new_corner_is_set_for_both():
    ring = [at(0, 0), at(1, 0), at(1.2, 0.5), at(1, 1), at(0, 1)]
    after = shapely.multipolygons([shapely.polygons(ring)])
    before = shapely.multipolygons([shapely.polygons([ring[n] for n in (0, 1, 3, 4)])])
    shape, changed = follow(before, after, {"e": square(1), "w": square(-1)}, ZONE)
    assert set(changed) == {"e"}
    assert alike(shape, after)
    assert is_coverage(shape, changed["e"])
    again, gone = follow(shape, before, changed, ZONE)
    assert alike(again, before)
    assert alike(gone["e"], square(1))


def test_a_corner_of_several_boundaries_cannot_go():
    ring = [at(0, 0), at(1, 0), at(1.1, 0.5), at(1, 1), at(0, 1)]
    before = shapely.multipolygons([shapely.polygons(ring)])
    after = shapely.multipolygons([shapely.polygons([ring[n] for n in (0, 1, 3, 4)])])
    south = shapely.multipolygons(
        [shapely.polygons([at(1, 0), at(2, 0), at(2, 0.5), at(1.1, 0.5)])]
    )
    north = shapely.multipolygons(
        [shapely.polygons([at(1.1, 0.5), at(2, 0.5), at(2, 1), at(1, 1)])]
    )
    with pytest.raises(Invalid):
        follow(before, after, {"s": south, "n": north}, ZONE)


def test_what_would_cross_itself_is_refused():
    after = corner_moved(square(0), at(1, 1), at(3, 1.5))
    with pytest.raises(Invalid):
        follow(square(0), after, {"e": square(1)}, ZONE)


@given(jitter, st.integers(0, 3), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_a_coverage_stays_a_coverage_whatever_corner_moves(moves, which, east, north):
    areas = quilt(moves)
    before = areas.pop("11")
    ring = shapely.get_coordinates(before)[:-1]
    wanted = ring.copy()
    wanted[which] = np.round(ring[which] + [east * 0.0002, north * 0.0002], 9)
    after = shapely.multipolygons([shapely.polygons(wanted)])
    if not is_coverage(before, *areas.values()):
        return
    try:
        shape, changed = follow(before, after, areas, ZONE)
    except Invalid:
        return
    every = {**areas, **changed}
    if np.abs(wanted - ring).max() > 1e-7:
        assert len(changed) == 3
    assert area(shape, *every.values()) == pytest.approx(
        area(before, *areas.values()), abs=SMALL_M2
    )
    assert is_coverage(shape, *every.values())
