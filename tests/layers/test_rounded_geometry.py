"""What a client rounds is not an edit: vertices that were not moved come back exactly."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from layers.rounded_geometry import PROJECTED_DEG, restored

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


@given(
    decimals=st.integers(6, 9),
    units=st.sampled_from([-2, -1, 1, 2]),
    corners=st.lists(st.tuples(OFF, OFF), min_size=2, max_size=8, unique=True),
)
def test_one_unit_of_the_last_place_is_a_move(decimals, units, corners):
    line = shapely.MultiLineString([[(106.3 + x, 10.3 + y) for x, y in corners]])
    sent = rounded(line, decimals)
    moved = shapely.get_coordinates(sent)
    moved[-1, 0] = round(moved[-1, 0] + units * 10**-decimals, decimals)
    assume(round(moved[-1, 0] * 10**decimals) % 10 != 0)  # which looks like fewer decimals
    # Six decimals may have been rounded to seven before; a half is rounded either way.
    far = 0.52 if decimals > 6 else 0.56
    assume(abs(moved[-1, 0] - shapely.get_coordinates(line)[-1, 0]) > far * 10**-decimals)
    found = restored(shapely.set_coordinates(sent, moved), line)
    assert shapely.get_coordinates(found)[-1, 0] == moved[-1, 0]


@given(step=st.floats(1e-10, 1e-6), x=OFF, y=OFF)
def test_a_precise_client_moves_by_less_than_a_millimetre(step, x, y):
    stored = shapely.Point(106.3 + x, 10.3 + y)
    near = shapely.Point(stored.x + step * math.pi / 3, stored.y + step / math.e)
    assert restored(near, stored).equals_exact(near, 0)


def test_exact_vertices_beside_a_moved_one_stay_exact_and_rounded_ones_come_back():
    stored = area(*RING)
    sent = shapely.get_coordinates(stored).copy()
    sent[1] += 3.3333e-9  # as a browser drags
    sent[2] = sent[2].round(7)  # as another program has written it
    found = shapely.get_coordinates(restored(shapely.set_coordinates(area(*RING), sent), stored))
    exact = shapely.get_coordinates(stored)
    assert (found[[0, 2, 3, 4]] == exact[[0, 2, 3, 4]]).all()
    assert (found[1] == sent[1]).all()


def test_millimetres_of_another_system():
    stored = shapely.Point(106.3000004321, 10.3000001234)
    back = shapely.Point(stored.x + 8.13572468e-9, stored.y - 7.13572468e-9)
    assert restored(back, stored).equals_exact(back, 0)
    assert restored(back, stored, PROJECTED_DEG) is stored
    moved = shapely.Point(stored.x + 2.7e-8, stored.y)  # 3 mm
    assert restored(moved, stored, PROJECTED_DEG).equals_exact(moved, 0)
    assert restored(back, None) is back
