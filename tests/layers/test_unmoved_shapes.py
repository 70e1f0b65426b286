"""A staged shape counts as the stored one where it is built alike and no vertex has moved."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sample_features import LAT, LON, SYSTEM, make_layer

from gis_core.crs import STORAGE_SRID
from layers.bulk import CHANGED, SAME, UNMOVED_DEG, Staging, apply
from layers.bulk_plan import Plan, StagedColumn, StagedRows
from layers.bulk_sample import sample
from layers.feature import Layer
from layers.registry import AREA, LINE, POINT
from layers.themes.topography import Topography

pytestmark = pytest.mark.usefixtures("db")
SIZE_DEG = 0.0005
MILLIMETRE_DEG = 9e-9
POINT_SHAPE = shapely.Point(LON, LAT)
LINE_SHAPE = shapely.multilinestrings(
    [shapely.LineString([(LON, LAT + up), (LON + SIZE_DEG, LAT + up)]) for up in (0, SIZE_DEG)]
)


def box(east: float, size: float = SIZE_DEG) -> shapely.Polygon:
    return shapely.orient_polygons(shapely.box(LON + east, LAT, LON + east + size, LAT + size))


def area(*parts: shapely.Polygon) -> shapely.MultiPolygon:
    return shapely.multipolygons(parts)


HOLED = shapely.difference(box(2 * SIZE_DEG), shapely.buffer(box(2 * SIZE_DEG), -SIZE_DEG / 4))
AREA_SHAPE = area(box(0), shapely.orient_polygons(HOLED))
SHAPES = {POINT: POINT_SHAPE, LINE: LINE_SHAPE, AREA: AREA_SHAPE}


def staged(slug: str, shapes: Sequence[Any], kinds: Sequence[str] | None = None) -> Staging:
    """Stage one row for each shape, with a `kind` where they are given, and classify them."""
    layer = Layer.objects.get(slug=slug)
    columns = (StagedColumn("kind", "text"),) if kinds else ()
    count = len(shapes)
    with_srid = shapely.set_srid(np.array(shapes), STORAGE_SRID)
    rows = StagedRows(
        pa.array(range(1, count + 1), pa.int32()),
        pa.array([f"zz-{number}" for number in range(count)]),
        pa.array(shapely.to_wkb(with_srid, include_srid=True)),
        {"kind": pa.array(kinds)} if kinds else {},
        tuple(shapely.total_bounds(shapes)),
    )  # fmt: skip
    staging = Staging(Plan(layer, columns))
    staging.fill([rows])
    staging.classify()
    return staging


def verdicts(staging: Staging) -> list[str]:
    """Return what becomes of each row; `changed*` where its shape is what differs."""
    return [
        row.kind + "*" * ("geom" in row.differs)
        for row in sample(staging, most=1, wanted=range(1, 100))
    ]


def written(slug: str, shapes: Sequence[Any], kinds: Sequence[str] | None = None) -> Staging:
    staging = staged(slug, shapes, kinds)
    apply(SYSTEM, staging, title="zz", source_id=None)
    return staging


def stored(slug: str) -> list[Any]:
    rows = Topography.objects.filter(layer__slug=slug).order_by("feature_key")
    return [shapely.from_wkb(bytes(row.geom.wkb)) for row in rows]


def moved(shape: Any, steps_deg: Iterable[float], start: int = 0) -> Any:
    """Return the shape with numbers of its vertices (closing ones with the first) moved."""
    positions = shapely.get_coordinates(shape)
    known, of = np.unique(positions, axis=0, return_inverse=True)
    flat = known.reshape(-1)
    for number, step in enumerate(steps_deg, start):
        flat[number % len(flat)] += step
    return shapely.set_coordinates(shapely.from_wkb(shapely.to_wkb(shape)), known[of.reshape(-1)])


def as_built(shape: Any) -> tuple[Any, ...]:
    """Return the numbers of vertices of each ring and part."""
    parts = shapely.get_parts(shape)
    rings = [[len(shapely.get_coordinates(r)) for r in shapely.get_rings(part)] for part in parts]
    return shape.geom_type, rings, [len(shapely.get_coordinates(part)) for part in parts]


def is_unmoved(shape: Any, before: Any) -> bool:
    """Say by other means what the database should find."""
    if as_built(shape) != as_built(before):
        return False
    apart = shapely.get_coordinates(shape) - shapely.get_coordinates(before)
    return bool(np.abs(apart).max() <= UNMOVED_DEG)


@pytest.fixture(params=[POINT, LINE, AREA])
def kind_of_shape(request: pytest.FixtureRequest) -> str:
    make_layer("zz-u", "topography", request.param)
    return str(request.param)


@pytest.fixture
def areas() -> str:
    make_layer("zz-u", "topography", AREA)
    return "zz-u"


STEPS = st.sampled_from([0.0, 1.4e-14, 1e-12, 9e-12, 1.1e-11, 1e-10, MILLIMETRE_DEG, 1e-6])
SIGNED = st.builds(lambda step, sign: step * sign, STEPS, st.sampled_from([-1, 1]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    rows=st.lists(
        st.tuples(st.lists(SIGNED, min_size=1, max_size=12), st.integers(0, 30)),
        min_size=1,
        max_size=6,
    )
)
@example(rows=[([1e-12] * 40, 0), ([0.0], 0), ([1e-12, 1.1e-11], 7)])
def test_whatever_vertices_move_by(rows: list[tuple[list[float], int]], kind_of_shape: str) -> None:
    before = [SHAPES[kind_of_shape]] * len(rows)
    after = [moved(shape, *row) for shape, row in zip(before, rows, strict=True)]
    wanted = [
        SAME if is_unmoved(now, then) else f"{CHANGED}*"
        for now, then in zip(after, before, strict=True)
    ]
    with transaction.atomic():
        written("zz-u", before)
        found = verdicts(staged("zz-u", after))
        transaction.set_rollback(True)
    assert found == wanted


@pytest.mark.parametrize(
    "other",
    [
        moved(AREA_SHAPE, [MILLIMETRE_DEG]),
        area(*shapely.get_parts(AREA_SHAPE)[::-1]),
        area(AREA_SHAPE.geoms[0]),
        area(AREA_SHAPE.geoms[0], shapely.Polygon(AREA_SHAPE.geoms[1].exterior)),
        area(shapely.Polygon(np.roll(box(0).exterior.coords[:-1], 1, axis=0)), AREA_SHAPE.geoms[1]),
        shapely.segmentize(AREA_SHAPE, SIZE_DEG * 0.7),
    ],
    ids=[
        "a millimetre",
        "parts in turn",
        "a part less",
        "a hole less",
        "another start",
        "vertices",
    ],
)
def test_what_is_built_otherwise_or_edited_has_changed(areas: str, other: Any) -> None:
    written(areas, [AREA_SHAPE])
    assert verdicts(staged(areas, [other])) == [f"{CHANGED}*"]
    written(areas, [other])
    assert stored(areas) == [other]


def test_another_value_leaves_an_unmoved_shape_as_it_is_stored(areas: str) -> None:
    written(areas, [area(box(0)), area(box(1))], ["pond", "pond"])
    noisy = [moved(area(box(0)), [1e-12]), moved(area(box(1)), [MILLIMETRE_DEG])]
    staging = staged(areas, noisy, ["canal", "canal"])
    assert staging.changed_fields() == {"geom": 1, "kind": 2}
    assert verdicts(staging) == [CHANGED, f"{CHANGED}*"]
    written(areas, noisy, ["canal", "canal"])
    assert stored(areas) == [area(box(0)), noisy[1]]
    assert set(Topography.objects.values_list("kind", flat=True)) == {"canal"}


def test_small_steps_never_add_up(areas: str) -> None:
    """A file that moves a little each time is held against what is stored, not the file before."""
    step = 0.6 * UNMOVED_DEG
    written(areas, [area(box(0))], ["pond"])
    found = []
    for number in (1, 2):
        staging = written(areas, [moved(area(box(0)), [number * step])], ["pond"])
        found += verdicts(staging)
    assert found == [SAME, f"{CHANGED}*"]
