"""The bytes that are put together for a batch equal those of shapely, shape by shape."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from importers.ewkb import stored_ewkb
from layers.registry import AREA, LINE, POINT

DEGREES = st.floats(-80, 80, width=32)
POSITIONS = st.lists(st.tuples(DEGREES, DEGREES), min_size=2, max_size=6, unique=True)
TURNS = st.booleans()


def box(at, size, turned):
    made = shapely.box(at[0], at[1], at[0] + size, at[1] + size)
    return made.reverse() if turned else made


BOXES = st.builds(box, st.tuples(DEGREES, DEGREES), st.floats(1e-6, 1.0), TURNS)
AREAS = st.one_of(
    st.none(),
    BOXES,
    BOXES.map(lambda b: b.difference(b.centroid.buffer(b.length / 20)).reverse()),
    BOXES.map(lambda b: shapely.MultiPolygon([b, shapely.affinity.translate(b, 3)])),
)
LINES = st.one_of(
    st.none(),
    POSITIONS.map(shapely.LineString),
    st.lists(POSITIONS, min_size=1, max_size=3).map(shapely.MultiLineString),
)
POINTS = st.none() | st.tuples(DEGREES, DEGREES).map(shapely.Point)


def one_by_one(geometry, stored):
    if geometry is None:
        return None
    if stored == AREA:
        geometry = shapely.orient_polygons(geometry)
        geometry = shapely.MultiPolygon(shapely.get_parts(geometry).tolist())
    elif stored == LINE:
        geometry = shapely.MultiLineString(shapely.get_parts(geometry).tolist())
    return shapely.to_wkb(shapely.set_srid(geometry, 4326), include_srid=True, byte_order=1)


@pytest.mark.parametrize(("stored", "shapes"), [(AREA, AREAS), (LINE, LINES), (POINT, POINTS)])
def test_a_batch_equals_its_shapes_one_by_one(stored, shapes):
    @given(st.lists(shapes, max_size=8))
    def equal(geometries):
        batch = np.empty(len(geometries), object)
        batch[:] = geometries
        wanted = [one_by_one(geometry, stored) for geometry in geometries]
        assert stored_ewkb(batch, stored).to_pylist() == wanted

    equal()
