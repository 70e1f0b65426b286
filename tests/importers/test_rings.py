"""Areas of one ring take a way of their own; whatever a file holds, its answers are the other's."""

import struct

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import example, given, settings

from gis_core.geometry_refusal import GateLimits
from gis_core.geometry_rings import Rings, admit_rings, surely_simple
from importers import shapes
from importers.issues import IssueLog
from importers.row_findings import RowFindings
from importers.shapes import read_shapes
from importers.source_crs import of_text
from layers.registry import AREA

VN2000 = of_text("EPSG:9210")
EAST, NORTH = 567_000.0, 1_145_000.0
ODD = st.sampled_from([np.nan, np.inf, -np.inf, 1e300, 3e6, 0.0, -0.0])


def ring_wkb(ring, *, order="<", kind=3, rings=1, count=None, tail=b""):
    head = struct.pack(
        f"{order}BIII", order == "<", kind, rings, len(ring) if count is None else count
    )
    return head + b"".join(struct.pack(f"{order}dd", *at) for at in ring) + tail


def broken(ring, number, odd, some):
    """Return a ring with one thing wrong."""
    place, x = number % len(ring), ring[0][0]
    strange = [*ring[:place], (odd, ring[0][1]), *ring[place + 1 :]]
    ways = [
        ring_wkb(strange),
        ring_wkb([*ring[:-1], (x + 1, x)]),
        ring_wkb(ring, tail=some),
        ring_wkb(ring, count=number),
        ring_wkb(ring, rings=number % 3),
        ring_wkb(ring, order=">"),
        ring_wkb(ring, kind=number % 8),
        ring_wkb(ring, kind=1003),
        ring_wkb(ring, kind=2**31 + 3),
        ring_wkb(ring)[: number % (16 * len(ring))],
    ]
    return ways[number % len(ways)]


def rows_near(east, north, step):
    """Few different numbers: rings that cross themselves, repeat corners, have no area."""
    steps = st.integers(0, 5).map(lambda n: step * n)
    places = st.tuples(steps, steps).map(lambda at: (east + at[0], north + at[1]))
    rings = st.lists(places, min_size=1, max_size=8).map(lambda ring: [*ring, ring[0]])
    boxes = st.tuples(places, st.floats(step / 20, 4 * step)).map(
        lambda at: shapely.box(at[0][0], at[0][1], at[0][0] + at[1], at[0][1] + at[1])
    )
    others = st.one_of(
        boxes.map(lambda box: box.difference(box.centroid.buffer(step / 100))),
        boxes.map(lambda box: shapely.MultiPolygon([box, shapely.affinity.translate(box, 9)])),
        boxes.map(lambda box: shapely.force_3d(box, 4.5)),
        places.map(shapely.Point),
        st.just(shapely.Polygon()),
    ).map(shapely.to_wkb)
    wrong = st.builds(broken, rings, st.integers(0, 2**32 - 1), ODD, st.binary(min_size=1))
    return st.one_of(st.none(), rings.map(ring_wkb), wrong, others, st.binary(max_size=90))


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
@pytest.mark.parametrize(
    ("crs", "near"),
    [
        ("EPSG:9210", (EAST, NORTH, 20.0)),
        ("EPSG:9210+swapped", (NORTH, EAST, 20.0)),
        ("EPSG:32648", (650_000.0, NORTH, 20.0)),
        ("EPSG:4326", (106.36, 10.35, 0.0002)),
        ("EPSG:4326", (106.36, 85.0, 0.02)),
    ],
)
def test_both_ways_give_the_same_answers(kind, crs, near):
    system = of_text(crs)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(rows_near(*near), max_size=7), st.integers(0, 2))
    @example([], 0)
    @example([None, None], 1)
    def same(rows, skipped):
        column = pa.array(rows, kind).slice(min(skipped, len(rows)))
        found, wanted = (way(column, AREA, system) for way in (read_shapes, shapes._any_shapes))
        assert found.ewkb.to_pylist() == wanted.ewkb.to_pylist()
        assert found.reasons.tolist() == wanted.reasons.tolist()
        assert found.repaired == wanted.repaired
        assert np.array_equal(found.box_4326, wanted.box_4326, equal_nan=True)

    same()


def test_parcels_of_one_ring_do_take_it(monkeypatch):
    squares = [shapely.box(EAST + n, NORTH, EAST + n + 1, NORTH + 1) for n in range(50)]
    column = pa.array(shapely.to_wkb(squares).tolist(), pa.binary())
    wanted = shapes._any_shapes(column, AREA, VN2000)
    monkeypatch.delattr(shapes, "_any_shapes")
    assert read_shapes(column, AREA, VN2000).ewkb.to_pylist() == wanted.ewkb.to_pylist()


