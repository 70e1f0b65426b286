"""Splitting: pieces fill the whole, share their boundary bit for bit, and leave no T-junction."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sample_features import LAT, LON

from gis_core.crs import area_m2, length_m, zone_by_epsg
from gis_core.errors import Invalid
from layers.shapes.split import split

ZONE = zone_by_epsg(9210)
SIDE = 0.0002  # degrees, about 22 m
SMALL_M2 = 0.01  # an edge of 22 m bent by the 0.1 mm of a new corner


def square(column: int, row: int = 0, wide: int = 1) -> shapely.MultiPolygon:
    return shapely.multipolygons([shapely.box(*at(column, row), *at(column + wide, row + 1))])


def at(x: float, y: float) -> tuple[float, float]:
    """Return a position in sides of the squares from the corner of the first."""
    return LON + x * SIDE, LAT + y * SIDE


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.linestrings([at(*place) for place in places])


def area(*shapes) -> float:
    return sum(area_m2(shape, ZONE) for shape in shapes)


def is_coverage(*shapes) -> bool:
    return bool(shapely.coverage_is_valid(shapely.get_parts(np.array(shapes))))


def test_a_cut_gives_its_corners_to_the_neighbour():
    found = split({"a": square(0)}, line((0.4, -0.5), (0.6, 1.5)), {"n": square(0, 1)}, ZONE)
    pieces = found.pieces["a"]
    assert len(pieces) == 2
    assert area(pieces[0]) >= area(pieces[1])
    assert area(*pieces) == pytest.approx(area(square(0)), abs=SMALL_M2)
    [neighbour] = found.neighbours.values()
    assert shapely.get_num_coordinates(neighbour) == 6
    assert is_coverage(*pieces, neighbour)


def test_a_line_that_ends_on_the_boundary_cuts():
    pieces = split({"a": square(0)}, line((0, 0), (1, 1)), {}, ZONE).pieces["a"]
    assert [shapely.get_num_coordinates(piece) for piece in pieces] == [4, 4]
    ends_on_edges = split({"a": square(0)}, line((0.3, 0), (0.3, 1)), {}, ZONE).pieces["a"]
    assert len(ends_on_edges) == 2


def test_a_line_that_was_snapped_to_a_rounded_corner_uses_the_stored_one():
    shape = shapely.multipolygons([shapely.box(106.36300004321, 10.35400003456, 106.3632, 10.3542)])
    drawn = shapely.linestrings([(106.3630000, 10.3540000), (106.3632, 10.3542)])
    for piece in split({"a": shape}, drawn, {}, ZONE).pieces["a"]:
        assert (106.36300004321, 10.35400003456) in map(tuple, shapely.get_coordinates(piece))
        assert shapely.get_num_coordinates(piece) == 4


@pytest.mark.parametrize("drawn", [line((0.2, 0.2), (0.8, 0.8)), line((-1, 0.5), (0.5, 0.5))])
def test_a_line_that_does_not_cross_is_refused(drawn):
    with pytest.raises(Invalid):
        split({"a": square(0)}, drawn, {}, ZONE)


def test_several_at_once_meet_in_the_same_corner():
    targets = {str(n): square(n) for n in range(4)}
    found = split(targets, line((-0.5, 0.3), (2, 0.61), (4.5, 0.4)), {}, ZONE)
    every = [piece for pieces in found.pieces.values() for piece in pieces]
    assert len(every) == 8
    assert is_coverage(*every)
    assert area(*every) == pytest.approx(area(*targets.values()), abs=SMALL_M2)


def test_a_line_may_cross_several_times_and_a_hole():
    ring = shapely.multipolygons(
        [shapely.box(*at(0, 0), *at(3, 3)) - shapely.box(*at(1, 1), *at(2, 2))]
    )
    found = split({"a": ring}, line((-1, 1.5), (4, 1.5)), {}, ZONE)
    assert len(found.pieces["a"]) == 2
    zigzag = line((-0.5, 0.2), (1.5, 0.2), (1.5, 0.8), (-0.5, 0.8))
    assert len(split({"a": square(0)}, zigzag, {}, ZONE).pieces["a"]) == 3


def test_a_part_that_is_not_cut_stays_with_the_largest_piece():
    two = shapely.multipolygons(
        [shapely.box(*at(0, 0), *at(1, 1)), shapely.box(*at(5, 0), *at(6, 1))]
    )
    first, second = split({"a": two}, line((0.5, -1), (0.5, 2)), {}, ZONE).pieces["a"]
    assert (shapely.get_num_geometries(first), shapely.get_num_geometries(second)) == (2, 1)


def test_lines_are_cut_where_they_meet():
    street = shapely.multilinestrings([line((0, 0), (1, 0.1), (3, 0))])
    first, second = split({"s": street}, line((2, -1), (2, 1)), {}, ZONE).pieces["s"]
    assert length_m(first, ZONE) + length_m(second, ZONE) == pytest.approx(
        length_m(street, ZONE), abs=0.001
    )
    ends = [shapely.get_coordinates(piece)[[0, -1]].tolist() for piece in (first, second)]
    assert len({tuple(end) for pair in ends for end in pair}) == 3


def test_a_crossed_outline_is_refused():
    bow = shapely.multipolygons([shapely.polygons([at(0, 0), at(1, 1), at(1, 0), at(0, 1)])])
    with pytest.raises(Invalid):
        split({"a": bow}, line((0.2, -1), (0.2, 2)), {}, ZONE)


coordinate = st.floats(-0.5, 3.5, allow_nan=False)
jitter = st.lists(st.floats(-0.3, 0.3), min_size=32, max_size=32)


def quilt(moves: list[float]) -> dict[str, shapely.MultiPolygon]:
    """Return nine four-cornered areas that fill a square; their corners have all digits."""
    spots = {
        (x, y): at(x + moves[2 * (x + 4 * y)] / 1.1, y + moves[2 * (x + 4 * y) + 1] / 1.1)
        for x in range(4)
        for y in range(4)
    }
    return {
        f"{x}{y}": shapely.multipolygons(
            [shapely.polygons([spots[x, y], spots[x + 1, y], spots[x + 1, y + 1], spots[x, y + 1]])]
        )
        for x in range(3)
        for y in range(3)
    }


@given(jitter, st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=4, unique=True))
def test_a_coverage_stays_a_coverage(moves, places):
    areas = quilt(moves)
    targets = {key: areas[key] for key in ("11", "01", "10")}
    others = {key: shape for key, shape in areas.items() if key not in targets}
    try:
        found = split(targets, line(*places), others, ZONE)
    except Invalid:
        return
    every = [piece for pieces in found.pieces.values() for piece in pieces]
    assert area(*every) == pytest.approx(area(*targets.values()), abs=SMALL_M2 * len(every))
    assert is_coverage(*every, *{**others, **found.neighbours}.values())
