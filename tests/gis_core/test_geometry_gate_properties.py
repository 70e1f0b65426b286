"""The geometry gate: whatever bytes and JSON come, they pass or are refused; nothing crashes."""

import json

import numpy as np
import shapely
from geometries import GOOD
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import (
    LineString,
    Polygon,
)

from gis_core.geometry_gate import (
    ALL_TYPES,
    admit,
    admit_many,
    promote,
)
from gis_core.geometry_refusal import GeometryRefused

coordinates = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


pieces = st.binary(max_size=40) | st.sampled_from([geometry.wkb for geometry in GOOD])


@st.composite
def broken_wkb(draw):
    wkb = bytearray(draw(st.sampled_from(GOOD)).wkb)
    for _ in range(draw(st.integers(1, 4))):
        wkb[draw(st.integers(0, len(wkb) - 1))] = draw(st.integers(0, 255))
    return bytes(wkb[: draw(st.integers(0, len(wkb)))]) if draw(st.booleans()) else bytes(wkb)


@given(broken_wkb() | st.lists(pieces, max_size=4).map(b"".join))
def test_any_bytes_pass_or_are_refused_alike_by_both_doors(wkb):
    geometries, reasons = admit_many(np.array([wkb], dtype=object))
    try:
        admitted = admit(wkb)
    except GeometryRefused as refused:
        assert reasons[0] == refused.code
        assert geometries[0] is None
    else:
        assert reasons[0] is None
        assert shapely.equals_exact(geometries[0], admitted)
        inside = np.abs(shapely.get_coordinates(admitted))
        assert (inside <= [180, 85.06]).all()


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=20,
)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(sorted(ALL_TYPES)) | anything, "coordinates": anything},
        optional={"crs": anything},
    )
)
def test_any_json_passes_or_is_refused(data):
    for form in (data, json.dumps(data)):
        try:
            assert admit(form).geom_type in ALL_TYPES
        except GeometryRefused as refused:
            assert refused.code


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_any_text_passes_or_is_refused(data):
    try:
        admit(data)
    except GeometryRefused as refused:
        assert refused.code


@given(st.lists(coordinates, min_size=3, max_size=12))
def test_promoting_keeps_area_and_length(positions):
    for geometry in (Polygon(positions), LineString(positions)):
        promoted = promote(geometry)
        assert promoted.geom_type == "Multi" + geometry.geom_type
        assert promoted.area == geometry.area
        assert promoted.length == geometry.length
        assert promote(promoted) is promoted