def test_a_corner_that_neighbours_share_is_transformed_once(monkeypatch):
    utm, seen = of_text("EPSG:32648"), []
    to_wgs84 = type(utm).to_wgs84

    def counted(self, positions):
        seen.append(len(positions))
        return to_wgs84(self, positions)

    monkeypatch.setattr(type(utm), "to_wgs84", counted)
    squares = [shapely.box(EAST + n, NORTH, EAST + n + 1, NORTH + 1) for n in range(50)]
    read_shapes(pa.array(shapely.to_wkb(squares).tolist(), pa.binary()), AREA, utm)
    assert seen == [2 * 51]


def test_limits_hold_on_the_short_way_as_well():
    wkb = np.frombuffer(shapely.to_wkb(shapely.Point(0, 0).buffer(1)), np.uint8)
    at, end = np.array([0]), np.array([len(wkb)])
    assert len(admit_rings(wkb, at, end, GateLimits()).rows) == 1
    for limits in (
        GateLimits(max_bytes=len(wkb) - 1),
        GateLimits(max_vertices=64),
        GateLimits(max_lon=0.9),
        GateLimits(max_lat=0.9),
    ):
        assert len(admit_rings(wkb, at, end, limits).rows) == 0


def test_many_findings_of_one_kind_are_counted_and_the_first_are_shown():
    log = IssueLog(keep=3, on_map=12)
    points = [shapely.Point(106.0 + n / 100, 10.0) for n in range(9)]
    ewkb = pa.array(
        shapely.to_wkb(shapely.set_srid(points, 4326), include_srid=True).tolist(),
        pa.large_binary(),
    )
    for start in (0, 100):
        findings = RowFindings(log, "Point", shapely.box(107, 10, 108, 11))
        findings.begin(np.arange(start + 1, start + 10, dtype=np.int32), ewkb)
    (group,) = log.groups()
    assert (group.code, group.count) == ("outside_city", 18)
    assert [one.row for one in group.first] == [1, 2, 3]
    assert len(log.of_rows()) == 12


def rings_of(*rings):
    closed = [np.array([*ring, ring[0]], float) for ring in rings]
    counts = np.array([len(ring) for ring in closed])
    return Rings(np.arange(len(closed)), np.concatenate(closed), counts)


CORNERS = st.integers(0, 6).map(lambda number: 106.3 + number * 1e-5)
RINGS = st.lists(st.lists(st.tuples(CORNERS, CORNERS), min_size=3, max_size=9), min_size=1)


@settings(deadline=None)
@given(rings=RINGS)
@example(rings=[[(0, 0), (2, 1), (0, 2), (1, 0), (1, 2)]])  # turns twice the same way
@example(rings=[[(0, 0), (1, 0), (1, 1)], [(1, 1), (0, 1), (1, 0), (0, 0)]])
def test_a_ring_that_is_surely_simple_is_valid(rings):
    simple = surely_simple(rings_of(*rings))
    valid = shapely.is_valid([shapely.Polygon(ring) for ring in rings])
    assert not (simple & ~valid).any(), [
        r for r, s, v in zip(rings, simple, valid, strict=True) if s and not v
    ]


def test_convex_rings_and_many_others_are_surely_simple_whichever_way_they_turn():
    square = [(106.3, 10.3), (106.4, 10.3), (106.4, 10.4), (106.3, 10.4)]
    on_an_edge = [*square[:1], (106.35, 10.3), *square[1:]]
    dented = [*square[:3], (106.34, 10.36)]
    circle = shapely.Point(106, 10).buffer(0.001).exterior.coords[:-1]
    rings = [square, on_an_edge, dented, circle]
    turned = [list(reversed(ring)) for ring in rings]
    assert surely_simple(rings_of(*rings, *turned)).all()


def test_what_crosses_itself_or_touches_itself_is_not_surely_simple():
    eight = [(0, 0), (1, 1), (1, 0), (0, 1)]
    star = [(0, 3), (2, -3), (-3, 1), (3, 1), (-2, -3)]
    spike = [(0, 0), (4, 0), (4, 4), (9, 4), (4, 4), (0, 4)]
    flat = [(0, 0), (1, 0), (2, 0)]
    assert not surely_simple(rings_of(eight, star, spike, flat)).any()
