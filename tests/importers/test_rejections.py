"""The rows that an import rejects: each with its reason, in memory that many do not fill."""

import gc
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pyogrio.raw
import pytest
import shapely
from hypothesis import given
from small_files import ACTOR

from importers import reading
from importers.rejected_rows import write_rejected
from importers.rejections import Rejections
from importers.request import ImportRequest
from importers.several_kinds import import_kinds

ROWS = 40
REASONS = st.dictionaries(
    st.integers(1, ROWS), st.sampled_from(["type_not_allowed", "empty", "invalid_shape", "taken"])
)


def noted(reasons: Mapping[int, str]) -> Rejections:
    made = Rejections()
    for code in dict.fromkeys(reasons.values()):
        made.add(code, [row for row, reason in reasons.items() if reason == code])
    return made


def told(found: Rejections) -> dict[int, str]:
    reasons = [*found.reasons(1, 7), *found.reasons(8, ROWS)]
    return {row: reason for row, reason in enumerate(reasons, 1) if reason}


@given(REASONS, REASONS)
def test_a_row_has_the_reason_that_was_noted_first(
    first: dict[int, str], later: dict[int, str]
) -> None:
    found = noted(first)
    for row, code in later.items():
        found.add(code, [row])
    assert told(found) == {**later, **first}
    assert len(found) == len(later.keys() | first.keys())


@given(REASONS, REASONS)
def test_of_two_layers_the_stronger_reason_counts(
    first: dict[int, str], second: dict[int, str]
) -> None:
    expected = {
        row: second[row] if first[row] == "type_not_allowed" else first[row]
        for row in first.keys() & second.keys()
    }
    both = noted(first).of_both(noted(second))
    assert told(both) == expected
    assert len(both) == len(expected)


def points_and_one_area(path: Path, points: int) -> Path:
    places = np.linspace(106.33, 106.38, points)
    shapes = [
        *shapely.points(places, np.full(points, 10.36)),
        shapely.box(106.36, 10.3, 106.4, 10.4),
    ]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array([f"M{number}" for number in range(points + 1)], dtype=object)],
        ["MA"],
        geometry_type="Unknown",
        crs="EPSG:4326",
    )
    return path


@pytest.fixture
def pools() -> Iterator[list[pa.MemoryPool]]:
    """Pools that Arrow took memory from; they live until nothing of theirs is held any more."""
    before, used = pa.default_memory_pool(), list[pa.MemoryPool]()
    yield used
    pa.set_memory_pool(before)
    gc.collect()


def most_bytes(path: Path, target: Path, pools: list[pa.MemoryPool]) -> int:
    """Import what is no point, write the rejected rows, and return the most memory held for it."""
    asked = [
        ImportRequest(path, "infrastructure", f"zz-{kind}", geometry=kind, create_layer=True)
        for kind in ("areas", "lines")
    ]
    pools.append(pa.proxy_memory_pool(pa.system_memory_pool()))
    pa.set_memory_pool(pools[-1])
    tracemalloc.start()
    try:
        report = import_kinds(ACTOR, asked)
        assert write_rejected(ACTOR, asked[0], report.rejections, target) == report.read - 1
        return tracemalloc.get_traced_memory()[1] + int(pools[-1].max_memory() or 0)
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("db")
def test_many_rows_of_another_kind_take_no_more_memory(
    tmp_path: Path, pools: list[pa.MemoryPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that is rejected costs a byte, not an object; what Python has not yet freed counts."""
    monkeypatch.setattr(reading, "MOST_ROWS", 500)  # a batch is soon as large as it gets
    few = points_and_one_area(tmp_path / "few.gpkg", 5_000)
    many = points_and_one_area(tmp_path / "many.gpkg", 35_000)
    target = tmp_path / "rejected.gpkg"
    more = most_bytes(many, target, pools) - most_bytes(few, target, pools)
    assert more < 100 * 30_000
