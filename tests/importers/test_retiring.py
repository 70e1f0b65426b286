"""Features that a file does not have end only where no row of the file may be one of them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.utils import translation
from small_files import EAST, NORTH, parcels, run, shapefile, square

from importers import retiring
from importers.issues import FileRefused
from importers.refusals import said_again
from importers.report import Report
from layers.models import AdminUnit, TouristSite
from layers.themes.land import Parcel

pytestmark = pytest.mark.usefixtures("db")
DAY = date(2026, 6, 30)
LINE = shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])
LABEL = shapely.Point(EAST + 5, NORTH + 5)


def again(folder: Path, **numbers_and_shapes: Any) -> Report:
    """Import parcels 1 to 4, then a file of parcels 1 to 3 and more rows; end what is missing."""
    run(parcels(folder / "a.shp", 4))
    more: dict[str, Any] = {"numbers": [], "shapes": [], **numbers_and_shapes}
    columns = {
        "SHBANDO": ["5" if number else None for number in ["1", "2", "3", *more["numbers"]]],
        "SHTHUA": ["1", "2", "3", *more["numbers"]],
    }
    shapes = [square(0), square(1), square(2), *more["shapes"]]
    return run(shapefile(folder / "b.geojson", shapes, columns), retire_on=DAY)


def still_valid() -> int:
    return int(Parcel.objects.filter(layer__slug="zz", valid_to=None).count())


def test_labels_and_lines_of_other_things_are_no_hindrance(tmp_path: Path) -> None:
    """The label of a parcel that is there has its key; a road has a key that no parcel has."""
    report = again(tmp_path, numbers=["1", "R7"], shapes=[LABEL, LINE])
    assert (report.rejected, report.set_aside, report.wrong) == (2, 2, 0)
    assert report.other_kinds == {"points": 1, "lines": 1}
    assert (report.missing, report.retired, still_valid()) == (1, 1, 3)


@pytest.mark.parametrize("shape", [LINE, LABEL])
def test_a_parcel_that_was_drawn_otherwise_does_not_end(
    tmp_path: Path, shape: shapely.Geometry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retiring, "_AT_ONCE", 1)
    with pytest.raises(FileRefused, match="5/4"):
        again(tmp_path, numbers=["9", "4"], shapes=[LINE, shape])
    assert still_valid() == 4


@pytest.mark.parametrize(
    ("number", "shape"),
    [
        (None, LINE),  # may be any parcel
        ("9", shapely.LineString([(EAST, NORTH), (EAST, NORTH)])),
        ("9", shapely.GeometryCollection([LINE, LABEL])),
        ("9", None),
    ],
)
def test_nothing_ends_beside_rows_that_may_be_anything(
    tmp_path: Path, number: str | None, shape: shapely.Geometry | None
) -> None:
    with pytest.raises(FileRefused, match="dòng 4"):
        again(tmp_path, numbers=[number], shapes=[shape])
    assert still_valid() == 4


def test_where_addresses_are_made_up_a_row_may_be_anything(tmp_path: Path) -> None:
    names = {"TEN": ["Chùa Vĩnh Tràng", "Chợ nổi"]}
    run(shapefile(tmp_path / "a.geojson", [LABEL, LABEL], names), theme="tourism")
    path = shapefile(tmp_path / "b.geojson", [LABEL, square(0)], names)
    with pytest.raises(FileRefused, match="dòng 2"):
        run(path, theme="tourism", geometry="points", retire_on=DAY)
    assert TouristSite.objects.filter(layer__slug="zz", valid_to=None).count() == 2


def wards(folder: Path, name: str, count: int, *more: shapely.Geometry, day: str | None) -> Path:
    """Write wards 1 to `count` and shapes of other kinds with the code of ward 3 beside them."""
    codes = [str(28_000 + number) for number in range(1, count + 1)] + ["28003"] * len(more)
    columns = {"MA_DVHC": codes, "TEN": [f"Phường {code}" for code in codes]}
    if day:
        columns["valid_from"] = [day] * len(codes)
    shapes = [square(number) for number in range(count)] + list(more)
    return shapefile(folder / name, shapes, columns)


@pytest.mark.parametrize("day", [None, "2025-07-01"])
def test_wards_end_beside_no_row_of_another_kind(tmp_path: Path, day: str | None) -> None:
    """Codes of wards are used again: without its day, a row's key does not say which ward it is."""
    run(wards(tmp_path, "a.geojson", 3, day=day), theme="admin_units")
    shorter = wards(tmp_path, "b.geojson", 2, day=day)
    labelled = wards(tmp_path, "c.geojson", 2, LABEL, day=day)
    with pytest.raises(FileRefused, match="dòng 3"):
        run(labelled, theme="admin_units", geometry="areas", retire_on=DAY)
    assert AdminUnit.objects.filter(layer__slug="zz", valid_to=None).count() == 3
    assert run(shorter, theme="admin_units", retire_on=DAY).retired == 1


def test_a_dry_run_says_beforehand_why_nothing_may_end(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp", 4))

    def told(numbers: list[str], shapes: list[shapely.Geometry]) -> str:
        columns = {"SHBANDO": ["5" if number else "" for number in numbers], "SHTHUA": numbers}
        path = shapefile(tmp_path / "b.geojson", shapes, columns)
        looked = run(path, apply=False, create_layer=False)
        assert (looked.missing > 0, looked.retired) == (True, 0)
        with translation.override("en"):
            return said_again(looked.as_dict()["cannot_retire"])

    squares = [square(0), square(1), square(2)]
    assert told(["1", "2", "3"], squares) == ""
    assert "the first is row 3" in told(["1", "2", "2"], squares)
    assert "Feature 5/4" in told(["1", "4"], [square(0), LINE])
    assert told(["1", "R7"], [square(0), LINE]) == ""
    # What is set aside is not counted among the wrong rows, and is not called wrong.
    assert "Rejected rows: 1, the first is row 4" in told(["R7", "1", "2", "2"], [LINE, *squares])
    assert "because their shapes are of another kind: 1" in told(["1", ""], [square(0), LINE])


def test_what_begins_after_the_day_stays_and_is_not_counted(tmp_path: Path) -> None:
    early, late = wards(tmp_path, "a.geojson", 3, day="2026-01-01"), date(2025, 12, 31)
    run(early, theme="admin_units")
    shorter = wards(tmp_path, "b.geojson", 1, day="2026-01-01")
    options: dict[str, Any] = {"theme": "admin_units", "retire_on": late}
    looked = run(shorter, apply=False, **options)
    assert (looked.missing, looked.retired) == (2, 0)
    assert run(shorter, **options).retired == 0
    looked = run(shorter, apply=False, theme="admin_units", retire_on=DAY)
    assert (looked.missing, looked.retired) == (2, 2)
