"""What a client rounds is not an edit: vertices that were not moved come back exactly."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.rounded_geometry import restored

OFF = st.floats(-0.01, 0.01, allow_nan=False)
RING = [(0.0, 0.0), (0.0102030405, 0.0001), (0.0111111111, 0.0122222222), (0.0, 0.0133333333)]


def area(*corners):
    return shapely.MultiPolygon([shapely.Polygon([(106.3 + x, 10.3 + y) for x, y in corners])])


def rounded(shape, *steps):
    for decimals in steps:
        shape = shapely.transform(shape, lambda xy, d=decimals: np.round(xy, d))
    return shape


@given(x=OFF, y=OFF)
def test_points(x, y):
    point = shapely.Point(106.3 + x, 10.3 + y)
    for steps in ((6,), (7, 6), (7,), ()):
        assert restored(rounded(point, *steps), point) is point


@given(st.lists(st.tuples(OFF, OFF), min_size=3, max_size=12, unique=True))
def test_lines_that_were_not_moved_are_the_very_ones(corners):
    line = shapely.MultiLineString([[(106.3 + x, 10.3 + y) for x, y in corners]])
    assert restored(rounded(line, 7, 6), line) is line


@pytest.mark.parametrize("turn", [lambda shape: shape, shapely.reverse])
def test_areas_in_either_direction(turn):
    stored = turn(area(*RING))
    sent = shapely.orient_polygons(rounded(stored, 7, 6), exterior_cw=False)
    assert restored(sent, stored) is stored


def test_one_moved_vertex_moves_alone():
    stored = area(*RING)
    moved = rounded(area(*RING[:2], (0.0121, 0.0132), RING[3]), 7, 6)
    found = shapely.get_coordinates(restored(moved, stored))
    exact = shapely.get_coordinates(stored)
    assert (found[[0, 1, 3, 4]] == exact[[0, 1, 3, 4]]).all()
    assert found[2] == pytest.approx([106.3121, 10.3132], abs=1e-9)


def test_vertices_that_cannot_be_told_apart_stay_as_sent():
    stored = area(*RING, (0.0000001, 0.0133333999), (0.005, 0.02))
    sent = rounded(area(*RING, (0.0000001, 0.0133333999), (0.006, 0.02)), 6)
    found = restored(sent, stored)
    positions, before = shapely.get_coordinates(found), shapely.get_coordinates(sent)
    assert (positions[3:5] == before[3:5]).all()
    assert (positions[1] == shapely.get_coordinates(stored)[1]).all()


def test_a_precise_client_may_move_by_centimetres():
    stored = shapely.Point(106.3, 10.3)
    near = shapely.Point(106.3000004321, 10.3)
    assert restored(near, stored).equals(near)
    assert restored(near, None) is near
