"""The geometry gate: what passes, what is refused and with which code, and that nothing crashes."""

import json
import math
import struct

import numpy as np
import pytest
import shapely
from geometries import GOOD, SQUARE
from shapely.geometry import (
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    mapping,
)

from gis_core.geometry_gate import (
    LINES,
    POINTS,
    POLYGONS,
    admit,
    admit_many,
    promote,
    promote_many,
)
from gis_core.geometry_refusal import GateLimits, GeometryRefused


def forms(geometry):
    yield mapping(geometry)
    yield json.loads(json.dumps(mapping(geometry)))
    yield json.dumps(mapping(geometry))
    yield json.dumps(mapping(geometry)).encode()
    for order in (0, 1):
        for flavor in ("iso", "extended"):
            wkb = shapely.to_wkb(geometry, byte_order=order, flavor=flavor)
            yield wkb
            yield wkb.hex()
            yield wkb.hex().upper().encode()
    yield shapely.to_wkb(shapely.set_srid(geometry, 4326), include_srid=True)


@pytest.mark.parametrize("geometry", GOOD, ids=lambda geometry: geometry.geom_type)
def test_every_form_of_a_good_geometry_passes(geometry):
    for form in forms(geometry):
        assert shapely.equals_exact(admit(form), geometry)
        assert shapely.equals_exact(admit(form, allowed=frozenset({geometry.geom_type})), geometry)


def code_of(data, **options):
    with pytest.raises(GeometryRefused) as refused:
        admit(data, **options)
    assert refused.value.detail
    return refused.value.code


def geojson(type_name, coordinates, **members):
    return {"type": type_name, "coordinates": coordinates, **members}


def line_text(first, rest="[1,1]"):
    return '{"type":"LineString","coordinates":[[%s,0],%s]}' % (first, rest)  # noqa: UP031


RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "unreadable"),
        (b"", "unreadable"),
        ("nonsense", "unreadable"),
        ("[1,2]", "unreadable"),
        (b"\xff\xfe{", "unreadable"),
        ('{"type":"Point","coordinates":[1,2]}'.encode("utf-16"), "unreadable"),
        ("\ud800", "unreadable"),
        ({}, "type_not_allowed"),
        ({"type": ["Point"]}, "type_not_allowed"),
        ({"type": "Feature", "geometry": None}, "type_not_allowed"),
        (geojson("GeometryCollection", [], geometries=[]), "type_not_allowed"),
        ({"type": "Point"}, "unreadable"),
        (geojson("Point", None), "unreadable"),
        (geojson("Point", {}), "unreadable"),
        (geojson("Point", [1]), "unreadable"),
        (geojson("Point", [1, "2"]), "unreadable"),
        (geojson("Point", [1, True]), "unreadable"),
        (geojson("Point", [1, None]), "unreadable"),
        (geojson("Point", [1, 2, 3, 4, 5]), "unreadable"),
        (geojson("Polygon", [0, 1]), "unreadable"),
        (geojson("Polygon", [[[RING]]]), "unreadable"),
        (geojson("Point", []), "empty"),
        (geojson("LineString", []), "empty"),
        (geojson("Polygon", []), "empty"),
        (geojson("Polygon", [[]]), "empty"),
        (geojson("MultiPolygon", []), "empty"),
        (geojson("MultiPolygon", [[RING], []]), "empty"),
        (geojson("Point", [1, 2, 3]), "has_z_or_m"),
        (geojson("Point", [math.nan, 2]), "not_finite"),
        (geojson("Point", [10**400, 2]), "not_finite"),
        (line_text("1e999"), "not_finite"),
        (line_text("NaN"), "not_finite"),
        (line_text("-Infinity"), "not_finite"),
        (line_text("9" * 5000), "unreadable"),
        (geojson("Point", [180.01, 2]), "out_of_bounds"),
        (geojson("Point", [2, -85.07]), "out_of_bounds"),
        (geojson("Point", [1e18, 2]), "out_of_bounds"),
        (geojson("LineString", [[0, 0]]), "too_few_points"),
        (geojson("LineString", [[0, 0], [0, 0]]), "too_few_points"),
        (geojson("Polygon", [RING[:3]]), "ring_open"),
        (geojson("Polygon", [[[0, 0], [1, 1], [0, 0]]]), "too_few_points"),
        (geojson("Polygon", [[[0, 0], [1, 1], [1, 1], [0, 0]]]), "too_few_points"),
        (geojson("Polygon", [[[0, 0]]]), "too_few_points"),
        (geojson("Point", [1, 2], crs={"type": "link"}), "foreign_crs"),
        (
            geojson("Point", [1, 2], crs={"type": "name", "properties": {"name": "EPSG:3857"}}),
            "foreign_crs",
        ),
        ('{"type":"Point","coordinates":' + "[" * 100_000, "too_deep"),
        ('{"a":' * 100_000, "too_deep"),
        ('"' + '\\"' * 2_000_000, "unreadable"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refused_json(data, code):
    assert code_of(data) == code


def wkb_ring(*positions):
    return struct.pack(f"<I{2 * len(positions)}d", len(positions), *np.ravel(positions))


NESTED = struct.pack("<BII", 1, 6, 1) * 100_000
HEAD = {code: struct.pack("<BI", 1, code) for code in (1, 2, 3, 4, 5, 6, 7, 17, 1001, 4001)}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x01", "unreadable"),
        (b"\x01\x01\x00", "unreadable"),
        (HEAD[1], "unreadable"),
        (HEAD[1] + struct.pack("<2d", 1, 2) + b"x", "unreadable"),
        (HEAD[7] + struct.pack("<I", 0), "type_not_allowed"),
        (HEAD[17], "type_not_allowed"),
        (HEAD[4001], "unreadable"),
        (HEAD[1001] + struct.pack("<3d", 1, 2, 3), "has_z_or_m"),
        (struct.pack("<BI3d", 1, 0x40000001, 1, 2, 3), "has_z_or_m"),
        (struct.pack("<BII2d", 1, 0x20000001, 3857, 1, 2), "foreign_crs"),
        (HEAD[1] + struct.pack("<2d", math.nan, math.nan), "empty"),
        (HEAD[1] + struct.pack("<2d", math.nan, 1), "not_finite"),
        (HEAD[1] + struct.pack("<2d", math.inf, 1), "not_finite"),
        (HEAD[1] + struct.pack("<2d", 1e18, 1), "out_of_bounds"),
        (HEAD[2] + struct.pack("<I", 0), "empty"),
        (HEAD[2] + struct.pack("<I", 0xFFFFFFFF), "too_many_vertices"),
        (HEAD[2] + struct.pack("<I", 199_999), "unreadable"),
        (HEAD[3] + struct.pack("<I", 0), "empty"),
        (HEAD[3] + struct.pack("<I", 0xFFFFFFFF), "unreadable"),
        (HEAD[3] + struct.pack("<I", 1) + wkb_ring((0, 0), (1, 0), (1, 1), (0, 1)), "ring_open"),
        (HEAD[3] + struct.pack("<I", 1) + wkb_ring((0, 0), (1, 1), (0, 0)), "too_few_points"),
        (HEAD[6] + struct.pack("<I", 0xFFFFFFFF), "unreadable"),
        (HEAD[6] + struct.pack("<I", 1) + HEAD[1] + struct.pack("<2d", 1, 2), "unreadable"),
        (NESTED, "unreadable"),
        (NESTED.hex(), "unreadable"),
        ("0101000000zz", "unreadable"),
        ("01010000000", "unreadable"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refused_wkb(data, code):
    assert code_of(data) == code
    if isinstance(data, bytes):
        geometries, reasons = admit_many(np.array([data, None], dtype=object))
        assert list(reasons) == [code, "empty"]
        assert list(geometries) == [None, None]


def test_limits():
    line = mapping(LineString(np.column_stack([np.linspace(0, 1, 51), np.zeros(51)])))
    assert code_of(line, limits=GateLimits(max_vertices=50)) == "too_many_vertices"
    assert code_of(json.dumps(line), limits=GateLimits(max_bytes=100)) == "too_large"
    assert code_of(line, allowed=POLYGONS | POINTS) == "type_not_allowed"
    assert admit(line, allowed=LINES, limits=GateLimits(max_vertices=51)).length == 1
    assert code_of(geojson("Sphere", []), allowed=frozenset({"Sphere"})) == "type_not_allowed"


def test_heights_are_cut_off_when_told_so():
    drop = GateLimits(drop_z=True)
    for flat in GOOD:
        high = shapely.force_3d(flat, 7)
        rows = [high.wkb, shapely.to_wkb(high, flavor="extended"), flat.wkb]
        for form in (mapping(high), *rows):
            assert shapely.equals_exact(admit(form, limits=drop), flat)
        geometries, reasons = admit_many(np.array(rows, dtype=object), limits=drop)
        assert list(reasons) == [None] * 3
        assert not shapely.has_z(geometries).any()
        assert shapely.equals_exact(geometries, flat).all()


def test_promoting_points():
    assert promote(Point(1, 2)) == promote(MultiPoint([(1, 2)])) == Point(1, 2)
    with pytest.raises(GeometryRefused, match="MultiPoint"):
        promote(MultiPoint([(1, 2), (3, 4)]))
    mixed = np.array([None, *GOOD[:3], *GOOD[4:]], dtype=object)
    kinds = [getattr(geometry, "geom_type", None) for geometry in promote_many(mixed)]
    lines, polygons = ["MultiLineString"], ["MultiPolygon"]
    assert kinds == [None, "Point", *lines, *polygons, *lines, *polygons]
    assert len(promote_many(np.array([], dtype=object))) == 0


def test_many_rows_keep_their_places():
    rows = [geometry.wkb for geometry in GOOD] + [None, b"x", SQUARE.wkb[:-1]]
    wkb = np.array(rows * 20_000, dtype=object)  # more than one chunk
    geometries, reasons = admit_many(wkb)
    assert len(geometries) == len(reasons) == len(wkb)
    expected = [None] * len(GOOD) + ["empty", "unreadable", "unreadable"]
    assert list(reasons[: len(rows)]) == list(reasons[-len(rows) :]) == expected
    assert (shapely.is_missing(geometries) == (reasons != None)).all()  # noqa: E711 - elementwise
    assert shapely.equals_exact(geometries[4 * len(rows) + 2], SQUARE)
    _, reasons = admit_many(wkb[: len(rows)], allowed=POINTS)
    assert set(reasons) == {None, "type_not_allowed", "empty", "unreadable"}
    assert len(admit_many(np.array([], dtype=object))[0]) == 0


def test_flat_hole_is_seen_by_both_doors():
    hole = wkb_ring((0.1, 0.1), (0.2, 0.2), (0.2, 0.2), (0.1, 0.1))
    wkb = HEAD[3] + struct.pack("<I", 2) + wkb_ring((0, 0), (1, 0), (1, 1), (0, 0)) + hole
    assert code_of(wkb) == "too_few_points"
    assert admit_many(np.array([wkb], dtype=object))[1][0] == "too_few_points"


def test_large_collections_pass_too():
    many = MultiPolygon([shapely.affinity.translate(SQUARE, 0, i / 100) for i in range(500)])
    geometries, reasons = admit_many(np.array([many.wkb], dtype=object))
    assert reasons[0] is None
    assert shapely.equals_exact(geometries[0], many)
